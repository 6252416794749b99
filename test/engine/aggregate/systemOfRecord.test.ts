/** Systems of record, named, changed and removed at any moment, by one worker or two: the same slices as if they had been so from the beginning. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldEvents, openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { kpisWithOwn, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { kpisOf, measureOf, readCustomKpis } from '../../../engine/kpi/customKpis.js';
import { readDefinitions, writeDefinitions } from '../../../engine/kpi/storedDefinitions.js';
import type { SystemOfRecord } from '../../../engine/kpi/systemOfRecord.js';
import { readRows } from '../../../engine/read/windowReader.js';
import { countersOf, prefixRange, scanAll, type Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, shop } from '../../support/shopStore.js';

type Records = readonly SystemOfRecord[];

const TILL = 'urn:bottega:pos:milano/1';
const SHOPIFY = 'urn:bottega:shopify:mia.myshopify.com';
const CUSTOM = readCustomKpis([{ name: 'sold', type: 'sale', value: 'one', show: 'count', where: [] }]);
const BY_TILL: Records = [{ store: 'milano', channel: 'pos', source: 'cassa' }];
const BY_SHOPIFY: Records = [{ store: '*', channel: '*', source: 'shopify' }];

async function contextOf(store: Store, records: Records): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, [...MEASURES, ...CUSTOM.map(measureOf)], records)) };
}

async function refoldAll(store: Store, context: FoldContext): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) after = await refold(store, after, { ...context, history: true });
}

async function slicesIn(store: Store): Promise<Record<string, object>> {
  const slices: Record<string, object> = {};
  for (const level of ['m/', 'h/']) {
    for (const { key, value } of await scanAll(store, prefixRange(level))) {
      const sums = Object.entries(countersOf(value)).filter(([field, sum]) => !field.startsWith('~') && sum !== 0);
      if (sums.length > 0) slices[key] = Object.fromEntries(sums.sort());
    }
  }
  return slices;
}

async function numbersBy(records: Records, events: readonly ShopEvent[]): Promise<Record<string, number | null>> {
  const store = await memoryStore();
  await foldEvents(store, events, await contextOf(store, records));
  const kpis = kpisWithOwn(kpisOf(CUSTOM), { records });
  const question = { size: '1d', spans: [calendar.windowAt('1d', NOW)], group: { store: false, channel: false } } as const;
  return Object.fromEntries((await readRows(store, question, { ...shop, kpis, records }, NOW)).map(({ name, value }) => [name, value]));
}

describe('a system of record', () => {
  const said = (type: 'sale' | 'refund' | 'waste', source: string, subject: string, data: object = {}): ShopEvent => event({ type, source, subject, data });
  const day = [
    said('sale', TILL, 'receipt/1/2026-11-22T11:15', { amount: '30.00' }), said('sale', SHOPIFY, 'order/1', { amount: '30.00', payment: 'card', channel: 'pos' }),
    said('refund', SHOPIFY, 'refund/1', { amount: '5.00', refersTo: 'order/1' }), said('refund', TILL, 'receipt/2/2026-11-22T11:15', { amount: '4.00' }),
    said('waste', TILL, 'waste/1', { amount: '2.00' }), said('waste', 'urn:gestionale', 'waste/1', { amount: '3.00' }),
    said('sale', SHOPIFY, 'order/2', { amount: '12.00', channel: 'online' }), said('sale', SHOPIFY, 'order/3', { status: 'open' }),
    event({ type: 'visit', source: 'urn:porta', subject: 'v', data: { quantity: 4 } }), event({ type: 'closing', source: 'urn:rt', subject: 'z', data: { amount: '30.00' } }),
  ];
  const rows: [what: string, records: Records, numbers: Record<string, number | undefined>][] = [
    ['none', [], { revenue: 63, orders: 3, refunds: 9, waste: 5, sold: 4, open_orders: 1, card_share: 1, footfall: 4, conversion: 0.5, other_sources: undefined }],
    ['the till', BY_TILL, { revenue: 38, orders: 2, refunds: 4, waste: 2, sold: 2, open_orders: 0, oldest_open_order: undefined, card_share: 1, footfall: 4, conversion: 0.25, other_sources: 3 }],
    ['Shopify', BY_SHOPIFY, { revenue: 37, orders: 2, refunds: 5, waste: 0, sold: 3, open_orders: 1, card_share: 1, footfall: 4, conversion: 0.25, other_sources: 4 }],
  ];
  for (const [what, records, expected] of rows) {
    it(`counts what it sends, and only that: ${what}`, async () => {
      const numbers = await numbersBy(records, day);
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, numbers[name] ?? undefined])), expected);
    });
  }

  it('is known to those who only read, and forgotten when it is removed', async () => {
    const store = await memoryStore();
    await store.commit(writeDefinitions(CUSTOM, { incompleteAfterMs: 0, records: BY_TILL }));
    const { records, kpis } = await readDefinitions(store);
    assert.deepEqual([records, kpis.some(({ name }) => name === 'other_sources')], [BY_TILL, true]);
    await store.commit(writeDefinitions(CUSTOM, { incompleteAfterMs: 0 }));
    const without = await readDefinitions(store);
    assert.deepEqual([without.records, without.kpis.some(({ name }) => name === 'other_sources')], [undefined, false]);
  });

  const records = fc.constantFrom<Records[]>([], BY_TILL, BY_SHOPIFY, [...BY_SHOPIFY, ...BY_TILL], [{ store: '*', channel: 'pos', source: TILL }]);
  const version = fc.record({
    type: fc.constantFrom('sale' as const, 'refund' as const, 'waste' as const, 'payment' as const),
    source: fc.constantFrom(TILL, SHOPIFY, 'urn:gestionale'),
    subject: fc.constantFrom('receipt/1/2026-11-22T11:15', 'receipt/2/2026-11-22T11:15', 'order/1', 'void/1/2026-11-22T11:16'),
    minute: fc.integer({ min: 10, max: 50 }),
    cents: fc.integer({ min: 0, max: 9_999 }),
    channel: fc.constantFrom('pos', 'online', undefined),
    store: fc.constantFrom('milano', 'monza'),
    status: fc.constantFrom('open' as const, 'completed' as const, 'cancelled' as const, 'voided' as const),
    payment: fc.constantFrom('card', 'cash', undefined),
  }).map(({ type, source, subject, minute, cents, channel, payment, ...data }) => event({
    type, source, subject, sequence: `2026-11-22T11:${String(minute)}:00Z`,
    data: { amount: (cents / 100).toFixed(2), ...(channel && { channel }), ...(payment && { payment }), ...data },
  }));
  const turns = fc.array(fc.tuple(records, fc.array(version, { minLength: 1, maxLength: 6 }), fc.constantFrom('refolded', 'interrupted')), { minLength: 1, maxLength: 5 });

  it('restates the past when it is named, changed or removed, as if it had been so from the beginning', async () => {
    await fc.assert(fc.asyncProperty(turns, records, async (steps, last) => {
      const store = await memoryStore();
      for (const [now, events, refolding] of steps) {
        const context = await contextOf(store, now);
        await foldEvents(store, events, context);
        if (refolding === 'refolded') await refoldAll(store, context);
      }
      await refoldAll(store, await contextOf(store, last));
      const scratch = await memoryStore();
      await foldEvents(scratch, steps.flatMap(([, events]) => events).reverse(), await contextOf(scratch, last));
      assert.deepEqual(await slicesIn(store), await slicesIn(scratch));
    }), { numRuns: 150 });
  });

  it('is the same for a worker that does not know of it, facts of the other included', async () => {
    await fc.assert(fc.asyncProperty(turns, records, records, async (steps, mine, theirs) => {
      const store = await memoryStore();
      const workers = [await contextOf(store, mine), await contextOf(store, theirs)] as const;
      workers[0].former.delete(workers[1].generation.id);
      for (const [turn, [, events]] of steps.entries()) await foldEvents(store, events, turn % 2 === 0 ? workers[0] : workers[1]);
      await refoldAll(store, workers[0]);
      const scratch = await memoryStore();
      await foldEvents(scratch, steps.flatMap(([, events]) => events), await contextOf(scratch, mine));
      assert.deepEqual(await slicesIn(store), await slicesIn(scratch));
    }), { numRuns: 100 });
  });
});
