/**
 * How do events get into the store? Plan, commit; read and try again where what was known is not what is there.
 */
import { isErasure, storeErasureRequests } from '../privacy/erasureRequest.js';
import { Fault } from '../base/errors.js';
import { MINUTE } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { factKey, SLOT } from '../fact/fact.js';
import { journalChanges } from './changeJournal.js';
import { cacheOf } from './factCache.js';
import { generationIn } from '../fact/factCodec.js';
import { countOpenings } from '../fact/openFactIndex.js';
import { changesOf, type FoldPlan, holds, knownFact, type KnownFact, planFold, UnknownGeneration, type Versions, versionsOf } from './fold.js';
import { decodeGeneration, encodeGeneration, type Generation, generationOf, type Measure, type StoreAliases } from '../kpi/measure.js';
import type { SystemOfRecord } from '../kpi/systemOfRecord.js';
import { withKnownMembers } from './memberNames.js';
import { memberAdds } from './memberSlice.js';
import { type FinalMarks, groupMarks, isPublished, readFinalMarks, rememberMarks } from './publishedWindows.js';
import { addsOf, endedSizes, type FoldContext, type MovedSlice, REVISION, type SliceChange } from './slice.js';
import { TUMBLING, type Tumbling } from '../calendar/windowAssigner.js';
import { scanAll } from '../store/store.js';
import { type Change, type CommitResult, type Counters, prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { countHours } from './sourceActivity.js';
import { type FormerReceipt, formerReceiptsIn, moveActivity, movesOf } from './formerReceipts.js';
import { type DocumentMentions, factsAmong } from './numberDocuments.js';
import { mentionedBy, mentionsIn, type ResolvedDocuments, resolveDocuments } from './voidedReceipts.js';
import { relatedFacts } from './relatedFacts.js';
import { namedByTill } from './tillZones.js';

const MAX_ATTEMPTS = 20;
const SHORTEST_WINDOW_MS = 5 * MINUTE;
const MAX_FACTS_PER_COMMIT = 500;
const MAX_MOVED_PER_COMMIT = 100;

/** What a batch did: the slices that moved, and how many of its events said nothing new. */
export interface Folded {
  readonly slices: readonly SliceChange[];
  readonly unchanged: number;
}

/**
 * Stores a batch of events, and the orders to forget someone that are among them; when it resolves they survive a power cut. Throws the store's
 * faults, and `store.contended` under endless conflict.
 */
export async function foldEvents(store: Store, received: readonly ShopEvent[], context: FoldContext): Promise<Folded> {
  if (received.some(isErasure)) {
    const folded = await foldEvents(store, received.filter((event) => !isErasure(event)), context);
    await storeErasureRequests(store, received, context.now);
    return folded;
  }
  const events = await withKnownMembers(store, await namedByTill(store, received, context.now), context.now, context.memberLimits);
  if (events.length <= MAX_FACTS_PER_COMMIT) return foldPart(store, events, context);
  const slices: SliceChange[] = [];
  let unchanged = 0;
  for (let from = 0; from < events.length; from += MAX_FACTS_PER_COMMIT) {
    const part = await foldPart(store, events.slice(from, from + MAX_FACTS_PER_COMMIT), context);
    slices.push(...part.slices);
    unchanged += part.unchanged;
  }
  return { slices, unchanged };
}

/** Reads the definitions of former generations and writes down the current one. */
export async function openGenerations(
  store: Store, measures: readonly Measure[], records: readonly SystemOfRecord[] = [], aliases: StoreAliases = {},
): Promise<Pick<FoldContext, 'generation' | 'former'>> {
  const generation = generationOf(measures, records, aliases);
  await store.commit([{ key: generationKey(generation.id), value: encodeGeneration(generation) }]);
  return { generation, former: await readGenerations(store) };
}

/** The definitions by which stored facts may have been added up. */
export async function readGenerations(store: Store): Promise<Map<string, Generation>> {
  const entries = await scanAll(store, prefixRange('g/'));
  return new Map(entries.map(({ key, value }) => [key.slice(2), decodeGeneration(key.slice(2), textOf(value) ?? '[]')]));
}

const generationKey = (id: string): string => `g/${id}`;
const REFOLDED_KEY = 'refolded';

/** Whether all stored facts have been brought to this generation. */
export async function isRefolded(store: Store, { id }: Generation): Promise<boolean> {
  return textOf((await store.read([REFOLDED_KEY]))[0]) === id;
}

export async function markRefolded(store: Store, { id }: Generation): Promise<void> {
  await store.commit([{ key: REFOLDED_KEY, value: id }]);
}

/** What has all facts folded at the next start. */
export function forgetRefolded(): Put {
  return { key: REFOLDED_KEY };
}

/** Brings the next facts (in key order, after `after`) to the current generation; answers where to go on, `undefined` at the end. */
export async function refold(store: Store, after: string, context: FoldContext): Promise<string | undefined> {
  const { gte, lt } = prefixRange('f/');
  const page = await store.scan({ gte: after === '' ? gte : `${after}\u0001`, lt }, MAX_FACTS_PER_COMMIT);
  const former = formerReceiptsIn(page, context);
  await moveFormer(store, former, context);
  const moved = new Set(former.map(({ before }) => before.key));
  const stale = page.filter(({ key, value }) => !moved.has(key) && generationIn(textOf(value) ?? '') !== context.generation.id);
  const cache = cacheOf(store);
  for (const { key, value } of stale) cache.learn(key, knownFact(key, textOf(value) ?? ''));
  await foldVersions(store, new Map(stale.map(({ key }) => [key, { fact: undefined, events: 0 }])), [], context);
  return page.length < MAX_FACTS_PER_COMMIT ? undefined : page.at(-1)?.key;
}

/** Moves receipts of a former release to the keys that they have today. */
async function moveFormer(store: Store, former: readonly FormerReceipt[], context: FoldContext): Promise<void> {
  for (let from = 0; from < former.length; from += MAX_MOVED_PER_COMMIT) {
    const { versions, removed } = movesOf(former.slice(from, from + MAX_MOVED_PER_COMMIT), context);
    await learn(store, [...versions.keys()]);
    await foldVersions(store, versions, [], context, mentionedBy([...versions.keys()]), removed);
  }
  await moveActivity(store, former);
}

async function foldPart(store: Store, events: readonly ShopEvent[], context: FoldContext): Promise<Folded> {
  const keys = events.map(factKey);
  // A near store reads the facts while we sort what is said of them.
  const prefetch = store.reads === 'near' ? prefetchFacts(store, keys) : Promise.resolve();
  const [sorted] = await Promise.all([sort(events, keys, context), prefetch]);
  return foldVersions(store, sorted.versions, sorted.marks, context, mentionsIn(events, keys, context.currency));
}

interface SortedEvents {
  readonly versions: Versions;
  readonly marks: readonly Change[];
}

/** Fails as a promise does. */
// eslint-disable-next-line @typescript-eslint/require-await
async function sort(events: readonly ShopEvent[], keys: readonly string[], { currency }: FoldContext): Promise<SortedEvents> {
  return { versions: versionsOf(events, currency, keys), marks: sourceMarks(events) };
}

/** Facts that the cache does not know are read ahead: a guess that they are new would cost a commit where they are not. */
function prefetchFacts(store: Store, keys: readonly string[]): Promise<void> {
  const cache = cacheOf(store);
  return learn(store, keys.filter((key) => cache.get(key) === undefined));
}

/**
 * What the cache says of a fact, or that it says nothing, is a guess: a fact that is to be written is checked by the commit, one that stays
 * as it is by a read. Only where a guess was wrong the facts are read and planned again.
 */
export async function foldVersions(
  store: Store, said: Versions, marks: readonly Change[], context: FoldContext, mentions?: DocumentMentions, removed: readonly Change[] = [],
): Promise<Folded> {
  const cache = cacheOf(store);
  const asked = new Set<string>();
  let finals = isLate(said, context) ? await readFinalMarks(store, TUMBLING) : undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const resolved = mentions === undefined ? unmentioned(said) : await resolveDocuments(store, mentions, said, context.now);
    // Between a plan and its commit nobody else may plan on what the cache says: what is missing is read, and everything planned anew.
    const { versions, states, keys } = relatedFacts(resolved.versions, resolved.states, (key) => cache.get(key)?.fact);
    const unread = unreadAmong(keys, store, asked);
    if (unread.length > 0) {
      await learn(store, unread);
      continue;
    }
    const plan = planOrUnknown(() => planFold(versions, (key) => cache.get(key), context, states));
    if (plan instanceof UnknownGeneration) {
      await learnGeneration(store, plan, context);
      continue;
    }
    if (finals === undefined && plan.slices.some((slice) => endedSizes(slice, context).length > 0)) {
      finals = await readFinalMarks(store, TUMBLING);
      continue;
    }
    const commit = commitPlan(store, plan, { beside: [...resolved.changes, ...marks], removed, finals }, context);
    const [result, gone] = await Promise.all([commit, missing(store, plan.same, versions)]);
    await learn(store, [...gone, ...(result.outcome === 'conflict' ? factsAmong(store, result.keys) : [])]);
    if (result.outcome === 'conflict') continue;
    const done = { unchanged: plan.unchanged, slices: plan.slices.map((slice, index) => withTotals(slice, result.totals[index])) };
    if (gone.length === 0) return done;
    const again = new Map([...said].filter(([key]) => gone.includes(key)));
    return joined(done, await foldVersions(store, again, [], context, mentions), again);
  }
  throw new Fault('store.contended', `another writer kept changing the same facts, ${String(MAX_ATTEMPTS)} times`);
}

/** Whether some of this may change windows that are over. What is not known yet may do so as well: the plan shows it. */
function isLate(said: Versions, { now, graceMs, history }: FoldContext): boolean {
  if (history === true) return false;
  for (const { fact } of said.values()) {
    const time = fact?.values[SLOT.time];
    if (typeof time === 'number' && time + graceMs <= now - SHORTEST_WINDOW_MS) return true;
  }
  return false;
}

function unmentioned(versions: Versions): ResolvedDocuments {
  return { versions, states: new Map(), changes: [] };
}

function planOrUnknown(plan: () => FoldPlan): FoldPlan | UnknownGeneration {
  try {
    return plan();
  } catch (error) {
    if (error instanceof UnknownGeneration) return error;
    throw error;
  }
}

/** Another worker wrote its definitions down before it added up a fact by them. */
async function learnGeneration(store: Store, unknown: UnknownGeneration, { former }: FoldContext): Promise<void> {
  const text = textOf((await store.read([generationKey(unknown.id)]))[0]);
  if (text === undefined) throw unknown;
  former.set(unknown.id, decodeGeneration(unknown.id, text));
}

/** What a commit writes down beside facts and slices, and what has to be known for it. */
interface CommitMarks {
  readonly beside: readonly Change[];
  /** Also where no fact changes. */
  readonly removed: readonly Change[];
  readonly finals: FinalMarks | undefined;
}

async function commitPlan(store: Store, plan: FoldPlan, { beside, removed, finals }: CommitMarks, context: FoldContext): Promise<CommitResult> {
  if (plan.facts.length === 0 && removed.length === 0) return NOTHING;
  const adds = addsOf(plan.slices, context, (slice) => (finals === undefined ? [] : lateSizes(slice, finals, context)));
  const members = memberAdds(plan.members);
  const marked = groupMarks(store, plan.slices, context.now);
  // A near store reads the slices while we write down the facts; the commit waits for what is read of them, and says so if that fails.
  if (store.reads === 'near') store.read(adds.map(({ key }) => key)).catch(() => undefined);
  const facts = changesOf(plan);
  const journal = journalChanges(store, plan, removed, context.now);
  const commit = store.commit([...facts, ...adds, ...members, ...beside, ...removed, ...marked, ...journal], 'stored');
  const result = await cacheOf(store).during(plan.facts, commit, ({ outcome }) => outcome === 'ok');
  if (result.outcome === 'ok') {
    rememberMarks(store, marked);
    countOpenings(store, [...facts, ...removed]);
  }
  return result;
}

/** The sizes of windows that were published before this slice moved. */
function lateSizes(slice: MovedSlice, finals: FinalMarks, context: FoldContext): readonly Tumbling[] {
  return endedSizes(slice, context).filter((size) => isPublished(finals.get(size), context.calendar.windowAt(size, slice.start).end));
}

/**
 * Which of these the store does not have after all: what was taken for known may have been on its way only, and refused. A newer text that
 * holds what was said is no harm.
 */
async function missing(store: Store, same: readonly KnownFact[], versions: Versions): Promise<string[]> {
  if (same.length === 0) return [];
  const keys = same.map(({ key }) => key);
  await cacheOf(store).settled(keys);
  const texts = await store.read(keys);
  return same.filter((taken, index) => !holds(textOf(texts[index]), taken, versions.get(taken.key)?.fact)).map(({ key }) => key);
}

const NOTHING: CommitResult = { outcome: 'ok', totals: [] };

function withTotals(slice: SliceChange, totals: Counters | undefined): SliceChange {
  const { level, start, store, channel, add } = slice;
  return totals === undefined || totals[REVISION] === undefined ? slice : { level, start, store, channel, add, totals };
}

/** What was missing was taken for unchanged before. */
function joined(done: Folded, rest: Folded, again: Versions): Folded {
  const events = [...again.values()].reduce((sum, version) => sum + version.events, 0);
  return { unchanged: done.unchanged - events + rest.unchanged, slices: [...done.slices, ...rest.slices] };
}

/** Facts of which nothing is known and that were not `asked` for yet. */
function unreadAmong(keys: readonly string[], store: Store, asked: Set<string>): readonly string[] {
  const unread = keys.filter((key) => !asked.has(key) && cacheOf(store).get(key) === undefined);
  for (const key of unread) asked.add(key);
  return unread;
}

async function learn(store: Store, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const cache = cacheOf(store);
  const texts = await store.read(keys);
  keys.forEach((key, index) => {
    const text = textOf(texts[index]);
    cache.learn(key, text === undefined ? undefined : knownFact(key, text));
  });
}

/** When each source was last seen, and how much it sends in which hour: for "data age" and absent sources. */
function sourceMarks(events: readonly ShopEvent[]): Change[] {
  const latest = new Map<string, ShopEvent>();
  for (const event of events) {
    const known = latest.get(event.source);
    if (known === undefined || event.time > known.time) latest.set(event.source, event);
  }
  const lastSeen = [...latest.values()].map(({ source, time, recordedtime }) => ({
    key: `src/${encodeURIComponent(source)}`,
    value: JSON.stringify({ source, time, recordedAt: recordedtime ?? time }),
  }));
  return [...lastSeen, ...countHours(events)];
}
