/** From events to the numbers a shop reads: a table of what happened and what must be shown. */
import assert from 'node:assert/strict';
import type { SaleStatus, ShopEvent } from '../../../engine/event/event.js';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { readRows } from '../../../engine/read/windowReader.js';
import { type FinalMark, finalMarkKey } from '../../../engine/aggregate/publishedWindows.js';
import { KPIS, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { HOUR, LocalClock } from '../../../engine/base/time.js';
import { Calendar, type WindowSize } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const context = { calendar, currency: 'EUR', graceMs: 5_000, kpis: KPIS };

async function fold(store: Store, events: readonly ShopEvent[], now = NOW): Promise<void> {
  await foldEvents(store, events, { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) });
}

async function rowsOf(store: Store, size: WindowSize = '1d', group = { store: false, channel: false }, now = NOW): Promise<KpiValue[]> {
  const spans = calendar.windowsBetween(size, NOW - 2 * HOUR, NOW, 100);
  return readRows(store, { size, spans, group }, context, now);
}

async function shown(events: readonly ShopEvent[]): Promise<Record<string, number | null>> {
  const store = await openLevelStore({ memory: true }, { now: () => NOW });
  await fold(store, events);
  return Object.fromEntries((await rowsOf(store)).map(({ name, value }) => [name, value]));
}

const sale = (subject: string, data: object = {}, time = '2026-11-22T11:00:00Z', sequence = time): ShopEvent =>
  event({ subject, time, sequence, data: { amount: '10.00', status: 'completed', ...data } });

const refund = (subject: string, data: object = {}): ShopEvent =>
  event({ type: 'refund', subject: `refund/${subject}`, time: '2026-11-22T11:30:00Z', data: { amount: '10.00', ...data } });

const lead = (subject: string, status: SaleStatus, refersTo?: string): ShopEvent =>
  event({ type: 'lead', subject, data: { status, campaign: { source: 'facebook' }, ...(refersTo === undefined ? {} : { refersTo }) } });

describe('KPIs', () => {
  const rows: [what: string, events: readonly ShopEvent[], expected: Record<string, number | null>][] = [
    ['one sale', [sale('1', { amount: '42.50' })], { revenue: 42.5, gross_revenue: 42.5, orders: 1, average_ticket: 42.5, conversion: null }],
    ['a sale without a status happened', [event({ data: { amount: '5.00' } })], { revenue: 5, orders: 1 }],
    ['an average in cents', [sale('1', { amount: '10.00' }), sale('2', { amount: '10.00' }), sale('3', { amount: '10.01' })], { average_ticket: 10 }],
    ['an average rounded half up', [sale('1', { amount: '10.00' }), sale('2', { amount: '10.01' })], { average_ticket: 10.01 }],
    ['a refund', [sale('1', { amount: '42.50' }), event({ type: 'refund', subject: 'r/1', time: '2026-11-22T11:30:00Z', data: { amount: '2.50' } })], { revenue: 40, gross_revenue: 42.5, refunds: 2.5, orders: 1 }],
    ['an open order', [sale('1', { status: 'open' })], { revenue: 0, orders: 0, incomplete_orders: 1, average_ticket: null }],
    ['an open order that was paid later', [sale('1', { status: 'open' }), sale('1', {}, '2026-11-22T11:20:00Z')], { revenue: 10, incomplete_orders: 0 }],
    ['paid received before open', [sale('1', {}, '2026-11-22T11:20:00Z'), sale('1', { status: 'open' })], { revenue: 10, incomplete_orders: 0 }],
    ['cancelled before payment', [sale('1', { status: 'open' }), sale('1', { status: 'cancelled' }, '2026-11-22T11:20:00Z')], { revenue: 0, incomplete_orders: 0 }],
    ['cancelled after payment', [sale('1'), sale('1', { status: 'cancelled', amount: '0.00' }, '2026-11-22T11:20:00Z')], { revenue: 10, orders: 1 }],
    ['cancelled after payment, received first', [sale('1', { status: 'cancelled' }, '2026-11-22T11:20:00Z'), sale('1')], { revenue: 10, orders: 1 }],
    [
      'cancelled after payment and given back',
      [sale('1'), sale('1', { status: 'cancelled' }, '2026-11-22T11:20:00Z'), event({ type: 'refund', subject: 'r/1', time: '2026-11-22T11:30:00Z', data: { amount: '10.00' } })],
      { revenue: 0, gross_revenue: 10, refunds: 10, orders: 1 },
    ],
    ['cancelled, then paid after all', [sale('1', { status: 'cancelled' }), sale('1', { amount: '12.00' }, '2026-11-22T11:20:00Z')], { revenue: 12, orders: 1 }],
    ['cancelled, then open again', [sale('1', { status: 'cancelled' }), sale('1', { status: 'open' }, '2026-11-22T11:20:00Z')], { revenue: 0, incomplete_orders: 1 }],
    ['service time', [sale('1', { openedAt: '2026-11-22T10:00:00Z', closedAt: '2026-11-22T10:30:00Z' }), sale('2', { openedAt: '2026-11-22T10:00:00Z', closedAt: '2026-11-22T10:20:00.500Z' })], { service_time: 1500.25 }],
    ['footfall and conversion', [event({ type: 'visit', subject: 'v1', data: { quantity: 8 } }), sale('1'), sale('2', { channel: 'online' })], { footfall: 8, conversion: 0.125 }],
    ['a visit without a quantity is one person', [event({ type: 'visit', subject: 'v1' })], { footfall: 1 }],
    ['web visits are no footfall', [
      event({ type: 'visit', subject: 'v', data: { channel: 'online', quantity: 50, campaign: { source: 'Instagram' } } }),
      sale('1', { channel: 'online', campaign: { medium: 'paid_social' } }),
    ], { footfall: 0, social_visit_conversion: 0.02 }],
    ['assistance', [event({ type: 'ticket', subject: 't', data: { status: 'completed', openedAt: '2026-11-22T09:00:00Z', closedAt: '2026-11-22T10:00:00Z' } })], { support_time: 3600 }],
    ['waste', [event({ type: 'waste', subject: 'w', data: { amount: '3.20' } })], { waste: 3.2 }],
    ['cards', [sale('1', { payment: 'card', amount: '30.00' }), sale('2', { payment: 'cash' })], { card_share: 0.75 }],
    ['tips and gift cards sold are no revenue', [sale('1', { amount: '65.00', tip: '5.00', giftCards: '10.00' })], { revenue: 50, orders: 1, average_ticket: 50, tips: 5, gift_cards_sold: 10 }],
    ['a gift card alone is no order', [sale('1', { amount: '25.00', giftCards: '25.00' }), sale('2', { amount: '0.00' })], { revenue: 0, orders: 0, average_ticket: null, gift_cards_sold: 25 }],
    ['a voided sale never was', [sale('1', { tip: '1.00' }), sale('1', { status: 'voided' }, '2026-11-22T11:20:00Z')], { revenue: 0, orders: 0, tips: 0, voids: 1, card_share: null }],
    ['a voided sale received first', [sale('1', { status: 'voided' }, '2026-11-22T11:20:00Z'), sale('1')], { revenue: 0, orders: 0, voids: 1 }],
    ['a voided sale that was restored', [sale('1', { status: 'voided' }, '2026-11-22T11:20:00Z'), sale('1', {}, '2026-11-22T11:25:00Z')], { revenue: 10, orders: 1, voids: 0 }],
    ['an annulment that names no sale', [
      sale('1'), sale('2'), event({ source: 'urn:bottega:pos:milano/1', subject: 'void/3/2026-11-22T11:15', data: { status: 'voided', amount: '10.00' } }),
    ], { revenue: 10, orders: 1, average_ticket: 10, voids: 1 }],
    ['a voided order and its refund', [
      sale('order/1'), refund('1', { refersTo: 'order/1' }), sale('order/1', { status: 'voided' }, '2026-11-22T11:40:00Z'),
    ], { revenue: 0, refunds: 0, voids: 1 }],
    ['a voided refund', [sale('1'), refund('1', { status: 'voided' })], { revenue: 10, refunds: 0 }],
    ['a refund of a tip', [sale('1', { amount: '12.00', tip: '2.00' }), refund('1', { amount: '3.00', tip: '2.00' })], { revenue: 9, refunds: 1, tips: 0 }],
    ['net and gross sales', [
      sale('1', { amount: '131.00', tip: '5.00', shipping: '6.10', discount: '12.20', taxes: [{ rate: '22', amount: '21.62' }, { rate: '4', amount: '1.10' }] }),
    ], { revenue: 126, net_sales: 98.28, gross_sales: 108.28, taxes: 22.72, shipping: 6.1, discounts: 12.2 }],
    ['net sales of those who say their VAT', [sale('1', { amount: '12.20', taxes: [{ rate: '22', amount: '2.20' }] }), sale('2', { amount: '30.00' })], { net_sales: 10, taxes: 2.2 }],
    ['net sales where nobody says it', [sale('1'), sale('2')], { net_sales: null, gross_sales: null, taxes: null, tips: 0 }],
    ['net sales less what was given back', [
      sale('1', { amount: '122.00', taxes: [{ rate: '22', amount: '22.00' }] }), refund('1', { amount: '61.00', taxes: [{ rate: '22', amount: '11.00' }] }),
    ], { net_sales: 50, gross_sales: 100, taxes: 11 }],
    ['cash without its change', [sale('1', { amount: '20.00', payments: [{ by: 'card', amount: '15.00' }, { by: 'cash', amount: '10.00' }] })], { card_share: 0.75, cash_share: 0.25, other_share: 0 }],
    ['shares net of refunds', [
      sale('1', { amount: '30.00', payment: 'card' }), sale('2', { amount: '10.00', payment: 'cash' }), refund('1', { amount: '20.00', payment: 'card' }),
    ], { card_share: 0.5, cash_share: 0.5 }],
    ['shares of money that only went back', [refund('1', { amount: '20.00', payment: 'card' })], { card_share: null }],
    ['split payments of former releases', [sale('1', { amount: '20.00', payment: 'split', x_card_minor: 1_500, x_cash_minor: 500 })], { card_share: 0.75, cash_share: 0.25 }],
    ['conversion without those who did not come in', [
      event({ type: 'visit', subject: 'v1', data: { quantity: 4 } }), sale('1'), sale('2', { channel: 'delivery' }), sale('3', { channel: 'phone' }),
    ], { conversion: 0.25 }],
    ['more sales than visitors', [event({ type: 'visit', subject: 'v1', data: { quantity: 1 } }), sale('1'), sale('2')], { conversion: null, footfall: 1, orders: 2 }],
    ['more given back than sold', [sale('1'), refund('1', { amount: '20.00' })], { returns_rate: null, revenue: -10 }],
    ['lost deals were reached', [lead('1', 'completed'), lead('2', 'cancelled'), lead('3', 'open'), lead('4', 'voided')], { social_conversion: 0.333333 }],
    ['a contact and its deal are one', [lead('contact/1', 'open'), lead('deal/7', 'completed', 'contact/1')], { social_conversion: 1 }],
    ['a control total adds nothing', [sale('1'), event({ type: 'closing', subject: 'z', data: { amount: '999.00' } })], { revenue: 10 }],
    ['one receipt number at two tills', [sale('1'), event({ source: 'urn:other', subject: '1', data: { amount: '7.00' } })], { revenue: 17, orders: 2 }],
  ];
  for (const [what, events, expected] of rows) {
    it(what, async () => {
      const values = await shown(events);
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, values[name] ?? null])), expected);
    });
  }

  it('keeps a closed ticket in the hour it was closed, whatever is edited later', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => NOW });
    const closed = { status: 'completed' as const, openedAt: '2026-11-22T09:10:00Z', closedAt: '2026-11-22T10:10:00Z' };
    await fold(store, [event({ type: 'ticket', subject: 't', time: '2026-11-22T10:10:00Z', data: closed })]);
    await fold(store, [event({ type: 'ticket', subject: 't', time: '2026-11-22T11:50:00Z', data: {} })]);
    const rows = (await rowsOf(store, '1h')).filter(({ name }) => name === 'support_time').map(({ window, value }) => [window.start, value]);
    assert.deepEqual(rows, [['2026-11-22T10:00:00.000Z', 3600], ['2026-11-22T11:00:00.000Z', null]]);
  });

  it('says nothing about what no event speaks of', async () => {
    assert.deepEqual(Object.keys(await shown([event({ type: 'visit', subject: 'v' })])), ['footfall', 'conversion', 'social_visit_conversion']);
  });

  it('gives percentiles to 2.5 %', async () => {
    const minutes = Array.from({ length: 100 }, (_, index) => index + 1);
    const closed = (index: number): string => new Date(Date.UTC(2026, 10, 22, 9) + index * 60_000).toISOString();
    const values = await shown(minutes.map((index) => sale(String(index), { openedAt: '2026-11-22T09:00:00Z', closedAt: closed(index) })));
    const p90 = values['service_time_p90'] ?? 0;
    assert.ok(Math.abs(p90 / (90 * 60) - 1) < 0.05, String(p90));
  });

  it('splits by store and channel', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => NOW });
    await fold(store, [sale('1', { channel: 'online' }), sale('2', { store: 'roma' }), sale('3')]);
    const split = (await rowsOf(store, '1d', { store: true, channel: true })).filter(({ name }) => name === 'revenue');
    assert.deepEqual(split.map((row) => [row.store, row.channel, row.value]), [['milano', 'online', 10], ['milano', 'pos', 10], ['roma', 'pos', 10]]);
  });

  it('is live, then final, then corrected with a higher revision', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => NOW });
    await fold(store, [sale('1')], NOW - HOUR + 60_000);
    await publishedUpTo(store, NOW);
    const state = async (now: number): Promise<unknown[]> => {
      const row = (await rowsOf(store, '1h', { store: false, channel: false }, now)).find(({ name }) => name === 'revenue');
      return [row?.status, row?.value, row?.revision, row?.updatedAt];
    };
    assert.deepEqual(await state(NOW + 4_999), ['live', 10, 1, '2026-11-22T11:01:00.000Z']);
    assert.deepEqual(await state(NOW + 5_000), ['final', 10, 1, '2026-11-22T11:01:00.000Z']);
    await fold(store, [sale('1', { amount: '12.00' }, '2026-11-22T11:00:00Z', '2026-11-22T12:30:00Z')], NOW + HOUR / 2);
    assert.deepEqual(await state(NOW + HOUR), ['corrected', 12, 2, '2026-11-22T12:30:00.000Z']);
    await fold(store, [sale('1', { amount: '12.00' }, '2026-11-22T11:00:00Z', '2026-11-22T12:30:00Z')], NOW + HOUR);
    assert.deepEqual(await state(NOW + HOUR), ['corrected', 12, 2, '2026-11-22T12:30:00.000Z']);
  });
});

/** As if every hour before had been published as final. */
async function publishedUpTo(store: Store, end: number): Promise<void> {
  const mark: FinalMark = { from: end - HOUR, end, since: end - 10 * HOUR, claimedAt: end, state: 'told' }; // vocabulary-ok: the stored state
  await store.commit([{ key: finalMarkKey('1h'), value: JSON.stringify(mark) }]);
}
