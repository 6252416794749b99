/**
 * `EmbeddedStore` makes a directory a store that recovers: tried until it opens; after a fault a write of its own proves that it works again.
 */
import { randomBytes } from 'node:crypto';
import { Fault } from '../../engine/base/errors.js';
import { WatchedValue } from '../../engine/base/watched.js';
import { type LevelStore, openLevelStore } from '../../engine/store/level/levelStore.js';
import type { KeyRing } from '../../engine/store/sealed/keyRing.js';
import { SealedStore } from '../../engine/store/sealed/sealedStore.js';
import type { Change, CommitResult, Durability, Entry, KeyRange, Store, Value } from '../../engine/store/store.js';
import type { Health, Warning } from '../shared/ports.js';
import { retryDelay } from '../../engine/base/retry.js';
import { WatchedHealth } from '../shared/health.js';
import { writeBackup, type WrittenBackup } from './backupFiles.js';
import type { BackupSchedule } from './backupSchedule.js';
import { DamageNote, RepairNote } from './storeNote.js';
import { type Backend, OPENING } from './storeRegistry.js';
import { UnreadableValues } from './unreadableValues.js';

const OK: Health = { state: 'ok' };

/** `store` is the same as `level`, seen through the keys. */
interface OpenStore {
  readonly level: LevelStore;
  readonly store: Store;
}

/** `EmbeddedStore` in one directory. */
export class EmbeddedStore implements Backend {
  readonly reads = 'near';
  readonly #directory: string;
  readonly #damage: DamageNote;
  readonly #repair: RepairNote;
  readonly #schedule: BackupSchedule | undefined;
  readonly #ring: KeyRing;
  readonly #undeciphered = new UnreadableValues();
  readonly #warnings = new WatchedValue<readonly Warning[]>([]);
  readonly #health = new WatchedHealth({ state: 'waiting', cause: 'store.away', message: OPENING });
  /** What was asked for and cannot be read: the rest works. */
  #unreadable: Warning | undefined;
  #opened: Promise<OpenStore>;
  #life: 'running' | 'closed' = 'running';
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  /** `after`: a former store in that directory, closing. */
  constructor(directory: string, ring: KeyRing, after: Promise<void>, schedule?: (store: EmbeddedStore) => BackupSchedule) {
    this.#directory = directory;
    this.#ring = ring;
    this.#damage = new DamageNote(directory);
    this.#repair = new RepairNote(directory);
    this.#opened = this.#open(after);
    this.#schedule = schedule?.(this);
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
    const unreadable = [...this.#unreadable === undefined ? [] : [this.#unreadable], ...this.#undeciphered.warnings()];
    this.#warnings.set([...unreadable, ...this.#damage.warnings(now), ...this.#repair.warnings(now)]);
    return this.#warnings.get();
  }

  watchWarnings(listener: () => void): () => void {
    return this.#warnings.watch(listener);
  }

  read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    return this.#call(({ store }) => store.read(keys));
  }

  async commit(changes: readonly Change[], durability?: Durability): Promise<CommitResult> {
    const result = await this.#call(({ store }) => store.commit(changes, durability));
    this.#works();
    return result;
  }

  scan(range: KeyRange, limit: number): Promise<Entry[]> {
    return this.#call(({ store }) => store.scan(range, limit));
  }

  sweep(limit: number): Promise<number> {
    return this.#call(({ level }) => level.sweep(limit));
  }

  /** A backup in that folder; `home`: the data directory. Throws the store's and the file system's errors. */
  async backup(home: string, folder: string): Promise<WrittenBackup> {
    const { level } = await this.#opened;
    return writeBackup(level, home, folder, Date.now());
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    this.#schedule?.close();
    clearTimeout(this.#retry);
    const opened = await this.#opened.catch(() => undefined);
    await opened?.store.close();
    this.#health.set({ state: 'waiting', cause: 'store.closed', message: 'closed' });
  }

  #open(after: Promise<void>): Promise<OpenStore> {
    const opening = after.then(() => this.#openSealed());
    opening.then(() => {
      this.warnings();
      this.#works();
    }, (fault: unknown) => { this.#fails(fault, 'unopened'); });
    return opening;
  }

  /** A store whose key is missing is let go again, untouched. */
  async #openSealed(): Promise<OpenStore> {
    const level = await openLevelStore(this.#directory, Date, (damage) => { this.#damage.add(damage, Date.now()); });
    const store = new SealedStore(level, { ring: this.#ring, randomBytes });
    try {
      await store.unlock();
    } catch (error) {
      await level.close();
      throw error;
    }
    return { level, store };
  }

  async #call<T>(work: (opened: OpenStore) => Promise<T>): Promise<T> {
    const opened = await this.#opened;
    try {
      return await work(opened);
    } catch (error) {
      if (this.#undeciphered.add(error)) this.warnings();
      else this.#fails(error, 'opened');
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
      if (state === 'unopened') this.#opened = this.#open(Promise.resolve());
      else void this.#probe();
    }, delay).unref();
  }

  /** Only a write that succeeds proves that there is space again. */
  async #probe(): Promise<void> {
    await this.commit([{ key: 'probe', value: '' }], 'stored').catch((error: unknown) => { this.#fails(error, 'opened'); });
  }
}
