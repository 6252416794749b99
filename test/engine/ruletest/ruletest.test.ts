/** What a timeline file may say, and how it is refused: line, field, rule and value. */
import assert from 'node:assert/strict';
import { LocalClock } from '../../../engine/base/time.js';
import { RULES, TimelineError } from '../../../engine/ruletest/diagnostic.js';
import { momentAt, momentsAt } from '../../../engine/ruletest/instant.js';
import { play } from '../../../engine/ruletest/play.js';
import { readTimeline, type Timeline } from '../../../engine/ruletest/parse.js';
import { wordsOf } from '../../../engine/ruletest/words.js';
import { readYaml } from '../../../engine/ruletest/yaml.js';
import { formsBeside } from '../../../cli/forms.js';
import en from '../../../cli/locales/en.json';
import it_ from '../../../cli/locales/it.json';

const place = { line: 7, field: 'x' };
const rome = new LocalClock('Europe/Rome');
const read = (text: string): Timeline => readTimeline(text, formsBeside('.'));
const HEAD = `day: 2026-11-23
shop: {stores: [centro]}
rules:
  - {name: Basso, kpi: revenue, size: 1h, op: below, threshold: 100}
cases:
`;
const caseOf = (event: string, expected: string): string => `${HEAD}  - name: one\n    events:\n      - ${event}\n    expect:\n      - ${expected}\n`;

describe('timeline: moments', () => {
  const day = { clock: rome, date: '2026-11-23' };
  const table: [text: string, date: string, instant: string][] = [
    ['09:15', '2026-11-23', '2026-11-23T08:15:00.000Z'],
    ['09:15:30.250', '2026-11-23', '2026-11-23T08:15:30.250Z'],
    ['24:00', '2026-11-23', '2026-11-23T23:00:00.000Z'],
    ['+1 02:30', '2026-11-30', '2026-12-01T01:30:00.000Z'],
    ['2026-02-28 10:00', '2026-11-23', '2026-02-28T09:00:00.000Z'],
    ['2026-02-28T10:00Z', '2026-11-23', '2026-02-28T10:00:00.000Z'],
    ['02:30', '2026-10-25', '2026-10-25T00:30:00.000Z'],
    ['02:30+01:00', '2026-10-25', '2026-10-25T01:30:00.000Z'],
    ['+1 12:00', '2026-10-24', '2026-10-25T11:00:00.000Z'],
  ];
  for (const [text, date, instant] of table) it(`${text} on ${date}`, () => { assert.equal(new Date(momentAt(text, { clock: rome, date }, place)).toISOString(), instant); });

  it('refuse what no clock shows', () => {
    for (const text of ['9:15', '25:00', '09:61', 'noon', '2026-02-30 10:00', '']) assert.throws(() => momentAt(text, day, place), TimelineError, text);
    assert.throws(() => momentAt('02:30', { clock: rome, date: '2026-03-29' }, place), /line 7: x: does not exist on that day/);
  });

  it('a series has its first moment and not its last', () => {
    assert.deepEqual(momentsAt('every 20m from 09:00 to 10:00', day, place).map((at) => (at - momentAt('09:00', day, place)) / 60_000), [0, 20, 40]);
    for (const text of ['every 5m', 'every 0m from 09:00 to 10:00', 'every 5m from 10:00 to 09:00', 'every 1s from 00:00 to +30 00:00', 'every 5x from 09:00 to 10:00']) {
      assert.throws(() => momentsAt(text, day, place), TimelineError, text);
    }
  });
});

describe('timeline: words', () => {
  it('are words and named values, with or without commas and quotes', () => {
    const { words, values } = wordsOf('sale 42.50, open  id=A1 campaign="a b/c", x_table=4', place);
    assert.deepEqual(words, ['sale', '42.50', 'open']);
    assert.deepEqual([...values], [['id', 'A1'], ['campaign', 'a b/c'], ['x_table', '4']]);
  });

  it('refuse what they cannot distinguish', () => {
    assert.throws(() => wordsOf('sale id=A id=B', place), /is there twice/);
    assert.throws(() => wordsOf('sale "open', place), TimelineError);
  });
});

describe('timeline: YAML', () => {
  it('keeps texts as they were written, and their lines', () => {
    assert.deepEqual(readYaml('a: 1.00\nb:\n  - 09:15: x\n  - "yes"\n'), {
      kind: 'map', line: 1, entries: [
        { key: 'a', line: 1, value: { kind: 'text', line: 1, text: '1.00', style: 'plain' } },
        { key: 'b', line: 2, value: { kind: 'list', line: 3, items: [
          { kind: 'map', line: 3, entries: [{ key: '09:15', line: 3, value: { kind: 'text', line: 3, text: 'x', style: 'plain' } }] },
          { kind: 'text', line: 4, text: 'yes', style: 'quoted' },
        ] } },
      ],
    });
  });

  it('refuses broken text, aliases, tags, several documents and a key twice', () => {
    for (const text of ['a: [b\nc: d', 'a: &x 1\nb: *x', 'a: !!int 1', 'a: 1\n---\nb: 2', 'a: 1\na: 2', '']) assert.throws(() => readYaml(text), TimelineError, text);
  });
});

describe('timeline: file', () => {
  const ok = 'revenue 1h = 0';
  const refused: [what: string, text: string, said: RegExp][] = [
    ['an unknown key', `${HEAD}  - {name: a, expects: []}\n`, /line 6: expects: is not known here: name, day/],
    ['no case', 'day: 2026-11-23\n', /cases: is missing/],
    ['no day', 'cases:\n  - {name: a, expect: []}\n', /line 2: day: is missing/],
    ['nothing expected', `${HEAD}  - {name: a, events: []}\n`, /line 6: expect: is missing/],
    ['a rule that the form would refuse', HEAD.replace('100', 'molto') + '  - {name: a}', /line 4: rules\.Basso\.threshold: is refused: must be a number like .*\("molto"\)/],
    ['two rules of one name', HEAD.replace('cases:', '  - {name: Basso, kpi: orders, size: 1h, op: below, threshold: 1}\ncases:') + '  - {name: a}', /rules: is refused: must have different names \("Basso"\)/],
    ['a shop that the form would refuse', HEAD.replace('stores: [centro]', 'stores: [centro], zone: Roma') + '  - {name: a}', /line 2: zone: is refused/],
    ['a KPI of one\'s own that is a preset\'s', `kpis: [{name: revenue, type: sale, value: one, show: count}]\n${HEAD}  - {name: a}`, /line 1: kpis\[0\]\.name: is refused: is taken \("revenue"\)/],
    ['a time', caseOf('9.15: sale 1.00', `10:00: ${ok}`), /line 8: 9\.15: must be a time/],
    ['a type of event', caseOf('09:15: sell 1.00', `10:00: ${ok}`), /line 8: 09:15: must begin with a type of event.*\("sell"\)/],
    ['a word', caseOf('09:15: sale 1.00 card', `10:00: ${ok}`), /is not understood here \("card"\)/],
    ['two amounts', caseOf('09:15: sale 1.00 2.00', `10:00: ${ok}`), /is there twice/],
    ['an unknown value', caseOf('09:15: sale 1.00 pay=card', `10:00: ${ok}`), /is not known here: .*payment.* \("pay"\)/],
    ['an unknown rule', caseOf('09:15: acknowledge Alto', `10:00: ${ok}`), /is the name of no rule: Basso \("Alto"\)/],
    ['a silence without end', caseOf('09:15: silence Basso', `10:00: ${ok}`), /is missing: until=14:00/],
    ['an unknown KPI', caseOf('09:15: sale 1.00', '10:00: incasso 1h = 0'), /line 10: expect: is the name of no KPI \("incasso"\)/],
    ['an unknown window', caseOf('09:15: sale 1.00', '10:00: revenue 2h = 0'), /must be a known window \("2h"\)/],
    ['a value without sign', caseOf('09:15: sale 1.00', '10:00: revenue 1h 0'), /must say = and a value/],
    ['no number', caseOf('09:15: sale 1.00', '10:00: revenue 1h = tanto'), /must be a number like .*\("tanto"\)/],
    ['an unknown status', caseOf('09:15: sale 1.00', '10:00: revenue 1h = 0 done'), /is not understood here: live, final, corrected \("done"\)/],
    ['an unknown state', caseOf('09:15: sale 1.00', '10:00: alert Basso burning'), /must be inactive, pending, .*\("burning"\)/],
  ];
  for (const [what, text, said] of refused) it(`refuses ${what}`, () => { assert.throws(() => read(text), said); });

  it('has every rule in both languages', () => {
    for (const words of [en, it_]) assert.deepEqual(Object.keys(words.rule).sort(), Object.keys(RULES).sort());
  });
});

describe('timeline: play', () => {
  /** Expected and found of each mismatch. */
  async function differences(event: string, expected: string): Promise<[string, string][]> {
    const { cases: [one], setting } = read(caseOf(event, expected));
    return one === undefined ? [] : (await play(one, setting)).map(({ expected: wanted, found }) => [wanted, found]);
  }

  const table: [event: string, expected: string, difference: [string, string][]][] = [
    ['09:15: sale 10.00', '09:30: revenue 1h = 10.00 live revision=1 count=1', []],
    ['09:15: sale 10.00', '09:30: revenue 1h = 10.01', [['= 10.01', '= 10 live revision=1 count=1']]],
    ['09:15: sale 10.00', '09:30: revenue 1h = 10.00 final', [['= 10.00 final', '= 10 live revision=1 count=1']]],
    ['09:15: sale 10.00', '09:30: revenue 1h = 10.00 count=2', [['= 10.00 count=2', '= 10 live revision=1 count=1']]],
    ['09:15: sale 10.00', '09:30: revenue 1h absent', [['absent', '= 10 live revision=1 count=1']]],
    ['09:15: sale 10.00', '09:30: revenue 1h of 08:00 = 0', [['= 0', 'absent']]],
    ['09:15: sale 10.00', '09:30: conversion 1h = 0', [['= 0', '= null live revision=1 count=0']]],
    ['09:15: sale 10.00', '09:30: conversion 1h = null', []],
    ['09:15: sale 10.00 duration=100s', '09:30: service_time_p90 1h ~ 98', []],
    ['09:15: sale 10.00 duration=100s', '09:30: service_time_p90 1h ~ 90', [['~ 90', '= 97.742 live revision=1 count=1']]],
    ['09:15: sale 10.00 happened=09:45', '09:50: revenue 1h absent', [['accepted', 'refused=time.future (/time: more than 5 minutes ahead of the clock)']]],
    ['09:15: sale 10.00 refused=time.future', '09:50: revenue 1h = 10.00', [['refused=time.future', 'accepted']]],
    ['09:15: sale 10.00', '10:00:05: alert Basso inactive', [['alert Basso inactive', 'alert Basso firing since=2026-11-23 10:00:05']]],
    ['09:15: sale 10.00', '10:00:05: alert Basso firing acknowledged', [['alert Basso firing acknowledged', 'alert Basso firing since=2026-11-23 10:00:05']]],
    ['09:15: sale 10.00', '10:01: notices none', [['notices none', '2026-11-23 10:00:05 Basso firing threshold']]],
    ['09:15: sale 10.00', '10:01: {notices: [10:00:05 Basso firing recovery]}', [['10:00:05 Basso firing recovery', '2026-11-23 10:00:05 Basso firing threshold']]],
  ];
  for (const [event, expected, difference] of table) {
    it(`${event} | ${expected}`, async () => { assert.deepEqual(await differences(event, expected), difference); });
  }
});
