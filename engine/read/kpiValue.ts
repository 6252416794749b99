/**
 * What number does the shop see? A KPI is read from the sums of a window's slices; ratios are computed last, and only here.
 */
import { evaluate, type Evaluation, factsBehind, isKnown, scaled, unitOf, type UnknownReason } from '../kpi/evaluate.js';
import { formerLateField, lateField, REVISION, UPDATED_AT } from '../aggregate/slice.js';
import type { KnownSince } from '../aggregate/publishedWindows.js';
import type { WindowSums } from './rollup.js';
import type { Counters } from '../store/store.js';
import { formatInstant } from '../base/time.js';
import { isSliding, type Span, type Tumbling, type WindowSize } from '../calendar/windowAssigner.js';
import type { Dimension } from '../kpi/dimension.js';
import { type OpenReading, type ChosenSize, type Kpi, isAdditive } from '../kpi/kpi.js';

export { ALL, type Grouping } from './rollup.js';

export type KpiStatus = 'live' | 'final' | 'corrected';

/** One published number (see the README for its JSON). `value` is `null` where it is unknown, never a false zero. */
export interface KpiValue {
  readonly name: string;
  readonly window: { readonly size: WindowSize; readonly start: string; readonly end: string };
  readonly store: string;
  readonly channel: string;
  readonly value: number | null;
  readonly unit: string;
  readonly count: number;
  /** Why `value` is `null` although there are facts. */
  readonly unknown?: UnknownReason;
  /** The share of revenue that the number rests on, where senders did not say enough of all. */
  readonly coverage?: number;
  readonly status: KpiStatus;
  readonly revision: number;
  readonly updatedAt: string;
  /** Name of the shift, of a window that is one. */
  readonly shift?: string;
  /** Of a window whose size was chosen: see adaptive.ts. */
  readonly adaptive?: Adaptive;
  /** What the number was before the change that this message announces; of corrections only, and not in answers to questions. */
  readonly previous?: { readonly value: number | null; readonly revision: number };
  /** What is usual at this moment (see baseline.ts), of so many days; in answers also what one former window had, `[start, end)`. */
  readonly comparison?: { readonly value: number | null; readonly days: number; readonly start?: string; readonly end?: string };
}

/**
 * Why a window is as long as it is. `expected` facts of a window of that size; `needed` of them make a number that says something: they are
 * `enough`, `tooFew` even in an hour, or the former size was `kept` because they are nearly enough, or not yet enough for a shorter one.
 */
export interface Adaptive {
  readonly size: ChosenSize;
  readonly reason: 'enough' | 'tooFew' | 'kept';
  readonly expected: number;
  readonly needed: number;
}

/** Which number of which window and group a value is of. */
export function numberOf({ name, adaptive, window, store, channel }: KpiValue): string {
  return `${name}/${adaptive === undefined ? window.size : 'auto'}/${window.start}/${store}/${channel}`;
}

/** The size as topics say it: `auto` where it was chosen. */
export function labelOf({ adaptive, window }: Pick<KpiValue, 'adaptive' | 'window'>): string {
  return adaptive === undefined ? window.size : 'auto';
}

/** The numbers of a window and group that rest on open things. */
export type OpenNumbers = (reading: OpenReading, row: Pick<WindowSums, 'span' | 'store' | 'channel'>) => Pick<KpiValue, 'value' | 'count'>;

/** What reading depends on besides the slices. `known` keeps what was read already: groups of the same slices have the same sums. */
export interface ReadContext {
  readonly now: number;
  readonly currency: string;
  readonly graceMs: number;
  readonly open?: OpenNumbers;
  /** Absent: every group always was. */
  readonly knownSince?: KnownSince;
  readonly known: Map<Counters, Map<Kpi, KpiReading | undefined>>;
}

/** The KPI values of one window and group, without those that none of its facts speak of. */
export function readKpis(window: KpiValue['window'], row: WindowSums, kpis: Iterable<Kpi>, context: ReadContext): KpiValue[] {
  const isOver = !isSliding(window.size) && context.now >= row.span.end + context.graceMs;
  const updatedAt = formatInstant(row.sums[UPDATED_AT] ?? context.now);
  const shift = row.shift === undefined ? {} : { shift: row.shift };
  const { store, channel, sums } = row;
  const revision = sums[REVISION] ?? 0;
  const known = context.known.get(sums) ?? new Map<Kpi, KpiReading | undefined>();
  context.known.set(sums, known);
  const values: KpiValue[] = [];
  for (const kpi of kpis) {
    if (!known.has(kpi)) known.set(kpi, readSums(kpi, sums, context.currency));
    const reading = kpi.open === undefined ? known.get(kpi) : withOpen(kpi, kpi.open, known.get(kpi), window.size, row, context);
    if (reading === undefined) continue;
    const { unit, value, count, ...rests } = reading;
    const status = isOver ? finalStatus(window.size, kpi, row, context) : 'live';
    values.push({ name: kpi.name, window, store, channel, value, unit, count, ...rests, status, revision, updatedAt, ...shift });
  }
  return values;
}

/** A number and the facts it rests on. */
export interface KpiReading extends Evaluation {
  readonly unit: string;
  readonly count: number;
}

function readSums(kpi: Kpi, sums: Counters, currency: string): KpiReading | undefined {
  if (!isKnown(kpi, sums)) return undefined;
  return { unit: unitOf(kpi, currency), count: factsBehind(kpi, sums), ...evaluate(kpi, sums, currency) };
}

function withOpen(
  kpi: Kpi, reading: OpenReading, summed: KpiReading | undefined, size: WindowSize, row: WindowSums, context: ReadContext,
): KpiReading | undefined {
  if (reading !== 'young') return openNow(kpi, reading, size, row, context);
  const less = summed === undefined ? 0 : context.open?.(reading, row).count ?? 0;
  if (summed === undefined || summed.value === null || less === 0) return summed;
  // An order may have been closed between reading the sums and reading what is open.
  return { ...summed, value: Math.max(0, summed.value - less), count: Math.max(0, summed.count - less) };
}

/** What is open now says nothing about a window that is over, or that slides. */
function openNow(kpi: Kpi, reading: OpenReading, size: WindowSize, row: WindowSums, { now, currency, open }: ReadContext): KpiReading | undefined {
  if (open === undefined || isSliding(size) || now < row.span.start || now >= row.span.end) return undefined;
  const { value, count } = open(reading, row);
  if (count === 0 && !isKnown(kpi, row.sums)) return undefined;
  return { unit: unitOf(kpi, currency), value: value === null ? null : scaled(value, kpi, currency), count };
}

/**
 * A window without facts is at zero for those who were there before: sums are 0, ratios and averages unknown. `known`
 * values are left out.
 */
export function emptyKpis(
  before: readonly KpiValue[],
  known: readonly KpiValue[],
  { size, span, status, shift }: { readonly size: WindowSize; readonly span: Span; readonly status: 'live' | 'final'; readonly shift?: string },
  kpis: readonly Kpi[],
  now: number,
): KpiValue[] {
  const additive = new Set(kpis.filter(isAdditive).map(({ name }) => name));
  const gone = new Set(status === 'final' ? kpis.filter(({ open }) => open !== undefined && open !== 'young').map(({ name }) => name) : []);
  const window = { size, start: formatInstant(span.start), end: formatInstant(span.end) };
  const numbers = new Set(known.map(numberOfGroup));
  const rest = { window, count: 0, status, revision: 0, updatedAt: formatInstant(now), ...(shift === undefined ? {} : { shift }) };
  const empty: KpiValue[] = [];
  for (const { unknown: _unknown, coverage: _coverage, ...value } of before) {
    if (gone.has(value.name) || numbers.has(numberOfGroup(value))) continue;
    empty.push({ ...value, ...rest, value: additive.has(value.name) ? 0 : null });
  }
  return empty;
}

/** Which number of which group it is, whatever the window. */
export function numberOfGroup({ name, store, channel }: Pick<KpiValue, 'name' | 'store' | 'channel'>): string {
  return `${name}/${store}/${channel}`;
}

/** A number is corrected where it changed after it had been published as final: with the zeros of a group that was known by then. */
function finalStatus(size: Tumbling, kpi: Kpi, row: WindowSums, { graceMs, knownSince }: ReadContext): 'final' | 'corrected' {
  const fields = [formerLateField(size), ...[...kpi.top, ...kpi.bottom ?? []].map(({ measure }) => lateField(size, measure))];
  const isLate = fields.some((field) => (row.sums[field] ?? 0) > 0);
  return isLate && (knownSince?.(row) ?? 0) < row.span.end + graceMs ? 'corrected' : 'final';
}

/** Whose number a row of members is (see memberRows.ts). `key` is `null` for what no member has. */
export interface KpiMember {
  readonly by: Dimension;
  readonly key: string | null;
  readonly label: string;
}

/** A KPI value as it is answered; the window of all days asked for has a size of its own. */
export type KpiRow = Omit<KpiValue, 'window'> & {
  readonly window: { readonly size: WindowSize | 'total'; readonly start: string; readonly end: string };
  readonly member?: KpiMember;
};
