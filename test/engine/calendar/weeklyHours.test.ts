/** What does the text of a shop's calendar mean, and which rule does it break? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readClosures, readDate, readExceptions, readYearDay } from '../../../engine/calendar/exceptionDays.js';
import { pastCutoff, readClock, readHours, readWeek, showClock, showSpan } from '../../../engine/calendar/weeklyHours.js';
import { PATRON_SAINTS, saintOf } from '../../../engine/calendar/patronSaints.js';
import { readShifts, suggestedShifts } from '../../../engine/calendar/shifts.js';
import { DAY } from '../../../engine/base/time.js';

const BAR = 4 * 60;

/** "09:00-12:30 …" in minutes, or the broken rule and where. */
function hours(text: string, cutoff = 0): string {
  const read = readHours(text, cutoff);
  return read.outcome === 'read' ? read.spans.map(({ from, to }) => `${String(from)}-${String(to)}`).join(' ') : `${read.rule} ${read.where}`;
}

describe('hours of a day', () => {
  const rows: [text: string, cutoff: number, expected: string][] = [
    ['09:00-12:30, 15:30-19:30', 0, '540-750 930-1170'], ['15:30 – 19.30; 9-12.30', 0, '540-750 930-1170'], ['9-12 e 15-19', 0, '540-720 900-1140'],
    ['', 0, ''], [' , ', 0, ''], ['00:00-24:00', 0, '0-1440'], ['09:00-12:00,12:00-15:00', 0, '540-720 720-900'],
    ['19:00-02:00', 0, '1140-1560'], ['19:00-00:00', 0, '1140-1440'], ['19:00-02:00', BAR, '1140-1560'],
    ['00:30-03:00', BAR, '1470-1620'], ['19-23, 00:30-04:00', BAR, '1140-1380 1470-1680'], ['04:00-10:00', BAR, '240-600'], ['19:00-05:00', BAR, '1140-1740'],
    ['25:00-26:00', 0, 'time 25:00-26:00'], ['09:60-10:00', 0, 'time 09:60-10:00'], ['24:00-25:00', 0, 'time 24:00-25:00'], ['24:00-02:00', 0, 'time 24:00-02:00'],
    ['24:30-02:00', 0, 'time 24:30-02:00'], ['9-9', 0, 'equal 9-9'], ['09:00-13:00, 12:59-19:00', 0, 'overlap 12:59-19:00'],
    ['03:00-13:00', BAR, 'cutoff 03:00-13:00'], ['03:00-02:00', BAR, 'cutoff 03:00-02:00'], ['chiuso', 0, 'form chiuso'], ['09:00', 0, 'form 09:00'],
    ['9-12-15', 0, 'form 9-12-15'], ['-12', 0, 'form -12'], ['nove-dieci', 0, 'time nove-dieci'],
  ];
  for (const [text, cutoff, expected] of rows) {
    it(`"${text}", day from ${showClock(cutoff)}: ${expected}`, () => { assert.equal(hours(text, cutoff), expected); });
  }

  it('are shown as they are read', () => {
    const minutes = fc.integer({ min: 0, max: 1_439 });
    fc.assert(fc.property(minutes, minutes, fc.constantFrom(0, BAR), (from, to, cutoff) => {
      const read = readHours(showSpan({ from, to }), cutoff);
      if (read.outcome === 'refused') return ['equal', 'cutoff'].includes(read.rule);
      const [span] = read.spans;
      assert.ok(span !== undefined && span.from >= cutoff && span.to > span.from && span.to - span.from < 1_440);
      return span.from % 1_440 === from && span.to % 1_440 === to;
    }));
    assert.deepEqual(['9', '9.5', '09:05', '24:00', '24:01', '-1', ''].map(readClock), [540, undefined, 545, 1_440, undefined, undefined, undefined]);
  });
});

describe('hours of a week', () => {
  const week = (changes: Record<number, string>): string[] => [0, 1, 2, 3, 4, 5, 6].map((day) => changes[day] ?? '');
  const rows: [what: string, texts: string[], cutoff: number, broken: object | undefined][] = [
    ['a usual one', week({ 0: '9-13', 5: '9-13, 15-19' }), 0, undefined],
    ['nights into the morning', week({ 4: '19:00-02:00', 5: '19:00-02:00' }), 0, undefined],
    ['never closed', week({}).map(() => '00:00-24:00'), 0, undefined],
    ['never open', week({}), 0, { rule: 'empty', where: '' }],
    ['a bad day', week({ 0: '9-13', 2: '15-15' }), 0, { rule: 'equal', where: '15-15', row: 2 }],
    ['a night into the next day\'s hours', week({ 4: '19:00-10:00', 5: '09:00-13:00' }), 0, { rule: 'nextDay', where: '19:00-10:00', row: 4 }],
    ['Sunday into Monday', week({ 6: '15:30-12:30', 0: '9-12' }), 0, { rule: 'nextDay', where: '15:30-12:30', row: 6 }],
  ];
  for (const [what, texts, cutoff, broken] of rows) {
    it(what, () => {
      const read = readWeek(texts, cutoff);
      assert.deepEqual(read.outcome === 'read' ? undefined : read, broken === undefined ? undefined : { outcome: 'refused', ...broken });
    });
  }

  it('says which days go on after the day\'s end', () => {
    const read = readWeek(week({ 0: '9-13', 4: '19:00-02:00', 5: '19:00-05:00' }), 0);
    assert.ok(read.outcome === 'read');
    assert.deepEqual([pastCutoff(read.week, 0), pastCutoff(read.week, BAR)], [[4, 5], [5]]);
  });
});

describe('days unlike others', () => {
  it('are read by date, those that exist', () => {
    assert.deepEqual(['2026-11-22', '2024-02-29', '2026-02-29', '2026-13-01', '26-01-01', '', undefined, 7].map(readDate), [
      Date.UTC(2026, 10, 22) / DAY, Date.UTC(2024, 1, 29) / DAY, undefined, undefined, undefined, undefined, undefined, undefined,
    ]);
  });

  it('know a patron saint by day and month', () => {
    assert.deepEqual(['7/12', '07/12', '29-2'].map(readYearDay), [{ month: 12, day: 7 }, { month: 12, day: 7 }, { month: 2, day: 29 }]);
    for (const text of ['30/02', '31/04', '0/1', '1/13', '12', 'sette dicembre', '']) assert.equal(readYearDay(text), undefined, text);
    assert.deepEqual([saintOf('07/12'), saintOf('08/12')], ['Sant’Ambrogio', undefined]);
    for (const { day, city } of PATRON_SAINTS) assert.ok(readYearDay(day) !== undefined && /^\d\d\/\d\d$/.test(day), city);
    assert.ok(new Set(PATRON_SAINTS.map(({ city }) => city)).size >= 20);
  });

  const closures: [row: object, expected: string][] = [
    [{ from: '2026-08-10', to: '2026-08-24', name: '' }, 'ferie'], [{ from: '2026-08-10', to: '2026-08-10', name: ' lavori ' }, 'lavori'],
    [{ from: '2026-08-24', to: '2026-08-10' }, 'order'], [{ from: '2026-02-30', to: '2026-03-10' }, 'date'], [{ from: '', to: '' }, 'date'],
    [{ from: '2026-08-10', to: '2026-08-24', name: 'x'.repeat(61) }, 'name'],
  ];
  for (const [row, expected] of closures) {
    it(`closed ${JSON.stringify(row)}: ${expected}`, () => {
      const read = readClosures([row as Parameters<typeof readClosures>[0][number]]);
      assert.equal(read.outcome === 'read' ? read.closures[0]?.name : read.rule, expected);
    });
  }

  const exceptions: [rows: object[], cutoff: number, expected: unknown][] = [
    [[{ date: '2026-12-24', hours: '9-13', name: 'Vigilia' }], 0, [{ day: Date.UTC(2026, 11, 24) / DAY, spans: [{ from: 540, to: 780 }], name: 'Vigilia' }]],
    [[{ date: '2026-12-24', hours: '', name: '' }], 0, [{ day: Date.UTC(2026, 11, 24) / DAY, spans: [] }]],
    [[{ date: '2026-12-24', hours: '9-13' }, { date: '2026-12-24', hours: '' }], 0, 'twice 2026-12-24'],
    [[{ date: '2026-12-24', hours: '9-9' }], 0, 'equal 2026-12-24: 9-9'], [[{ date: '24/12', hours: '9-13' }], 0, 'date 24/12'],
    [[{ date: '2026-12-31', hours: '03:00-09:00' }], BAR, 'cutoff 2026-12-31: 03:00-09:00'],
  ];
  for (const [rows, cutoff, expected] of exceptions) {
    it(`exceptionally ${JSON.stringify(rows)}`, () => {
      const read = readExceptions(rows as Parameters<typeof readExceptions>[0], cutoff);
      assert.deepEqual(read.outcome === 'read' ? read.days : `${read.rule} ${read.where}`, expected);
    });
  }

  it('are not without end', () => {
    const many = Array.from({ length: 401 }, () => ({ from: '2026-08-10', to: '2026-08-24', date: '2026-08-10', hours: '', name: '' }));
    assert.deepEqual([readClosures(many), readExceptions(many, 0)].map(({ outcome }) => outcome), ['refused', 'refused']);
  });
});

describe('shifts', () => {
  const shift = (name: string, from: string, to: string): { name: string; from: string; to: string } => ({ name, from, to });
  const rows: [rows: ReturnType<typeof shift>[], cutoff: number, expected: string][] = [
    [[shift('cena', '18', '02:00'), shift('pranzo', '11:00', '16:00')], BAR, 'pranzo 660-960, cena 1080-1560'],
    [[shift('notte', '00:00', '04:00')], BAR, 'notte 1440-1680'], [[shift('notte', '24:00', '04:00')], BAR, 'notte 1440-1680'],
    [[shift('sera', '18:00', '24:00')], 0, 'sera 1080-1440'], [[shift('sera', '18:00', '00:00')], 0, 'sera 1080-1440'], [[], 0, ''],
    [[shift('cena', '18:00', '02:00')], 0, 'cutoff cena'], [[shift('alba', '02:00', '06:00')], BAR, 'cutoff alba'],
    [[shift('pranzo', '11:30', '16:00')], 0, 'fullHour pranzo'], [[shift('pranzo', '11', '11')], 0, 'equal pranzo'], [[shift('tutto', '00:00', '24:00')], 0, 'equal tutto'],
    [[shift('pranzo', '25', '26')], 0, 'time pranzo'], [[shift('pranzo', '', '16')], 0, 'time pranzo'], [[shift(' ', '11', '16')], 0, 'name '],
    [[shift('a', '11', '16'), shift('b', '15', '17')], 0, 'overlap b'], [[shift('cena', '11', '16'), shift('Cena ', '17', '18')], 0, 'twice Cena'],
    [Array.from({ length: 13 }, (_, hour) => shift(`t${String(hour)}`, String(hour), String(hour + 1))), 0, 'many 13'],
  ];
  for (const [list, cutoff, expected] of rows) {
    it(`${JSON.stringify(list.slice(0, 2))}, day from ${showClock(cutoff)}: ${expected}`, () => {
      const read = readShifts(list, cutoff);
      const shown = read.outcome === 'read' ? read.shifts.map(({ name, from, to }) => `${name} ${String(from)}-${String(to)}`).join(', ') : `${read.rule} ${read.where}`;
      assert.equal(shown, expected);
    });
  }

  it('are suggested for every sector and end of day, and sound', () => {
    for (const sector of ['retail', 'restaurant', 'artisan'] as const) {
      for (let cutoff = 0; cutoff < 1_440; cutoff += 60) {
        const read = readShifts(suggestedShifts(sector, cutoff), cutoff);
        assert.ok(read.outcome === 'read', `${sector} ${showClock(cutoff)} ${JSON.stringify(read)}`);
      }
    }
    assert.deepEqual(suggestedShifts('restaurant', BAR).at(-1), { name: 'cena', from: '18:00', to: '02:00' });
    assert.deepEqual(suggestedShifts('restaurant', 0).at(-1), { name: 'cena', from: '18:00', to: '24:00' });
  });
});
