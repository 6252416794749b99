/**
 * `SimulatedShop` turns each step of a day into the payloads that Shopify, HubSpot, the till or the footfall counter would post,
 * some of them twice, some of them late. Every person, street and number in them is invented.
 */
import { formatInstant, type LocalClock, MINUTE, SECOND } from '../../engine/base/time.js';
import { type Assortment, centsOf, guestLines, linesOf } from './articles.js';
import type { Chance } from './chance.js';
import type { DayStep } from './day.js';
import { type HubSpotChange, hubspotChanges } from './hubspot.js';
import { SECTORS, type SimulatedSector } from './sector.js';
import { type SimulatedOrder, orderBody, refundBody, totalOf } from './shopify.js';
import { cancelledTableBody, closedTableBody, openTableBody, receiptBody, type TillTable } from './till.js';

/** One thing to post, `after` ms from the step. `id` is the sender's own, the same when it sends again. */
export type SimulatedDelivery = { readonly after: number; readonly id: string } & (
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
  readonly #assortment: Assortment;
  #serial = 0;
  /** Paid orders that may still be returned. */
  #paid: SimulatedOrder[] = [];

  constructor(clock: LocalClock, chance: Chance, base: number, { assortment }: Pick<SimulatedSector, 'assortment'> = SECTORS.retail) {
    this.#clock = clock;
    this.#assortment = assortment;
    this.#chance = chance;
    this.#base = base;
  }

  deliveriesOf(step: DayStep): SimulatedDelivery[] {
    const deliveries = this.#deliveriesOf(step).map((delivery) => ({ ...delivery, after: delivery.after + this.#chance.pick(LATE) }));
    const again = deliveries.filter(() => this.#chance.next() < 0.03).map((delivery) => ({ ...delivery, after: delivery.after + 2 * SECOND }));
    return [...deliveries, ...again];
  }

  #deliveriesOf({ at, kind }: DayStep): SimulatedDelivery[] {
    const serial = this.#base + this.#serial++;
    const id = String(serial);
    switch (kind) {
      case 'order': return this.#order(at, serial);
      case 'refund': return this.#refund(at, serial);
      case 'receipt': return [{ to: 'pos', id, after: 0, body: this.#receipt(at, serial) }];
      case 'return': return [{ to: 'pos', id, after: 0, body: this.#receipt(at, serial, 'return') }];
      case 'table': return this.#table(at, serial);
      case 'contact': return [{ to: 'hubspot', id, after: 0, body: hubspotChanges('contact', at, serial, this.#chance) }];
      case 'ticket': return [{ to: 'hubspot', id, after: 0, body: hubspotChanges('ticket', at, serial, this.#chance) }];
      case 'footfall': return this.#event('visit', at, id, { channel: 'pos', quantity: this.#chance.between(1, 4) });
      case 'browse': return this.#event('visit', at, id, { channel: 'online', quantity: 1, campaign: this.#campaign() });
      case 'waste': return this.#event('waste', at, id, { amount: `${String(this.#chance.between(2, 15))}.00`, quantity: 1 });
    }
  }

  #receipt(at: number, serial: number, kind: 'sale' | 'return' = 'sale'): object {
    const lines = linesOf(this.#assortment.till, this.#chance.pick([[1, 45], [2, 30], [3, 15], [5, 10]]), this.#chance);
    return receiptBody(at, serial, lines, this.#clock, this.#chance, kind);
  }

  /** Created and, as a rule, paid a moment later: two facts of Shopify's about one sale. Some are edited, some abandoned, a few cancelled. */
  #order(at: number, serial: number): SimulatedDelivery[] {
    const order: SimulatedOrder = { serial, at, lines: this.#lines(), campaign: this.#campaign() };
    const post = (name: string, topic: string, after: number, body: object): SimulatedDelivery =>
      ({ to: 'shopify', id: `${String(serial)}-${name}`, after, topic, body });
    const create = post('create', 'orders/create', 0, orderBody(order, 'pending', at));
    const follow = this.#chance.pick<'paid' | 'edited' | 'cancelled' | 'none'>([['paid', 86], ['edited', 4], ['cancelled', 4], ['none', 6]]);
    if (follow === 'none') return [create];
    const after = this.#chance.between(1, 8) * SECOND;
    if (follow === 'cancelled') return [create, post('cancelled', 'orders/cancelled', after, orderBody(order, 'voided', at + after))];
    const paid = post('paid', 'orders/paid', after, orderBody(order, 'paid', at + after));
    const last = follow === 'paid' ? order : { ...order, lines: this.#lines() };
    this.#paid = [...this.#paid, last].slice(-KEPT_ORDERS);
    if (follow === 'paid') return [create, paid];
    const later = after + this.#chance.between(1, 40) * MINUTE;
    return [create, paid, post('edited', 'orders/updated', later, orderBody(last, 'paid', at + later))];
  }

  /** Posted twice by Shopify: as a refund, and inside its order. */
  #refund(at: number, serial: number): SimulatedDelivery[] {
    const order = this.#paid.shift();
    if (order === undefined) return [];
    const total = totalOf(order);
    // All of it with its shipping, or the first article.
    const lines = order.lines.slice(0, this.#chance.pick([[order.lines.length, 2], [1, 1]]));
    const cents = lines.length === order.lines.length ? total : centsOf(lines);
    const refund = refundBody(order, serial, at, { lines, cents });
    const updated = orderBody(order, cents === total ? 'refunded' : 'partially_refunded', at + SECOND, [refund]);
    return [
      { to: 'shopify', id: `${String(serial)}-refund`, after: 0, topic: 'refunds/create', body: refund },
      { to: 'shopify', id: `${String(serial)}-updated`, after: SECOND, topic: 'orders/updated', body: updated },
    ];
  }

  /** Opened, and closed when the guests leave; now and then closed again with another total, called off, or forgotten. */
  #table(at: number, serial: number): SimulatedDelivery[] {
    const table: TillTable = { serial, openedAt: at, covers: this.#chance.pick([[1, 2], [2, 6], [4, 3], [7, 1]]) };
    const post = (name: string, after: number, body: object): SimulatedDelivery => ({ to: 'pos', id: `${String(serial)}-${name}`, after, body });
    const open = post('open', 0, openTableBody(table, this.#clock));
    const follow = this.#chance.pick<'closed' | 'again' | 'cancelled' | 'forgotten'>([['closed', 90], ['again', 4], ['cancelled', 3], ['forgotten', 3]]);
    if (follow === 'forgotten') return [open];
    const after = this.#chance.between(12, 95) * MINUTE;
    if (follow === 'cancelled') return [open, post('cancelled', after, cancelledTableBody(table, at + after, this.#clock))];
    const lines = guestLines(table.covers, this.#chance);
    const closed = post('closed', after, closedTableBody(table, at + after, lines, this.#clock, this.#chance));
    if (follow === 'closed') return [open, closed];
    const later = after + this.#chance.between(1, 6) * MINUTE;
    return [open, closed, post('again', later, closedTableBody(table, at + later, [...lines, ...guestLines(1, this.#chance)], this.#clock, this.#chance))];
  }

  #lines(): SimulatedOrder['lines'] {
    return linesOf(this.#assortment.web, this.#chance.pick([[1, 60], [2, 30], [3, 10]]), this.#chance);
  }

  #campaign(): { source: string; medium: string; name: string } {
    return this.#chance.pick([
      [{ source: 'instagram', medium: 'paid_social', name: 'natale' }, 4],
      [{ source: 'facebook', medium: 'social', name: 'natale' }, 2],
      [{ source: 'google', medium: 'organic', name: 'ricerca' }, 5],
      [{ source: 'newsletter', medium: 'email', name: 'novembre' }, 2],
    ]);
  }

  #event(type: string, at: number, id: string, values: object): SimulatedDelivery[] {
    const data = { store: TILL_STORE, ...values };
    const body = { specversion: '1.0', id: `sim-${id}`, source: 'urn:bottega:simulator', type, subject: `${type}/${id}`, time: formatInstant(at), data };
    return [{ to: 'events', id, after: 0, body }];
  }
}
