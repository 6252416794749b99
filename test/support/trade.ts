/**
 * What does a busy shop send? A seeded stream of signed deliveries of every kind, in versions and out of order, and the ledger they must end in.
 */
import { HOUR, MINUTE, SECOND } from '../../engine/base/time.js';
import { type Chance, chanceOf } from '../../launcher/simulator/chance.js';
import type { SignedRequest } from '../../launcher/simulator/sign.js';
import { Ledger } from './ledger.js';
import { receipt, saleEvent, shopifyOrder, shopifyRefund, wallAt } from './payloads.js';
import type { Senders } from './sign.js';

/** Signed anew at each attempt, as senders do; the content stays. */
export type Shipment = (senders: Senders) => SignedRequest;

/** KPIs that the ledger knows. */
export const COUNTED = ['revenue', 'orders', 'refunds', 'footfall', 'incomplete_orders'] as const;

/** Where the template counts what names no store of its own; canonical events name theirs (see `saleEvent`). */
const DEFAULT_STORE = 'negozio';
const NAMED_STORE = 'milano-1';

export class Trade {
  readonly ledger = new Ledger();
  readonly #chance: Chance;
  readonly #from: number;
  readonly #zone: string;
  #serial = 0;

  /** Everything happens in the six hours from `from` on, except that refunds come up to an hour and a half later. `zone`: the till's. */
  constructor(seed: number, from: number, zone = 'Europe/Rome') {
    this.#chance = chanceOf(seed);
    this.#from = from;
    this.#zone = zone;
  }

  /** The shipments of one more step, not in their own order. */
  next(): Shipment[] {
    const serial = ++this.#serial;
    const at = this.#from + this.#chance.between(0, 6 * HOUR - 1);
    const cents = this.#chance.between(1, 30_000);
    switch (this.#chance.pick<'order' | 'receipt' | 'sale' | 'visits'>([['order', 4], ['receipt', 3], ['sale', 3], ['visits', 2]])) {
      case 'order': return this.#shuffled(this.#order(serial, at, cents));
      case 'receipt': return this.#receipt(serial, at, cents);
      case 'sale': return this.#sales(serial, at, cents);
      case 'visits': return this.#visits(serial, at);
    }
  }

  #order(serial: number, at: number, cents: number): Shipment[] {
    const plan = { id: 1_000_000 + serial * 10, at, total: decimal(cents) };
    const versions: Shipment[] = [shopify('orders/create', shopifyOrder({ ...plan, payment: 'pending' }), `c${String(serial)}`)];
    const end = this.#chance.pick<'open' | 'paid' | 'returned' | 'cancelled'>([['open', 1], ['paid', 6], ['returned', 2], ['cancelled', 1]]);
    if (end === 'open') this.ledger.add('incomplete_orders', at, DEFAULT_STORE, 'online', 1);
    if (end === 'cancelled') {
      const cancelled = shopifyOrder({ ...plan, payment: 'voided', updatedAt: at + SECOND, cancelledAt: at + SECOND });
      versions.push(shopify('orders/cancelled', cancelled, `x${String(serial)}`));
    }
    if (end === 'paid' || end === 'returned') {
      versions.push(shopify('orders/paid', shopifyOrder({ ...plan, updatedAt: at + SECOND }), `p${String(serial)}`));
      this.#bookSale(at, DEFAULT_STORE, 'online', cents);
    }
    if (end === 'returned') versions.push(...this.#refund(serial, plan, cents));
    return versions;
  }

  #refund(serial: number, plan: { id: number; at: number; total: string }, cents: number): Shipment[] {
    const back = this.#chance.between(1, cents);
    const at = plan.at + this.#chance.between(1, 90) * MINUTE;
    const refund = shopifyRefund(plan.id + 5, plan.id, at, decimal(back));
    this.ledger.add('refunds', at, DEFAULT_STORE, 'online', back);
    this.ledger.add('revenue', at, DEFAULT_STORE, 'online', -back);
    const updated = shopifyOrder({ ...plan, payment: 'partially_refunded', updatedAt: at, refunds: [refund] });
    return [shopify('refunds/create', refund, `r${String(serial)}`), shopify('orders/updated', updated, `u${String(serial)}`)];
  }

  #receipt(serial: number, at: number, cents: number): Shipment[] {
    const second = Math.floor(at / SECOND) * SECOND;
    this.#bookSale(second, DEFAULT_STORE, 'pos', cents);
    const body = receipt(`0001-${String(serial).padStart(6, '0')}`, wallAt(second, this.#zone), decimal(cents).replace('.', ','));
    return [(senders) => senders.till(body, `jwt-${String(serial)}`)];
  }

  #sales(serial: number, at: number, cents: number): Shipment[] {
    const events = Array.from({ length: this.#chance.between(1, 5) }, (_sale, index) => {
      const amount = cents + index;
      this.#bookSale(at + index, NAMED_STORE, 'phone', amount);
      return saleEvent({ id: `s${String(serial)}-${String(index)}`, at: at + index, amount: decimal(amount), data: { channel: 'phone' } });
    });
    return [(senders) => senders.events(events)];
  }

  #visits(serial: number, at: number): Shipment[] {
    const quantity = this.#chance.between(1, 9);
    this.ledger.add('footfall', at, NAMED_STORE, 'pos', quantity);
    const { subject: _subject, ...event } = saleEvent({ id: `v${String(serial)}`, at, amount: '0' });
    return [(senders) => senders.events({ ...event, type: 'visit', data: { store: NAMED_STORE, channel: 'pos', quantity } })];
  }

  #bookSale(at: number, store: string, channel: string, cents: number): void {
    this.ledger.add('revenue', at, store, channel, cents);
    this.ledger.add('orders', at, store, channel, 1);
  }

  #shuffled(shipments: readonly Shipment[]): Shipment[] {
    return shipments.map((shipment) => ({ shipment, order: this.#chance.next() })).sort((a, b) => a.order - b.order).map(({ shipment }) => shipment);
  }
}

function shopify(topic: string, body: object, webhookId: string): Shipment {
  return (senders) => senders.shopify(topic, body, webhookId);
}

function decimal(cents: number): string {
  return `${String(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
}
