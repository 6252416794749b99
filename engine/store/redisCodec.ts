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

/** Throws `TypeError` for a commit across shops or one that adds to its own text, `RangeError` for what is no exact integer. */
export function partOf(changes: readonly Change[]): Part {
  const shop = parseKey(changes[0]?.key ?? '').shop;
  const texts = new Set<string>();
  for (const change of changes) {
    if (parseKey(change.key).shop !== shop) throw new TypeError('a commit must stay within one shop');
    if ('add' in change) checkCounters(change, texts);
    else if (change.value !== undefined) texts.add(change.key);
  }
  return { shop, changes };
}

/** Into which heap a change goes, as the commit script wants them. */
const HEAPS = ['put if absent', 'delete if absent', 'put if equal', 'delete if equal', 'put', 'delete', 'add'] as const;
const [PUT_IF_ABSENT, , PUT_IF_EQUAL, , PUT, , ADD] = [0, 1, 2, 3, 4, 5, 6] as const;

/** Several commits of one shop in one call. */
export function encodeParts(shop: string, parts: readonly Part[]): ScriptCall {
  const index = indexKey(shop);
  const keys = [index];
  const args = [String(parts.length)];
  for (const { changes } of parts) {
    const heaps = heapsOf(changes);
    for (const heap of heaps) args.push(String(heap.length));
    for (const heap of heaps) for (const { key } of heap) keys.push(`${index}:${encodeRest(parseKey(key).rest)}`);
    for (const heap of heaps) for (const change of heap) if (typeof (change as Put).expect === 'string') args.push((change as Put).expect ?? '');
    const puts = [heaps[PUT_IF_ABSENT], heaps[PUT_IF_EQUAL], heaps[PUT]].flatMap((heap) => (heap ?? []) as Put[]);
    for (const { value } of puts) args.push(value ?? '');
    for (const { expiresAt } of puts) args.push(expiryText(expiresAt));
    pushAdds(args, heaps[ADD] as Add[], changes);
  }
  return { keys, args };
}

/** What became of one part; throws what the store's rules say of counters that cannot be. */
export function decodePart({ changes }: Part, reply: unknown): CommitResult {
  const [outcome, ...rest] = reply as [string, ...unknown[]];
  if (outcome === 'ok') return { outcome, totals: (rest as string[]).map(decodeCounters) };
  const sorted = heapsOf(changes).flat();
  const moved = new Set(rest.map((place) => sorted[Number(place) - 1]));
  const keys = changes.filter((change) => moved.has(change)).map(({ key }) => key);
  if (outcome === 'conflict') return { outcome, keys };
  if (outcome === 'text') throw new TypeError(`counters added to text at ${keys.join()}`);
  throw new RangeError(`no exact integer at ${keys.join()}`);
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
  for (const { add } of adds) args.push(JSON.stringify(add));
  for (const { max } of adds) args.push(max === undefined ? '' : JSON.stringify(max));
  for (const { expiresAt } of adds) args.push(expiryText(expiresAt));
  const puts = new Map(adds.length === changes.length ? [] : changes.flatMap((change, at) => ('add' in change ? [] : [[change.key, at] as const])));
  for (const add of adds) {
    const put = puts.get(add.key);
    args.push(put === undefined ? '' : put < changes.indexOf(add) ? 'fresh' : 'lost');
  }
}

/** Redis takes whole positive milliseconds; an instant long past is as good as 1. */
function expiryText(expiresAt: number | undefined): string {
  return expiresAt === undefined ? '' : String(Math.max(1, Math.ceil(expiresAt)));
}

function checkCounters({ key, add, max }: Add, texts: ReadonlySet<string>): void {
  if (texts.has(key)) throw new TypeError(`counters added to text at ${key}`);
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
