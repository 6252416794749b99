/** The windows of chosen sizes: what is emitted, by whom it is remembered, and that nothing is lost or counted twice. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StoredWindowSizes } from '../../../../engine/read/adaptive/storedSizes.js';
import { finalizeWindows } from '../../../../engine/emit/finalizer.js';
import type { KpiValue } from '../../../../engine/read/kpiValue.js';
import { Emitter } from '../../../../engine/emit/emitter.js';
import { parseQuestion } from '../../../../engine/query/kpiQuery.js';
import { answerRows } from '../../../../engine/query/execute.js';
import { Baseline } from '../../../../engine/read/baseline/baseline.js';
import type { Store } from '../../../../engine/store/store.js';
import { DAY, HOUR, MINUTE } from '../../../../engine/base/time.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { event, NOW } from '../../../support/events.js';
import { shop, calendar, receive, memoryStore } from '../../../support/shopStore.js';

const needed = { counts: 30, ratios: 100 };
let sold = 0;

/** So many sales, spread over the hour that begins at `start`. */
function sales(start: number, count: number, now: number, minutes = 60): ShopEvent[] {
  return Array.from({ length: count }, (_, index) => {
    sold += 1;
    return event({ subject: `s/${String(sold)}`, time: new Date(start + Math.floor((index * minutes * MINUTE) / count)).toISOString(), data: { amount: '10.00' } }, now);
  });
}

/** Sunday noon of the last weeks as it was: so many sales in the hour. */
async function shopWith(...perWeek: number[]): Promise<Store> {
  const store = await memoryStore();
  for (const [index, count] of perWeek.entries()) await receive(store, sales(NOW - 7 * DAY * (index + 1), count, NOW));
  return store;
}

function emitterOf(store: Store): Emitter {
  return new Emitter(store, shop, { sizes: ['1d'], intervalMs: 100, choices: new StoredWindowSizes(store, shop, needed) });
}

function shown(values: readonly KpiValue[], name = 'orders'): string[] {
  return values.filter((value) => value.name === name && value.store === '_' && value.channel === '_' && value.adaptive !== undefined)
    .map(({ window: { size, start }, value, status, adaptive }) => `${size} ${start.slice(11, 16)} ${String(value)} ${status} ${adaptive?.reason ?? ''} ${String(adaptive?.expected)}/${String(adaptive?.needed)}`);
}

describe('windows of a chosen size', () => {
  it('are as long as the same hours of the last weeks ask for, each number by its own need', async () => {
    const store = await shopWith(480, 400, 440, 4_000);
    const publication = emitterOf(store);
    publication.onSlicesChanged(await receive(store, sales(NOW + 7 * MINUTE, 3, NOW + 8 * MINUTE, 1), NOW + 8 * MINUTE), NOW + 8 * MINUTE);
    const values = await publication.emitDue(NOW + 8 * MINUTE);
    assert.deepEqual(shown(values), ['5m 12:05 3 live enough 38.3/30']);
    assert.deepEqual(shown(values, 'average_ticket'), ['15m 12:00 10 live enough 115/100']);
    assert.deepEqual(shown(values, 'open_orders'), ['1h 12:00 0 live tooFew 0/30']);
    assert.equal(values.filter(({ window: { size }, adaptive }) => size === '5m' && adaptive === undefined).length, 0);
  });

  it('go by the last hours until a same hour of the week is known, and are an hour long before that', async () => {
    const store = await memoryStore();
    assert.equal((await new StoredWindowSizes(store, shop, needed).of(NOW, ['_/_'], NOW)).get('_/_')?.get('orders')?.size, '1h');
    const busy = await memoryStore();
    for (const back of [1, 2, 3]) await receive(busy, sales(NOW - back * HOUR, 400, NOW));
    const { size, expected } = (await new StoredWindowSizes(busy, shop, needed).of(NOW, ['_/_'], NOW)).get('_/_')?.get('orders') ?? {};
    assert.deepEqual([size, expected], ['5m', 33.3]);
  });

  it('keep their size over a restart and by two workers, and give it up only by the margin in the next hour', async () => {
    const store = await shopWith(480, 480, 480, 480);
    await Promise.all([1, 2, 3, 4].map((week) => receive(store, sales(NOW + HOUR - 7 * DAY * week, 300, NOW))));
    const workers = [new StoredWindowSizes(store, shop, needed), new StoredWindowSizes(store, shop, needed)];
    const both = await Promise.all(workers.map((choices) => choices.of(NOW, ['_/_', 'milano/_'], NOW)));
    assert.deepEqual(both[0], both[1]);
    assert.equal(both[0]?.get('_/_')?.get('orders')?.size, '5m');
    const restarted = new StoredWindowSizes(store, shop, { counts: 3_000, ratios: 3_000 });
    assert.equal((await restarted.of(NOW + 59 * MINUTE, ['_/_'], NOW)).get('_/_')?.get('orders')?.size, '5m');
    const next = (await new StoredWindowSizes(store, shop, needed).of(NOW + HOUR, ['_/_'], NOW + HOUR)).get('_/_')?.get('orders');
    assert.deepEqual(next, { size: '5m', reason: 'kept', expected: 25, needed: 30 });
  });

  it('emit each end once, corrections with what was before, and are answered as they were chosen', async () => {
    const store = await shopWith(480, 480, 480, 480);
    const publication = emitterOf(store);
    await receive(store, sales(NOW + MINUTE, 2, NOW + 2 * MINUTE, 1), NOW + 2 * MINUTE);
    const ends: string[] = [];
    const close = (now: number): Promise<void> => finalizeWindows({ store, publication, calendar, graceMs: 5_000 }, publication.sizes, now, ({ values }) => {
      publication.onlyChanged(values, now);
      ends.push(...shown(values));
    });
    await close(NOW + 3 * MINUTE);
    await close(NOW + 5 * MINUTE + 5_000);
    assert.deepEqual(ends, ['5m 12:00 2 final enough 40/30']);
    const now = NOW + 8 * MINUTE;
    publication.onSlicesChanged(await receive(store, sales(NOW + 4 * MINUTE, 1, now, 1), now), now);
    const corrected = await publication.emitDue(now);
    assert.deepEqual(shown(corrected), ['5m 12:00 3 corrected enough 40/30']);
    assert.deepEqual(corrected.find(({ name, store: at, channel, window }) => name === 'orders' && at === '_' && channel === '_' && window.size === '5m')?.previous, { value: 2, revision: 1 });
    const parsed = parseQuestion({ window: 'auto', name: 'orders' }, shop.kpis, calendar, now);
    assert.ok(parsed.outcome === 'question');
    const rows = await answerRows(store, parsed.question, { ...shop, kpis: shop.kpis.filter(({ name }) => name === 'orders') }, new Baseline(store, shop, () => undefined), now);
    assert.deepEqual(rows.map(({ window, value, adaptive }) => [window.size, window.start.slice(11, 16), value, adaptive?.size]), [['5m', '12:00', 3, '5m']]);
  });

  it('add up to the same total, whatever was chosen and in whatever order it came', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ minute: fc.integer({ min: 0, max: 239 }), cents: fc.integer({ min: 1, max: 9_999 }) }), { minLength: 1, maxLength: 40 }),
      fc.array(fc.constantFrom(0, 40, 130, 480), { minLength: 4, maxLength: 4 }), fc.boolean(),
      async (sold, perHour, isReversed) => {
        const store = await memoryStore();
        for (const [hour, count] of perHour.entries()) await receive(store, sales(NOW - 7 * DAY + hour * HOUR, count, NOW));
        const events = sold.map(({ minute, cents }, index) => event({
          subject: `t/${String(index)}`, time: new Date(NOW + minute * MINUTE).toISOString(), data: { amount: (cents / 100).toFixed(2) },
        }, NOW + 4 * HOUR));
        const now = NOW + 4 * HOUR;
        const publication = emitterOf(store);
        publication.onSlicesChanged(await receive(store, isReversed ? events.reverse() : events, now), now);
        const values = (await publication.emitDue(now, true)).filter(({ name, store: at, channel, adaptive }) => name === 'gross_revenue' && at === '_' && channel === '_' && adaptive !== undefined);
        // Each window once, none overlapping another: windows of an hour share its size.
        const starts = new Map(values.map((value) => [value.window.start, value]));
        assert.equal(starts.size, values.length);
        assert.equal(Math.round(values.reduce((sum, { value }) => sum + (value ?? 0) * 100, 0)), sold.reduce((sum, { cents }) => sum + cents, 0));
      },
    ), { numRuns: 25 });
  });
});
