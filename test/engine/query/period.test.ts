/** Words and dates of business days: where do they begin and end on the shop's clock? */
import assert from 'node:assert/strict';
import { placePeriod } from '../../../engine/query/period.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';

const rome = (cutoffMinutes = 0): Calendar => new Calendar(new LocalClock('Europe/Rome'), cutoffMinutes);
const bar = rome(240);
const SUNDAY = Date.UTC(2026, 10, 22, 19, 30);

describe('periods', () => {
  const cases: readonly (readonly [string, Record<string, string>, Calendar, number, string, string])[] = [
    ['today', { period: 'today' }, rome(), SUNDAY, '2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['yesterday', { period: 'yesterday' }, rome(), SUNDAY, '2026-11-20T23:00:00.000Z', '2026-11-21T23:00:00.000Z'],
    ['seven days with today', { period: '7d' }, rome(), SUNDAY, '2026-11-15T23:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['thirty days, over the change of clocks', { period: '30d' }, rome(), SUNDAY, '2026-10-23T22:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['today of a bar at two in the night is yesterday\'s evening', { period: 'today' }, bar, Date.UTC(2026, 10, 22, 1), '2026-11-21T03:00:00.000Z', '2026-11-22T03:00:00.000Z'],
    ['dates, the last one whole', { from: '2026-11-01', to: '2026-11-15' }, rome(), SUNDAY, '2026-10-31T23:00:00.000Z', '2026-11-15T23:00:00.000Z'],
    ['one date of a bar', { from: '2026-10-24', to: '2026-10-24' }, bar, SUNDAY, '2026-10-24T02:00:00.000Z', '2026-10-25T03:00:00.000Z'],
    ['the day of 25 hours', { from: '2026-10-25', to: '2026-10-25' }, rome(), SUNDAY, '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['instants as they are', { from: '2026-11-01T10:00:00Z', to: '2026-11-02T10:00:00+01:00' }, rome(), SUNDAY, '2026-11-01T10:00:00Z', '2026-11-02T10:00:00+01:00'],
  ];
  for (const [name, raw, calendar, now, from, to] of cases) {
    it(name, () => { assert.deepEqual(placePeriod({ ...raw, name: 'revenue' }, calendar, now), { outcome: 'question', raw: { name: 'revenue', from, to } }); });
  }

  it('leave a question without time alone', () => {
    assert.deepEqual(placePeriod({ window: '1d', period: '' }, rome(), SUNDAY), { outcome: 'question', raw: { window: '1d', period: '' } });
  });

  for (const [raw, path, rule] of [[{ period: 'ieri' }, 'period', 'enum'], [{ period: 'constructor' }, 'period', 'enum'], [{ from: '2026-02-30' }, 'from', 'date'], [{ to: '2026-13-01' }, 'to', 'date']] as const) {
    it(`refuse ${JSON.stringify(raw)}`, () => {
      const placed = placePeriod(raw, rome(), SUNDAY);
      assert.deepEqual(placed.outcome === 'refused' && placed.refusals.map((refusal) => [refusal.path, refusal.rule]), [[path, rule]]);
    });
  }
});
