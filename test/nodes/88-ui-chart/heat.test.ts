/** The map of hours by weekdays, and the form of a chart. */
import assert from 'node:assert/strict';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { readConfig } from '../../../nodes/88-ui-chart/config.js';
import { heatOf } from '../../../nodes/88-ui-chart/heat.js';
import { chartView } from '../../../nodes/88-ui-chart/view.js';
import { names } from '../../support/testNodeRed.js';
import { rowOf } from '../../support/widgetStates.js';

const saved = { id: 'c', type: 'ui-bottega-chart', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker', kpi: 'revenue' };

describe('map of hours by weekdays', () => {
  const calendar = new Calendar(new LocalClock('Europe/Rome'), 4 * 60);
  /** 01:00 in Rome of two Sundays: still Saturday's business, with a cut-off at 04:00. */
  const starts = [Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 29)];
  const spans = starts.map((start) => ({ start, end: start + 3_600_000 }));
  const row = (index: number, value: number, count: number) => rowOf({ value, count, window: { size: '1h', start: new Date(starts[index] ?? 0).toISOString(), end: '' } });

  it('divides a sum by the days, also those on which nothing came', () => {
    assert.deepEqual(heatOf(spans, [row(0, 10, 1)], { adds: 'up' }, calendar), [{ weekday: 5, hour: 1, days: 2, value: 5 }]);
  });
  it('weighs an average by what it counts, and leaves unknown what nobody counted', () => {
    assert.deepEqual(heatOf(spans, [row(0, 10, 1), row(1, 40, 2)], { adds: 'not' }, calendar), [{ weekday: 5, hour: 1, days: 2, value: 30 }]);
    assert.equal(heatOf(spans, [], { adds: 'not' }, calendar)[0]?.value, null);
  });
});

describe('form of a chart', () => {
  it('reads what was saved, with defaults', () => {
    const { shape, step, period, compare } = readConfig(saved);
    assert.deepEqual([shape, step, period, compare], ['bars', 'auto', 'today', 'usual']);
  });
  for (const [field, fields] of [['shape', { shape: 'pie' }], ['step', { step: '5m' }], ['period', { period: '1y' }], ['compare', { compare: 'x' }], ['kpi', { kpi: 7 }], ['version', { version: 2 }]] as const) {
    it(`refuses ${JSON.stringify(fields)} by name`, () => { assert.throws(() => readConfig({ ...saved, ...fields }), names(field)); });
  }
  it('is moved by hours and days of stretches that go on, and by nothing else', () => {
    const topics = (fields: object, choice = {}): string[] => chartView(readConfig({ ...saved, ...fields }), choice).topics.map(({ window, store, channel }) => `${window}/${store}/${channel}`);
    assert.deepEqual([topics({}, { channel: 'online' }), topics({ period: 'yesterday' }), topics({ shape: 'heat' })], [['1h/_/online', '1d/_/online'], [], []]);
  });
});
