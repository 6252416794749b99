/**
 * `GroupCommit` makes many commits cost one write: those that come while a batch is being written are judged one after the other and
 * written together, synced if any of them asks for it.
 */
import { LRUCache } from 'lru-cache';
import { Fault } from '../../base/errors.js';
import type { WriteBatch, LevelHandle } from './handle.js';
import { decodeRecord, encodeRecord, type KnownRecord } from './record.js';
import { encodeKey } from '../keyOrder.js';
import type { CommitResult, Durability } from '../store.js';
import { type Intent, judge, type StateOf } from './compareAndSet.js';

const MAX_RECENT = 16_384;
/** Longer texts are not kept in memory. */
const MAX_RECENT_TEXT = 4_096;
/** A group is closed after this many changes, so that one write stays short. */
const MAX_CHANGES = 4_096;

interface PendingCommit {
  readonly changes: readonly Intent[];
  readonly durability: Durability;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A read under way, and what was written meanwhile. */
interface PendingRead {
  readonly keys: readonly string[];
  readonly written: ReadonlyMap<string, KnownRecord>[];
  readonly texts: Promise<(string | undefined)[]>;
}

/** `GroupCommit` is the one line of commits to one database. */
export class GroupCommit {
  readonly #handle: LevelHandle;
  readonly #now: () => number;
  /** What was read or written lately. Hot keys (this minute's slices, the facts just read) cost no second read. */
  readonly #recent = new LRUCache<string, KnownRecord>({ max: MAX_RECENT });
  #line: PendingCommit[] = [];
  #work: Promise<void> | undefined;
  readonly #reading = new Set<PendingRead>();

  constructor(handle: LevelHandle, now: () => number) {
    this.#handle = handle;
    this.#now = now;
  }

  /** Resolves when the commit is written, or refused by a conflict. */
  add(changes: readonly Intent[], durability: Durability): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#line.push({ changes, durability, resolve, reject });
      this.#work ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** What lies at the keys, as of the last completed write or later: from memory where it is known. */
  async read(keys: readonly string[]): Promise<KnownRecord[]> {
    const found: (KnownRecord | undefined)[] = [];
    const unknown: string[] = [];
    for (const key of keys) {
      const known = this.#recent.get(key);
      found.push(known);
      if (known === undefined) unknown.push(key);
    }
    if (unknown.length === 0) return found as KnownRecord[];
    let next = 0;
    const read = await this.#fetch(unknown);
    return found.map((known) => known ?? read[next++] ?? 'absent');
  }

  /** What was read is remembered, unless the key was written meanwhile: then it may be older than what is known. */
  async #fetch(keys: readonly string[]): Promise<KnownRecord[]> {
    const reading: PendingRead = { keys, written: [], texts: this.#handle.use((db) => db.getMany(keys.map(encodeKey))) };
    this.#reading.add(reading);
    try {
      const found = (await reading.texts).map((text): KnownRecord => (text === undefined ? 'absent' : decodeRecord(text)));
      for (const [index, key] of keys.entries()) {
        if (!reading.written.some((written) => written.has(key))) this.#remember(key, found[index] ?? 'absent');
      }
      return found;
    } finally {
      this.#reading.delete(reading);
    }
  }

  async #run(): Promise<void> {
    // Commits of the same tick belong to the first group.
    await Promise.resolve();
    while (this.#line.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#write(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // In the same tick as the line was found empty: a commit that comes later starts the work anew.
    this.#work = undefined;
  }

  #takeGroup(): PendingCommit[] {
    let changes = 0;
    const end = this.#line.findIndex((waiting) => (changes += waiting.changes.length) > MAX_CHANGES);
    return this.#line.splice(0, end === -1 ? this.#line.length : Math.max(end, 1));
  }

  async #write(group: readonly PendingCommit[]): Promise<void> {
    const loaded = await this.#load(group);
    let touched = new Map<string, KnownRecord>();
    const settled: (() => void)[] = [];
    let sync = false;
    for (const [index, waiting] of group.entries()) {
      const states = loaded[index] ?? [];
      const verdict = judgeAlone(waiting, ({ key }, place) => touched.get(key) ?? states[place] ?? 'absent', this.#now());
      if (verdict === undefined) continue;
      if (verdict.outcome === 'ok') {
        touched = joined(touched, verdict.writes);
        sync ||= waiting.durability === 'stored' && verdict.writes.size > 0;
        settled.push(() => { waiting.resolve({ outcome: 'ok', totals: verdict.totals }); });
      } else settled.push(() => { waiting.resolve(verdict); });
    }
    await this.#writeBatch(touched, sync);
    for (const settle of settled) settle();
  }

  /** The state of every key of a group, commit by commit in the order of its changes; from memory where it is known. */
  async #load(group: readonly PendingCommit[]): Promise<readonly (KnownRecord | undefined)[][]> {
    const unknown: { readonly states: (KnownRecord | undefined)[]; readonly place: number }[] = [];
    const keys: string[] = [];
    const loaded = group.map(({ changes }) => {
      const states: (KnownRecord | undefined)[] = [];
      for (let place = 0; place < changes.length; place += 1) {
        const change = changes[place];
        const needed = change !== undefined && needsState(change) ? change.key : undefined;
        const known = needed === undefined ? 'absent' : this.#recent.get(needed);
        states.push(known);
        if (known === undefined && needed !== undefined) {
          unknown.push({ states, place });
          keys.push(needed);
        }
      }
      return states;
    });
    if (keys.length === 0) return loaded;
    const coming = this.#comingFor(keys);
    if (coming.length > 0) {
      await Promise.allSettled(coming);
      return this.#load(group);
    }
    const found = await this.#fetch(keys);
    unknown.forEach(({ states, place }, index) => { states[place] = found[index] ?? 'absent'; });
    return loaded;
  }

  /** Reads under way that will bring some of these keys. */
  #comingFor(keys: readonly string[]): Promise<unknown>[] {
    if (this.#reading.size === 0) return [];
    const wanted = new Set(keys);
    return [...this.#reading].filter((reading) => reading.keys.some((key) => wanted.has(key))).map(({ texts }) => texts);
  }

  async #writeBatch(touched: ReadonlyMap<string, KnownRecord>, sync: boolean): Promise<void> {
    if (touched.size === 0) return;
    const fill = (batch: WriteBatch): void => {
      for (const [key, known] of touched) {
        if (known === 'absent') batch.del(encodeKey(key));
        else batch.put(encodeKey(key), encodeRecord(known));
      }
    };
    try {
      await this.#handle.write(fill, sync);
    } catch (error) {
      // Nobody knows now what lies on disk.
      this.#recent.clear();
      throw error;
    } finally {
      for (const { written } of this.#reading) written.push(touched);
    }
    for (const [key, known] of touched) this.#remember(key, known);
  }

  #remember(key: string, known: KnownRecord): void {
    if (known !== 'absent' && typeof known.value === 'string' && known.value.length > MAX_RECENT_TEXT) this.#recent.delete(key);
    else this.#recent.set(key, known);
  }
}

/** One map is enough for a group of one commit. */
function joined(all: Map<string, KnownRecord>, more: Map<string, KnownRecord>): Map<string, KnownRecord> {
  if (all.size === 0) return more;
  for (const [key, known] of more) all.set(key, known);
  return all;
}

/** An unconditional put needs to know nothing, unless an expiry stays. */
function needsState(change: Intent): boolean {
  return 'add' in change || 'expire' in change || change.expect !== undefined || change.expiresAt === 'kept';
}

/** A commit that breaks the store's rules fails alone. */
function judgeAlone(waiting: PendingCommit, stateOf: StateOf, now: number): ReturnType<typeof judge> | undefined {
  try {
    return judge(waiting.changes, stateOf, now);
  } catch (error) {
    waiting.reject(error instanceof Error ? error : new Fault('store.away', String(error)));
    return undefined;
  }
}
