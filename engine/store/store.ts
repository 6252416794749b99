/**
 * `Store` keeps state behind four verbs, the same on disk, in memory and in Redis; one contract suite holds all backends.
 *
 * A key is text without control characters, ordered by code unit. A key holds either text or counters, never both.
 */

import { present } from '../base/json.js';

/** `Value` is what a key holds: text, or named integer counters (absolute value at most 2^53 - 1). */
export type Value = string | Counters;
/** `Counters` by name. */
export type Counters = Readonly<Record<string, number>>;

/**
 * `Put` is a compare-and-set. `expect` absent = unconditional, `null` = the key must be absent, text = must hold exactly this text.
 * `value` absent = delete. `expiresAt` is epoch ms; from that instant on the key reads as absent; `kept` is the expiry that the key has.
 */
export interface Put {
  readonly key: string;
  readonly expect?: string | null;
  readonly value?: string;
  readonly expiresAt?: number | 'kept';
}

/**
 * `Add` is a commutative change of counters: fields of `add` grow by that much (zero stays, as zero), fields of `max` become the larger value.
 * `expiresAt` replaces the key's former expiry.
 */
export interface Add {
  readonly key: string;
  readonly add: Counters;
  readonly max?: Counters;
  readonly expiresAt?: number;
  /** Nobody needs the new counters: a store that finds them costly answers none. */
  readonly total?: 'unneeded';
}

/** `Change` of one key. */
export type Change = Put | Add;

/** `CommitResult`: `ok` carries the new counters of each `Add`, in the order of the changes; `conflict` the keys whose `expect` did not hold. */
export type CommitResult =
  | { readonly outcome: 'ok'; readonly totals: readonly Counters[] }
  | { readonly outcome: 'conflict'; readonly keys: readonly string[] };

/** `Durability`: `stored` resolves once a power cut cannot lose it (a sender is answered so). `soon` survives a killed process, not a power cut. */
export type Durability = 'stored' | 'soon';

/** `KeyRange`: keys in `[gte, lt)`, ascending unless `reverse`. */
export interface KeyRange {
  readonly gte: string;
  readonly lt: string;
  readonly reverse?: boolean;
}

/** `Entry` of a scan. */
export interface Entry {
  readonly key: string;
  readonly value: Value;
}

/**
 * `Store` throws `Fault` with `store.closed`, `store.full` (disk or memory), `store.away` (no connection), `store.locked` (another process), `store.key`
 * and `store.tampered` (see sealed/).
 * A commit sees the commits before it, also those not yet on disk; two commits never interleave.
 */
export interface Store {
  /** A read costs little beside a commit that is refused: who is not sure what lies there had better read before. */
  readonly reads?: 'near';
  /** One value per key, in the order asked, `undefined` where missing or expired. */
  read(keys: readonly string[]): Promise<(Value | undefined)[]>;
  /** All or nothing. At most one `Put` per key; several `Add`s to one key add up. */
  commit(changes: readonly Change[], durability?: Durability): Promise<CommitResult>;
  /** At most `limit` entries of the range, ordered by key. */
  scan(range: KeyRange, limit: number): Promise<Entry[]>;
  /** Finishes what was accepted, then refuses everything with `store.closed`. */
  close(): Promise<void>;
}

/** `prefixRange` is the range of all keys that start with `prefix`. */
export function prefixRange(prefix: string): KeyRange {
  return { gte: prefix, lt: `${prefix}\uffff` };
}

/** `scoped` is the same store seen below a prefix: one shop (tenant) cannot read another's keys. Closing it closes nothing. */
export function scoped(store: Store, prefix: string): Store {
  const inside = (key: string): string => prefix + key;
  const outside = (key: string): string => key.slice(prefix.length);
  return {
    ...present({ reads: store.reads }),
    read: (keys) => store.read(keys.map(inside)),
    async commit(changes, durability) {
      const result = await store.commit(changes.map((change) => ({ ...change, key: inside(change.key) })), durability);
      return result.outcome === 'ok' ? result : { outcome: 'conflict', keys: result.keys.map(outside) };
    },
    async scan(range, limit) {
      const entries = await store.scan({ ...range, gte: inside(range.gte), lt: inside(range.lt) }, limit);
      return entries.map(({ key, value }) => ({ key: outside(key), value }));
    },
    close: () => Promise.resolve(),
  };
}

/** `textOf` gives the text at a key, or `undefined`; counters at a text key are a programming error. */
export function textOf(value: Value | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError('counters where text was expected');
}

/** `countersOf` gives the counters at a key; a missing key counts nothing. */
export function countersOf(value: Value | undefined): Counters {
  if (value === undefined) return {};
  if (typeof value === 'string') throw new TypeError('text where counters were expected');
  return value;
}

const PAGE = 1_000;

/** `scanAll` gives all entries of a range, in ascending order. */
export async function scanAll(store: Store, { gte, lt }: KeyRange): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = gte; ;) {
    const page = await store.scan({ gte: from, lt }, PAGE);
    for (const entry of page) entries.push(entry);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return entries;
    from = `${last.key}\u0001`;
  }
}
