/**
 * What do the senders of a simulated shop send? Each happening becomes the payloads that Shopify, HubSpot, the till or the door counter would post,
 * some of them twice, some of them late. Every person, street and number in them is invented.
 */
import { formatInstant, type LocalClock, MINUTE, SECOND } from '../../engine/time.js';
import type { Chance } from './chance.js';
import type { Happening } from './day.js';
import { type HubSpotChange, hubspotChanges } from './hubspot.js';
import { type Order, orderBody, refundBody } from './shopify.js';
import { receiptBody } from './till.js';

/** One thing to post, `after` ms from the happening. `id` is the sender's own, the same when it sends again. */
export type Delivery = { readonly after: number; readonly id: string } & (
  | { readonly to: 'shopify'; readonly topic: string; readonly body: object }
  | { readonly to: 'hubspot'; readonly body: readonly HubSpotChange[] }
  | { readonly to: 'pos'; readonly body: object }
  | { readonly to: 'events'; readonly body: object }
);

export const SHOP_DOMAIN = 'bottega-dimostrativa.myshopify.com';
export const TILL_STORE = 'negozio';

const LATE: readonly (readonly [number, number])[] = [[0, 96], [45 * SECOND, 3], [3 * MINUTE, 1]];
const KEPT_ORDERS = 50;

/** Numbers everything from `base` on: the same base and chance send the very same bytes, so sending a day twice changes nothing. */
export class SimulatedShop {
  readonly #clock: LocalClock;
  readonly #chance: Chance;
  readonly #base: number;
  #serial = 0;
  /** Paid orders that may still be returned. */
  #paid: Order[] = [];

  constructor(clock: LocalClock, chance: Chance, base: number) {
    this.#clock = clock;
    this.#chance = chance;
    this.#base = base;
  }

  deliveriesOf(happening: Happening): Delivery[] {
    const deliveries = this.#deliveriesOf(happening).map((delivery) => ({ ...delivery, after: delivery.after + this.#chance.pick(LATE) }));
    const again = deliveries.filter(() => this.#chance.next() < 0.03).map((delivery) => ({ ...delivery, after: delivery.after + 2 * SECOND }));
    return [...deliveries, ...again];
  }

  #deliveriesOf({ at, kind }: Happening): Delivery[] {
    const serial = this.#base + this.#serial++;
    const id = String(serial);
    switch (kind) {
      case 'order': return this.#order(at, serial);
      case 'refund': return this.#refund(at, serial);
      case 'receipt': return [{ to: 'pos', id, after: 0, body: receiptBody(at, serial, this.#clock, this.#chance) }];
      case 'contact': return [{ to: 'hubspot', id, after: 0, body: hubspotChanges('contact', at, serial, this.#chance) }];
      case 'ticket': return [{ to: 'hubspot', id, after: 0, body: hubspotChanges('ticket', at, serial, this.#chance) }];
      case 'footfall': return this.#event('visit', at, id, { channel: 'pos', quantity: this.#chance.between(1, 4) });
      case 'browse': return this.#event('visit', at, id, { channel: 'online', quantity: 1, campaign: this.#campaign() });
      case 'waste': return this.#event('waste', at, id, { amount: `${String(this.#chance.between(2, 15))}.00`, quantity: 1 });
    }
  }

  /** Created and, as a rule, paid a moment later: two facts of Shopify's about one sale. Some are abandoned, a few cancelled. */
  #order(at: number, serial: number): Delivery[] {
    const order: Order = { serial, at, lines: this.#lines(), campaign: this.#campaign() };
    const create = { to: 'shopify', id: `${String(serial)}-create`, after: 0, topic: 'orders/create', body: orderBody(order, 'pending', at) } as const;
    const follow = this.#chance.pick<'paid' | 'cancelled' | 'none'>([['paid', 90], ['cancelled', 4], ['none', 6]]);
    if (follow === 'none') return [create];
    if (follow === 'paid') this.#paid = [...this.#paid, order].slice(-KEPT_ORDERS);
    const state = follow === 'paid' ? 'paid' : 'voided';
    const after = this.#chance.between(1, 8) * SECOND;
    return [create, { to: 'shopify', id: `${String(serial)}-${follow}`, after, topic: `orders/${follow}`, body: orderBody(order, state, at + after) }];
  }

  #refund(at: number, serial: number): Delivery[] {
    const order = this.#paid.shift();
    if (order === undefined) return [];
    return [{ to: 'shopify', id: `${String(serial)}-refund`, after: 0, topic: 'refunds/create', body: refundBody(order, serial, at) }];
  }

  #lines(): Order['lines'] {
    return Array.from({ length: this.#chance.pick([[1, 60], [2, 30], [3, 10]]) }, () => ({
      cents: this.#chance.between(9, 120) * 100 + this.#chance.pick([[0, 2], [50, 1], [90, 3]]),
      quantity: this.#chance.pick([[1, 80], [2, 20]]),
    }));
  }

  #campaign(): { source: string; medium: string; name: string } {
    return this.#chance.pick([
      [{ source: 'instagram', medium: 'paid_social', name: 'natale' }, 4],
      [{ source: 'facebook', medium: 'social', name: 'natale' }, 2],
      [{ source: 'google', medium: 'organic', name: 'ricerca' }, 5],
      [{ source: 'newsletter', medium: 'email', name: 'novembre' }, 2],
    ]);
  }

  #event(type: string, at: number, id: string, values: object): Delivery[] {
    const data = { store: TILL_STORE, ...values };
    const body = { specversion: '1.0', id: `sim-${id}`, source: 'urn:bottega:simulator', type, subject: `${type}/${id}`, time: formatInstant(at), data };
    return [{ to: 'events', id, after: 0, body }];
  }
}
