/** Is the shop open: weekly hours, holidays, closures, nights, and the days on which the clock changes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { readDate, readExceptions } from '../../../engine/calendar/exceptionDays.js';
import { nationalHoliday } from '../../../engine/calendar/nationalHolidays.js';
import { readWeek } from '../../../engine/calendar/weeklyHours.js';
import { ALWAYS_OPEN, Opening, type OpeningRules } from '../../../engine/calendar/openingHours.js';
import { DAY, formatInstant, HOUR, LocalClock, MINUTE, parseInstant } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';

const BAR = 4 * 60;
const SHOP = ['', '9:00-12:30, 15:30-19:30', '9:00-12:30, 15:30-19:30', '9:00-12:30, 15:30-19:30', '9:00-12:30, 15:30-19:30', '9:00-19:30', '10:00-13:00'];
const PUB = ['', '18:00-01:00', '18:00-01:00', '18:00-01:00', '19:00-02:00', '19:00-03:00', '11:00-15:00, 19:00-24:00'];

function openingOf(texts: readonly string[], rules: Partial<OpeningRules> = {}, zone = 'Europe/Rome', cutoff = 0): Opening {
  const read = readWeek(texts, cutoff);
  assert.ok(read.outcome === 'read', JSON.stringify(read));
  return new Opening(new Calendar(new LocalClock(zone), cutoff), { holidays: 'closed', closures: [], exceptions: [], ...rules, week: read.week });
}

function at(text: string): number {
  const instant = parseInstant(text);
  assert.ok(instant !== undefined, text);
  return instant;
}

const dayOf = (text: string): number => readDate(text) ?? assert.fail(text);
const shown = (instant: number | undefined): string | undefined => (instant === undefined ? undefined : formatInstant(instant).slice(0, 16));

describe('opening', () => {
  const shop = openingOf(SHOP);
  const pub = openingOf(PUB, { holidays: 'open' }, 'Europe/Rome', BAR);
  const rows: [what: string, opening: Opening, instant: string, openedAt: string | undefined, next: string | undefined][] = [
    ['in the morning', shop, '2026-11-20T09:00:00+01:00', '2026-11-20T08:00', '2026-11-20T14:30'],
    ['at the end, which is outside', shop, '2026-11-20T12:30:00+01:00', undefined, '2026-11-20T14:30'],
    ['over Sunday noon and the closed Monday', shop, '2026-11-22T13:00:00+01:00', undefined, '2026-11-24T08:00'],
    ['before a holiday', shop, '2026-12-24T19:30:00+01:00', undefined, '2026-12-27T09:00'],
    ['a night', pub, '2026-11-21T01:59:59+01:00', '2026-11-20T18:00', '2026-11-21T18:00'],
    ['after the night', pub, '2026-11-21T02:00:00+01:00', undefined, '2026-11-21T18:00'],
    ['a night into a closed day', pub, '2026-11-23T00:00:00+01:00', undefined, '2026-11-24T17:00'],
    ['the night in which 02:00 is skipped', pub, '2026-03-29T01:59:59+01:00', '2026-03-28T18:00', '2026-03-29T09:00'],
    ['the same, at 03:00', pub, '2026-03-29T03:00:00+02:00', undefined, '2026-03-29T09:00'],
    ['the night in which 02:00 comes twice, the first time', pub, '2026-10-25T02:30:00+02:00', '2026-10-24T17:00', '2026-10-25T10:00'],
    ['the same, the second time', pub, '2026-10-25T02:30:00+01:00', '2026-10-24T17:00', '2026-10-25T10:00'],
    ['always', new Opening(shop.calendar), '2026-12-25T03:00:00+01:00', '1970-01-01T00:00', undefined],
  ];
  for (const [what, opening, instant, openedAt, next] of rows) {
    it(`${what}: ${instant}`, () => {
      assert.equal(shown(opening.openedAt(at(instant))), openedAt);
      assert.equal(opening.isOpen(at(instant)), openedAt !== undefined);
      assert.equal(shown(opening.nextOpening(at(instant))), next);
    });
  }

  it('lasts as long as the clock shows, also where it changes', () => {
    const night = (evening: string, morning: string): number => pub.openMs({ start: at(evening), end: at(morning) }) / HOUR;
    assert.equal(night('2026-03-28T12:00:00+01:00', '2026-03-29T10:00:00+02:00'), 7);
    assert.equal(night('2026-10-24T12:00:00+02:00', '2026-10-25T10:00:00+01:00'), 9);
    assert.equal(night('2026-11-21T12:00:00+01:00', '2026-11-22T10:00:00+01:00'), 8);
  });

  it('leaves out what the change of clocks skips, and counts nothing twice', () => {
    const odd = openingOf(['', '', '', '', '', '', '02:00-02:30, 02:30-03:00, 03:00-04:00']);
    const day = (date: string, hours: number): number => odd.openMs({ start: at(`${date}T00:00:00+01:00`), end: at(`${date}T00:00:00+01:00`) + hours * HOUR }) / MINUTE;
    assert.equal(day('2026-11-22', 24), 120);
    assert.equal(day('2026-03-29', 23), 60);
  });

  it('goes on without end where no day closes', () => {
    const kiosk = openingOf(SHOP.map(() => '00:00-24:00'), { holidays: 'open' });
    const now = at('2026-11-22T15:00:00+01:00');
    assert.equal(kiosk.openMs({ start: now - 30 * DAY, end: now }), 30 * DAY);
    assert.equal(kiosk.nextOpening(now), undefined);
    assert.equal(shown(kiosk.openedAt(now)), '2026-11-13T23:00');
    assert.equal(openingOf(SHOP, { closures: [{ first: 0, last: 99_999, name: 'chiuso' }] }).nextOpening(now), undefined);
  });
});

describe('days unlike others', () => {
  const exceptions = readExceptions([
    { date: '2026-12-24', hours: '09:00-13:00', name: 'Vigilia' }, { date: '2026-12-26', hours: '10:00-13:00', name: '' },
    { date: '2026-11-24', hours: '', name: '' }, { date: '2026-08-12', hours: '10:00-12:00', name: '' }, { date: '2026-11-23', hours: '9-13', name: '' },
  ], 0);
  assert.ok(exceptions.outcome === 'read');
  const rules: Partial<OpeningRules> = {
    exceptions: exceptions.days,
    closures: [{ first: dayOf('2026-08-10'), last: dayOf('2026-08-24'), name: 'ferie' }],
    patronSaint: { month: 12, day: 7, name: 'Sant’Ambrogio' },
  };
  const closed = openingOf(SHOP, rules);
  const rows: [date: string, hours: number, name: string | undefined, opening?: Opening][] = [
    ['2026-11-20', 7.5, undefined], ['2026-11-22', 3, undefined], ['2026-11-23', 4, undefined], ['2026-11-24', 0, 'chiusura straordinaria'],
    ['2026-12-24', 4, 'Vigilia'], ['2026-12-25', 0, 'Natale di Gesù'], ['2026-12-26', 3, 'Santo Stefano'], ['2026-12-08', 0, 'Immacolata Concezione'],
    ['2025-12-07', 0, 'Sant’Ambrogio'], ['2026-08-09', 3, undefined], ['2026-08-11', 0, 'ferie'], ['2026-08-12', 2, 'ferie'], ['2026-08-15', 0, 'Assunzione di Maria'],
    ['2026-08-24', 0, 'ferie'], ['2026-08-25', 7.5, undefined], ['2027-03-29', 0, 'Lunedì dell’Angelo'],
    ['2025-10-04', 10.5, undefined], ['2026-10-04', 0, 'Festa nazionale di San Francesco d\'Assisi'],
    ['2026-05-01', 7.5, 'Festa del lavoro', openingOf(SHOP, { ...rules, holidays: 'open' })], ['2026-05-01', 3, 'Festa del lavoro', openingOf(SHOP, { ...rules, holidays: 'sunday' })],
    ['2026-12-25', 24, 'Natale di Gesù', new Opening(closed.calendar, ALWAYS_OPEN)],
  ];
  for (const [date, hours, name, opening = closed] of rows) {
    it(`${date}: ${String(hours)} hours, ${name ?? 'a day like others'}`, () => {
      const day = opening.calendar.windowAt('1d', at(`${date}T12:00:00+01:00`));
      assert.equal(opening.openMs(day) / HOUR, hours);
      assert.equal(opening.holiday(day.start), name);
      assert.equal(opening.holiday(day.end - 1), name);
    });
  }

  it('are business days: Christmas Eve lasts until its cut-off, Christmas until its own', () => {
    const pub = openingOf(['', '', '', '19:00-03:00', '19:00-03:00', '19:00-03:00', ''], {}, 'Europe/Rome', BAR);
    assert.deepEqual([pub.isOpen(at('2026-12-25T02:59:00+01:00')), pub.holiday(at('2026-12-25T02:59:00+01:00'))], [true, undefined]);
    assert.deepEqual([pub.isOpen(at('2026-12-25T20:00:00+01:00')), pub.holiday(at('2026-12-26T03:59:00+01:00'))], [false, 'Natale di Gesù']);
    assert.equal(pub.holiday(at('2026-12-26T04:00:00+01:00')), 'Santo Stefano');
  });

  it('are public ones only, of any year', () => {
    const names = (year: number): string[] => Array.from({ length: 366 }, (_, day) => nationalHoliday(Date.UTC(year, 0, 1) / DAY + day)).filter((name) => name !== undefined).slice(0, 13);
    assert.deepEqual([names(2025).length, names(2026).length], [13, 13], '12 and the next New Year\'s Day, 13');
    assert.ok(!names(2026).includes('Festa della mamma'));
    for (const [year, monday] of [[2024, '2024-04-01'], [2025, '2025-04-21'], [2030, '2030-04-22'], [2038, '2038-04-26']] as const) {
      assert.equal(nationalHoliday(dayOf(monday)), 'Lunedì dell’Angelo', String(year));
    }
  });
});

describe('opening holds for any week, zone and day', () => {
  const clockText = fc.integer({ min: 0, max: 47 }).map((half) => `${String(half >> 1)}:${half % 2 === 0 ? '00' : '30'}`);
  const dayText = fc.array(fc.tuple(clockText, clockText), { maxLength: 3 }).map((spans) => spans.map((span) => span.join('-')).join(', '));
  const zones = fc.constantFrom('Europe/Rome', 'Asia/Kolkata', 'Australia/Adelaide', 'Australia/Lord_Howe');
  const weeks = fc.tuple(fc.array(dayText, { minLength: 7, maxLength: 7 }), fc.constantFrom(0, BAR), zones, fc.constantFrom('open', 'closed', 'sunday'))
    .filter(([texts, cutoff]) => readWeek(texts, cutoff).outcome === 'read')
    .map(([texts, cutoff, zone, holidays]) => openingOf(texts, { holidays }, zone, cutoff));
  // Around both changes of clocks of both hemispheres, and over a year's holidays.
  const instants = fc.oneof(
    ...['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-04-04T16:00:00Z', '2026-10-03T16:00:00Z'].map((text) => fc.integer({ min: at(text) - 2 * DAY, max: at(text) + 2 * DAY })),
    fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-06-01T00:00:00Z') }),
  );

  it('the parts of a span add up', () => {
    fc.assert(fc.property(weeks, instants, fc.array(fc.integer({ min: 1, max: 3 * DAY }), { minLength: 1, maxLength: 6 }), (opening, start, lengths) => {
      let from = start;
      const parts = lengths.map((length) => ({ start: from, end: (from += length) }));
      const sum = parts.reduce((total, part) => total + opening.openMs(part), 0);
      assert.equal(opening.openMs({ start, end: from }), sum);
      assert.ok(sum >= 0 && sum <= from - start);
    }));
  });

  it('open is what has a span, from its start to its end', () => {
    fc.assert(fc.property(weeks, instants, (opening, instant) => {
      const openedAt = opening.openedAt(instant);
      assert.equal(opening.isOpen(instant), openedAt !== undefined);
      assert.equal(opening.openMs({ start: instant, end: instant + 1 }), openedAt === undefined ? 0 : 1);
      if (openedAt !== undefined) assert.deepEqual([openedAt <= instant, opening.openMs({ start: openedAt, end: instant })], [true, instant - openedAt]);
      const next = opening.nextOpening(instant);
      if (next === undefined) return;
      assert.deepEqual([next > instant, opening.isOpen(next), opening.isOpen(next - 1), opening.openedAt(next)], [true, true, false, next]);
      // Between here and there nothing else opens: at most the present span is left.
      const left = opening.openMs({ start: instant, end: next });
      assert.equal(opening.isOpen(instant + left), false);
    }));
  });

  it('what the clock on the wall shows decides, on days without a change of clocks', () => {
    const texts = ['', '9-13', '19:00-02:00', '02:00-24:00', '10-12, 14:30-18', '18-23:30', '07:30-22'];
    for (const zone of ['Europe/Rome', 'Asia/Kolkata']) {
      const opening = openingOf(texts, { holidays: 'open' }, zone);
      fc.assert(fc.property(fc.integer({ min: at('2026-05-01T00:00:00Z'), max: at('2026-09-01T00:00:00Z') }), (instant) => {
        const wall = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        const minute = wall.hour * 60 + wall.minute;
        const within = (from: number, to: number): boolean => from * 60 <= minute && minute < to * 60;
        const expected = [false, within(9, 13), within(19, 24), true, within(10, 12) || within(14.5, 18), within(18, 23.5), within(7.5, 22)][wall.dayOfWeek - 1];
        assert.equal(opening.isOpen(instant), expected);
      }));
    }
  });
});
