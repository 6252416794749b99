/** Much or little for this time of this day: what past Sundays say, and what they must not say. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Baseline, type Compared } from '../../../../engine/read/baseline/baseline.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { daysBefore } from '../../../../engine/read/sliceHistory.js';
import { KPIS } from '../../../../engine/kpi/builtinKpis.js';
import { parseQuestion } from '../../../../engine/query/kpiQuery.js';
import { answerRows } from '../../../../engine/query/execute.js';
import type { Store } from '../../../../engine/store/store.js';
import { DAY, HOUR, LocalClock, MINUTE } from '../../../../engine/base/time.js';
import { event, NOW } from '../../../support/events.js';
import { shop, calendar, receive, memoryStore } from '../../../support/shopStore.js';
import { type KpiRow } from '../../../../engine/read/kpiValue.js';

let sold = 0;

/** A sale so many weeks ago, so many ms before (or after) the present time of day. */
function sale(week: number, offsetMs: number, amount: string, data: object = {}): ShopEvent {
  sold += 1;
  return event({ subject: `s/${String(sold)}`, time: new Date(NOW - 7 * DAY * week + offsetMs).toISOString(), data: { amount, ...data } }, NOW + HOUR);
}

type Asked = Readonly<{ size?: Compared; at?: number; now?: number; store?: string; channel?: string; holiday?: (at: number) => string | undefined }>;

async function usual(store: Store, name: string, { size = '1d', now = NOW, at = now, store: one = '_', channel = '_', holiday = () => undefined }: Asked = {}): Promise<unknown> {
  const kpi = KPIS.find((each) => each.name === name);
  assert.ok(kpi !== undefined);
  const comparison = new Baseline(store, shop, holiday);
  return (await comparison.at(size, calendar.windowAt(size, at), now))(kpi, { store: one, channel });
}

async function shopWith(...events: ShopEvent[]): Promise<Store> {
  const store = await memoryStore();
  await receive(store, events);
  return store;
}

/** In four past weeks 100, 200, 300 and 400 in the morning, and as much again in the hour of now. */
const fourWeeks = (): Promise<Store> => shopWith(...[1, 2, 3, 4].flatMap((week) => [
  sale(week, -3 * HOUR, `${String(week * 100)}.00`), sale(week, 10 * MINUTE, `${String(week * 100)}.00`), sale(week, 3 * HOUR, '5000.00'),
]));

describe('what is usual', () => {
  it('is the median of the last same weekdays: whole hours as they were, the hour of now by its minutes', async () => {
    const store = await fourWeeks();
    assert.deepEqual(await usual(store, 'revenue'), { value: 250, days: 4 });
    assert.deepEqual(await usual(store, 'revenue', { now: NOW + 15 * MINUTE + 59_000 }), { value: 312.5, days: 4 });
    assert.deepEqual(await usual(store, 'orders', { now: NOW + 15 * MINUTE }), { value: 1.3, days: 4 });
    assert.deepEqual(await usual(store, 'average_ticket', { now: NOW + 15 * MINUTE }), { value: 250, days: 4 });
    assert.deepEqual(await usual(store, 'revenue', { size: '1h', now: NOW + 30 * MINUTE }), { value: 125, days: 4 });
  });

  it('is of the whole window where that is over, or still to come', async () => {
    const store = await fourWeeks();
    assert.deepEqual(await usual(store, 'revenue', { size: '1h', at: NOW - 3 * HOUR }), { value: 250, days: 4 });
    assert.deepEqual(await usual(store, 'revenue', { size: '1h', at: NOW + 3 * HOUR }), { value: 5_000, days: 4 });
  });

  it('leaves holidays and closures out, and goes further back instead', async () => {
    const store = await shopWith(...[1, 2, 3, 4, 5, 6].map((week) => sale(week, -3 * HOUR, `${String(week)}.00`)));
    const holiday = (at: number): string | undefined => (at < NOW - 7 * DAY && at > NOW - 15 * DAY ? 'Ognissanti' : undefined);
    assert.deepEqual(await usual(store, 'revenue', { holiday }), { value: 4.5, days: 4 });
    assert.deepEqual(await usual(store, 'revenue'), { value: 2.5, days: 4 });
  });

  it('says nothing where nothing was received: of the shop, of a store, of that kind of fact', async () => {
    assert.equal(await usual(await memoryStore(), 'revenue'), undefined);
    const store = await shopWith(sale(1, -HOUR, '10.00'), sale(2, -HOUR, '20.00'), sale(2, -HOUR, '6.00', { store: 'roma' }));
    assert.deepEqual(await usual(store, 'revenue'), { value: 18, days: 2 });
    assert.deepEqual(await usual(store, 'revenue', { store: 'roma' }), { value: 6, days: 1 });
    assert.equal(await usual(store, 'footfall'), undefined);
    assert.equal(await usual(store, 'revenue', { store: 'torino' }), undefined);
    assert.deepEqual(await usual(store, 'revenue', { channel: 'online' }), { value: 0, days: 2 });
    assert.deepEqual(await usual(store, 'average_ticket', { channel: 'online' }), { value: null, days: 2 });
  });

  it('compares the same time of the shop’s clock, over a change of the clock', () => {
    const rome = new LocalClock('Europe/Rome');
    const summer = Date.UTC(2026, 9, 24, 8, 30);
    assert.equal(daysBefore(rome, summer + 7 * DAY + HOUR, 7), summer);
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }), fc.integer({ min: 1, max: 8 }), (minutes, weeks) => {
      const at = Date.UTC(2025, 0, 1) + minutes * MINUTE;
      const then = daysBefore(rome, at, 7 * weeks);
      const drift = Math.abs(at + rome.offsetAt(at) - (then + rome.offsetAt(then)) - 7 * weeks * DAY);
      // An hour that does not exist in March is the next one.
      assert.ok(drift === 0 || drift === HOUR);
      if (drift === HOUR) assert.notEqual(rome.offsetAt(then), rome.offsetAt(then - HOUR));
    }));
  });

  it('does not depend on the order in which the past came in', async () => {
    const pasts = fc.array(fc.record({ week: fc.integer({ min: 1, max: 5 }), minute: fc.integer({ min: -600, max: 300 }), cents: fc.integer({ min: 1, max: 9_999 }) }), { minLength: 1, maxLength: 20 });
    await fc.assert(fc.asyncProperty(pasts, fc.integer({ min: 0, max: 59 }), async (sold, minute) => {
      const events = sold.map(({ week, minute: offset, cents }) => sale(week, offset * MINUTE, (cents / 100).toFixed(2)));
      const stores = await Promise.all([shopWith(...events), shopWith(...[...events].reverse(), ...events)]);
      const [one, other] = await Promise.all(stores.map((store) => usual(store, 'revenue', { now: NOW + minute * MINUTE })));
      assert.deepEqual(one, other);
    }), { numRuns: 25 });
  });
});

describe('answers with what is usual', () => {
  async function ask(store: Store, raw: Record<string, string>, now: number): Promise<KpiRow[]> {
    const parsed = parseQuestion({ compare: 'usual', ...raw }, KPIS, calendar, now);
    assert.ok(parsed.outcome === 'question', JSON.stringify(parsed));
    const asked = { ...shop, kpis: KPIS.filter(({ name }) => parsed.question.names.has(name)) };
    return answerRows(store, parsed.question, asked, new Baseline(store, shop, () => undefined), now);
  }

  it('have a row for every hour of today, also for those without facts and those to come', async () => {
    const store = await fourWeeks();
    await receive(store, [sale(0, -3 * HOUR, '90.00')]);
    const { start, end } = calendar.windowAt('1d', NOW);
    const rows = await ask(store, { name: 'revenue', window: '1h', from: new Date(start).toISOString(), to: new Date(end).toISOString() }, NOW);
    assert.equal(rows.length, 24);
    const shown = rows.filter(({ comparison }) => (comparison?.value ?? 0) > 0).map(({ window, value, count, status, comparison }) => [window.start.slice(11, 16), value, count, status, comparison?.value]);
    assert.deepEqual(shown, [['09:00', 90, 1, 'final', 250], ['15:00', null, 0, 'live', 5_000]]);
  });

  it('sum up days, with ratios of the whole', async () => {
    const store = await shopWith(sale(0, -HOUR, '10.00'), sale(0, -2 * DAY, '40.00'), sale(0, -2 * DAY, '40.00'), sale(0, -9 * DAY, '1.00'));
    const rows = await ask(store, { name: 'revenue,average_ticket', window: 'total', from: new Date(NOW - 6 * DAY).toISOString() }, NOW);
    assert.deepEqual(rows.map(({ name, window: { size, start, end }, value }) => [name, size, start, end, value]), [
      ['revenue', 'total', '2026-11-15T23:00:00.000Z', '2026-11-22T23:00:00.000Z', 90], ['average_ticket', 'total', '2026-11-15T23:00:00.000Z', '2026-11-22T23:00:00.000Z', 30],
    ]);
  });
});
