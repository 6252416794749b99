/**
 * `Poller` finds out what has changed since the last poll: it keeps a minute of readings and the last snapshot.
 */
import type { Store } from '../../engine/store/store.js';
import { type Dead, type OutboxNumbers, readDead, readMetrics, readOutbox, readWaitingVoids, type WaitingVoids } from './collect.js';
import { readLastSeen, type SourceLastSeen } from '../shared/lastSeen.js';
import type { ShopPort } from '../shared/ports.js';
import { refusedShops } from '../shared/refusedShops.js';
import type { Report } from '../shared/healthReport.js';
import {
  keepMinute, type Latency, latencies, type SnapshotReading, refusedRows, type SourceRow, sourceRows, withoutAges,
} from './snapshot.js';

/** `Snapshot` is what the dashboard gets. `latency` is per hop, of the last minute, in seconds. */
export interface Snapshot {
  readonly at: string;
  readonly shop: ShopCard;
  readonly sources: readonly SourceRow[];
  readonly outbox: OutboxNumbers;
  readonly dead: Dead;
  readonly waitingVoids: WaitingVoids;
  readonly health: Report;
  readonly latency: Readonly<Record<string, Latency>>;
}

/** `ShopCard` is what a display needs to know of the shop: its clock, its currency and the names of its stores. */
export interface ShopCard {
  readonly zone: string;
  readonly currency: string;
  readonly stores: readonly { readonly id: string; readonly name: string }[];
}

export function shopCard({ calendar, currency, stores }: Pick<ShopPort, 'calendar' | 'currency' | 'stores'>): ShopCard {
  return { zone: calendar.clock.zone, currency, stores: stores.map(({ id, name }) => ({ id, name })) };
}

export type PolledState = { readonly change: 'none' } | { readonly change: 'some'; readonly snapshot: Snapshot };

/** Up to a thousand dead letters are read again when one was counted, else this often. */
const DEAD_MS = 15_000;
/** A dead letter is stored within so long of being counted. */
const SETTLED_MS = 3_000;

export class Poller {
  readonly #store: Store;
  readonly #shop: ShopCard;
  readonly #check: () => Promise<Report>;
  readonly #now: () => number;
  #readings: SnapshotReading[] = [];
  #lastSeen: SourceLastSeen[] = [];
  #outbox: OutboxNumbers = { depth: 0 };
  #dead: Dead = { count: 0, last: [], reasons: [] };
  #waitingVoids: WaitingVoids = { count: 0, last: [] };
  #deadAt = -Infinity;
  #deadCounted = -1;
  #deadExpectedUntil = -Infinity;
  #last = '';

  constructor(store: Store, shop: ShopCard, check: () => Promise<Report>, now: () => number) {
    this.#store = store;
    this.#shop = shop;
    this.#check = check;
    this.#now = now;
  }

  async poll(): Promise<PolledState> {
    const now = this.#now();
    const reading = await readMetrics(now);
    this.#readings = keepMinute(this.#readings, reading);
    const health = await this.#check();
    // While the store is away the last known state goes on being shown; `health` says that it is old.
    if (health.status === 'ok') await this.#readStore(reading, now);
    const earlier = this.#readings[0] ?? reading;
    const rest = {
      shop: this.#shop,
      sources: [...sourceRows(this.#lastSeen, reading, earlier, now), ...refusedRows(refusedShops())],
      outbox: this.#outbox, dead: this.#dead, waitingVoids: this.#waitingVoids, health, latency: latencies(reading, earlier),
    };
    const said = withoutAges(rest);
    if (said === this.#last) return { change: 'none' };
    this.#last = said;
    return { change: 'some', snapshot: { at: new Date(now).toISOString(), ...rest } };
  }

  async #readStore(reading: SnapshotReading, now: number): Promise<void> {
    this.#lastSeen = await readLastSeen(this.#store);
    this.#outbox = await readOutbox(this.#store, now);
    const counted = deadCount(reading);
    if (counted !== this.#deadCounted) this.#deadExpectedUntil = now + SETTLED_MS;
    this.#deadCounted = counted;
    if (now > this.#deadExpectedUntil && now - this.#deadAt < DEAD_MS) return;
    this.#deadAt = now;
    this.#dead = await readDead(this.#store);
    this.#waitingVoids = await readWaitingVoids(this.#store);
  }
}

const COMING_OR_GOING = ['dead', 'rejected', 'replayed'];

function deadCount({ events }: SnapshotReading): number {
  let sum = 0;
  for (const outcomes of events.values()) for (const outcome of COMING_OR_GOING) sum += outcomes.get(outcome) ?? 0;
  return sum;
}
