/**
 * `SeenIds` remembers which events were here: in this process with a journal for the next start, or in a store that other processes ask, too.
 */
import { randomBytes } from 'node:crypto';
import { confirm, LocalDeduplicator, release, type Reservation, reserve, type Sighting } from '../../engine/delivery/deduplicator.js';
import type { ShopEvent } from '../../engine/event/event.js';
import type { Store } from '../../engine/store/store.js';
import type { StorePort } from '../shared/ports.js';

/** `KeyedEvents` are the events of one message with their keys. `owner` names this attempt; messages that nobody waits for share one. */
export interface KeyedEvents {
  readonly events: readonly ShopEvent[];
  readonly keys: readonly string[];
  readonly owner: string;
}

export interface SeenIds {
  /** At least the repeats among these events. Throws the store's faults. */
  find(messages: readonly KeyedEvents[]): Promise<ReadonlyMap<string, Sighting>>;
  /** Stored: from now on they are repeats. */
  confirm(keys: readonly string[]): Promise<void>;
  /** Not stored. */
  release(keys: readonly string[], owner: string): Promise<void>;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

/** `SeenIdsSettings` say how long and how many ids are remembered. */
export interface SeenIdsSettings {
  readonly memoryMs: number;
  readonly reservationMs: number;
  readonly most: number;
  readonly now: () => number;
  readonly warn: (error: unknown) => void;
}

/** `openSeenIds` remembers in the way that the store asks for. */
export function openSeenIds(port: StorePort, tenant: string, settings: SeenIdsSettings): SeenIds {
  return port.reach === 'shared' ? sharedSeenIds(port.of(tenant), settings) : new LocalSeenIds(localDeduplicatorOf(port, tenant, settings.most), settings);
}

function sharedSeenIds(store: Store, { memoryMs, reservationMs, now }: SeenIdsSettings): SeenIds {
  return {
    find: (messages) => reserve(store, reservationsOf(messages, now() + reservationMs)),
    confirm: (keys) => confirm(store, keys, now() + memoryMs),
    release: (keys, owner) => release(store, keys, owner),
    close: () => Promise.resolve(),
  };
}

/** `reservationsOf` wants each key once, for the first message that brings it. */
export function reservationsOf(messages: readonly KeyedEvents[], expiresAt: number): Reservation[] {
  const wanted = new Map<string, Reservation>();
  for (const { keys, owner } of messages) {
    for (const key of keys) if (!wanted.has(key)) wanted.set(key, { key, owner, expiresAt });
  }
  return [...wanted.values()];
}

/** What is confirmed waits so long for more of it: one write for many deliveries. After a crash meanwhile its repeats pass, which does no harm. */
const WRITE_AFTER_MS = 500;
const MAX_UNWRITTEN = 1_000;

/** `LocalSeenIds` is for a store that this process has for itself. */
export class LocalSeenIds implements SeenIds {
  readonly #deduplicator: LocalDeduplicator;
  readonly #settings: SeenIdsSettings;
  #timer: NodeJS.Timeout | undefined;

  constructor(deduplicator: LocalDeduplicator, settings: SeenIdsSettings) {
    this.#deduplicator = deduplicator;
    this.#settings = settings;
  }

  async find(messages: readonly KeyedEvents[]): Promise<ReadonlyMap<string, Sighting>> {
    const now = this.#settings.now();
    await this.#deduplicator.open(now);
    const repeats = new Map<string, Sighting>();
    for (const { keys } of messages) for (const key of keys) if (this.#deduplicator.knows(key, now)) repeats.set(key, 'repeat');
    return repeats;
  }

  confirm(keys: readonly string[]): Promise<void> {
    const { now, memoryMs } = this.#settings;
    this.#deduplicator.confirm(keys, now() + memoryMs, now());
    if (this.#deduplicator.unwritten >= MAX_UNWRITTEN) return this.close();
    this.#timer ??= setTimeout(() => { this.close().catch(this.#settings.warn); }, WRITE_AFTER_MS);
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#deduplicator.write();
  }
}

const deduplicators = new WeakMap<StorePort, Map<string, LocalDeduplicator>>();

/** The dedupe nodes of one store and shop know the same events. */
function localDeduplicatorOf(port: StorePort, tenant: string, most: number): LocalDeduplicator {
  const known = deduplicators.get(port) ?? new Map<string, LocalDeduplicator>();
  deduplicators.set(port, known);
  const deduplicator = known.get(tenant) ?? new LocalDeduplicator(port.of(tenant), most, randomBytes(6).toString('hex'));
  known.set(tenant, deduplicator);
  return deduplicator;
}
