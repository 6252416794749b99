/**
 * `resolveDocuments` derives from what a batch says of tills' receipts, and of the voids and returns that name them, and from what is stored, which
 * facts change: the `VoidState` of receipts, returns and voids, and the receipt that a return is of. Receipts are found by their facts.
 */
import { formatInstant } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { type Fact, factOf, fieldOf, isOfOrder, mergeFacts, SLOT, subjectIn } from '../fact/fact.js';
import type { VoidState } from '../fact/fact.js';
import { isTill, nameIn, type ReceiptName } from '../normalize/pos/receiptSubject.js';
import { type Entry, type Put, type Store, textOf } from '../store/store.js';
import { cacheOf } from './factCache.js';
import { knownFact, type KnownFact, type Version, type Versions } from './fold.js';
import {
  counted, type DocumentMentions, documentsOf, kept, type NumberDocuments, numberKey, type NumberMentions,
} from './numberDocuments.js';
import { BELOW_VERSIONS } from './relatedBatch.js';
import {
  isIn, type IssueRange, type KnownReceipt, nameOf, rangeOf, repeatedRange, type ReturnDocument, returnedReceipt, sentReceipts, type VoidDocument, voidStates,
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
    if (name !== undefined) mention(mentions, { event, name, key: keys[index] ?? '' }, currency);
  }
  return mentions.size === 0 ? undefined : mentions;
}

/** The same of receipts and returns that are known by the keys of their facts. */
export function mentionedBy(keys: readonly string[]): DocumentMentions | undefined {
  const mentions = new Map<string, NumberMentions>();
  for (const key of keys) {
    const name = nameIn(subjectIn(key));
    if (name?.kind === 'receipt') mentionsOf(mentions, startOf(key), name.number).receipts.set(key, name);
  }
  return mentions.size === 0 ? undefined : mentions;
}

/** What a till says of a document. `key`: of its fact. */
interface Said {
  readonly event: ShopEvent;
  readonly name: ReceiptName;
  readonly key: string;
}

function mention(mentions: Map<string, NumberMentions>, { event, name, key }: Said, currency: string): void {
  const { type, subject = '', data } = event;
  if (type === 'sale' && (name.kind === 'void' || data.status === 'voided')) {
    const { number, said } = voidIn(event, name, currency);
    mentionsOf(mentions, startOf(key), number).voids.push(said);
  } else if (name.kind === 'receipt') {
    const { receipts, returns } = mentionsOf(mentions, startOf(key), name.number);
    receipts.set(key, name);
    if (type === 'refund' && data.refersTo === undefined) returns.set(subject, { subject, issued: name.issued });
  }
}

/** How the keys of all sales of its till begin. */
function startOf(key: string): string {
  return `f/sale/${key.split('/', 3)[2] ?? ''}/`;
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
  return said.voids.some(({ subject }) => subject === one.subject) || said.receipts.has(said.start + one.subject) || isReached(rangeOf(one), said);
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
  const voids = known.voids.map((one) => (wasReceipt(one, facts.get(said.start + one.subject)) ? { ...one, known: true as const } : one));
  const receipts = sentReceipts(voids, knownReceipts(said, facts, resolved.versions));
  const states = voidStates(voids, receipts);
  const placed = [...touched, ...near.map(({ subject }) => ({ type: 'sale' as const, subject }))];
  for (const one of placed) place(store, keyOf(said, one), states.get(nameOf(one)), facts, resolved);
  for (const one of returns) await refer(store, said, one, returnedReceipt(one, receipts), resolved);
  resolved.changes.push(counted(key, known, voids, now));
}

/**
 * Which receipt it is of, in a return's fact, below all that its sender says. A receipt that was issued later outranks an earlier one, whichever
 * is known first.
 */
async function refer(store: Store, said: NumberMentions, one: ReturnDocument, receipt: KnownReceipt | undefined, { versions }: Resolving): Promise<void> {
  if (receipt === undefined) return;
  const key = keyOf(said, { type: 'refund', subject: one.subject });
  const found = new Map<string, KnownFact>();
  await readFacts(store, [key], found);
  const [known, version] = [found.get(key), versions.get(key)];
  const fact = version?.fact ?? known?.fact;
  if (fact === undefined) return;
  if (known !== undefined && version === undefined) cacheOf(store).learn(key, known);
  const reference = factOf(referenceOf(fact, one, receipt), '');
  if (mergeFacts(fact, reference) !== fact) versions.set(key, { fact: merged(version?.fact, reference), events: version?.events ?? 0 });
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

/** Receipts and returns that were issued in these ranges, by the keys of their facts. */
async function readReceipts(store: Store, said: NumberMentions, ranges: readonly IssueRange[], facts: Map<string, KnownFact>): Promise<void> {
  const bare = (['sale', 'refund'] as const).map((type) => keyOf(said, { type, subject: `receipt/${said.number}` }));
  await readFacts(store, bare, facts);
  const entries: Entry[] = [];
  for (const { from, to } of ranges) {
    for (const key of bare) entries.push(...await store.scan({ gte: `${key}/${from}`, lt: `${key}/${to}\uffff`, reverse: true }, MAX_RECEIPTS));
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

/** Receipts and returns that are stored, and those of the batch. A refund of an order follows that order (see relatedFacts.ts). */
function knownReceipts({ start, number, receipts }: NumberMentions, facts: ReadonlyMap<string, KnownFact>, versions: Versions): KnownReceipt[] {
  const keys = new Set([...facts.keys(), ...receipts.keys()]);
  return [...keys].flatMap((key): KnownReceipt[] => {
    const subject = subjectIn(key);
    const name = nameIn(subject);
    const fact = merged(facts.get(key)?.fact, versions.get(key)?.fact);
    if (name?.kind !== 'receipt' || name.number !== number || fact === undefined || isOfOrder(fact)) return [];
    const amount = fact.values[SLOT.amount];
    const type = key.startsWith(start) ? 'sale' : 'refund';
    return [{ type, subject, issued: name.issued, amount: typeof amount === 'number' ? amount : undefined }];
  });
}

function keyOf({ start }: NumberMentions, { type, subject }: Pick<KnownReceipt, 'type' | 'subject'>): string {
  return `f/${type}${start.slice('f/sale'.length)}${subject}`;
}

function merged(before: Fact | undefined, said: Fact | undefined): Fact | undefined {
  return said === undefined ? before : mergeFacts(before, said);
}
