/**
 * `SharedStore` is one store for all nodes that name it: opened in the background by the first, swept, closed after its last user.
 */
import { present } from '../../engine/base/json.js';
import type { Store } from '../../engine/store/store.js';
import type { WrittenBackup } from './backupFiles.js';
import type { Warning, Watched } from '../shared/ports.js';

const SWEEP_LIMIT = 1_000;
/** Between two sweeps while nothing expires, and while the last one found something. */
const SWEEP_IDLE_MS = 5_000;
const SWEEP_BUSY_MS = 200;
/** Nodes close at the same time as the store and may still have something to write. For longer than this nobody waits (see nodes/shared/node.ts). */
const LINGER_MS = 100;
const MAX_LINGER_MS = 3_500;

/** `OPENING` is what a store says of itself before its first opening. */
export const OPENING = 'opening';

/** `Backend` is a store that opens in the background, recovers by itself and says how it is. */
export interface Backend extends Store, Watched {
  /** Removes what has expired, visiting no more than so much; answers how many. Failures show in the health. */
  sweep(limit: number): Promise<number>;
  warnings(): readonly Warning[];
  /** See `StorePort`; absent: nobody shares it. */
  readonly clock?: () => Promise<number | undefined>;
  /** A backup of `home` in that folder; absent where the store's server makes its own. */
  backup?(home: string, folder: string): Promise<WrittenBackup>;
  /** Calls back at each change of the warnings; the answer stops it. */
  watchWarnings(listener: () => void): () => void;
}

const shared = new Map<string, SharedStore>();

/**
 * `acquire` adds a user of the store of that name. `open` is called for the first; it must wait for `after`, the end of a former opening.
 * Whoever acquires must `release`.
 */
export function acquire(name: string, open: (after: Promise<void>) => Backend): SharedStore {
  const known = shared.get(name);
  const store = known === undefined || known.isClosing() ? new SharedStore(name, open(known?.closed ?? Promise.resolve())) : known;
  shared.set(name, store);
  store.users += 1;
  return store;
}

/** `release` resolves for the last user when the store is closed. */
export async function release(store: SharedStore): Promise<void> {
  store.users -= 1;
  if (store.users > 0) return;
  await store.close();
  if (store.users === 0 && shared.get(store.name) === store) shared.delete(store.name);
}

/** `SharedStore` of one name. */
export class SharedStore {
  users = 0;
  readonly name: string;
  readonly backend: Backend;
  /** What the nodes use; closing it closes nothing. */
  readonly store: Store;
  #closed: Promise<void> | undefined;
  #underWay = 0;
  #lastCallAt = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(name: string, backend: Backend) {
    this.name = name;
    this.backend = backend;
    this.store = {
      ...present({ reads: backend.reads }),
      read: (keys) => this.#call(() => backend.read(keys)),
      commit: (changes, durability) => this.#call(() => backend.commit(changes, durability)),
      scan: (range, limit) => this.#call(() => backend.scan(range, limit)),
      close: () => Promise.resolve(),
    };
    this.#planSweep(SWEEP_IDLE_MS);
  }

  isClosing(): boolean {
    return this.#closed !== undefined;
  }

  get closed(): Promise<void> {
    return this.#closed ?? Promise.resolve();
  }

  /** Waits until the nodes that close meanwhile have written what they had; stays open if someone else comes. */
  async close(): Promise<void> {
    const until = Date.now() + MAX_LINGER_MS;
    while (Date.now() < until && (this.#underWay > 0 || Date.now() - this.#lastCallAt < LINGER_MS)) await pause(LINGER_MS / 4);
    if (this.users > 0) return;
    clearTimeout(this.#sweep);
    this.#closed ??= this.backend.close();
    await this.#closed;
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.#lastCallAt = Date.now();
    }
  }

  #planSweep(delay: number): void {
    this.#sweep = setTimeout(() => { void this.#sweepOnce(); }, delay).unref();
  }

  async #sweepOnce(): Promise<void> {
    // What fails is in the backend's health already; the next sweep makes up for it.
    const removed = await this.backend.sweep(SWEEP_LIMIT).catch(() => 0);
    if (!this.isClosing()) this.#planSweep(removed > 0 ? SWEEP_BUSY_MS : SWEEP_IDLE_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
