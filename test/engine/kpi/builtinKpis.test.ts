/** The numbers of each sector, from what tills, shops and HubSpot really send to what the shop reads. */
import assert from 'node:assert/strict';
import type { ShopEvent } from '../../../engine/event/event.js';
import { DESCRIPTIONS } from '../../../engine/kpi/descriptions.js';
import { KPIS, MEASURES, measuresOf, OTHER_SOURCES } from '../../../engine/kpi/builtinKpis.js';
import type { Store } from '../../../engine/store/store.js';
import { MINUTE } from '../../../engine/base/time.js';
import { fixture, NOW, send } from '../../fixtures/normalizing.js';
import { receive, memoryStore, numbersAt } from '../../support/shopStore.js';

function eventsOf(provider: string, body: unknown, topic?: string): readonly ShopEvent[] {
  const { events, refusals } = send({ provider, body, ...(topic === undefined ? {} : { topic }) });
  assert.deepEqual(refusals, []);
  return events;
}

async function shopWith(...deliveries: (readonly ShopEvent[])[]): Promise<Store> {
  const store = await memoryStore();
  for (const events of deliveries) await receive(store, events);
  return store;
}

function some(numbers: Record<string, number | null>, expected: Record<string, number | null>): void {
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, numbers[name]])), expected);
}

describe('a restaurant', () => {
  const receipts = fixture('kpi-restaurant') as unknown as Record<string, unknown>[];
  const restaurant = (): Promise<Store> => shopWith(eventsOf('pos', receipts));
  const limited = { incompleteAfterMs: 30 * MINUTE };
  const patient = async (): Promise<Store> => {
    const store = await memoryStore();
    await receive(store, eventsOf('pos', receipts), NOW, measuresOf(limited));
    return store;
  };

  it('knows its covers, its service and how it was paid', async () => {
    some(await numbersAt(await restaurant(), '1d'), {
      revenue: 100, orders: 3, average_ticket: 33.33, covers: 6, average_per_cover: 15, card_share: 0.6, cash_share: 0.3, other_share: 0.1,
      service_time: 1_800, service_time_outliers: 1,
    });
  });

  it('knows its revenue by the hour, and the slowest tenth of its tables', async () => {
    const store = await restaurant();
    some(await numbersAt(store, '1h', { at: NOW - 60 * MINUTE }), { revenue: 40, covers: 2 });
    some(await numbersAt(store, '1h', { at: NOW - 120 * MINUTE }), { revenue: 60, covers: 4 });
    const { service_time_p90: p90 } = await numbersAt(store, '1d');
    assert.ok(Math.abs((p90 ?? 0) / 2_400 - 1) < 0.05, String(p90));
  });

  it('counts every open order as incomplete where no limit is set, in the window of its time', async () => {
    const store = await restaurant();
    some(await numbersAt(store, '1d'), { open_orders: 2, incomplete_orders: 2 });
    some(await numbersAt(store, '1d', { now: NOW + 30 * MINUTE }), { open_orders: 2, incomplete_orders: 2 });
  });

  it('counts an order as incomplete once it is open for more than half an hour, whatever becomes of it', async () => {
    const store = await patient();
    some(await numbersAt(store, '1d', limited), { open_orders: 2, incomplete_orders: 2, oldest_open_order: 35 * 60 });
    some(await numbersAt(store, '1d', { now: NOW + 20 * MINUTE - 1, ...limited }), { incomplete_orders: 2 });
    some(await numbersAt(store, '1d', { now: NOW + 20 * MINUTE, ...limited }), { incomplete_orders: 3 });
    await receive(store, eventsOf('pos', [{ ...receipts[3], stato: 'completo', totale: '75,00', dataOra: '22/11/2026 13:00:00', chiusura: '22/11/2026 13:00:00' }]), NOW, measuresOf(limited));
    some(await numbersAt(store, '1d', { now: NOW + 30 * MINUTE, ...limited }), { open_orders: 1, incomplete_orders: 2, oldest_open_order: 65 * 60 });
    await receive(store, eventsOf('pos', [{ ...receipts[2], stato: 'completo', totale: '50,00', dataOra: '22/11/2026 13:01:00', chiusura: '22/11/2026 13:01:00' }]), NOW, measuresOf(limited));
    some(await numbersAt(store, '1d', { now: NOW + 30 * MINUTE, ...limited }), { open_orders: 0, incomplete_orders: 2, oldest_open_order: null });
  });

  it('counts it in the window in which it became too late, so that a window that is over stays as it is', async () => {
    const store = await patient();
    const perQuarter = async (at: number, now: number): Promise<number | null | undefined> => (await numbersAt(store, '15m', { at, now, ...limited }))['incomplete_orders'];
    assert.equal(await perQuarter(NOW - 10 * MINUTE, NOW), 1);
    assert.equal(await perQuarter(NOW + 20 * MINUTE, NOW + 16 * MINUTE), 0);
    assert.equal(await perQuarter(NOW + 20 * MINUTE, NOW + 25 * MINUTE), 1);
    await receive(store, eventsOf('pos', [{ ...receipts[2], stato: 'annullato', totale: '0,00', dataOra: '22/11/2026 13:01:00' }]), NOW, measuresOf(limited));
    assert.equal(await perQuarter(NOW - 10 * MINUTE, NOW + 60 * MINUTE), 0);
  });

  it('leaves an order that was never closed out of "now" after a day', async () => {
    const store = await restaurant();
    const tomorrow = NOW + 25 * 60 * MINUTE;
    assert.equal((await numbersAt(store, '1d', { at: tomorrow, now: tomorrow }))['oldest_open_order'], undefined);
  });
});

describe('an artisan', () => {
  const artisan = (): Promise<Store> => shopWith(eventsOf('hubspot', fixture('kpi-artisan')));

  it('knows which of those reached over social networks were won: lost ones and contacts were reached, too', async () => {
    some(await numbersAt(await artisan(), '1d'), { social_conversion: 0.333333 });
  });

  it('knows how long help took, and which quotes are open: number and amount', async () => {
    some(await numbersAt(await artisan(), '1d'), { support_time: 9_000, open_quotes: 2, open_quotes_amount: 800 });
  });

  it('has quotes open on days on which nothing happens, and none once they are answered', async () => {
    const store = await artisan();
    const later = NOW + 3 * 24 * 60 * MINUTE;
    some(await numbersAt(store, '1h', { at: later, now: later }), { open_quotes: 2, open_quotes_amount: 800 });
    assert.equal((await numbersAt(store, '1h', { at: NOW, now: later }))['open_quotes'], undefined);
    const won = [6002, 6003].map((objectId, index) => (
      { eventId: 900 + index, portalId: 733, occurredAt: NOW, subscriptionType: 'deal.propertyChange', objectId, propertyName: 'dealstage', propertyValue: 'closedwon' }));
    await receive(store, eventsOf('hubspot', won));
    some(await numbersAt(store, '1h', { now: NOW + 5_000 }), { open_quotes: 0, open_quotes_amount: 0 });
  });
});

describe('a retailer', () => {
  const { order, refund, woocommerce, events } = fixture('kpi-retail');
  const retailer = (): Promise<Store> => shopWith(
    eventsOf('shopify', order, 'orders/paid'), eventsOf('shopify', refund, 'refunds/create'), eventsOf('woocommerce', woocommerce, 'order.created'), eventsOf('events', events),
  );

  it('knows its returns, its footfall, its conversions and its waste', async () => {
    some(await numbersAt(await retailer(), '1d'), {
      gross_revenue: 170, refunds: 20, returns: 1, returns_rate: 0.117647, revenue: 150, footfall: 8, conversion: 0.125, social_conversion: 1, social_visit_conversion: 0.1, waste: 3.2,
      card_share: 0.4, cash_share: 0.6, other_share: 0,
    });
  });

  it('knows its footfall by the hour and its revenue by channel', async () => {
    const store = await retailer();
    some(await numbersAt(store, '1h', { at: NOW - 150 * MINUTE }), { footfall: 5 });
    some(await numbersAt(store, '1d', { channel: 'online' }), { revenue: 100 });
    some(await numbersAt(store, '1d', { channel: 'pos' }), { revenue: 50 });
  });
});

describe('the usual numbers', () => {
  it('have names of their own, and rest on measures that exist', () => {
    assert.equal(new Set(KPIS.map(({ name }) => name)).size, KPIS.length);
    const measures = new Set(MEASURES.map(({ name }) => name));
    for (const { name, top, bottom = [], types } of [...KPIS, OTHER_SOURCES]) {
      for (const part of [...top, ...bottom]) assert.ok(measures.has(part.measure), `${name} rests on ${part.measure}`);
      assert.ok(types.length > 0, name);
    }
  });

  it('are each described in one sentence, in both languages', () => {
    assert.deepEqual(Object.keys(DESCRIPTIONS), [...KPIS, OTHER_SOURCES].map(({ name }) => name).sort(byListing));
    for (const [name, { en, it: italian }] of Object.entries(DESCRIPTIONS)) {
      for (const sentence of [en, italian]) assert.match(sentence, /^[A-Z](?:[^.]|\.(?=\d))+\.$/, name);
    }
  });
});

function byListing(a: string, b: string): number {
  const names = Object.keys(DESCRIPTIONS);
  return names.indexOf(a) - names.indexOf(b);
}
