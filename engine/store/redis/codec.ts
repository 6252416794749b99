/**
 * The wire format of commits and values. (The scripts' own side is in commitScript.ts and scripts.ts.)
 */
import { encodeRest, indexKey, isOf, parseKey, restOf } from './keys.js';
import type { Add, Change, CommitResult, Counters, Put, Value } from '../store.js';

/** `ScriptCall` is what a script is called with. */
export interface ScriptCall {
  readonly keys: string[];
  readonly args: string[];
}

/** `ReplyPart` is one commit, checked: all its keys are of one shop. */
export interface ReplyPart {
  readonly shop: string;
  readonly changes: readonly Change[];
}

/** `partOf` throws `TypeError` for a commit across shops or one that adds to its own text, `RangeError` for what is no exact integer. */
export function partOf(changes: readonly Change[]): ReplyPart {
  const { shop } = parseKey(changes[0]?.key ?? '');
  const texts = changes.some((change) => 'add' in change) ? new Set<string>() : undefined;
  for (const change of changes) {
    if (!isOf(shop, change.key)) throw new TypeError('a commit must stay within one shop');
    if ('add' in change) checkCounters(change, texts);
    else if (change.value !== undefined) texts?.add(change.key);
  }
  return { shop, changes };
}

/** Into which heap a change goes, as the commit script wants them. */
const HEAPS = ['put if absent', 'delete if absent', 'put if equal', 'delete if equal', 'put', 'delete', 'add'] as const;
const [PUT_IF_ABSENT, PUT_IF_EQUAL, DELETE_IF_EQUAL, PUT, ADD] = [0, 2, 3, 4, 6] as const;

/** `encodeParts` puts several commits of one shop in one call. */
export function encodeParts(shop: string, parts: readonly ReplyPart[]): ScriptCall {
  const prefix = `${indexKey(shop)}:`;
  const keys = [indexKey(shop)];
  const args = [String(parts.length)];
  for (const { changes } of parts) {
    const heaps = heapsOf(changes);
    for (const heap of heaps) {
      args.push(String(heap.length));
      for (const { key } of heap) keys.push(prefix + encodeRest(restOf(key, shop)));
    }
    const adds = heaps[ADD] as Add[];
    args.push(adds.some(({ total }) => total !== 'unneeded') ? 'wanted' : '');
    for (const heap of [heaps[PUT_IF_EQUAL], heaps[DELETE_IF_EQUAL]] as Put[][]) for (const { expect } of heap) args.push(encodeText(expect ?? ''));
    const expiries = new Runs();
    for (const heap of [heaps[PUT_IF_ABSENT], heaps[PUT_IF_EQUAL], heaps[PUT]] as Put[][]) {
      for (const { value, expiresAt } of heap) {
        args.push(encodeText(value ?? ''));
        expiries.add(expiresAt);
      }
    }
    args.push(expiries.text);
    if (adds.length > 0) pushAdds(args, adds, changes);
  }
  return { keys, args };
}

/** Text that begins with NUL would be taken for counters. */
function encodeText(text: string): string {
  return text.startsWith('\0') ? `\0${text}` : text;
}

/** How many in a row expire at the same instant: "98 1795338930000 2 0". Redis takes whole positive milliseconds; one long past is as good as 1. */
class Runs {
  #done = '';
  #expiry: Put['expiresAt'];
  #count = 0;

  add(expiry: Put['expiresAt']): void {
    if (expiry !== this.#expiry) {
      this.#done = this.text;
      this.#expiry = expiry;
      this.#count = 0;
    }
    this.#count += 1;
  }

  get text(): string {
    if (this.#count === 0) return this.#done;
    const run = `${String(this.#count)} ${instantOf(this.#expiry)}`;
    return this.#done === '' ? run : `${this.#done} ${run}`;
  }
}

function instantOf(expiry: Put['expiresAt']): string {
  if (expiry === undefined) return '0';
  return expiry === 'kept' ? '-1' : String(Math.max(1, Math.ceil(expiry)));
}

/** `decodePart` gives what became of one part; it throws what the store's rules say of counters that cannot be. */
export function decodePart({ changes }: ReplyPart, reply: unknown): CommitResult {
  const [outcome, ...rest] = reply as [string, ...unknown[]];
  // Where nobody wanted the counters, none came.
  if (outcome === 'ok') {
    const totals = rest as string[];
    return { outcome, totals: changes.filter((change) => 'add' in change).map((_add, index) => decodeCounters(totals[index] ?? '')) };
  }
  const sorted = heapsOf(changes).flat();
  const moved = new Set(rest.map((place) => sorted[Number(place) - 1]));
  const keys = changes.filter((change) => moved.has(change)).map(({ key }) => key);
  if (outcome === 'conflict') return { outcome, keys };
  if (outcome === 'text') throw new TypeError(`counters added to text at ${keys.join()}`);
  throw new RangeError(`no exact integer at ${keys.join()}`);
}

/** `encodeKeys` gives the keys as Redis knows them. */
export function encodeKeys(keys: readonly string[]): string[] {
  return keys.map((key) => {
    const { shop, rest } = parseKey(key);
    return `${indexKey(shop)}:${encodeRest(rest)}`;
  });
}

/** `decodeValue` reads text, a list with counters, or nil. */
export function decodeValue(reply: unknown): Value | undefined {
  if (typeof reply === 'string') return reply.startsWith('\0') ? reply.slice(1) : reply;
  return Array.isArray(reply) ? decodeCounters(String(reply[0])) : undefined;
}

/** `lexRange` gives the bounds of a scan as ZRANGEBYLEX and ZREVRANGEBYLEX want them. Throws `TypeError` for a range across shops. */
export function lexRange(gte: string, lt: string): { shop: string; from: string; to: string } {
  const [first, end] = [parseKey(gte), parseKey(lt)];
  if (first.shop !== end.shop) throw new TypeError('a scan must stay within one shop');
  return { shop: first.shop, from: `[${encodeRest(first.rest)}`, to: `(${encodeRest(end.rest)}` };
}

function heapsOf(changes: readonly Change[]): Change[][] {
  const heaps: Change[][] = HEAPS.map(() => []);
  for (const change of changes) heaps[heapOf(change)]?.push(change);
  return heaps;
}

function heapOf(change: Change): number {
  if ('add' in change) return ADD;
  const put = change.expect === undefined ? PUT : change.expect === null ? PUT_IF_ABSENT : PUT_IF_EQUAL;
  return change.value === undefined ? put + 1 : put;
}

function pushAdds(args: string[], adds: readonly Add[], changes: readonly Change[]): void {
  const expiries = new Runs();
  for (const { expiresAt } of adds) expiries.add(expiresAt);
  args.push(JSON.stringify(adds.map(({ add }) => add)), JSON.stringify(adds.map(({ max }) => max ?? 0)), expiries.text, JSON.stringify(hows(adds, changes)));
}

/** Adds to a key that the same commit deletes before or puts after, by their place. */
function hows(adds: readonly Add[], changes: readonly Change[]): Record<string, 'fresh' | 'lost'> {
  const found: Record<string, 'fresh' | 'lost'> = {};
  const added = new Set(adds.map(({ key }) => key));
  const puts = new Map(changes.flatMap((change, at) => ('add' in change || !added.has(change.key) ? [] : [[change.key, at] as const])));
  if (puts.size === 0) return found;
  for (const [index, add] of adds.entries()) {
    const put = puts.get(add.key);
    if (put !== undefined) found[String(index + 1)] = put < changes.indexOf(add) ? 'fresh' : 'lost';
  }
  return found;
}

function checkCounters({ key, add, max }: Add, texts: ReadonlySet<string> | undefined): void {
  if (texts?.has(key) === true) throw new TypeError(`counters added to text at ${key}`);
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
