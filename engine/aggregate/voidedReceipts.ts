/**
 * `VoidMentions` are what a batch says of tills' receipts and of the voids that name them; `resolveVoids` derives from them, and from what is
 * stored, which facts change their `VoidState`.
 *
 *     rv/<encodeURIComponent(source)>/<number>      the voids that name a receipt of that number, as JSON, with a count of its changes
 *
 * Receipts are found by their facts. A receipt's commit checks that no void has come for its number meanwhile (see voidedNumbers.ts); a void is
 * stored before receipts are searched for it, and every commit that depends on a number's voids counts its changes up. So of two writers one sees
 * the other.
 */
import type { ShopEvent } from '../event/event.js';
import { Fault } from '../base/errors.js';
import { type Fact, factOf, fieldOf, mergeFacts, SLOT } from '../fact/fact.js';
import type { VoidState } from '../fact/fact.js';
import { isTill, nameIn, type ReceiptName } from '../normalize/pos/receiptSubject.js';
import { type Entry, type Put, type Store, textOf } from '../store/store.js';
import { cacheOf } from './factCache.js';
import { knownFact, type KnownFact, type Version, type Versions } from './fold.js';
import { isIn, type KnownReceipt, rangeOf, type VoidDocument, voidStates } from './voidRules.js';
import { KEEP_MS } from './slice.js';
import { addition, forgetVoidedNumbers, isVoided, readVoidedNumbers, rememberAddition, unchanged } from './voidedNumbers.js';

/** What a batch says of one number at one till. `start`: of the keys of all that till's sales. */
interface NumberMentions {
  readonly start: string;
  readonly number: string;
  readonly receipts: Map<string, ReceiptName>;
  readonly voids: VoidDocument[];
}

/** By the key of each number's voids. */
export type VoidMentions = ReadonlyMap<string, NumberMentions>;

/** A batch's versions with the facts that change only because of others, the state of each fact that it read, and what the commit has to check. */
export interface ResolvedVoids {
  readonly versions: Versions;
  readonly states: ReadonlyMap<string, VoidState | undefined>;
  readonly changes: readonly Put[];
}

interface StoredVoids {
  readonly text: string | undefined;
  readonly changes: number;
  readonly voids: readonly VoidDocument[];
}

const MAX_VOIDS = 64;
const MAX_RECEIPTS = 200;
const MAX_ATTEMPTS = 20;

/** What these events say of tills' receipts, `undefined` where they say nothing. `keys`: of their facts. */
export function mentionsIn(events: readonly ShopEvent[], keys: readonly string[], currency: string): VoidMentions | undefined {
  const mentions = new Map<string, NumberMentions>();
  for (const [index, event] of events.entries()) {
    if (event.type !== 'sale' || !isTill(event.source)) continue;
    const { subject = '' } = event;
    const name = nameIn(subject);
    const start = (keys[index] ?? '').slice(0, -subject.length);
    if (name !== undefined) mention(mentions, event, name, start, currency);
  }
  return mentions.size === 0 ? undefined : mentions;
}

/** The same of receipts that are known by the keys of their facts. */
export function mentionedBy(keys: readonly string[]): VoidMentions | undefined {
  const mentions = new Map<string, NumberMentions>();
  for (const key of keys) {
    const [, type, source = ''] = key.split('/', 3);
    const start = `f/sale/${source}/`;
    const name = type === 'sale' ? nameIn(key.slice(start.length)) : undefined;
    if (name?.kind === 'receipt') mentionsOf(mentions, start, name.number).receipts.set(key.slice(start.length), name);
  }
  return mentions.size === 0 ? undefined : mentions;
}

function mention(mentions: Map<string, NumberMentions>, event: ShopEvent, name: ReceiptName, start: string, currency: string): void {
  if (name.kind === 'void' || event.data.status === 'voided') {
    const { number, said } = voidIn(event, name, currency);
    mentionsOf(mentions, start, number).voids.push(said);
  } else mentionsOf(mentions, start, name.number).receipts.set(event.subject ?? '', name);
}

function mentionsOf(mentions: Map<string, NumberMentions>, start: string, number: string): NumberMentions {
  const key = `rv/${start.slice('f/sale/'.length)}${number}`;
  const known = mentions.get(key) ?? { start, number, receipts: new Map<string, ReceiptName>(), voids: [] };
  mentions.set(key, known);
  return known;
}

function voidIn(event: ShopEvent, name: ReceiptName, currency: string): { number: string; said: VoidDocument } {
  const amount = factOf(event, currency).values[SLOT.amount];
  const named = name.kind === 'void' && event.data.refersTo !== undefined ? nameIn(event.data.refersTo) : undefined;
  const said: VoidDocument = {
    subject: event.subject ?? '', issued: name.issued, by: name.kind === 'void' ? 'document' : 'status',
    names: named === undefined ? 'number' : 'reference', on: named?.issued ?? '', ...(typeof amount === 'number' ? { amount } : {}),
  };
  return { number: named?.number ?? name.number, said };
}

/** Reads what is known of the numbers that a batch mentions. Voids that are new are stored on the way. */
export async function resolveVoids(store: Store, mentions: VoidMentions, versions: Versions, now: number): Promise<ResolvedVoids> {
  const resolved = { versions: new Map(versions), states: new Map<string, VoidState | undefined>(), changes: [] as Put[] };
  await storeAll(store, [...mentions].filter(([, { voids }]) => voids.length > 0), now);
  const voided: (readonly [string, NumberMentions])[] = [];
  for (const [till, numbers] of byTill(mentions)) {
    const known = await readVoidedNumbers(store, till);
    for (const mentioned of numbers) if (isVoided(known, mentioned[1].number)) voided.push(mentioned);
    resolved.changes.push(unchanged(till, known, now));
  }
  for (const [key, said, known] of await storeAll(store, voided, now)) {
    const near = known.voids.filter((one) => isMentioned(one, said));
    if (near.length === 0) resolved.changes.push({ key, expect: known.text ?? null, ...kept(known, now) });
    else await resolveNumber(store, { key, said, known, near, now }, resolved);
  }
  return resolved;
}

const NONE: StoredVoids = { text: undefined, changes: 0, voids: [] };

function byTill(mentions: VoidMentions): ReadonlyMap<string, (readonly [string, NumberMentions])[]> {
  const tills = new Map<string, (readonly [string, NumberMentions])[]>();
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

/** Keys of facts among those of a commit that was refused; of the tills among them numbers have been voided that this process did not know. */
export function factsAmong(store: Store, keys: readonly string[]): string[] {
  return keys.filter((key) => {
    if (!key.startsWith('rv/')) return true;
    forgetVoidedNumbers(store, key);
    return false;
  });
}

/** What is stored of these numbers' voids, with those that the batch adds. */
async function storeAll(
  store: Store, mentions: readonly (readonly [string, NumberMentions])[], now: number,
): Promise<(readonly [string, NumberMentions, StoredVoids])[]> {
  if (mentions.length === 0) return [];
  const texts = await store.read(mentions.map(([key]) => key));
  const all: (readonly [string, NumberMentions, StoredVoids])[] = [];
  for (const [index, [key, said]] of mentions.entries()) {
    all.push([key, said, await storeVoids(store, key, said, decodeVoids(textOf(texts[index])), now)]);
  }
  return all;
}

/** Stores the voids that are new, and which of their receipts were sent as such: from then on whoever stores a receipt of that number sees them. */
async function storeVoids(store: Store, key: string, said: NumberMentions, before: StoredVoids, now: number): Promise<StoredVoids> {
  let known = before;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const voids = joined(known.voids, said);
    if (voids === known.voids) return known;
    const next = { changes: known.changes + 1, voids };
    const text = encodeVoids(next);
    const put: Put = { key, expect: known.text ?? null, value: text, expiresAt: now + KEEP_MS.hour };
    if (await (known.text === undefined ? addNumber(store, said, put, now) : isStored(store, [put]))) return { ...next, text };
    known = decodeVoids(textOf((await store.read([key]))[0]));
  }
  throw new Fault('store.contended', `another writer kept changing the voids of one number, ${String(MAX_ATTEMPTS)} times`);
}

async function isStored(store: Store, changes: readonly Put[]): Promise<boolean> {
  return (await store.commit(changes, 'stored')).outcome === 'ok';
}

/** The first void of a number adds it to its till's. */
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

/** The voids with those of a batch, the oldest forgotten beyond the limit; the same list where nothing is new. */
function joined(before: readonly VoidDocument[], { voids, receipts }: NumberMentions): readonly VoidDocument[] {
  const all = new Map(before.map((one) => [one.subject, one]));
  for (const one of voids) all.set(one.subject, later(all.get(one.subject), one));
  for (const subject of receipts.keys()) {
    const own = all.get(subject);
    if (own !== undefined && own.known === undefined) all.set(subject, { ...own, known: true });
  }
  const after = [...all.values()];
  return after.length === before.length && after.every((one, index) => one === before[index]) ? before : after.sort(byIssue).slice(-MAX_VOIDS);
}

/** What a version of a void adds to what is known of it: the same where that is nothing. */
function later(known: VoidDocument | undefined, said: VoidDocument): VoidDocument {
  if (known === undefined) return said;
  const amount = known.amount ?? said.amount;
  const isSame = known.amount === amount && known.names === said.names && known.on === said.on;
  return isSame ? known : { ...known, ...said, ...(amount === undefined ? {} : { amount }) };
}

function byIssue(a: VoidDocument, b: VoidDocument): number {
  if (a.issued !== b.issued) return a.issued < b.issued ? -1 : 1;
  return a.subject < b.subject ? -1 : 1;
}

function isMentioned(one: VoidDocument, { voids, receipts }: NumberMentions): boolean {
  if (voids.some(({ subject }) => subject === one.subject) || receipts.has(one.subject)) return true;
  const range = rangeOf(one);
  return [...receipts.values()].some(({ issued }) => isIn(range, issued));
}

interface NumberContext {
  readonly key: string;
  readonly said: NumberMentions;
  readonly known: StoredVoids;
  /** Voids whose effect the batch may change. */
  readonly near: readonly VoidDocument[];
  readonly now: number;
}

interface Resolving {
  readonly versions: Map<string, Version>;
  readonly states: Map<string, VoidState | undefined>;
  readonly changes: Put[];
}

async function resolveNumber(store: Store, { key, said, known, near, now }: NumberContext, resolved: Resolving): Promise<void> {
  const facts = new Map<string, KnownFact>();
  await readReceipts(store, said, near, facts);
  const touched = knownReceipts(said, facts, resolved.versions);
  const involved = known.voids.filter((one) => near.includes(one) || touched.some(({ issued }) => isIn(rangeOf(one), issued)));
  await readReceipts(store, said, involved, facts);
  await readFacts(store, near.map(({ subject }) => said.start + subject), facts);
  const voids = involved.map((one) => (wasReceipt(one, facts.get(said.start + one.subject)) ? { ...one, known: true as const } : one));
  const states = voidStates(voids, knownReceipts(said, facts, resolved.versions));
  for (const { subject } of [...touched, ...near]) place(store, said.start + subject, states.get(subject), facts, resolved);
  const rest = known.voids.map((one) => voids.find(({ subject }) => subject === one.subject) ?? one);
  const text = encodeVoids({ changes: known.changes + 1, voids: rest });
  resolved.changes.push({ key, expect: known.text ?? null, value: text, expiresAt: now + KEEP_MS.hour });
}

/** A receipt whose status said only later that it never was: its fact was there before. */
function wasReceipt({ by, known }: VoidDocument, fact: KnownFact | undefined): boolean {
  return by === 'status' && known === undefined && fact !== undefined && fieldOf(fact.fact, 'status') !== 'voided';
}

/** A fact that the batch does not speak of is changed only where its state is another. */
function place(store: Store, key: string, state: VoidState | undefined, facts: ReadonlyMap<string, KnownFact>, { versions, states }: Resolving): void {
  states.set(key, state);
  const known = facts.get(key);
  if (known === undefined || versions.has(key)) return;
  cacheOf(store).learn(key, known);
  if (known.fact.voidState !== state) versions.set(key, { fact: undefined, events: 0 });
}

/** Receipts in reach of these voids, by the keys of their facts. */
async function readReceipts(store: Store, { start, number }: NumberMentions, voids: readonly VoidDocument[], facts: Map<string, KnownFact>): Promise<void> {
  const prefix = `${start}receipt/${number}/`;
  await readFacts(store, [prefix.slice(0, -1)], facts);
  const entries: Entry[] = [];
  for (const one of voids) {
    const { from, to } = rangeOf(one);
    entries.push(...await store.scan({ gte: prefix + from, lt: `${prefix}${to}\uffff`, reverse: true }, MAX_RECEIPTS));
  }
  for (const { key, value } of entries) facts.set(key, knownFact(key, textOf(value) ?? ''));
}

async function readFacts(store: Store, keys: readonly string[], facts: Map<string, KnownFact>): Promise<void> {
  const texts = await store.read(keys);
  keys.forEach((key, index) => {
    const text = textOf(texts[index]);
    if (text !== undefined) facts.set(key, knownFact(key, text));
  });
}

/** Receipts that are stored, and those of the batch. */
function knownReceipts({ start, number, receipts }: NumberMentions, facts: ReadonlyMap<string, KnownFact>, versions: Versions): KnownReceipt[] {
  const keys = new Set([...facts.keys(), ...[...receipts.keys()].map((subject) => start + subject)]);
  return [...keys].flatMap((key): KnownReceipt[] => {
    const name = nameIn(key.slice(start.length));
    const fact = merged(facts.get(key)?.fact, versions.get(key)?.fact);
    if (name?.kind !== 'receipt' || name.number !== number || fact === undefined) return [];
    const amount = fact.values[SLOT.amount];
    return [{ subject: key.slice(start.length), issued: name.issued, amount: typeof amount === 'number' ? amount : undefined }];
  });
}

function merged(before: Fact | undefined, said: Fact | undefined): Fact | undefined {
  return said === undefined ? before : mergeFacts(before, said);
}

/** A number's voids stay as they are; where there are none, the commit checks just that. */
function kept({ text }: StoredVoids, now: number): Pick<Put, 'value' | 'expiresAt'> {
  return text === undefined ? {} : { value: text, expiresAt: now + KEEP_MS.hour };
}

function encodeVoids({ changes, voids }: Omit<StoredVoids, 'text'>): string {
  return JSON.stringify({ changes, voids });
}

function decodeVoids(text: string | undefined): StoredVoids {
  if (text === undefined) return NONE;
  const { changes, voids } = JSON.parse(text) as Omit<StoredVoids, 'text'>;
  return { text, changes, voids };
}
