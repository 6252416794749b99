/**
 * What do the shops send meanwhile? Yesterday's trade of every kind, today's sales with corrections of their own, and sales whose sender
 * gives up at the first refusal: whether those are in is left open.
 */
import { formatInstant, HOUR } from '../../engine/base/time.js';
import { type Chance, chanceOf } from '../../launcher/simulator/chance.js';
import { Ledger } from '../support/ledger.js';
import { saleEvent } from '../support/payloads.js';
import { type Shipment, Trade } from '../support/trade.js';

/** `onRefusal` says whether the sender sends again; `acknowledged` is called at the first 2xx. */
export interface Order {
  readonly shipment: Shipment;
  readonly onRefusal: 'again' | 'giveUp';
  acknowledged?(): void;
}

const SALES_STORE = 'torino-2';
const ABANDONED_STORE = 'rinuncia';
const QUEUE_STORE = 'bergamo-3';

/** KPI names whose cells come from these. */
export class Stream {
  /** What must be in. */
  readonly ledger: Ledger;
  /** What may be in besides: sent, never acknowledged, given up. */
  readonly perhaps = new Ledger();
  readonly from: number;
  readonly #trade: Trade;
  readonly #chance: Chance;
  readonly #now: () => number;
  #serial = 0;

  /** The day before `now` at noon is over in `zone`; so no order of that day counts for the alerts of today. */
  constructor(seed: number, zone: string, now: () => number) {
    this.from = Math.floor(now() / HOUR) * HOUR - 30 * HOUR;
    this.#trade = new Trade(seed, this.from, zone);
    this.ledger = this.#trade.ledger;
    this.#chance = chanceOf(seed + 1);
    this.#now = now;
  }

  /** Everything of one more step, in no order. */
  next(): Order[] {
    switch (this.#chance.pick<'trade' | 'versions' | 'visits' | 'abandoned'>([['trade', 6], ['versions', 3], ['visits', 1], ['abandoned', 1]])) {
      case 'trade': return this.#trade.next().map(insisting);
      case 'versions': return this.#versions();
      case 'visits': return this.#visits();
      case 'abandoned': return this.#abandoned();
    }
  }

  /** So many orders of today, not paid yet; and their payment. */
  openOrders(count: number): { readonly opened: Order; readonly paid: Order } {
    const at = this.#now();
    const serials = Array.from({ length: count }, () => this.#next('q'));
    const amount = '12.50';
    const events = (status: string, step: number): object[] => serials.map((id) => versionOf({ id, at, step, amount, store: QUEUE_STORE, channel: 'online', status }));
    for (let n = 0; n < count; n += 1) this.#book(this.ledger, at, QUEUE_STORE, 'online', 1_250);
    return { opened: insisting((senders) => senders.events(events('open', 0))), paid: insisting((senders) => senders.events(events('completed', 1))) };
  }

  /** A refund of today, in cents. */
  refund(cents: number): Order {
    const at = this.#now();
    const { subject: _subject, ...rest } = saleEvent({ id: this.#next('r'), at, amount: decimal(cents) });
    this.ledger.add('refunds', at, SALES_STORE, 'pos', cents);
    this.ledger.add('revenue', at, SALES_STORE, 'pos', -cents);
    const event = { ...rest, type: 'refund', subject: `refund/${String(this.#serial)}`, data: { store: SALES_STORE, channel: 'pos', amount: decimal(cents) } };
    return insisting((senders) => senders.events(event));
  }

  /** The same sale three times, each time with another amount; the highest sequence is right, whichever arrives last. */
  #versions(): Order[] {
    const at = this.#now();
    const id = this.#next('f');
    const amounts = [1, 2, 3].map(() => this.#chance.between(1, 9_000));
    this.#book(this.ledger, at, SALES_STORE, 'phone', amounts[2] ?? 0);
    const orders = amounts.map((cents, step) => {
      const event = versionOf({ id, at, step, amount: decimal(cents), store: SALES_STORE, channel: 'phone', status: 'completed' });
      return { order: this.#chance.next(), event };
    });
    return orders.sort((a, b) => a.order - b.order).map(({ event }) => insisting((senders) => senders.events(event)));
  }

  #visits(): Order[] {
    const at = this.#now();
    const quantity = this.#chance.between(1, 5);
    this.ledger.add('footfall', at, SALES_STORE, 'pos', quantity);
    const { subject: _subject, ...event } = saleEvent({ id: this.#next('v'), at, amount: '0' });
    return [insisting((senders) => senders.events({ ...event, type: 'visit', data: { store: SALES_STORE, channel: 'pos', quantity } }))];
  }

  #abandoned(): Order[] {
    const at = this.#now();
    const cents = this.#chance.between(1, 5_000);
    const event = saleEvent({ id: this.#next('a'), at, amount: decimal(cents), data: { store: ABANDONED_STORE, channel: 'pos' } });
    this.#book(this.perhaps, at, ABANDONED_STORE, 'pos', cents);
    const acknowledged = (): void => {
      this.#book(this.perhaps, at, ABANDONED_STORE, 'pos', -cents, -1);
      this.#book(this.ledger, at, ABANDONED_STORE, 'pos', cents);
    };
    return [{ shipment: (senders) => senders.events(event), onRefusal: 'giveUp', acknowledged }];
  }

  #book(ledger: Ledger, at: number, store: string, channel: string, cents: number, orders = 1): void {
    ledger.add('revenue', at, store, channel, cents);
    ledger.add('orders', at, store, channel, orders);
  }

  #next(letter: string): string {
    this.#serial += 1;
    return `oggi-${letter}${String(this.#serial)}`;
  }
}

interface Version {
  readonly id: string;
  readonly at: number;
  readonly step: number;
  readonly amount: string;
  readonly store: string;
  readonly channel: string;
  readonly status: string;
}

function versionOf({ id, at, step, amount, store, channel, status }: Version): object {
  const event = saleEvent({ id, at, amount, data: { store, channel, status } });
  return { ...event, id: `${id}-${String(step)}`, sequence: formatInstant(at + step) };
}

function insisting(shipment: Shipment): Order {
  return { shipment, onRefusal: 'again' };
}

function decimal(cents: number): string {
  return `${String(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
}
