/**
 * `readRows`, `readWindow` and `readAllGroups` read windows from the store: slices added up by group, and the KPI values in them.
 */
import { type KpiReading, type KpiValue, readKpis } from './kpiValue.js';
import type { OpenWindowState } from './openWindowState.js';
import { type ReadSnapshot, snapshotOnce, NOTHING_OPEN, openNumbers, type OpenThings, withoutOthers } from './openFacts.js';
import { DEFAULT_SETTINGS, type PresetSettings } from '../kpi/builtinKpis.js';
import { type KnownSince, readKnownSince } from '../aggregate/publishedWindows.js';
import { parseSliceKey, sliceRange } from '../aggregate/slice.js';
import { type Counters, type Entry, scanAll, type Store } from '../store/store.js';
import { formatInstant } from '../base/time.js';
import { ALL, type Group, grouped, type Grouping, GROUPINGS, groupOf, type GroupRows, isWithin, sumGroups, sumWindows, type WindowSums } from './rollup.js';
import { type Calendar, isSliding, type Span, sliceLevel, type WindowSize } from '../calendar/windowAssigner.js';
import { type Kpi } from '../kpi/kpi.js';

/** What a reader asks for. `store` and `channel` filter; `group` splits; spans are of the size asked, or whole runs of such windows. */
export interface Question {
  readonly size: WindowSize;
  readonly spans: readonly Span[];
  readonly store?: string;
  readonly channel?: string;
  readonly group: Grouping;
}

/** What reading needs to know of the shop, and what it has set otherwise than is usual. */
export interface ShopContext extends Partial<PresetSettings> {
  readonly calendar: Calendar;
  readonly currency: string;
  readonly graceMs: number;
  readonly kpis: readonly Kpi[];
  /** Lets other work have its turn: waited for between the groups of a shop that has very many. */
  readonly pause?: () => Promise<unknown>;
}

/** KPI values of the windows asked for, in order of time. Windows without facts have no row, but for what is open now. */
export async function readRows(store: Store, question: Question, shop: ShopContext, now: number): Promise<KpiValue[]> {
  const asked = { store: question.store ?? ALL, channel: question.channel ?? ALL };
  const slices = (await readSlices(store, question)).filter(({ key }) => isWithin(parseSliceKey(key), asked));
  const open = thingsWithin(await openIn(snapshotOnce(store, now), question.spans, shop, now), asked);
  const rows = withOpen(sumWindows(slices, question.spans, question.group), question, open, [question.group]);
  const named = rows.map((row) => ({ ...row, store: question.store ?? row.store, channel: question.channel ?? row.channel }));
  return valuesOf(question.size, named, shop, { now, open, ...(await knownSinceIn(store, question.size, named.map(({ span }) => span), shop, now)) });
}

/** Sums of one window, with what is open in it, for each store and channel, each store, each channel, and all together. */
export interface WindowRead {
  readonly rows: GroupRows;
  readonly open: OpenThings;
}

/** Reads it, or takes what is known of it; `snapshot` is shared by all that is read for one instant. */
export async function readWindow(
  store: Store, size: WindowSize, span: Span, shop: ShopContext, now: number, snapshot = snapshotOnce(store, now), known?: OpenWindowState,
): Promise<WindowRead> {
  const read = (): Promise<Entry[]> => readSlices(store, { size, spans: [span] });
  const rows = known === undefined || isSliding(size) || span.end <= now ? sumGroups(await read(), span) : await known.rows(size, span, read);
  return { rows, open: await openIn(snapshot, [span], shop, now) };
}

/** The sums of a group. Where nothing happened in the window that is open now, something may still be open. */
export function rowOf({ rows, open }: WindowRead, size: WindowSize, span: Span, { store, channel }: Group): WindowSums | undefined {
  const row = rows.get(groupOf({ store, channel }));
  if (row !== undefined || isSliding(size) || open.now < span.start || open.now >= span.end) return row;
  const { orders, quotes } = thingsWithin(open, { store, channel });
  return orders.length + quotes.length === 0 ? undefined : { span, store, channel, sums: {} };
}

/** Brings what is known of an open window up to the store: whether another has written there, or a fact of former definitions was brought to new ones. */
export async function refreshWindow(store: Store, size: WindowSize, span: Span, known: OpenWindowState): Promise<'same' | 'moved'> {
  return known.refresh(size, span, await readSlices(store, { size, spans: [span] }));
}

/** KPI values of one window for each store and channel, each store, each channel, and all together; `known` is brought up to the store. */
export async function readAllGroups(store: Store, size: WindowSize, span: Span, shop: ShopContext, now: number, known?: OpenWindowState): Promise<KpiValue[]> {
  if (known !== undefined) await refreshWindow(store, size, span, known);
  const { rows, open } = await readWindow(store, size, span, shop, now, undefined, known);
  const all = withOpen([...rows.values()], { size, spans: [span] }, open, GROUPINGS);
  return valuesOf(size, all, shop, { now, open, ...(await knownSinceIn(store, size, [span], shop, now)) });
}

/**
 * KPI values of a day as it was known at `until`: who had facts by then. Its last minutes are read as long as minutes are kept.
 */
export async function readKnownAt(store: Store, day: Span, until: number, shop: ShopContext, now: number): Promise<KpiValue[]> {
  const hour = until >= day.end ? day.end : shop.calendar.windowAt('1h', until).start;
  const hours = await readSlices(store, { size: '1d', spans: [{ start: day.start, end: hour }] });
  const minutes = hour < until ? await readSlices(store, { size: '5m', spans: [{ start: hour, end: Math.min(until, day.end) }] }) : [];
  return valuesOf('1d', [...sumGroups([...hours, ...minutes], day).values()], shop, { now, open: NOTHING_OPEN });
}

/** What the values of a window rest on besides its sums. */
export interface ValueContext {
  readonly now: number;
  readonly open: OpenThings;
  readonly knownSince?: KnownSince;
}

/** Rows that are read without a pause. */
const ROWS = 50;

/** The KPI values in rows of sums of windows of one size. */
async function valuesOf(size: WindowSize, rows: readonly WindowSums[], shop: ShopContext, context: ValueContext): Promise<KpiValue[]> {
  const values: KpiValue[] = [];
  for (let from = 0; from < rows.length; from += ROWS) {
    if (from > 0) await shop.pause?.();
    // A reader for each part: the sums of an open window may move in the pause.
    const read = valueReader(size, shop, context);
    for (const row of rows.slice(from, from + ROWS)) values.push(...read(row, shop.kpis));
  }
  return values;
}

/** Reads the KPI values in rows of windows of one size, one row after the other: what they share is computed once. */
export function valueReader(size: WindowSize, shop: ShopContext, { open, ...rest }: ValueContext): (row: WindowSums, kpis: Iterable<Kpi>) => KpiValue[] {
  const { calendar, currency, graceMs, incompleteAfterMs = DEFAULT_SETTINGS.incompleteAfterMs } = shop;
  const context = { ...rest, currency, graceMs, open: openNumbers(open, incompleteAfterMs), known: new Map<Counters, Map<Kpi, KpiReading | undefined>>() };
  let last: { readonly span: Span; readonly window: KpiValue['window']; readonly shift: string | undefined } | undefined;
  return (row, kpis) => {
    const { span } = row;
    if (last?.span !== span) {
      const window = { size, start: formatInstant(span.start), end: formatInstant(span.end) };
      last = { span, window, shift: size === 'shift' ? calendar.shiftAt(span.start) : undefined };
    }
    return readKpis(last.window, last.shift === undefined ? row : { ...row, shift: last.shift }, kpis, context);
  };
}

/** Asked only where a window is over. */
export async function knownSinceIn(
  store: Store, size: WindowSize, spans: readonly Span[], { graceMs }: ShopContext, now: number,
): Promise<Pick<ValueContext, 'knownSince'>> {
  const isOver = !isSliding(size) && spans.some(({ end }) => end + graceMs <= now);
  return isOver ? { knownSince: await readKnownSince(store) } : {};
}

/** The slices of windows of that size. */
export async function readSlices(store: Store, { size, spans }: Pick<Question, 'size' | 'spans'>): Promise<Entry[]> {
  const first = spans[0];
  const last = spans.at(-1);
  return first === undefined || last === undefined ? [] : scanAll(store, sliceRange(sliceLevel(size), { start: first.start, end: last.end }));
}

/** What is open concerns the present only. */
async function openIn(snapshot: ReadSnapshot, spans: readonly Span[], { kpis, records = [] }: ShopContext, now: number): Promise<OpenThings> {
  const isPresent = spans.some(({ end }) => end > now) && kpis.some(({ open }) => open !== undefined);
  return isPresent ? withoutOthers(await snapshot(), records) : NOTHING_OPEN;
}

function thingsWithin({ now, orders, quotes }: OpenThings, asked: Group): OpenThings {
  return { now, orders: orders.filter((thing) => isWithin(thing, asked)), quotes: quotes.filter((thing) => isWithin(thing, asked)) };
}

/** Where nothing happened in the window that is open now, something may still be open. */
function withOpen(
  rows: readonly WindowSums[], { size, spans }: Pick<Question, 'size' | 'spans'>, { now, orders, quotes }: OpenThings, groupings: readonly Grouping[],
): readonly WindowSums[] {
  const span = isSliding(size) ? undefined : spans.find(({ start, end }) => start <= now && now < end);
  if (span === undefined || orders.length + quotes.length === 0) return rows;
  const known = new Set(rows.filter((row) => row.span.start === span.start).map(groupOf));
  const added: WindowSums[] = [];
  for (const thing of [...orders, ...quotes]) {
    for (const grouping of groupings) {
      const group = grouped(thing, grouping);
      if (known.has(groupOf(group))) continue;
      known.add(groupOf(group));
      added.push({ span, ...group, sums: {} });
    }
  }
  return [...rows, ...added];
}
