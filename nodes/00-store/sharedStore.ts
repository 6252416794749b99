/**
 * How is one directory shared by all who name it? Opened in the background, tried until it opens, closed after its last user.
 */
import { Fault } from '../../engine/errors.js';
import { type LevelStore, openLevelStore } from '../../engine/store/level.js';
import type { Store } from '../../engine/store/store.js';
import type { Health } from '../ports.js';
import { Pulse, retryDelay } from '../pulse.js';

const SWEEP_LIMIT = 1_000;
/** Between two sweeps while nothing expires, and while the last one found something. */
const SWEEP_IDLE_MS = 5_000;
const SWEEP_BUSY_MS = 200;
/** Rooms close at the same time as the store and may still have something to write. */
const LINGER_MS = 100;
const MAX_LINGER_MS = 5_000;

/** What a store says of itself before its first opening. */
export const OPENING = 'opening';

const shared = new Map<string, SharedStore>();

/** One more user of the store in that directory. Whoever acquires must `release`. */
export function acquire(directory: string): SharedStore {
  const known = shared.get(directory);
  const store = known === undefined || known.isClosing() ? new SharedStore(directory, known?.closed) : known;
  shared.set(directory, store);
  store.users += 1;
  return store;
}

/** The last user's release resolves when the files are closed. */
export async function release(store: SharedStore): Promise<void> {
  store.users -= 1;
  if (store.users > 0) return;
  await store.close();
  if (store.users === 0 && shared.get(store.directory) === store) shared.delete(store.directory);
}

export class SharedStore {
  users = 0;
  readonly directory: string;
  readonly pulse = new Pulse({ state: 'waiting', cause: 'store.away', message: OPENING });
  /** The store itself: its verbs wait while it opens. */
  readonly store: Store = {
    read: (keys) => this.#call((level) => level.read(keys)),
    commit: (changes, durability) => this.#call(async (level) => {
      const result = await level.commit(changes, durability);
      this.#works();
      return result;
    }),
    scan: (range, limit) => this.#call((level) => level.scan(range, limit)),
    close: () => Promise.resolve(),
  };
  #level: Promise<LevelStore>;
  #closed: Promise<void> | undefined;
  #failures = 0;
  #underWay = 0;
  #lastCallAt = 0;
  #retry: NodeJS.Timeout | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(directory: string, after: Promise<void> = Promise.resolve()) {
    this.directory = directory;
    this.#level = this.#open(after);
    this.#planSweep(SWEEP_IDLE_MS);
  }

  isClosing(): boolean {
    return this.#closed !== undefined;
  }

  get closed(): Promise<void> {
    return this.#closed ?? Promise.resolve();
  }

  /** Waits until the rooms that close meanwhile have written what they had; stays open if someone else comes. */
  async close(): Promise<void> {
    const until = Date.now() + MAX_LINGER_MS;
    while (Date.now() < until && (this.#underWay > 0 || Date.now() - this.#lastCallAt < LINGER_MS)) await pause(LINGER_MS / 4);
    if (this.users > 0) return;
    this.#closed ??= this.#shut();
    await this.#closed;
  }

  async #shut(): Promise<void> {
    clearTimeout(this.#retry);
    clearTimeout(this.#sweep);
    const level = await this.#level.catch(() => undefined);
    await level?.close();
    this.pulse.set({ state: 'waiting', cause: 'store.closed', message: 'closed' });
  }

  #open(after: Promise<void>): Promise<LevelStore> {
    const opening = after.then(() => openLevelStore(this.directory, Date));
    opening.then(() => { this.#works(); }, (fault: unknown) => { this.#fails(fault, 'unopened'); });
    return opening;
  }

  async #call<T>(work: (level: LevelStore) => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work(await this.#level);
    } catch (error) {
      this.#fails(error, 'opened');
      throw error;
    } finally {
      this.#underWay -= 1;
      this.#lastCallAt = Date.now();
    }
  }

  #works(): void {
    if (this.isClosing()) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#failures = 0;
    this.pulse.set(OK);
  }

  /** Broken rules of a caller are no fault of the store. */
  #fails(error: unknown, state: 'opened' | 'unopened'): void {
    if (!(error instanceof Fault) || this.isClosing() || this.#retry !== undefined) return;
    const delay = retryDelay(this.#failures++, Math.random());
    this.pulse.set({ state: 'waiting', cause: error.code, message: error.message, retryAt: Date.now() + delay });
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (state === 'unopened') this.#level = this.#open(Promise.resolve());
      else void this.#probe();
    }, delay).unref();
  }

  /** Only a write that succeeds proves that there is room again. */
  async #probe(): Promise<void> {
    await this.store.commit([{ key: 'probe', value: '' }], 'stored').catch((error: unknown) => { this.#fails(error, 'opened'); });
  }

  #planSweep(delay: number): void {
    this.#sweep = setTimeout(() => { void this.#sweepOnce(); }, delay).unref();
  }

  async #sweepOnce(): Promise<void> {
    let removed = 0;
    try {
      removed = await (await this.#level).sweep(SWEEP_LIMIT);
    } catch (error) {
      this.#fails(error, 'opened');
    }
    if (!this.isClosing()) this.#planSweep(removed > 0 ? SWEEP_BUSY_MS : SWEEP_IDLE_MS);
  }
}

const OK: Health = { state: 'ok' };

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
