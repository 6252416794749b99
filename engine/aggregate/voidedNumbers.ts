/**
 * `VoidedNumbers` are the numbers of one till that voids name, or returns repeat. Nearly no receipt's number is among them, so a batch of receipts
 * reads nothing of them in the store: its commit checks only that no number has been added meanwhile.
 *
 *     rv/<encodeURIComponent(source)>               how many numbers have been added, as text; absent before the first
 *     rv/<encodeURIComponent(source)>/<number>      the documents about a receipt of that number (see numberDocuments.ts)
 */
import { LRUCache } from 'lru-cache';
import { KEEP_MS } from './slice.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';

export interface VoidedNumbers {
  /** What lies at the till's key. */
  readonly version: string | undefined;
  /** `many`: too many to be remembered, each one has to be read. */
  readonly numbers: Set<string> | 'many';
}

const MAX_TILLS = 256;
const MAX_NUMBERS = 20_000;

const known = new WeakMap<Store, LRUCache<string, VoidedNumbers>>();

function tillsOf(store: Store): LRUCache<string, VoidedNumbers> {
  const tills = known.get(store) ?? new LRUCache<string, VoidedNumbers>({ max: MAX_TILLS });
  known.set(store, tills);
  return tills;
}

/** The numbers of a till (by its key) as this process knows them; read where it knows nothing. Possibly outdated: `unchanged` has to be checked. */
export async function readVoidedNumbers(store: Store, till: string): Promise<VoidedNumbers> {
  return tillsOf(store).get(till) ?? readTill(store, till);
}

/** The version is read first: a number that is added meanwhile makes it outdated, whether the scan saw it or not. */
async function readTill(store: Store, till: string): Promise<VoidedNumbers> {
  const version = textOf((await store.read([till]))[0]);
  const entries = await store.scan(prefixRange(`${till}/`), MAX_NUMBERS);
  const numbers = entries.length < MAX_NUMBERS ? new Set(entries.map(({ key }) => key.slice(till.length + 1))) : 'many';
  const read: VoidedNumbers = { version, numbers };
  tillsOf(store).set(till, read);
  return read;
}

/** Whether other documents may be about a receipt of that number. */
export function isVoided({ numbers }: VoidedNumbers, number: string): boolean {
  return numbers === 'many' || numbers.has(number);
}

/** What a commit checks that relies on there being no other numbers. */
export function unchanged(till: string, { version }: VoidedNumbers, now: number): Put {
  return { key: till, expect: version ?? null, ...(version === undefined ? {} : { value: version, expiresAt: now + KEEP_MS.hour }) };
}

/** What the commit that adds a number writes, so that whoever does not know of it is refused. */
export function addition(till: string, { version }: VoidedNumbers, now: number): Put & { readonly value: string } {
  return { key: till, expect: version ?? null, value: String(Number(version ?? '0') + 1), expiresAt: now + KEEP_MS.hour };
}

/** Remembers what such a commit wrote. */
export function rememberAddition(store: Store, till: string, { numbers }: VoidedNumbers, added: { readonly version: string; readonly number: string }): void {
  // Who still holds the former version reads one number more than it has to, and is refused.
  tillsOf(store).set(till, { version: added.version, numbers: numbers === 'many' ? numbers : numbers.add(added.number) });
}

/** Forgets a till whose numbers turned out to be outdated. */
export function forgetVoidedNumbers(store: Store, till: string): void {
  tillsOf(store).delete(till);
}
