/** When is a source absent? By the same hours of the last four weeks: tables of what was sent, and how long nothing has come. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AlertState, initialState } from '../../../engine/alert/state.js';
import { type Input, step } from '../../../engine/alert/stateMachine.js';
import { ALWAYS, type Hours } from '../../../engine/alert/activeTime.js';
import type { AbsenceRule } from '../../../engine/alert/rule.js';
import { type SourceReading, comparedHours, judgeAbsence } from '../../../engine/alert/absence.js';
import { DAY, HOUR, LocalClock, MINUTE } from '../../../engine/base/time.js';
import { countHour, countHours, hourKey, sentIn } from '../../../engine/aggregate/sourceActivity.js';

const clock = new LocalClock('Europe/Rome');
/** A Friday at noon in Rome, four weeks after the change from summer time. */
const NOON = Date.UTC(2026, 10, 27, 11);
const LONG_AGO = NOON - 60 * DAY;

/** So many messages in each hour of the weeks before, the last week first. */
function readingOf(weeks: readonly number[], silentMs: number, parts: { now?: number; knownSince?: number; hours?: Hours } = {}): SourceReading {
  const { now = NOON + 50 * MINUTE, knownSince = LONG_AGO, hours = ALWAYS } = parts;
  const sent = (start: number): number => weeks[Math.round((now - start) / (7 * DAY)) - 1] ?? 0;
  return judgeAbsence(now - silentMs, now, { knownSince, sent }, clock, hours);
}

describe('a silent source', () => {
  const rows: [title: string, weeks: number[], silentMs: number, state: SourceReading['state']][] = [
    // 60 messages an hour are 20 arrivals: e^(-20 t) < 0.001 from 20.7 minutes on.
    ['a busy one that rests', [60, 60, 60, 60], 20 * MINUTE, 'active'],
    ['a busy one that has stopped', [60, 60, 60, 60], 21 * MINUTE, 'absent'],
    ['a very busy one, restarting', [6_000, 6_000, 6_000, 6_000], 9 * MINUTE, 'active'],
    ['a very busy one that has stopped', [6_000, 6_000, 6_000, 6_000], 10 * MINUTE, 'absent'],
    ['one that is slow at this hour', [4, 2, 3, 5], 3 * HOUR, 'active'],
    ['one that is slow but has never been silent for so long', [4, 2, 3, 5], 7 * HOUR, 'absent'],
    ['one that sleeps at this hour', [0, 0, 0, 0], 40 * HOUR, 'active'],
    ['one busy week is no habit', [900, 0, 0, 0], 50 * MINUTE, 'active'],
    ['one quiet week (a holiday) changes no habit', [60, 0, 60, 60], 50 * MINUTE, 'absent'],
  ];
  for (const [title, weeks, silentMs, state] of rows) it(`${title}: ${state}`, () => { assert.equal(readingOf(weeks, silentMs).state, state); });

  it('says what is usual, and since when nothing came', () => {
    assert.deepEqual(readingOf([60, 50, 70, 65], 30 * MINUTE), { state: 'absent', usual: 60, lastSeenAt: NOON + 20 * MINUTE });
  });

  it('is not judged before two weeks are known', () => {
    assert.equal(readingOf([60, 60], 50 * MINUTE, { knownSince: NOON - 13 * DAY }).state, 'unknown');
    assert.equal(readingOf([60, 60], 50 * MINUTE, { knownSince: NOON - 15 * DAY }).state, 'absent');
  });

  it('is judged by the open part of its hours, and never while closed', () => {
    const open = (from: number, to: number): Hours => ({ ...ALWAYS, isOpen: (at) => from <= at && at < to, openMs: ({ start, end }) => Math.max(0, Math.min(end, to) - Math.max(start, from)) });
    // Open since half past: 60 messages in 30 minutes are twice as many.
    assert.equal(readingOf([60, 60, 60, 60], 40 * MINUTE, { hours: open(NOON + 30 * MINUTE, NOON + DAY), now: NOON + 40 * MINUTE }).state, 'active');
    assert.equal(readingOf([60, 60, 60, 60], 40 * MINUTE, { hours: open(NOON + 30 * MINUTE, NOON + DAY), now: NOON + 41 * MINUTE }).state, 'absent');
    assert.equal(readingOf([60, 60, 60, 60], 40 * MINUTE, { hours: open(NOON + HOUR, NOON + DAY) }).state, 'active');
    assert.equal(readingOf([60, 60, 60, 60], 40 * MINUTE, { hours: open(NOON - DAY, NOON + 45 * MINUTE) }).state, 'active');
  });

  it('compares wall clocks over the change from summer time', () => {
    const [only] = comparedHours(Date.UTC(2026, 10, 2, 11), Date.UTC(2026, 10, 2, 11), clock);
    assert.deepEqual(only?.before.map((at) => new Date(at).toISOString()), ['2026-10-26T11:00:00.000Z', '2026-10-19T10:00:00.000Z', '2026-10-12T10:00:00.000Z', '2026-10-05T10:00:00.000Z']);
  });

  it('never becomes well again by silence going on', () => {
    fc.assert(fc.property(fc.array(fc.nat(200), { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 30 * 60 }), fc.nat(10 * 60), (weeks, minutes, more) => {
      const sent = (start: number): number => weeks[Math.floor((NOON - start) / (7 * DAY))] ?? 0;
      const at = (now: number): string => judgeAbsence(NOON, now, { knownSince: LONG_AGO, sent }, clock, ALWAYS).state;
      return at(NOON + minutes * MINUTE) !== 'absent' || at(NOON + (minutes + more) * MINUTE) === 'absent';
    }));
  });

  it('keeps what it counts for five weeks', () => {
    const add = countHour('urn:bottega:shopify:a.b', NOON + 5 * MINUTE, 3);
    assert.deepEqual(add, { key: hourKey('urn:bottega:shopify:a.b', NOON), add: { n: 3 }, total: 'unneeded', expiresAt: NOON + 35 * DAY });
    assert.match(add.key, /^sh\/urn%3Abottega%3Ashopify%3Aa\.b\/0\d{10}$/);
    assert.equal(sentIn(undefined), 0);
    const at = (source: string, recordedtime: string): { source: string; time: string; recordedtime: string } => ({ source, time: '2026-11-01T00:00:00.000Z', recordedtime });
    const batch = [at('a', '2026-11-27T11:59:59.999Z'), at('a', '2026-11-27T12:00:00.000Z'), at('b', '2026-11-27T11:00:00.000Z'), at('a', '2026-11-27T11:00:00.000Z')];
    assert.deepEqual(countHours(batch), [countHour('a', NOON, 2), countHour('a', NOON + HOUR, 1), countHour('b', NOON, 1)]);
    assert.equal(sentIn(add.add), 3);
  });
});

/** The cause has its old name on the wire. */
const NOTIFIED = 'noData mute people'; // vocabulary-ok
const SILENCED = 'noData mute silenced'; // vocabulary-ok

describe('the alert of an absent source', () => {
  const rule: AbsenceRule = { kind: 'absence', name: 'Sorgente muta', repeatMs: 2 * HOUR };
  const absent: Input = { kind: 'source', reading: { state: 'absent', usual: 60, lastSeenAt: 0 } };
  const quiet = (lastSeenAt: number): Input => ({ kind: 'source', reading: { state: 'active', lastSeenAt } });
  const tick: Input = { kind: 'tick' };
  const timelines: Record<string, [minute: number, input: Input, transitions: string[], wakeAt?: number][]> = {
    'notifies once, repeats, and notifies again when the source sends': [
      [10, quiet(0), []], [25, absent, [NOTIFIED], 145], [26, absent, [], 145], [145, tick, ['noData repeat people'], 265], [150, quiet(149 * MINUTE), ['resolved data people']], [151, quiet(0), []],
    ],
    'is not well again because the shop closes or time is set back': [[25, absent, [NOTIFIED]], [26, quiet(0), []], [27, { kind: 'source', reading: { state: 'unknown', lastSeenAt: 0 } }, []]],
    'is repeated no more once it is acknowledged': [[25, absent, [NOTIFIED]], [30, { kind: 'acknowledge' }, ['noData command quiet']], [145, tick, []]],
    'notifies at the end of a silence': [[5, { kind: 'silence', until: 60 * MINUTE }, ['inactive command quiet']], [25, absent, [SILENCED], 60], [60, tick, [NOTIFIED], 180]],
    'does not notify the end of what was never notified': [[5, { kind: 'silence', until: 60 * MINUTE }, ['inactive command quiet']], [25, absent, [SILENCED]], [30, quiet(29 * MINUTE), ['resolved data silenced']]],
    'has nothing to do with numbers': [[1, { kind: 'value', sample: { start: 0, end: HOUR, value: 1, unit: 'EUR', count: 1, revision: 1, updatedAt: 0, status: 'final' } }, []]],
  };
  for (const [title, lines] of Object.entries(timelines)) {
    it(title, () => {
      let state: AlertState = initialState(0);
      for (const [minute, input, expected, wake] of lines) {
        const next = step(rule, state, input, minute * MINUTE);
        assert.deepEqual(next.transitions.map(({ to, cause, audience }) => `${to} ${cause} ${audience}`), expected, `at minute ${String(minute)}`);
        if (wake !== undefined) assert.equal(next.wakeAt, wake * MINUTE, `wake at minute ${String(minute)}`);
        state = next.state;
      }
    });
  }
});
