/**
 * How do events get into the store, and numbers out of it? Read, plan, commit; try again where another writer was faster.
 */
import { Fault } from './errors.js';
import type { ShopEvent } from './event.js';
import { decodeFact } from './fact.js';
import { generationOf, type Measure } from './measure.js';
import { type Grouping, type Kpi, type KpiValue, readKpis, sumWindows, type WindowSums } from './kpi.js';
import { type FoldContext, type FoldPlan, parseSliceKey, planFold, type SliceChange, sliceRange, type Versions, versionsOf } from './slice.js';
import { type Change, type Entry, type KeyRange, prefixRange, type Store, textOf } from './store/store.js';
import { type Calendar, type Span, sliceLevel, type WindowSize } from './window.js';

const MAX_ATTEMPTS = 20;
const MAX_FACTS_PER_COMMIT = 500;
const PAGE = 1_000;

/** What a batch did: the slices that moved, and how many of its events said nothing new. */
export interface Folded {
  readonly slices: readonly SliceChange[];
  readonly unchanged: number;
}

/** Stores a batch of events; when it resolves they survive a power cut. Throws the store's faults, and `store.contended` under endless conflict. */
export async function foldEvents(store: Store, events: readonly ShopEvent[], context: FoldContext): Promise<Folded> {
  const slices: SliceChange[] = [];
  let unchanged = 0;
  for (let from = 0; from < events.length; from += MAX_FACTS_PER_COMMIT) {
    const part = events.slice(from, from + MAX_FACTS_PER_COMMIT);
    const plan = await foldVersions(store, versionsOf(part), sourceMarks(part), context);
    slices.push(...plan.slices);
    unchanged += plan.unchanged;
  }
  return { slices, unchanged };
}

/** Reads the definitions of former generations and writes down the current one. */
export async function openGenerations(store: Store, measures: readonly Measure[]): Promise<Pick<FoldContext, 'generation' | 'former'>> {
  const generation = generationOf(measures);
  await store.commit([{ key: `g/${generation.id}`, value: JSON.stringify(measures) }]);
  const former = new Map<string, readonly Measure[]>();
  for (const { key, value } of await scanAll(store, prefixRange('g/'))) former.set(key.slice(2), JSON.parse(textOf(value) ?? '[]') as Measure[]);
  return { generation, former };
}

/** Brings the next facts (in key order, after `after`) to the current generation; answers where to go on, `undefined` at the end. */
export async function refold(store: Store, after: string, context: FoldContext): Promise<string | undefined> {
  const { gte, lt } = prefixRange('f/');
  const page = await store.scan({ gte: after === '' ? gte : `${after}\u0001`, lt }, MAX_FACTS_PER_COMMIT);
  const stale = page.filter(({ value }) => decodeFact(textOf(value) ?? '').generation !== context.generation.id);
  await foldVersions(store, new Map(stale.map(({ key }) => [key, []])), [], context);
  return page.length < MAX_FACTS_PER_COMMIT ? undefined : page.at(-1)?.key;
}

/** What a reader asks for. `store` and `channel` filter; `group` splits; spans are of the size asked. */
export interface Question {
  readonly size: WindowSize;
  readonly spans: readonly Span[];
  readonly store?: string;
  readonly channel?: string;
  readonly group: Grouping;
}

/** What reading needs to know of the shop. */
export interface Books {
  readonly calendar: Calendar;
  readonly currency: string;
  readonly graceMs: number;
  readonly kpis: readonly Kpi[];
}

/** KPI values of the windows asked for, in order of time. Windows without facts have no row. */
export async function readRows(store: Store, question: Question, books: Books, now: number): Promise<KpiValue[]> {
  const slices = (await readSlices(store, question)).filter(({ key }) => isAsked(key, question));
  const rows = sumWindows(slices, question.spans, question.group).map((row) => ({
    ...row,
    store: question.store ?? row.store,
    channel: question.channel ?? row.channel,
  }));
  return rowsToKpis(question.size, rows, books, now);
}

/** KPI values of one window for each store and channel, each store, each channel, and all together. */
export async function readAllGroups(store: Store, size: WindowSize, span: Span, books: Books, now: number): Promise<KpiValue[]> {
  const slices = await readSlices(store, { size, spans: [span] });
  return GROUPINGS.flatMap((group) => rowsToKpis(size, sumWindows(slices, [span], group), books, now));
}

/** All entries of a range, page by page. */
export async function scanAll(store: Store, { gte, lt }: KeyRange): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = gte; ;) {
    const page = await store.scan({ gte: from, lt }, PAGE);
    for (const entry of page) entries.push(entry);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return entries;
    from = `${last.key}\u0001`;
  }
}

const GROUPINGS: readonly Grouping[] = [
  { store: false, channel: false },
  { store: true, channel: false },
  { store: false, channel: true },
  { store: true, channel: true },
];

function rowsToKpis(size: WindowSize, rows: readonly WindowSums[], { kpis, currency, graceMs }: Books, now: number): KpiValue[] {
  return rows.flatMap((row) => readKpis(size, row, kpis, { now, currency, graceMs }));
}

async function readSlices(store: Store, { size, spans }: Pick<Question, 'size' | 'spans'>): Promise<Entry[]> {
  const first = spans[0];
  const last = spans.at(-1);
  return first === undefined || last === undefined ? [] : scanAll(store, sliceRange(sliceLevel(size), { start: first.start, end: last.end }));
}

async function foldVersions(store: Store, versions: Versions, marks: readonly Change[], context: FoldContext): Promise<FoldPlan> {
  const keys = [...versions.keys()];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const texts = await store.read(keys);
    const stored = new Map(keys.flatMap((key, index) => { const text = textOf(texts[index]); return text === undefined ? [] : [[key, text] as const]; }));
    const plan = planFold(versions, stored, context);
    if (plan.changes.length === 0) return plan;
    const result = await store.commit([...plan.changes, ...marks], 'stored');
    if (result.outcome === 'ok') return plan;
  }
  throw new Fault('store.contended', `another writer kept changing the same facts, ${String(MAX_ATTEMPTS)} times`);
}

/** When each source was last heard, for "data age" and mute sources. */
function sourceMarks(events: readonly ShopEvent[]): Change[] {
  const latest = new Map<string, ShopEvent>();
  for (const event of events) {
    const known = latest.get(event.source);
    if (known === undefined || event.time > known.time) latest.set(event.source, event);
  }
  return [...latest.values()].map(({ source, time, recordedtime }) => ({
    key: `src/${encodeURIComponent(source)}`,
    value: JSON.stringify({ source, time, recordedAt: recordedtime ?? time }),
  }));
}

function isAsked(key: string, { store, channel }: Question): boolean {
  if (store === undefined && channel === undefined) return true;
  const slice = parseSliceKey(key);
  return (store === undefined || slice.store === store) && (channel === undefined || slice.channel === channel);
}
