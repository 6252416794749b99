/**
 * `LevelStore` keeps state with nothing but Node.js installed: in LevelDB, a directory on disk, or memory in tests.
 */
import { ClassicLevel } from 'classic-level';
import { MemoryLevel } from 'memory-level';
import { Fault } from '../../base/errors.js';
import { copyLevel } from './copyLevel.js';
import { GroupCommit } from './groupCommit.js';
import { faultOf, type LevelDb, LevelHandle, type RangeOptions } from './handle.js';
import { type DamageListener, watchingDamage } from './logDamage.js';
import { decodeRecord, expiryOf, live } from './record.js';
import { decodeKey, encodeKey } from '../keyOrder.js';
import type { Change, CommitResult, Durability, Entry, KeyRange, Store, Value } from '../store.js';

const PAGE = 256;
/** Beyond every range. */
const [FIRST_KEY, LAST_KEY] = ['\u0000', '\u{10ffff}'];
/**
 * Twice this much memory at most. What leaves the buffer is merged with all tables that hold neighbors of its keys, which are all tables where
 * corrections speak of facts of any age: a buffer four times as large means a fourth of that work. After a crash so much log is read again, at most.
 */
const WRITE_BUFFER_BYTES = 32 * 1024 * 1024;

/** `Location`: a directory that one process at a time may open, or nothing but memory. */
export type Location = string | { readonly memory: true };

/**
 * `openLevelStore` opens a store, creating it where there is none; `damaged` is called where something of it was lost. Throws `store.locked`, `store.full`,
 * `store.away`.
 */
export async function openLevelStore(location: Location, clock: { now(): number }, damaged: DamageListener = () => undefined): Promise<LevelStore> {
  if (typeof location !== 'string') return storeOn(memoryLevel(), clock);
  return watchingDamage(location, damaged, () => storeOn(classicLevel(location), clock));
}

/** `storeOn` is a store on any LevelDB-like database that is not yet open. */
export async function storeOn(db: LevelDb, clock: { now(): number }): Promise<LevelStore> {
  const handle = new LevelHandle(db);
  await handle.open();
  return new LevelStore(handle, () => clock.now());
}

/** `memoryLevel` is a database that is gone with the process, and with it nothing else. */
export function memoryLevel(): LevelDb {
  return new MemoryLevel();
}

/** `openLevelDb` opens a bare database for those who bring their own layout (the embedded broker's sessions and retained messages). */
export async function openLevelDb(location: string, damaged: DamageListener = () => undefined): Promise<ClassicLevel> {
  try {
    return await watchingDamage(location, damaged, async () => {
      const db = new ClassicLevel(location);
      await db.open();
      return db;
    });
  } catch (error) {
    throw faultOf(error);
  }
}

/** `LevelStore` is the store on LevelDB, with a sweep for what has expired. */
export class LevelStore implements Store {
  readonly reads = 'near';
  readonly #handle: LevelHandle;
  readonly #now: () => number;
  readonly #commits: GroupCommit;
  #sweptTo = '';
  #state: 'open' | 'closing' = 'open';

  constructor(handle: LevelHandle, now: () => number) {
    this.#handle = handle;
    this.#now = now;
    this.#commits = new GroupCommit(handle, now);
  }

  async read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    this.#refuseClosed();
    const found = await this.#commits.read(keys);
    return found.map((known) => live(known, this.#now())?.value);
  }

  async commit(changes: readonly Change[], durability: Durability = 'stored'): Promise<CommitResult> {
    this.#refuseClosed();
    return this.#commits.add(changes, durability);
  }

  async scan({ gte, lt, reverse = false }: KeyRange, limit: number): Promise<Entry[]> {
    this.#refuseClosed();
    const range = { gte: encodeKey(gte), lt: encodeKey(lt), reverse };
    const entries: Entry[] = [];
    await this.#iterate(range, Math.min(PAGE, limit), (key, text) => {
      const stored = live(decodeRecord(text), this.#now());
      if (stored !== undefined) entries.push({ key: decodeKey(key), value: stored.value });
      return entries.length < limit ? 'more' : 'enough';
    });
    return entries;
  }

  /** Visits the next `limit` entries, removes the expired ones and answers how many; begins anew after the last entry. */
  async sweep(limit: number): Promise<number> {
    this.#refuseClosed();
    const now = this.#now();
    const expired: string[] = [];
    let seen = 0;
    let last = '';
    await this.#iterate({ gt: this.#sweptTo }, limit, (key, text) => {
      if ((expiryOf(text) ?? Infinity) <= now) expired.push(decodeKey(key));
      last = key;
      return ++seen < limit ? 'more' : 'enough';
    });
    this.#sweptTo = seen < limit ? '' : last;
    // The line judges each key again: it may have been written anew since it was seen.
    if (expired.length > 0) await this.#commits.add(expired.map((key) => ({ key, expire: true })), 'soon');
    return expired.length;
  }

  /**
   * Copies everything, as it is at one instant, into a new database at `directory`, while reads and commits go on. Values that are sealed stay so.
   * Answers how many records. Throws the store's faults, `store.closed` where the store closes meanwhile.
   */
  copyTo(directory: string): Promise<number> {
    return this.#handle.use((db) => copyLevel(db, directory, () => { this.#refuseClosed(); }));
  }

  async close(): Promise<void> {
    this.#state = 'closing';
    await this.#commits.drained();
    await this.#handle.close();
  }

  /**
   * Visits a range in order, on one snapshot, until the visitor has enough. LevelDB passes over a file that it cannot read, and says so at the end of the
   * range only: whoever stops before is taken there.
   */
  async #iterate(range: RangeOptions, page: number, visit: (key: string, text: string) => 'more' | 'enough'): Promise<void> {
    if (page < 1) return;
    await this.#handle.use(async (db) => {
      const iterator = db.iterator(range);
      try {
        for (let entries = await iterator.nextv(page); entries.length > 0; entries = await iterator.nextv(page)) {
          if (!entries.some(([key, text]) => visit(key, text) === 'enough')) continue;
          iterator.seek(range.reverse === true ? FIRST_KEY : LAST_KEY);
          await iterator.nextv(1);
          return;
        }
      } finally {
        await iterator.close();
      }
    });
  }

  #refuseClosed(): void {
    if (this.#state === 'closing') throw new Fault('store.closed', 'the store is closed');
  }
}

function classicLevel(location: string): LevelDb {
  return new ClassicLevel(location, { writeBufferSize: WRITE_BUFFER_BYTES });
}
