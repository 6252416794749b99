/**
 * `readMemberRows` reads the numbers of each product, category, VAT rate, means of payment or seller, by hour and longer. What none of them has is one
 * row more, so that they add up to the shop's own number.
 */
import { parseMemberKey, memberRange } from '../aggregate/memberSlice.js';
import { parseSliceKey } from '../aggregate/slice.js';
import { readMemberNames } from '../aggregate/memberNames.js';
import type { Span, WindowSize } from '../calendar/windowAssigner.js';
import { BEYOND, type Dimension } from '../kpi/dimension.js';
import { evaluate } from '../kpi/evaluate.js';
import type { Kpi } from '../kpi/kpi.js';
import { typeField } from '../kpi/measure.js';
import { addsUp, KPIS_BY, measuresIn } from '../kpi/memberSums.js';
import { type Counters, countersOf, type Entry, type Store } from '../store/store.js';
import type { KpiMember, KpiValue } from './kpiValue.js';
import { NOTHING_OPEN } from './openFacts.js';
import { ALL, type Group, isWithin, mergeSums, spanAt, sumWindows } from './rollup.js';
import { knownSinceIn, readSlices, type ShopContext, valueReader } from './windowReader.js';

/** `top`: so many members have rows, the largest in the first number asked; the others are one. */
export interface MemberQuestion {
  readonly dimension: Dimension;
  readonly top?: number;
  readonly size: WindowSize;
  readonly spans: readonly Span[];
  readonly store?: string;
  readonly channel?: string;
}

export type MemberValue = KpiValue & { readonly member: KpiMember };

/** `tooMany`: so many windows of so many members are no answer to a question. */
export type MemberRows = { readonly outcome: 'rows'; readonly rows: readonly MemberValue[] } | { readonly outcome: 'tooMany' };

/** Windows times members, at most. */
export const MAX_CELLS = 200_000;
const WITHOUT = 'senza dettaglio';
const PAGE = 1_000;

/** The numbers that members have, of those asked. */
export function kpisBy(dimension: Dimension, kpis: readonly Kpi[]): readonly Kpi[] {
  const kept = measuresIn({});
  return kpis.filter(({ name, top, bottom = [] }) => KPIS_BY[dimension].includes(name) && [...top, ...bottom].every(({ measure }) => measure in kept));
}

/** In order of time, and of size within a window. */
export async function readMemberRows(store: Store, question: MemberQuestion, shop: ShopContext, now: number): Promise<MemberRows> {
  const kpis = kpisBy(question.dimension, shop.kpis);
  const cells = await readCells(store, question, shop);
  if (cells === undefined) return { outcome: 'tooMany' };
  const ranked = rankedMembers(cells, kpis[0], shop.currency);
  const named = new Set(ranked.slice(0, question.top ?? Infinity));
  const labels = await readMemberNames(store, question.dimension, [...named]);
  const group = groupIn(question);
  const slices = (await readSlices(store, question)).filter(({ key }) => isWithin(parseSliceKey(key), group));
  const read = valueReader(question.size, shop, { now, open: NOTHING_OPEN, ...(await knownSinceIn(store, question.size, question.spans, shop, now)) });
  const rows: MemberValue[] = [];
  for (const { span, sums: whole } of sumWindows(slices, question.spans, WHOLE).sort((a, b) => a.span.start - b.span.start)) {
    const changes = Object.fromEntries(Object.entries(whole).filter(([field]) => field.startsWith('~')));
    const numbersOf = (sums: Counters, asked: readonly Kpi[]): KpiValue[] => read({ span, ...group, sums: { ...sums, ...changes } }, asked);
    const members = membersOf(cells.get(span.start) ?? NOBODY, ranked, named);
    for (const [key, counters] of members) {
      const member = { by: question.dimension, key, label: labels.get(key) ?? key };
      for (const value of numbersOf(measuresIn(counters), kpis)) rows.push({ ...value, member });
    }
    const rest = numbersOf(restOf(whole, [...members.values()]), kpis.filter((kpi) => addsUp(question.dimension, kpi)));
    for (const { coverage: _coverage, ...value } of rest) {
      if (value.value !== null && value.value !== 0) rows.push({ ...value, member: { by: question.dimension, key: null, label: WITHOUT } });
    }
  }
  return { outcome: 'rows', rows };
}

function groupIn({ store = ALL, channel = ALL }: MemberQuestion): Group {
  return { store, channel };
}

const NOBODY: ReadonlyMap<string, Counters> = new Map();
const WHOLE = { store: false, channel: false };

type Cells = ReadonlyMap<number, ReadonlyMap<string, Counters>>;

/** The sums by the window's start and the member; `undefined` where they are too many. Pages give others their turn. */
async function readCells(store: Store, question: MemberQuestion, { pause }: ShopContext): Promise<Cells | undefined> {
  const { dimension, spans } = question;
  const cells = new Map<number, Map<string, Record<string, number>>>();
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) return cells;
  const { gte: from, lt } = memberRange(dimension, { start: first.start, end: last.end });
  let found = 0;
  for (let gte = from; ;) {
    const page = await store.scan({ gte, lt }, PAGE);
    for (const entry of page) found += addTo(cells, entry, question);
    if (found > MAX_CELLS) return undefined;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return cells;
    gte = `${end.key}\u0001`;
    await pause?.();
  }
}

/** Answers how many cells are new because of it. */
function addTo(cells: Map<number, Map<string, Record<string, number>>>, { key, value }: Entry, question: MemberQuestion): 0 | 1 {
  const slice = parseMemberKey(key);
  const span = spanAt(question.spans, slice.start);
  if (span === undefined || !isWithin(slice, groupIn(question))) return 0;
  const members = cells.get(span.start) ?? new Map<string, Record<string, number>>();
  cells.set(span.start, members);
  const known = members.get(slice.member);
  const sums = known ?? {};
  members.set(slice.member, sums);
  mergeSums(sums, countersOf(value));
  return known === undefined ? 1 : 0;
}

/** Members by how much they have of the first number in all windows together; without `BEYOND`. */
function rankedMembers(cells: Cells, kpi: Kpi | undefined, currency: string): readonly string[] {
  const sums = new Map<string, Record<string, number>>();
  for (const members of cells.values()) {
    for (const [member, counters] of members) {
      const all = sums.get(member) ?? {};
      sums.set(member, all);
      mergeSums(all, counters);
    }
  }
  sums.delete(BEYOND);
  const sizes = [...sums].map(([member, all]) => [member, kpi === undefined ? 0 : evaluate(kpi, measuresIn(all), currency).value ?? -Infinity] as const);
  return sizes.sort(([a, sizeOfA], [b, sizeOfB]) => sizeOfB - sizeOfA || (a < b ? -1 : 1)).map(([member]) => member);
}

/** The members of a window that have rows, in their order, and the others as one behind them. */
function membersOf(cells: ReadonlyMap<string, Counters>, ranked: readonly string[], named: ReadonlySet<string>): ReadonlyMap<string, Counters> {
  const members = new Map<string, Counters>();
  const others: Record<string, number> = {};
  for (const member of [...ranked, BEYOND]) {
    const counters = cells.get(member);
    if (counters === undefined || Object.values(counters).every((sum) => sum === 0)) continue;
    if (named.has(member)) members.set(member, counters);
    else mergeSums(others, counters);
  }
  return Object.keys(others).length === 0 ? members : members.set(BEYOND, others);
}

/** What the whole has beside its members. */
function restOf(whole: Counters, members: readonly Counters[]): Record<string, number> {
  const rest: Record<string, number> = {};
  for (const field in measuresIn({})) rest[field] = whole[field] ?? 0;
  for (const counters of members) for (const [field, sum] of Object.entries(measuresIn(counters))) rest[field] = (rest[field] ?? 0) - sum;
  // One sale has several members: the rest speaks of the same sales.
  for (const type of TYPES) rest[type] = whole[type] ?? 0;
  return rest;
}

const TYPES = [typeField('sale'), typeField('refund')];
