/** What is sold beside the tills in a month, what of it is true, and how is it sent? Orders with all that may be in one, their payments, a second source, visits and waste. */
import type { Chance } from '../../launcher/simulator/chance.js';
import type { Month, Money, Paid, TrueSale } from './batch.js';
import { daysOf, QUIET_MS, type Spans } from './monthSpans.js';
import { ALIASES, type Delivery } from './monthDeliveries.js';
import { DAY, HOUR, MINUTE, type Wall } from './wall.js';

export interface OrderMonth extends Pick<Month, 'sales' | 'refunds' | 'payments' | 'visits' | 'wastes'> { readonly deliveries: readonly Delivery[] }

/** Whose sales do not count in Bologna: the till's do. */
const OTHER = 'urn:gestionale:bologna';
const SITE = 'urn:sito:atelier';
const ORDERS = { usual: 4, change: 14, recent: 12 } as const;
/** Nobody buys anything, and gets it back, faster. */
const SETTLED_MS = 2 * HOUR;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export function orderMonth(spans: Spans, wall: Wall, now: number, chance: Chance): OrderMonth {
  const orders = new Orders(chance);
  for (const { day, kind } of daysOf(spans, wall)) {
    const start = wall.instantAt(day * DAY);
    for (let index = 0; index < ORDERS[kind]; index += 1) {
      // Instants know no wall: half of those of a change are around it.
      const at = start + (kind === 'change' && index % 2 === 0 ? HOUR + chance.between(0, 200) * MINUTE : chance.between(0, 24 * 60 - 1) * MINUTE) + chance.between(0, 59_999);
      if (at < now - QUIET_MS - SETTLED_MS) orders.happen(at, index);
    }
  }
  return orders.month;
}

/** Money as a sender writes it, with what was paid how. `payments`: stated by the sale itself. */
interface Order extends Money { readonly paid: readonly Paid[]; readonly data: Readonly<Record<string, unknown>> }

class Orders {
  readonly month: Mutable<OrderMonth> = { sales: [], refunds: [], payments: [], visits: [], wastes: [], deliveries: [] };
  readonly #chance: Chance;
  #serial = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  happen(at: number, index: number): void {
    this.#serial += 1;
    if (index % 4 === 0) this.#shopifyOrder(at);
    else if (index % 4 === 1) this.#otherSale(at);
    else this.#order(at);
    if (index % 3 === 0) this.#passBy(at);
  }

  /** An order of the shop's own site: opened, paid, edited, and perhaps taken back. */
  #order(at: number): void {
    const [store, channel] = this.#chance.pick<readonly [string, string]>([[['milano', 'online'], 5], [['roma', 'delivery'], 2], [['torino', 'phone'], 1]]);
    const place = { at, store, channel };
    const subject = `order/${String(this.#serial)}`;
    const order = this.#basket();
    const end = this.#chance.pick<TrueSale['status'] | 'cancelledPaid'>([['completed', 14], ['open', 2], ['cancelled', 1], ['voided', 2], ['cancelledPaid', 1]]);
    const social = this.#chance.next() < 0.3;
    const data = { store: this.#chance.next() < 0.5 ? store : ALIASES[store]?.[0], channel, ...order.data, ...(social ? { campaign: { source: 'instagram', medium: 'social', name: 'natale' } } : {}) };
    const version = (minutes: number, said: object): void => { this.#send('sale', SITE, subject, at, at + minutes * MINUTE, { ...data, ...said }); };
    version(0, { status: 'open' });
    if (end === 'completed' || end === 'voided' || end === 'cancelledPaid') {
      // An edit says another amount, and everything again.
      version(2, { status: 'completed', amount: decimal(order.cents + 100), discount: decimal(100) });
      version(3, { status: 'completed', discount: '0.00', ...order.data });
    }
    if (end !== 'completed' && end !== 'open') version(60, { status: end === 'voided' ? 'voided' : 'cancelled' });
    const status = end === 'cancelledPaid' ? 'completed' : end;
    const isPaidApart = order.data['payment'] === undefined && order.data['payments'] === undefined;
    this.month.sales.push({ ...place, ...order, paid: isPaidApart ? [] : order.paid, status, ...(social ? { social: true } : {}) });
    // What is not paid yet says nothing of how, and what never was has no payment.
    this.#payApart(place, subject, order, status === 'completed' ? isPaidApart : status !== 'voided');
    if (status === 'completed' || status === 'voided') this.#giveBack(place, subject, order, status === 'completed');
  }

  /** A sale's payment by an event of its own: again, or for the first time. */
  #payApart({ at, store, channel }: { readonly at: number; readonly store: string; readonly channel: string }, subject: string, { paid, cents }: Order, counts: boolean): void {
    if (this.#chance.next() < 0.2 || cents === 0) return;
    const paidAt = at + 5 * MINUTE;
    for (const [index, { means, cents: part }] of paid.entries()) {
      const payment = means === 'other' ? 'voucher' : means;
      this.#send('payment', SITE, `payment/${subject.slice(6)}/${String(index)}`, paidAt, paidAt, { store, channel, amount: decimal(part), payment, refersTo: subject });
      if (counts) this.month.payments.push({ at: paidAt, store, channel, means, cents: part });
    }
  }

  #giveBack(place: { readonly at: number; readonly store: string; readonly channel: string }, subject: string, { data, ...order }: Order, counts: boolean): void {
    if (this.#chance.next() > 0.4 || order.cents === 0) return;
    const at = place.at + this.#chance.between(10, 100) * MINUTE;
    // All of it, as it was sold, or goods alone of which nobody says the VAT; or a refund that was a mistake.
    const all = this.#chance.next() < 0.5;
    const goods = order.cents - (order.tip ?? 0) - (order.giftCards ?? 0) - (order.shipping ?? 0);
    const refund = all ? { ...order, paid: [{ means: 'card', cents: order.cents }] as const } : { cents: Math.ceil(goods / 2), paid: [{ means: 'cash', cents: Math.ceil(goods / 2) }] as const };
    const { tip, giftCards, shipping, taxes } = data;
    const said = { ...place, at: undefined, amount: decimal(refund.cents), payment: all ? 'card' : 'cash', refersTo: subject, ...(all ? { tip, giftCards, shipping, taxes } : {}) };
    this.#send('refund', SITE, `refund/${subject.slice(6)}`, at, at, said);
    if (this.#chance.next() < 0.15) this.#send('refund', SITE, `refund/${subject.slice(6)}`, at, at + MINUTE, { ...said, status: 'voided' });
    else if (counts && refund.cents > 0) this.month.refunds.push({ ...place, at, ...refund });
    else if (counts) this.month.refunds.push({ ...place, at, cents: 0, paid: [] });
  }

  /** Goods at one or two rates, postage, a tip, gift cards, a discount, and what was paid how. */
  #basket(): Order {
    const some = (least: number, most: number, likely: number): number => (this.#chance.next() < likely ? this.#chance.between(least, most) : 0);
    const list = some(300, 12_000, 0.93);
    const discount = Math.min(list, this.#chance.pick([[0, 6], [this.#chance.between(50, 900), 3], [list, 1]]));
    const [shipping, tip, giftCards] = [some(100, 900, 0.5), some(50, 500, 0.25), some(1_000, 5_000, 0.2)];
    const revenue = list - discount + shipping;
    const cents = revenue + tip + giftCards;
    const half = this.#chance.next() < 0.4 ? Math.floor(revenue / 3) : 0;
    const taxes = revenue === 0 ? [] : [{ rate: '22', cents: vatIn(revenue - half, 22) }, ...(half === 0 ? [] : [{ rate: '10', cents: vatIn(half, 10) }])];
    const tax = this.#chance.next() < 0.7 ? taxes.reduce((sum, one) => sum + one.cents, 0) : undefined;
    const { paid, said } = this.#paymentOf(cents);
    return {
      cents, tip, giftCards, shipping, discount, paid, ...(tax === undefined ? {} : { tax }),
      data: {
        amount: decimal(cents), ...said, ...(tip === 0 ? {} : { tip: decimal(tip) }), ...(giftCards === 0 ? {} : { giftCards: decimal(giftCards) }),
        ...(shipping === 0 ? {} : { shipping: decimal(shipping) }), ...(discount === 0 ? {} : { discount: decimal(discount) }),
        ...(tax === undefined ? {} : { taxes: taxes.map((one) => ({ rate: one.rate, amount: decimal(one.cents) })) }),
      },
    };
  }

  #paymentOf(cents: number): { readonly paid: readonly Paid[]; readonly said: object } {
    const part = Math.floor(cents / 3);
    const way = this.#chance.pick([['card', 4], ['giftCard', 2], ['change', 2], ['apart', 3]]);
    if (way === 'card' || cents < 3) return { paid: cents === 0 ? [] : [{ means: 'card', cents }], said: { payment: 'card' } };
    if (way === 'apart') return { paid: [{ means: 'card', cents }], said: {} };
    const rest = { means: way === 'change' ? 'cash' : 'card', cents: cents - part } as const;
    // Whoever pays in cash gets change, which the payment does not know.
    const given = decimal(way === 'change' ? cents - part + 700 : cents - part);
    return { paid: [{ means: 'other', cents: part }, rest], said: { payments: [{ by: 'gift_card', amount: decimal(part) }, { by: rest.means, amount: given }] } };
  }

  /** The same trade over another path: it counts for what was paid how, and for nothing else. */
  #otherSale(at: number): void {
    const cents = this.#chance.between(100, 6_000);
    const place = { at, store: 'bologna', channel: 'pos' };
    const paid: Paid[] = [{ means: this.#chance.pick([['card', 2], ['cash', 1]]), cents }];
    const said = { store: 'bologna', channel: 'pos', amount: decimal(cents), payment: paid[0]?.means };
    this.#send('sale', OTHER, `order/${String(this.#serial)}`, at, at, { ...said, taxes: [{ rate: '22', amount: decimal(vatIn(cents, 22)) }], tip: '0.10' });
    this.month.sales.push({ ...place, cents, tip: 10, paid, status: 'completed', origin: 'other' });
    if (this.#chance.next() > 0.3) return;
    const backAt = at + 30 * MINUTE;
    this.#send('refund', OTHER, `refund/${String(this.#serial)}`, backAt, backAt, { ...said, refersTo: `order/${String(this.#serial)}` });
    this.month.refunds.push({ ...place, at: backAt, cents, paid, origin: 'other' });
  }

  #shopifyOrder(at: number): void {
    const id = 6_000_000 + this.#serial;
    const second = Math.floor(at / 1_000) * 1_000;
    const basket = this.#basket();
    const { cents, tip = 0, giftCards = 0, shipping = 0, discount = 0 } = basket;
    const taxes = (basket.data['taxes'] ?? undefined) as readonly { readonly rate: string; readonly amount: string }[] | undefined;
    const isCancelled = this.#chance.next() < 0.15;
    const goods = cents - tip - giftCards - shipping;
    // All of it, with its tip, its gift cards and its postage, or a part of the goods.
    const back: Money = isCancelled ? { cents, tip, giftCards, shipping } : { cents: this.#chance.next() < 0.3 ? Math.ceil(goods / 2) : 0 };
    const backAt = second + 45 * MINUTE;
    const lines = [{ line_item_id: id + 3, quantity: 1, subtotal: decimal(goods) }, { line_item_id: id + 4, quantity: 1, subtotal: decimal(giftCards) }];
    const refund = {
      id: id + 1, order_id: id, created_at: iso(backAt), processed_at: iso(backAt), refund_line_items: isCancelled ? lines : [],
      order_adjustments: isCancelled ? [{ kind: 'shipping_refund', amount: `-${decimal(shipping)}` }] : [],
      transactions: [{ id: id + 2, order_id: id, kind: 'refund', status: 'success', gateway: 'shopify_payments', amount: decimal(back.cents), currency: 'EUR', created_at: iso(backAt) }],
    };
    const bodyAt = (updated: number, paid: string, refunds: readonly object[]): object => ({
      id, name: `#${String(id)}`, test: false, created_at: iso(second), processed_at: iso(second), updated_at: iso(updated), cancelled_at: isCancelled && refunds.length > 0 ? iso(backAt) : null,
      currency: 'EUR', taxes_included: true, financial_status: paid, source_name: 'web', location_id: null, landing_site: '/collections/novita',
      total_price: decimal(cents), current_total_price: decimal(refunds.length > 0 ? cents - back.cents : cents), total_tip_received: decimal(tip), total_discounts: decimal(discount),
      total_shipping_price_set: { shop_money: { amount: decimal(shipping), currency_code: 'EUR' } }, payment_gateway_names: ['shopify_payments'],
      line_items: [{ id: id + 3, quantity: 1, price: decimal(goods + discount), discount_allocations: [{ amount: decimal(discount) }] }, { id: id + 4, quantity: 1, price: decimal(giftCards), gift_card: true }], refunds,
      ...(taxes === undefined ? {} : { tax_lines: taxes.map(({ rate, amount }) => ({ rate: Number(rate) / 100, price: amount })) }),
    });
    const place = { at: second, store: 'milano', channel: 'online' };
    const post = (topic: string, body: object): void => { this.month.deliveries.push({ way: 'shopify', topic, body }); };
    post('orders/create', bodyAt(second, 'pending', []));
    post('orders/paid', bodyAt(second + MINUTE, 'paid', []));
    const sold = { lines: [{ cents: goods, pieces: 1 }], ...(taxes === undefined ? {} : { taxes: taxes.map(({ rate, amount }) => ({ rate: Number(rate), cents: Math.round(Number(amount) * 100) })) }) };
    this.month.sales.push({ ...place, ...basket, ...sold, paid: cents === 0 ? [] : [{ means: 'card', cents }], status: 'completed' });
    if (back.cents === 0) return;
    post('refunds/create', refund);
    post('orders/updated', bodyAt(backAt, isCancelled ? 'refunded' : 'partially_refunded', [refund]));
    this.month.refunds.push({ ...place, ...back, at: backAt, paid: [{ means: 'card', cents: back.cents }] });
  }

  /** People come in, and things are thrown away. */
  #passBy(at: number): void {
    const store = this.#chance.pick([['milano', 2], ['roma', 1], ['bologna', 1]]);
    const people = this.#chance.between(1, 12);
    this.#send('visit', 'urn:porta', `visit/${String(this.#serial)}`, at, at, { store, quantity: people });
    this.month.visits.push({ at, store, channel: 'pos', people });
    const cents = this.#chance.between(50, 900);
    this.#send('waste', 'urn:magazzino', `waste/${String(this.#serial)}`, at, at, { store, amount: decimal(cents) });
    this.month.wastes.push({ at, store, channel: 'pos', cents, ...(store === 'bologna' ? { origin: 'other' } : {}) });
    if (this.#chance.next() > 0.3) return;
    this.#send('visit', 'urn:sito', `web/${String(this.#serial)}`, at, at, { store: 'milano', channel: 'online', quantity: people, campaign: { source: 'facebook' } });
    this.month.visits.push({ at, store: 'milano', channel: 'online', people, social: true });
  }

  #send(type: string, source: string, subject: string, at: number, versionAt: number, { at: _at, ...data }: Readonly<Record<string, unknown>>): void {
    const body = { specversion: '1.0', id: `${source}/${type}/${subject}/${String(versionAt)}`, source, type, subject, time: iso(at), sequence: iso(versionAt), data };
    this.month.deliveries.push({ way: 'events', body });
  }
}

/** VAT contained in a price. */
function vatIn(cents: number, rate: number): number {
  return Math.round(cents * rate / (100 + rate));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function decimal(cents: number): string {
  return (cents / 100).toFixed(2);
}
