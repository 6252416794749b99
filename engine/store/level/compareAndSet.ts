/**
 * `judge` decides on a commit as a whole, against the state before it: what it writes, or which keys moved.
 */
import { type KnownRecord, live, type Stored } from './record.js';
import type { Add, Change, Counters, Put } from '../store.js';

/** `Expire` removes a key if it is expired at the moment of the commit: the sweep's change, nobody else's. */
export interface Expire {
  readonly key: string;
  readonly expire: true;
}

/** `Intent` is one change of a commit, the sweep's included. */
export type Intent = Change | Expire;

/** `CompareResult`: the new state of every key that a commit touches, or the keys whose `expect` did not hold. */
export type CompareResult =
  | { readonly outcome: 'ok'; readonly writes: Map<string, KnownRecord>; readonly totals: readonly Counters[] }
  | { readonly outcome: 'conflict'; readonly keys: readonly string[] };

/** `StateOf` gives what lies at the key of a change, given its place among the changes. */
export type StateOf = (change: Intent, place: number) => KnownRecord;

/** `judge` throws `TypeError` for counters added to text and `RangeError` beyond the exact integers: then nothing of the commit happens. */
export function judge(changes: readonly Intent[], stateOf: StateOf, now: number): CompareResult {
  const moved = movedKeys(changes, stateOf, now);
  if (moved.length > 0) return { outcome: 'conflict', keys: moved };
  const writes = new Map<string, KnownRecord>();
  const totals: Counters[] = [];
  for (let place = 0; place < changes.length; place += 1) {
    const change = changes[place];
    if (change === undefined) continue;
    if ('add' in change) {
      const after = added(live(writes.get(change.key) ?? stateOf(change, place), now), change);
      writes.set(change.key, after);
      totals.push(after.value);
    } else if ('expire' in change) {
      const before = writes.get(change.key) ?? stateOf(change, place);
      if (before !== 'absent' && live(before, now) === undefined) writes.set(change.key, 'absent');
    } else writes.set(change.key, put(change, change.expiresAt === 'kept' ? writes.get(change.key) ?? stateOf(change, place) : 'absent', now));
  }
  return { outcome: 'ok', writes, totals };
}

function movedKeys(changes: readonly Intent[], stateOf: StateOf, now: number): string[] {
  const moved: string[] = [];
  for (let place = 0; place < changes.length; place += 1) {
    const change = changes[place];
    if (change === undefined || 'add' in change || 'expire' in change || change.expect === undefined) continue;
    if (change.expect !== (live(stateOf(change, place), now)?.value ?? null)) moved.push(change.key);
  }
  return moved;
}

function put({ value, expiresAt }: Put, before: KnownRecord, now: number): KnownRecord {
  if (value === undefined) return 'absent';
  const until = expiresAt === 'kept' ? live(before, now)?.expiresAt : expiresAt;
  return until === undefined ? { value } : { value, expiresAt: until };
}

function added(before: Stored | undefined, { key, add, max, expiresAt }: Add): Stored & { readonly value: Counters } {
  if (typeof before?.value === 'string') throw new TypeError(`counters added to text at ${key}`);
  const value: Record<string, number> = { ...before?.value };
  for (const field in add) value[field] = exact((value[field] ?? 0) + (add[field] ?? 0), key);
  if (max !== undefined) raise(value, max, key);
  const until = expiresAt ?? before?.expiresAt;
  return until === undefined ? { value } : { value, expiresAt: until };
}

function raise(value: Record<string, number>, max: Counters, key: string): void {
  for (const field in max) {
    const candidate = max[field] ?? 0;
    value[field] = exact(Math.max(value[field] ?? candidate, candidate), key);
  }
}

function exact(value: number, key: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`no exact integer at ${key}`);
  return value + 0;
}
