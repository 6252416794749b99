/** Which window is it, also when the clock changes? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { DAY, HOUR, isZone, LocalClock, parseInstant } from '../../../engine/base/time.js';
import { Calendar, TUMBLING, type WindowSize } from '../../../engine/calendar/windowAssigner.js';

const rome = new Calendar(new LocalClock('Europe/Rome'));
const SHIFTS = [{ name: 'pranzo', from: 660, to: 960 }, { name: 'cena', from: 1_080, to: 1_560 }, { name: 'notte', from: 1_560, to: 1_620 }];
const bar = new Calendar(new LocalClock('Europe/Rome'), 4 * 60, SHIFTS);

function at(text: string): number {
  const instant = parseInstant(text);
  assert.ok(instant !== undefined, text);
  return instant;
}

describe('windows', () => {
  const rows: [what: string, calendar: Calendar, size: WindowSize, instant: string, start: string, end: string][] = [
    ['an hour', rome, '1h', '2026-11-22T09:15:30Z', '2026-11-22T09:00:00Z', '2026-11-22T10:00:00Z'],
    ['an event at the end belongs to the next', rome, '1h', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z'],
    ['five minutes', rome, '5m', '2026-11-22T09:14:59.999Z', '2026-11-22T09:10:00Z', '2026-11-22T09:15:00Z'],
    ['a quarter', rome, '15m', '2026-11-22T09:15:00Z', '2026-11-22T09:15:00Z', '2026-11-22T09:30:00Z'],
    ['a day in winter', rome, '1d', '2026-11-22T22:59:59Z', '2026-11-21T23:00:00Z', '2026-11-22T23:00:00Z'],
    ['a day of 23 hours', rome, '1d', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['a day of 25 hours', rome, '1d', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['October, 02:30 the first time', rome, '1h', '2026-10-25T00:30:00Z', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z'],
    ['October, 02:30 the second time', rome, '1h', '2026-10-25T01:30:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'],
    ['a bar before its cut-off', bar, '1d', '2026-11-22T02:59:59Z', '2026-11-21T03:00:00Z', '2026-11-22T03:00:00Z'],
    ['a bar at its cut-off', bar, '1d', '2026-11-22T03:00:00Z', '2026-11-22T03:00:00Z', '2026-11-23T03:00:00Z'],
    ['a bar\'s night of 23 hours', bar, '1d', '2026-03-29T01:30:00Z', '2026-03-28T03:00:00Z', '2026-03-29T02:00:00Z'],
    ['a bar\'s night of 25 hours', bar, '1d', '2026-10-25T01:30:00Z', '2026-10-24T02:00:00Z', '2026-10-25T03:00:00Z'],
    ['a day that begins in the skipped hour', new Calendar(new LocalClock('Europe/Rome'), 120), '1d', '2026-03-29T01:00:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z'],
    ['a day that begins in the repeated hour', new Calendar(new LocalClock('Europe/Rome'), 120), '1d', '2026-10-25T00:00:00Z', '2026-10-25T00:00:00Z', '2026-10-26T01:00:00Z'],
    ['lunch', bar, 'shift', '2026-11-22T12:00:00Z', '2026-11-22T10:00:00Z', '2026-11-22T15:00:00Z'],
    ['between lunch and dinner', bar, 'shift', '2026-11-22T15:00:00Z', '2026-11-22T15:00:00Z', '2026-11-22T17:00:00Z'],
    ['the day\'s end after the last shift', bar, 'shift', '2026-11-22T02:30:00Z', '2026-11-22T02:00:00Z', '2026-11-22T03:00:00Z'],
    ['the day\'s begin before the first', bar, 'shift', '2026-11-22T03:00:00Z', '2026-11-22T03:00:00Z', '2026-11-22T10:00:00Z'],
    ['dinner up to the skipped hour', bar, 'shift', '2026-03-29T00:59:59Z', '2026-03-28T17:00:00Z', '2026-03-29T01:00:00Z'],
    ['after the skipped shift', bar, 'shift', '2026-03-29T01:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
    ['dinner up to the first 02:00', bar, 'shift', '2026-10-24T23:59:59Z', '2026-10-24T16:00:00Z', '2026-10-25T00:00:00Z'],
    ['the shift that lasts twice its hour', bar, 'shift', '2026-10-25T01:59:59Z', '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z'],
    ['the whole day without shifts', rome, 'shift', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['a zone with half an hour', new Calendar(new LocalClock('Asia/Kolkata')), '1h', '2026-11-22T09:15:00Z', '2026-11-22T08:30:00Z', '2026-11-22T09:30:00Z'],
    ['the last 15 minutes', rome, 'last-15m', '2026-11-22T09:15:30Z', '2026-11-22T09:01:00Z', '2026-11-22T09:16:00Z'],
  ];
  for (const [what, calendar, size, instant, start, end] of rows) {
    it(what, () => { assert.deepEqual(calendar.windowAt(size, at(instant)), { start: at(start), end: at(end) }); });
  }

  it('tile time without gap or overlap, and nest', () => {
    const instants = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(fc.property(instants, fc.constantFrom(...TUMBLING), fc.constantFrom(rome, bar), (instant, size, calendar) => {
      const span = calendar.windowAt(size, instant);
      assert.ok(span.start <= instant && instant < span.end);
      assert.deepEqual(calendar.windowAt(size, span.end - 1), span);
      assert.equal(calendar.windowAt(size, span.end).start, span.end);
      const day = calendar.windowAt('1d', instant);
      assert.ok(day.start <= span.start && span.end <= day.end);
    }));
  });

  it('make days that follow each other whatever the cut-off', () => {
    const zones = fc.constantFrom('Europe/Rome', 'Asia/Kolkata', 'Australia/Adelaide', 'America/New_York');
    const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(fc.property(instants, fc.integer({ min: 0, max: 23 }), zones, (instant, hour, zone) => {
      const calendar = new Calendar(new LocalClock(zone), hour * 60);
      const [day, next] = [calendar.windowAt('1d', instant), calendar.windowAt('1d', calendar.windowAt('1d', instant).end)];
      assert.deepEqual([next.start, calendar.dayNumber(next.start)], [day.end, calendar.dayNumber(instant) + 1]);
      assert.ok([23, 24, 25].includes((day.end - day.start) / HOUR));
      assert.equal(calendar.clock.instantAt(calendar.dayNumber(instant), hour * 60), day.start);
    }));
  });

  it('are listed whole for a range, at most as many as asked', () => {
    const spans = rome.windowsBetween('1h', at('2026-11-22T09:59:00Z'), at('2026-11-22T11:00:00Z'), 10);
    assert.deepEqual(spans.map(({ start }) => start), [at('2026-11-22T09:00:00Z'), at('2026-11-22T10:00:00Z')]);
    assert.equal(rome.windowsBetween('5m', 0, DAY, 7).length, 7);
    assert.equal(rome.windowsBetween('1h', at('2026-10-24T22:00:00Z'), at('2026-10-25T23:00:00Z'), 99).length, 25);
  });
});

describe('shifts', () => {
  const rows: [instant: string, name: string | undefined][] = [
    ['2026-11-22T10:59:59+01:00', undefined], ['2026-11-22T11:00:00+01:00', 'pranzo'], ['2026-11-22T16:00:00+01:00', undefined], ['2026-11-23T01:59:59+01:00', 'cena'],
    ['2026-11-23T02:00:00+01:00', 'notte'], ['2026-03-29T01:59:59+01:00', 'cena'], ['2026-03-29T03:00:00+02:00', undefined],
    ['2026-10-25T02:00:00+02:00', 'notte'], ['2026-10-25T02:59:59+01:00', 'notte'], ['2026-10-25T03:00:00+01:00', undefined],
  ];
  for (const [instant, name] of rows) it(`${instant} is ${name ?? 'between shifts'}`, () => { assert.equal(bar.shiftAt(at(instant)), name); });

  it('have no name where there are none', () => { assert.equal(rome.shiftAt(at('2026-11-22T12:00:00Z')), undefined); });

  it('are made of whole hours of the same name, in a zone of half an hour too', () => {
    for (const zone of ['Europe/Rome', 'Australia/Adelaide', 'America/New_York']) {
      const calendar = new Calendar(new LocalClock(zone), 240, SHIFTS);
      fc.assert(fc.property(fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }), (instant) => {
        const [hour, shift] = [calendar.windowAt('1h', instant), calendar.windowAt('shift', instant)];
        assert.ok(shift.start <= hour.start && hour.end <= shift.end);
        assert.equal(calendar.shiftAt(shift.end - 1), calendar.shiftAt(shift.start));
        assert.equal(calendar.dayNumber(shift.end - 1), calendar.dayNumber(shift.start));
      }));
    }
  });
});

describe('time', () => {
  const rows: [text: string, epochMs: number | undefined][] = [
    ['1970-01-02T00:00:00Z', DAY], ['1970-01-01T01:00:00+01:00', 0], ['1970-01-01T00:00:00.1234Z', 123], ['1970-01-01 01:00:00z', HOUR],
    ['2026-02-30T10:00:00Z', undefined], ['2026-11-22T25:00:00Z', undefined], ['2026-11-22', undefined], ['2026-11-22T10:00:00', undefined], ['', undefined],
  ];
  for (const [text, epochMs] of rows) it(`"${text}" is ${String(epochMs)}`, () => { assert.equal(parseInstant(text), epochMs); });

  it('knows the instant of a time on the wall as Temporal does', () => {
    const day = fc.integer({ min: 19_000, max: 21_500 });
    fc.assert(fc.property(day, fc.integer({ min: 0, max: 2_879 }), fc.constantFrom('Europe/Rome', 'Australia/Lord_Howe', 'America/New_York', 'UTC'), (number, minutes, zone) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(number * DAY + minutes * 60_000).toZonedDateTimeISO('UTC').toPlainDateTime();
      assert.equal(new LocalClock(zone).instantAt(number, minutes), wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds);
    }), { numRuns: 300 });
    for (const [minutes, expected] of [[119, '2026-03-29T00:59:00Z'], [120, '2026-03-29T01:00:00Z'], [150, '2026-03-29T01:30:00Z'], [180, '2026-03-29T01:00:00Z']] as const) {
      assert.equal(new LocalClock('Europe/Rome').instantAt(at('2026-03-29T00:00:00Z') / DAY, minutes), at(expected));
    }
  });

  it('reads the canonical form as it was written', () => {
    fc.assert(fc.property(fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2200, 0, 1) }), (epochMs) => parseInstant(new Date(epochMs).toISOString()) === epochMs));
  });

  it('knows zones', () => { assert.deepEqual(['Europe/Rome', 'UTC', 'Europe/Roma', ''].map(isZone), [true, true, false, false]); });
});
