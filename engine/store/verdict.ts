/**
 * May this commit happen, and what does it write? Judged as a whole against the state before it.
 */
import { type Known, live, type Stored } from './record.js';
import type { Add, Change, Counters, Put } from './store.js';

/** Removes a key if it is expired at the moment of the commit: the sweep's change, nobody else's. */
export interface Expire {
  readonly key: string;
  readonly expire: true;
}

export type Intent = Change | Expire;

/** The new state of every key that a commit touches, or the keys whose `expect` did not hold. */
export type Verdict =
  | { readonly outcome: 'ok'; readonly writes: ReadonlyMap<string, Known>; readonly totals: readonly Counters[] }
  | { readonly outcome: 'conflict'; readonly keys: readonly string[] };

/** Throws `TypeError` for counters added to text and `RangeError` beyond the exact integers: then nothing of the commit happens. */
export function judge(changes: readonly Intent[], stateOf: (key: string) => Known, now: number): Verdict {
  const moved = changes.filter((change) => isMoved(change, stateOf, now)).map(({ key }) => key);
  if (moved.length > 0) return { outcome: 'conflict', keys: moved };
  const writes = new Map<string, Known>();
  const totals: Counters[] = [];
  for (const change of changes) {
    const before = writes.get(change.key) ?? stateOf(change.key);
    if ('expire' in change) {
      if (before !== 'absent' && live(before, now) === undefined) writes.set(change.key, 'absent');
    } else if ('add' in change) {
      const after = added(live(before, now), change);
      writes.set(change.key, after);
      totals.push(after.value);
    } else writes.set(change.key, put(change));
  }
  return { outcome: 'ok', writes, totals };
}

function isMoved(change: Intent, stateOf: (key: string) => Known, now: number): boolean {
  const expect = 'expect' in change ? change.expect : undefined;
  return expect !== undefined && expect !== (live(stateOf(change.key), now)?.value ?? null);
}

function put({ value, expiresAt }: Put): Known {
  if (value === undefined) return 'absent';
  return expiresAt === undefined ? { value } : { value, expiresAt };
}

function added(before: Stored | undefined, { key, add, max, expiresAt }: Add): Stored & { readonly value: Counters } {
  if (typeof before?.value === 'string') throw new TypeError(`counters added to text at ${key}`);
  const value: Record<string, number> = { ...before?.value };
  for (const [field, by] of Object.entries(add)) value[field] = exact((value[field] ?? 0) + by, key);
  for (const [field, candidate] of Object.entries(max ?? {})) value[field] = exact(Math.max(value[field] ?? candidate, candidate), key);
  const until = expiresAt ?? before?.expiresAt;
  return until === undefined ? { value } : { value, expiresAt: until };
}

function exact(value: number, key: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`no exact integer at ${key}`);
  return value + 0;
}
