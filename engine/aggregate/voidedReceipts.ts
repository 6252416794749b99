/**
 * `resolveDocuments` derives from what a batch says of tills' receipts, and of the voids and returns that name them, and from what is stored, which
 * facts change: the `VoidState` of receipts and voids, and the receipt that a return is of. Receipts are found by their facts.
 */
import { formatInstant } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { type Fact, factOf, fieldOf, mergeFacts, SLOT } from '../fact/fact.js';
import type { VoidState } from '../fact/fact.js';
import { isTill, nameIn, type ReceiptName } from '../normalize/pos/receiptSubject.js';
import { type Entry, type Put, type Store, textOf } from '../store/store.js';
import { cacheOf } from './factCache.js';
import { knownFact, type KnownFact, type Version, type Versions } from './fold.js';
import {
  counted, type DocumentMentions, documentsOf, kept, type NumberDocuments, numberKey, type NumberMentions,
} from './numberDocuments.js';
import { BELOW_VERSIONS } from './relatedFacts.js';
import {
  isIn, type IssueRange, type KnownReceipt, rangeOf, repeatedRange, type ReturnDocument, returnedReceipt, type VoidDocument, voidStates,
} from './voidRules.js';

const MAX_RECEIPTS = 200;

/** A batch's versions with the facts that change only because of others, the state of each fact that it read, and what the commit has to check. */
export interface ResolvedDocuments {
  readonly versions: Versions;
  readonly states: ReadonlyMap<string, VoidState | undefined>;
  readonly changes: readonly Put[];
}

/** What these events say of tills' receipts, `undefined` where they say nothing. `keys`: of their facts. */
export function mentionsIn(events: readonly ShopEvent[], keys: readonly string[], currency: string): DocumentMentions | undefined {
  const mentions = new Map<string, NumberMentions>();
  for (const [index, event] of events.entries()) {
    const { type, source, subject = '' } = event;
    if ((type !== 'sale' && type !== 'refund') || !isTill(source)) continue;
    const name = nameIn(subject);
    if (name === undefined) continue;
    const start = `f/sale${(keys[index] ?? '').slice(`f/${type}`.length, -subject.length)}`;
    if (type === 'sale') mention(mentions, event, name, start, currency);
    else if (name.kind === 'receipt' && event.data.refersTo === undefined) {
      mentionsOf(mentions, start, name.number).returns.set(subject, { subject, issued: name.issued });
    }
  }
  return mentions.size === 0 ? undefined : mentions;
}

/** The same of receipts that are known by the keys of their facts. */
export function mentionedBy(keys: readonly string[]): DocumentMentions | undefined {
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
  const key = numberKey(start, number);
  const known = mentions.get(key) ?? { start, number, receipts: new Map<string, ReceiptName>(), voids: [], returns: new Map<string, ReturnDocument>() };
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

/** Reads what is known of the numbers that a batch mentions. Voids and returns that are new are stored on the way. */
export async function resolveDocuments(store: Store, mentions: DocumentMentions, versions: Versions, now: number): Promise<ResolvedDocuments> {
  const { documents, checks } = await documentsOf(store, mentions, now);
  const resolved = { versions: new Map(versions), states: new Map<string, VoidState | undefined>(), changes: checks };
  for (const [key, said, known] of documents) {
    const near = known.voids.filter((one) => isMentioned(one, said));
    const returns = known.returns.filter((one) => said.returns.has(one.subject) || isReached(repeatedRange(one.issued), said));
    if (near.length === 0 && returns.length === 0) resolved.changes.push(kept(key, known, now));
    else await resolveNumber(store, { key, said, known, near, returns, now }, resolved);
  }
  return resolved;
}

function isMentioned(one: VoidDocument, said: NumberMentions): boolean {
  return said.voids.some(({ subject }) => subject === one.subject) || said.receipts.has(one.subject) || isReached(rangeOf(one), said);
}

function isReached(range: IssueRange, { receipts }: NumberMentions): boolean {
  return [...receipts.values()].some(({ issued }) => isIn(range, issued));
}

interface NumberContext {
  readonly key: string;
  readonly said: NumberMentions;
  readonly known: NumberDocuments;
  /** Voids whose effect the batch may change, and returns whose receipt it may be. */
  readonly near: readonly VoidDocument[];
  readonly returns: readonly ReturnDocument[];
  readonly now: number;
}

interface Resolving {
  readonly versions: Map<string, Version>;
  readonly states: Map<string, VoidState | undefined>;
  readonly changes: Put[];
}

async function resolveNumber(store: Store, { key, said, known, near, returns, now }: NumberContext, resolved: Resolving): Promise<void> {
  const facts = new Map<string, KnownFact>();
  await readReceipts(store, said, [...near.map(rangeOf), ...returns.map(({ issued }) => repeatedRange(issued))], facts);
  const touched = knownReceipts(said, facts, resolved.versions);
  const involved = known.voids.filter((one) => near.includes(one) || touched.some(({ issued }) => isIn(rangeOf(one), issued)));
  await readReceipts(store, said, involved.map(rangeOf), facts);
  await readFacts(store, near.map(({ subject }) => said.start + subject), facts);
  const voids = involved.map((one) => (wasReceipt(one, facts.get(said.start + one.subject)) ? { ...one, known: true as const } : one));
  const receipts = knownReceipts(said, facts, resolved.versions);
  const states = voidStates(voids, receipts);
  for (const { subject } of [...touched, ...near]) place(store, said.start + subject, states.get(subject), facts, resolved);
  for (const one of returns) await refer(store, said, one, returnedReceipt(one, voids, receipts), resolved);
  const rest = known.voids.map((one) => voids.find(({ subject }) => subject === one.subject) ?? one);
  resolved.changes.push(counted(key, known, rest, now));
}

/**
 * Which receipt it is of, in a return's fact, below all that its sender says. A receipt that was issued later outranks an earlier one, whichever
 * is known first.
 */
async function refer(store: Store, { start }: NumberMentions, one: ReturnDocument, receipt: KnownReceipt | undefined, { versions }: Resolving): Promise<void> {
  if (receipt === undefined) return;
  const key = `f/refund${start.slice('f/sale'.length)}${one.subject}`;
  const found = new Map<string, KnownFact>();
  await readFacts(store, [key], found);
  const [known, version] = [found.get(key), versions.get(key)];
  const fact = version?.fact ?? known?.fact;
  if (fact === undefined) return;
  if (known !== undefined && version === undefined) cacheOf(store).learn(key, known);
  const said = factOf(referenceOf(fact, one, receipt), '');
  if (mergeFacts(fact, said) !== fact) versions.set(key, { fact: merged(version?.fact, said), events: version?.events ?? 0 });
}

function referenceOf({ values }: Fact, { subject }: ReturnDocument, receipt: KnownReceipt): ShopEvent {
  const time = formatInstant(Number(values[SLOT.time] ?? 0));
  const store = values[SLOT.store];
  const data = { store: typeof store === 'string' ? store : '', refersTo: receipt.subject };
  return { specversion: '1.0', id: '', source: '', type: 'refund', subject, time, sequence: `${BELOW_VERSIONS}${receipt.issued}`, data };
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

/** Receipts that were issued in these ranges, by the keys of their facts. */
async function readReceipts(store: Store, { start, number }: NumberMentions, ranges: readonly IssueRange[], facts: Map<string, KnownFact>): Promise<void> {
  const prefix = `${start}receipt/${number}/`;
  await readFacts(store, [prefix.slice(0, -1)], facts);
  const entries: Entry[] = [];
  for (const { from, to } of ranges) {
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
