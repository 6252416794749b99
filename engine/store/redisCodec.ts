/**
 * How do commits and values look on the wire? (The scripts' own side is in redisScript.ts.)
 */
import { encodeRest, indexKey, parseKey } from './redisKeys.js';
import type { Add, Change, CommitResult, Counters, Put, Value } from './store.js';

/** What a script is called with. */
export interface ScriptCall {
  readonly keys: string[];
  readonly args: string[];
}

/** One commit, checked: all its keys are of one shop. */
export interface Part {
  readonly shop: string;
  readonly changes: readonly Change[];
}

/** Throws `TypeError` for a commit across shops and `RangeError` for what is no exact integer. */
export function partOf(changes: readonly Change[]): Part {
  const shop = parseKey(changes[0]?.key ?? '').shop;
  for (const change of changes) {
    if (parseKey(change.key).shop !== shop) throw new TypeError('a commit must stay within one shop');
    if ('add' in change) checkCounters(change);
  }
  return { shop, changes };
}

/** Several commits of one shop in one call. */
export function encodeParts(shop: string, parts: readonly Part[]): ScriptCall {
  const index = indexKey(shop);
  const keys = [index];
  const args = [String(parts.length)];
  for (const { changes } of parts) {
    args.push(String(changes.length));
    for (const change of changes) {
      keys.push(`${index}:${encodeRest(parseKey(change.key).rest)}`);
      if ('add' in change) pushAdd(args, change);
      else pushPut(args, change);
    }
  }
  return { keys, args };
}

/** What became of one part; throws what the store's rules say of counters that cannot be. */
export function decodePart({ changes }: Part, reply: unknown): CommitResult {
  const [outcome, ...rest] = reply as [string, ...unknown[]];
  const changeAt = (place: unknown): string => changes[Number(place) - 1]?.key ?? '';
  if (outcome === 'conflict') return { outcome, keys: rest.map(changeAt) };
  if (outcome === 'text') throw new TypeError(`counters added to text at ${changeAt(rest[0])}`);
  if (outcome === 'inexact') throw new RangeError(`no exact integer at ${changeAt(rest[0])}`);
  return { outcome: 'ok', totals: (rest as string[]).map(decodeCounters) };
}

export function encodeKeys(keys: readonly string[]): string[] {
  return keys.map((key) => {
    const { shop, rest } = parseKey(key);
    return `${indexKey(shop)}:${encodeRest(rest)}`;
  });
}

/** Text, a list with counters, or nil. */
export function decodeValue(reply: unknown): Value | undefined {
  if (typeof reply === 'string') return reply;
  return Array.isArray(reply) ? decodeCounters(String(reply[0])) : undefined;
}

/** The bounds of a scan as ZRANGEBYLEX and ZREVRANGEBYLEX want them. Throws `TypeError` for a range across shops. */
export function lexRange(gte: string, lt: string): { shop: string; from: string; to: string } {
  const [first, end] = [parseKey(gte), parseKey(lt)];
  if (first.shop !== end.shop) throw new TypeError('a scan must stay within one shop');
  return { shop: first.shop, from: `[${encodeRest(first.rest)}`, to: `(${encodeRest(end.rest)}` };
}


function pushPut(args: string[], { expect, value, expiresAt }: Put): void {
  const letter = expect === undefined ? 'p' : expect === null ? 'n' : 'e';
  args.push(value === undefined ? letter.toUpperCase() : letter + expiryText(expiresAt));
  if (typeof expect === 'string') args.push(expect);
  if (value !== undefined) args.push(value);
}

function pushAdd(args: string[], { add, max, expiresAt }: Add): void {
  args.push((max === undefined ? 'a' : 'm') + expiryText(expiresAt), JSON.stringify(add));
  if (max !== undefined) args.push(JSON.stringify(max));
}

/** Redis takes whole positive milliseconds; an instant long past is as good as 1. */
function expiryText(expiresAt: number | undefined): string {
  return expiresAt === undefined ? '' : String(Math.max(1, Math.ceil(expiresAt)));
}

function checkCounters({ key, add, max }: Add): void {
  for (const counters of max === undefined ? [add] : [add, max]) {
    for (const field in counters) {
      if (!Number.isSafeInteger(counters[field])) throw new RangeError(`no exact integer at ${key}`);
      if (field.includes('\0')) throw new TypeError(`a counter's name must not hold NUL at ${key}`);
    }
  }
}

function decodeCounters(flat: string): Counters {
  const counters: Record<string, number> = {};
  if (flat === '') return counters;
  const words = flat.split('\0');
  for (let at = 0; at + 1 < words.length; at += 2) counters[words[at] ?? ''] = Number(words[at + 1]);
  return counters;
}
