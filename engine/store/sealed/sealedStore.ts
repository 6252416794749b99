/**
 * `SealedStore` is any store whose texts are sealed on their way in and opened on their way out. Keys stay plain, since they are ordered; counters too, since
 * the store itself adds them up.
 *
 * Compare-and-set compares what is stored: the same text sealed twice is two different values, so the bytes that were read are what is expected.
 */
import { LRUCache } from 'lru-cache';
import { Fault } from '../../base/errors.js';
import { present } from '../../base/json.js';
import type { Change, CommitResult, Durability, Entry, KeyRange, Store, Value } from '../store.js';
import type { KeyRing } from './keyRing.js';
import { enroll, type KeyRegister } from './register.js';
import { isMarked, type RandomBytes, sealedBy, tampered, ValueSealer } from './sealedValue.js';

/** Of texts and what is stored for them, lately. */
const MAX_KNOWN_CHARACTERS = 8 * 1024 * 1024;
/** A commit is refused at last where others seal the same text anew again and again. */
const MAX_ATTEMPTS = 4;
/** What no key of the store ever holds. */
const NEVER = '\u0001!';

/** `SealingTerms`: the keys, and randomness nobody can guess. */
export interface SealingTerms {
  readonly ring: KeyRing;
  readonly randomBytes: RandomBytes;
}

/** A text, and what lies in the store for it. */
interface KnownText {
  readonly text: string;
  readonly stored: string;
}

/** A commit on its way: `expected` texts by key, and what is thought to be stored for them. */
interface SealedCommit {
  readonly changes: readonly Change[];
  readonly durability: Durability | undefined;
  readonly expected: ReadonlyMap<string, string>;
  readonly proposed: Map<string, string>;
}

/** `SealedStore` over another store, which it closes with itself. */
export class SealedStore implements Store {
  readonly reads?: 'near';
  readonly #inner: Store;
  readonly #ring: KeyRing;
  readonly #sealer: ValueSealer;
  readonly #known = new LRUCache<string, KnownText>({ maxSize: MAX_KNOWN_CHARACTERS, sizeCalculation: sizeOf });
  /** What commits under way put: the next commit may expect it already. */
  readonly #underWay = new Map<string, KnownText>();
  readonly #users = new Set<Promise<unknown>>();
  #state: 'open' | 'closing' = 'open';
  #register: KeyRegister | undefined;
  #unlocking: Promise<KeyRegister> | undefined;
  /** The end of the line of commits that had to read before they could be handed on. */
  #line: Promise<unknown> | undefined;

  constructor(inner: Store, { ring, randomBytes }: SealingTerms) {
    if (inner.reads !== undefined) this.reads = inner.reads;
    this.#inner = inner;
    this.#ring = ring;
    this.#sealer = new ValueSealer(ring, randomBytes);
  }

  /** Throws `store.key` where a key is missing; until it has succeeded every verb tries it first. */
  async unlock(): Promise<void> {
    this.#unlocking ??= enroll(this.#inner, this.#ring).finally(() => { this.#unlocking = undefined; });
    this.#register = await this.#unlocking;
  }

  read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    return this.#use(async () => {
      if (this.#register === undefined) await this.unlock();
      const values = await this.#inner.read(keys);
      return values.map((value, index) => (typeof value === 'string' ? this.#remembered(keys[index] ?? '', value) : value));
    });
  }

  scan(range: KeyRange, limit: number): Promise<Entry[]> {
    return this.#use(async () => {
      if (this.#register === undefined) await this.unlock();
      const entries = await this.#inner.scan(range, limit);
      return entries.map((entry) => (typeof entry.value === 'string' ? { key: entry.key, value: this.#opened(entry.key, entry.value) } : entry));
    });
  }

  commit(changes: readonly Change[], durability?: Durability): Promise<CommitResult> {
    return this.#use(async () => {
      if (this.#register === undefined) await this.unlock();
      if (this.#ring.reads.size > 0) return this.#commit(changes, durability);
      return this.#inner.commit(changes.map((change) => this.#plain(change)), durability);
    });
  }

  async close(): Promise<void> {
    this.#state = 'closing';
    await Promise.allSettled(this.#users);
    await this.#inner.close();
  }

  async #commit(changes: readonly Change[], durability: Durability | undefined): Promise<CommitResult> {
    const puts = new Map<string, KnownText>();
    const sealed = changes.map((change) => this.#sealed(change, puts));
    const commit = { changes: sealed, durability, expected: expectedIn(changes), proposed: new Map<string, string>() };
    for (const [key, text] of commit.expected) {
      const last = this.#underWay.get(key) ?? this.#known.get(key);
      if (last?.text === text) commit.proposed.set(key, last.stored);
    }
    for (const [key, put] of puts) this.#underWay.set(key, put);
    try {
      const isReady = commit.proposed.size === commit.expected.size && this.#line === undefined;
      const result = await (isReady ? this.#handOn(commit) : this.#inLine(commit));
      if (result.outcome === 'ok') for (const [key, put] of puts) this.#known.set(key, put);
      return result;
    } finally {
      for (const [key, put] of puts) if (this.#underWay.get(key) === put) this.#underWay.delete(key);
    }
  }

  #sealed(change: Change, puts: Map<string, KnownText>): Change {
    if ('add' in change || change.value === undefined) return change;
    const put = { text: change.value, stored: this.#sealer.seal(change.key, change.value) };
    puts.set(change.key, put);
    return { ...change, value: put.stored };
  }

  /** Without keys a text is stored the same way each time. */
  #plain(change: Change): Change {
    if ('add' in change || !(isMarked(change.expect) || isMarked(change.value))) return change;
    const { key, expect, value } = change;
    return {
      ...change,
      ...present({
        expect: typeof expect === 'string' ? this.#sealer.seal(key, expect) : expect,
        value: value === undefined ? undefined : this.#sealer.seal(key, value),
      }),
    };
  }

  /** Commits keep their order, also behind one that has to read first. */
  async #inLine(commit: SealedCommit): Promise<CommitResult> {
    const unknown = [...commit.expected.keys()].filter((key) => !commit.proposed.has(key));
    const turn = Promise.allSettled([this.#propose(commit, unknown), this.#line]);
    this.#line = turn;
    const [proposing] = await turn;
    if (this.#line === turn) this.#line = undefined;
    if (proposing.status === 'rejected') throw proposing.reason;
    return this.#handOn(commit);
  }

  /** What is proposed may be old: it is the store that compares. */
  async #handOn(commit: SealedCommit): Promise<CommitResult> {
    const { expected, proposed, durability } = commit;
    for (let left = MAX_ATTEMPTS; ; left -= 1) {
      const result = await this.#inner.commit(commit.changes.map((change) => expecting(change, proposed)), durability);
      if (result.outcome === 'ok' || left === 1) return result;
      const moved = await this.#propose(commit, result.keys.filter((key) => expected.has(key)));
      const keys = result.keys.filter((key) => !expected.has(key) || moved.has(key));
      if (keys.length > 0) return { outcome: 'conflict', keys };
    }
  }

  /** Reads what is stored for expected texts, and answers at which keys another text lies, or none. */
  async #propose({ expected, proposed }: SealedCommit, keys: readonly string[]): Promise<Set<string>> {
    const moved = new Set<string>();
    if (keys.length === 0) return moved;
    const values = await this.#inner.read(keys);
    for (const [index, key] of keys.entries()) {
      const stored = values[index];
      if (typeof stored === 'string' && this.#remembered(key, stored) === expected.get(key)) proposed.set(key, stored);
      else {
        proposed.set(key, NEVER);
        moved.add(key);
      }
    }
    return moved;
  }

  #remembered(key: string, stored: string): string {
    if (this.#ring.reads.size === 0) return this.#opened(key, stored);
    const known = this.#known.get(key);
    if (known?.stored === stored) return known.text;
    const text = this.#opened(key, stored);
    this.#known.set(key, { text, stored });
    return text;
  }

  #opened(key: string, stored: string): string {
    // Once all was sealed, whoever puts a plain value there is none of us.
    if (this.#register?.plain === 'refused' && sealedBy(stored) === undefined && key.includes('/')) throw tampered(key);
    return this.#sealer.open(key, stored);
  }

  async #use<T>(verb: () => Promise<T>): Promise<T> {
    if (this.#state === 'closing') throw new Fault('store.closed', 'the store is closed');
    const work = verb();
    this.#users.add(work);
    try {
      return await work;
    } finally {
      this.#users.delete(work);
    }
  }
}

function sizeOf({ text, stored }: KnownText, key: string): number {
  return 1 + key.length + text.length + stored.length;
}

function expectedIn(changes: readonly Change[]): Map<string, string> {
  const expected = new Map<string, string>();
  for (const change of changes) if (!('add' in change) && typeof change.expect === 'string') expected.set(change.key, change.expect);
  return expected;
}

function expecting(change: Change, proposed: ReadonlyMap<string, string>): Change {
  if ('add' in change || typeof change.expect !== 'string') return change;
  return { ...change, expect: proposed.get(change.key) ?? NEVER };
}
