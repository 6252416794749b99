/**
 * `EmbeddedStore` makes a directory a store that recovers: tried until it opens; after a fault a write of its own proves that it works again.
 */
import { Fault } from '../../engine/base/errors.js';
import { WatchedValue } from '../../engine/base/watched.js';
import { type LevelStore, openLevelStore } from '../../engine/store/level/levelStore.js';
import type { Change, CommitResult, Durability, Entry, KeyRange, Value } from '../../engine/store/store.js';
import type { Health, Warning } from '../shared/ports.js';
import { retryDelay } from '../../engine/base/retry.js';
import { WatchedHealth } from '../shared/health.js';
import { DamageNote, RepairNote } from './storeNote.js';
import { type Backend, OPENING } from './storeRegistry.js';

const OK: Health = { state: 'ok' };

/** `EmbeddedStore` in one directory. */
export class EmbeddedStore implements Backend {
  readonly reads = 'near';
  readonly #directory: string;
  readonly #damage: DamageNote;
  readonly #repair: RepairNote;
  readonly #warnings = new WatchedValue<readonly Warning[]>([]);
  readonly #health = new WatchedHealth({ state: 'waiting', cause: 'store.away', message: OPENING });
  /** What was asked for and cannot be read: the rest works. */
  #unreadable: Warning | undefined;
  #level: Promise<LevelStore>;
  #life: 'running' | 'closed' = 'running';
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  /** `after`: a former store in that directory, closing. */
  constructor(directory: string, after: Promise<void>) {
    this.#directory = directory;
    this.#damage = new DamageNote(directory);
    this.#repair = new RepairNote(directory);
    this.#level = this.#open(after);
  }

  health(): Health {
    return this.#health.health();
  }

  watch(listener: (health: Health) => void): () => void {
    return this.#health.watch(listener);
  }

  warnings(): readonly Warning[] {
    // The owner may have deleted the note: whoever asks next finds out, for those who watch too.
    const now = Date.now();
    this.#warnings.set([...this.#unreadable === undefined ? [] : [this.#unreadable], ...this.#damage.warnings(now), ...this.#repair.warnings(now)]);
    return this.#warnings.get();
  }

  watchWarnings(listener: () => void): () => void {
    return this.#warnings.watch(listener);
  }

  read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    return this.#call((level) => level.read(keys));
  }

  async commit(changes: readonly Change[], durability?: Durability): Promise<CommitResult> {
    const result = await this.#call((level) => level.commit(changes, durability));
    this.#works();
    return result;
  }

  scan(range: KeyRange, limit: number): Promise<Entry[]> {
    return this.#call((level) => level.scan(range, limit));
  }

  sweep(limit: number): Promise<number> {
    return this.#call((level) => level.sweep(limit));
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    clearTimeout(this.#retry);
    const level = await this.#level.catch(() => undefined);
    await level?.close();
    this.#health.set({ state: 'waiting', cause: 'store.closed', message: 'closed' });
  }

  #open(after: Promise<void>): Promise<LevelStore> {
    const opening = after.then(() => openLevelStore(this.#directory, Date, (damage) => { this.#damage.add(damage, Date.now()); }));
    opening.then(() => {
      this.warnings();
      this.#works();
    }, (fault: unknown) => { this.#fails(fault, 'unopened'); });
    return opening;
  }

  async #call<T>(work: (level: LevelStore) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#level);
    } catch (error) {
      this.#fails(error, 'opened');
      throw error;
    }
  }

  #works(): void {
    if (this.#life === 'closed') return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#failures = 0;
    this.#health.set(OK);
  }

  /** Broken rules of a caller are no fault of the store. */
  #fails(error: unknown, state: 'opened' | 'unopened'): void {
    if (!(error instanceof Fault) || this.#life === 'closed' || this.#retry !== undefined) return;
    const delay = retryDelay(this.#failures++, Math.random());
    const message = error.code === 'store.corrupt' ? `${error.message}; stop the shop, then run: bottega-store repair ${this.#directory}` : error.message;
    if (error.code === 'store.corrupt' && state === 'opened') this.#unreadable = { cause: error.code, message };
    this.#health.set({ state: 'waiting', cause: error.code, message, retryAt: Date.now() + delay });
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (state === 'unopened') this.#level = this.#open(Promise.resolve());
      else void this.#probe();
    }, delay).unref();
  }

  /** Only a write that succeeds proves that there is space again. */
  async #probe(): Promise<void> {
    await this.commit([{ key: 'probe', value: '' }], 'stored').catch((error: unknown) => { this.#fails(error, 'opened'); });
  }
}
