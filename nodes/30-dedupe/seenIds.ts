/**
 * Where is noted which events were here? In a journal with all of it in main memory, or in a store that other processes ask, too.
 */
import { randomBytes } from 'node:crypto';
import { confirm, release, reserve, type Sighting } from '../../engine/delivery/sharedDeduplicator.js';
import { DedupeJournal } from '../../engine/delivery/localDeduplicator.js';
import type { Store } from '../../engine/store/store.js';
import type { StorePort } from '../shared/ports.js';
import { reservationsOf, type ReservedBatch } from './partition.js';

export interface Memory {
  /** At least the repeats among the events of these visits. Throws the store's faults. */
  sight(visits: readonly ReservedBatch[]): Promise<ReadonlyMap<string, Sighting>>;
  /** Stored: from now on they are repeats. */
  confirm(keys: readonly string[]): Promise<void>;
  /** Not stored. */
  release(keys: readonly string[], owner: string): Promise<void>;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

export interface MemorySettings {
  readonly memoryMs: number;
  readonly reservationMs: number;
  readonly most: number;
  readonly now: () => number;
  readonly warn: (error: unknown) => void;
}

/** In the way that the store asks for. */
export function memoryOf(port: StorePort, tenant: string, settings: MemorySettings): Memory {
  return port.reach === 'shared' ? sharedMemory(port.of(tenant), settings) : new OwnMemory(journalOf(port, tenant, settings.most), settings);
}

export function sharedMemory(store: Store, { memoryMs, reservationMs, now }: MemorySettings): Memory {
  return {
    sight: (visits) => reserve(store, reservationsOf(visits, now() + reservationMs)),
    confirm: (keys) => confirm(store, keys, now() + memoryMs),
    release: (keys, owner) => release(store, keys, owner),
    close: () => Promise.resolve(),
  };
}

/** What is noted waits so long for more of it: one write for many deliveries. */
const WRITE_AFTER_MS = 20;
const MAX_UNWRITTEN = 1_000;

export class OwnMemory implements Memory {
  readonly #journal: DedupeJournal;
  readonly #settings: MemorySettings;
  #timer: NodeJS.Timeout | undefined;

  constructor(journal: DedupeJournal, settings: MemorySettings) {
    this.#journal = journal;
    this.#settings = settings;
  }

  async sight(visits: readonly ReservedBatch[]): Promise<ReadonlyMap<string, Sighting>> {
    const now = this.#settings.now();
    await this.#journal.open(now);
    const repeats = new Map<string, Sighting>();
    for (const { keys } of visits) for (const key of keys) if (this.#journal.knows(key, now)) repeats.set(key, 'repeat');
    return repeats;
  }

  confirm(keys: readonly string[]): Promise<void> {
    const { now, memoryMs } = this.#settings;
    this.#journal.confirm(keys, now() + memoryMs, now());
    if (this.#journal.unwritten >= MAX_UNWRITTEN) return this.close();
    this.#timer ??= setTimeout(() => { this.close().catch(this.#settings.warn); }, WRITE_AFTER_MS);
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#journal.write();
  }
}

const journals = new WeakMap<StorePort, Map<string, DedupeJournal>>();

/** The dedupe nodes of one store and shop know the same events. */
function journalOf(port: StorePort, tenant: string, most: number): DedupeJournal {
  const known = journals.get(port) ?? new Map<string, DedupeJournal>();
  journals.set(port, known);
  const journal = known.get(tenant) ?? new DedupeJournal(port.of(tenant), most, randomBytes(6).toString('hex'));
  known.set(tenant, journal);
  return journal;
}
