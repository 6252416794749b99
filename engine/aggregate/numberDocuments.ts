/**
 * `NumberDocuments` are the documents of one number at one till that may be about another one: voids and returns.
 *
 *     rv/<encodeURIComponent(source)>/<number>      those that are about a document of that number, as JSON, with a count of its changes
 *
 * A receipt's commit, or a return's, checks that none has come for its number meanwhile (see voidedNumbers.ts); they are stored before receipts
 * are searched for them, and every commit that depends on them counts their changes up. So of two writers one sees the other.
 */
import { Fault } from '../base/errors.js';
import type { ReceiptName } from '../normalize/pos/receiptSubject.js';
import { type Put, type Store, textOf } from '../store/store.js';
import { addition, forgetVoidedNumbers, isVoided, readVoidedNumbers, rememberAddition, unchanged } from './voidedNumbers.js';
import { KEEP_MS } from './slice.js';
import type { ReturnDocument, VoidDocument } from './voidRules.js';

/** What a batch says of one number at one till. `start`: of the keys of all that till's sales. */
export interface NumberMentions {
  readonly start: string;
  readonly number: string;
  /** Receipts and returns that voids may name, by the keys of their facts. */
  readonly receipts: Map<string, ReceiptName>;
  readonly voids: VoidDocument[];
  /** By their subjects, which a sale may have too. */
  readonly returns: Map<string, ReturnDocument>;
}

/** By the key of each number's documents. */
export type DocumentMentions = ReadonlyMap<string, NumberMentions>;

export interface NumberDocuments {
  readonly text: string | undefined;
  readonly changes: number;
  readonly voids: readonly VoidDocument[];
  readonly returns: readonly ReturnDocument[];
}

const NO_DOCUMENTS: NumberDocuments = { text: undefined, changes: 0, voids: [], returns: [] };

const MAX_DOCUMENTS = 64;
const MAX_ATTEMPTS = 20;

export function numberKey(start: string, number: string): string {
  return `rv/${start.slice('f/sale/'.length)}${number}`;
}

/** Documents of a number that a batch mentions. */
export type StoredDocuments = readonly [key: string, said: NumberMentions, known: NumberDocuments];
type Mentioned = readonly [key: string, said: NumberMentions];

/**
 * `documentsOf` reads those of every number that has some, with those that the batch adds, which are stored on the way. `checks`: what the commit has
 * to check so that none has come meanwhile.
 */
export async function documentsOf(store: Store, mentions: DocumentMentions, now: number): Promise<{ documents: StoredDocuments[]; checks: Put[] }> {
  await storeAll(store, [...mentions].filter(([, { voids, returns }]) => voids.length > 0 || returns.size > 0), now);
  const documented: Mentioned[] = [];
  const checks: Put[] = [];
  for (const [till, numbers] of byTill(mentions)) {
    const known = await readVoidedNumbers(store, till);
    for (const mentioned of numbers) if (isVoided(known, mentioned[1].number)) documented.push(mentioned);
    checks.push(unchanged(till, known, now));
  }
  return { documents: await storeAll(store, documented, now), checks };
}

function byTill(mentions: DocumentMentions): ReadonlyMap<string, Mentioned[]> {
  const tills = new Map<string, Mentioned[]>();
  for (const mentioned of mentions) {
    const till = tillKey(mentioned[1]);
    const numbers = tills.get(till) ?? [];
    tills.set(till, numbers);
    numbers.push(mentioned);
  }
  return tills;
}

function tillKey({ start }: NumberMentions): string {
  return `rv/${start.slice('f/sale/'.length, -1)}`;
}

/** Keys of facts among those of a commit that was refused; of the tills among them numbers have documents that this process did not know. */
export function factsAmong(store: Store, keys: readonly string[]): string[] {
  return keys.filter((key) => {
    if (!key.startsWith('rv/')) return true;
    forgetVoidedNumbers(store, key);
    return false;
  });
}

async function storeAll(store: Store, mentions: readonly Mentioned[], now: number): Promise<StoredDocuments[]> {
  if (mentions.length === 0) return [];
  const texts = await store.read(mentions.map(([key]) => key));
  const all: StoredDocuments[] = [];
  for (const [index, [key, said]] of mentions.entries()) {
    all.push([key, said, await storeDocuments(store, key, said, decode(textOf(texts[index])), now)]);
  }
  return all;
}

/** Stores those that are new, and which of the voided receipts were sent as such: from then on whoever stores a receipt of that number sees them. */
async function storeDocuments(store: Store, key: string, said: NumberMentions, before: NumberDocuments, now: number): Promise<NumberDocuments> {
  let known = before;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const [voids, returns] = [joinedVoids(known.voids, said), joined(known.returns, said.returns)];
    if (voids === known.voids && returns === known.returns) return known;
    const next = { changes: known.changes + 1, voids, returns };
    const text = encode(next);
    const put: Put = { key, expect: known.text ?? null, value: text, expiresAt: now + KEEP_MS.hour };
    if (await (known.text === undefined ? addNumber(store, said, put, now) : isStored(store, [put]))) return { ...next, text };
    known = decode(textOf((await store.read([key]))[0]));
  }
  throw new Fault('store.contended', `another writer kept changing the documents of one number, ${String(MAX_ATTEMPTS)} times`);
}

async function isStored(store: Store, changes: readonly Put[]): Promise<boolean> {
  return (await store.commit(changes, 'stored')).outcome === 'ok';
}

/** The first document of a number adds it to its till's. */
async function addNumber(store: Store, said: NumberMentions, put: Put, now: number): Promise<boolean> {
  const till = tillKey(said);
  const numbers = await readVoidedNumbers(store, till);
  const added = addition(till, numbers, now);
  if (await isStored(store, [put, added])) {
    rememberAddition(store, till, numbers, { version: added.value, number: said.number });
    return true;
  }
  forgetVoidedNumbers(store, till);
  return false;
}

/** What a commit checks of a number of whose documents it changes nothing. */
export function kept(key: string, { text }: NumberDocuments, now: number): Put {
  return { key, expect: text ?? null, ...(text === undefined ? {} : { value: text, expiresAt: now + KEEP_MS.hour }) };
}

/** The same for a commit that depends on them. */
export function counted(key: string, known: NumberDocuments, voids: readonly VoidDocument[], now: number): Put {
  const { text, changes, returns } = known;
  return { key, expect: text ?? null, value: encode({ changes: changes + 1, voids, returns }), expiresAt: now + KEEP_MS.hour };
}

/** The voids with those of a batch. */
function joinedVoids(before: readonly VoidDocument[], { start, voids, receipts }: NumberMentions): readonly VoidDocument[] {
  const all = new Map(before.map((one) => [one.subject, one]));
  for (const one of voids) all.set(one.subject, later(all.get(one.subject), one));
  for (const [subject, own] of all) if (own.known === undefined && receipts.has(start + subject)) all.set(subject, { ...own, known: true });
  return joined(before, all);
}

/** The oldest are forgotten beyond the limit; the same list where nothing is new. */
function joined<D extends ReturnDocument>(before: readonly D[], said: ReadonlyMap<string, D>): readonly D[] {
  const all = new Map(before.map((one) => [one.subject, one]));
  for (const [subject, one] of said) if (!isSame(all.get(subject), one)) all.set(subject, one);
  const after = [...all.values()];
  return after.length === before.length && after.every((one, index) => one === before[index]) ? before : after.sort(byIssue).slice(-MAX_DOCUMENTS);
}

function isSame(a: object | undefined, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What a version of a void adds to what is known of it: the same where that is nothing. */
function later(known: VoidDocument | undefined, said: VoidDocument): VoidDocument {
  if (known === undefined) return said;
  const amount = known.amount ?? said.amount;
  const isKnown = known.amount === amount && known.names === said.names && known.on === said.on;
  return isKnown ? known : { ...known, ...said, ...(amount === undefined ? {} : { amount }) };
}

function byIssue(a: ReturnDocument, b: ReturnDocument): number {
  if (a.issued !== b.issued) return a.issued < b.issued ? -1 : 1;
  return a.subject < b.subject ? -1 : 1;
}

function encode({ changes, voids, returns }: Omit<NumberDocuments, 'text'>): string {
  return JSON.stringify(returns.length === 0 ? { changes, voids } : { changes, voids, returns });
}

/** Former releases kept voids only. */
function decode(text: string | undefined): NumberDocuments {
  if (text === undefined) return NO_DOCUMENTS;
  const { changes, voids, returns = [] } = JSON.parse(text) as Omit<NumberDocuments, 'text' | 'returns'> & Partial<Pick<NumberDocuments, 'returns'>>;
  return { text, changes, voids, returns };
}
