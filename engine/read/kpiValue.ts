/**
 * What number does the shop see? A KPI is read from the sums of a window's slices; ratios are computed last, and only here.
 */
import { coverageOf, evaluate, factsBehind, isKnown, scaled, unitOf, type UnknownReason, unknownReason } from '../kpi/evaluate.js';
import { formerLateField, lateField, REVISION, UPDATED_AT } from '../aggregate/slice.js';
import type { KnownSince } from '../aggregate/publishedWindows.js';
import { groupOf, type WindowSums } from './rollup.js';
import { present } from '../base/json.js';
import type { Counters } from '../store/store.js';
import { formatInstant } from '../base/time.js';
import { isSliding, type Span, type Tumbling, type WindowSize } from '../calendar/windowAssigner.js';
import { type OpenReading, type ChosenSize, type Kpi, isAdditive } from '../kpi/kpi.js';
export type OpenNumbers = (reading: OpenReading, row: Pick<WindowSums, 'span' | 'store' | 'channel'>) => KpiReading;

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
  /** What is usual at this moment: see comparison.ts. */
  readonly comparison?: { readonly value: number | null; readonly days: number };
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
export function numberOf(value: KpiValue): string {
  return `${value.name}/${labelOf(value)}/${value.window.start}/${groupOf(value)}`;
}

/** The size as topics say it: `auto` where it was chosen. */
export function labelOf({ adaptive, window }: Pick<KpiValue, 'adaptive' | 'window'>): string {
  return adaptive === undefined ? window.size : 'auto';
}

/** What reading depends on besides the slices. */
export interface ReadContext {
  readonly now: number;
  readonly currency: string;
  readonly graceMs: number;
  readonly open?: OpenNumbers;
  /** Absent: every group always was. */
  readonly knownSince?: KnownSince;
}

/** The KPI values of one window and group, without those that none of its facts speak of. */
export function readKpis(size: WindowSize, row: WindowSums, kpis: readonly Kpi[], context: ReadContext): KpiValue[] {
  const window = { size, start: formatInstant(row.span.start), end: formatInstant(row.span.end) };
  const isOver = !isSliding(size) && context.now >= row.span.end + context.graceMs;
  const updatedAt = formatInstant(row.sums[UPDATED_AT] ?? context.now);
  const shift = row.shift === undefined ? {} : { shift: row.shift };
  const { store, channel, sums } = row;
  const revision = sums[REVISION] ?? 0;
  const values: KpiValue[] = [];
  for (const kpi of kpis) {
    const number = kpi.open === undefined || kpi.open === 'young' ? summed(kpi, row, context) : openNow(kpi, kpi.open, size, row, context);
    if (number === undefined) continue;
    const unit = unitOf(kpi, context.currency);
    const { value, count } = number;
    const status = isOver ? finalStatus(size, kpi, row, context) : 'live';
    values.push({ name: kpi.name, window, store, channel, value, unit, count, ...restsOn(kpi, sums), status, revision, updatedAt, ...shift });
  }
  return values;
}

function restsOn(kpi: Kpi, sums: Counters): Pick<KpiValue, 'unknown' | 'coverage'> {
  if (kpi.range === undefined && kpi.coverage === undefined) return NOTHING_SPECIAL;
  return present({ unknown: unknownReason(kpi, sums), coverage: coverageOf(kpi, sums) });
}

const NOTHING_SPECIAL = {};

/** A number and the facts it rests on. */
type KpiReading = Pick<KpiValue, 'value' | 'count'>;

function summed(kpi: Kpi, row: WindowSums, { currency, open }: ReadContext): KpiReading | undefined {
  if (!isKnown(kpi, row.sums)) return undefined;
  const value = evaluate(kpi, row.sums, currency);
  const count = factsBehind(kpi, row.sums);
  const less = kpi.open === undefined || open === undefined ? 0 : open(kpi.open, row).count;
  // An order may have been closed between reading the sums and reading what is open.
  return less === 0 || value === null ? { value, count } : { value: Math.max(0, value - less), count: Math.max(0, count - less) };
}

/** What is open now says nothing about a window that is over, or that slides. */
function openNow(kpi: Kpi, reading: OpenReading, size: WindowSize, row: WindowSums, { now, currency, open }: ReadContext): KpiReading | undefined {
  if (open === undefined || isSliding(size) || now < row.span.start || now >= row.span.end) return undefined;
  const { value, count } = open(reading, row);
  if (count === 0 && !isKnown(kpi, row.sums)) return undefined;
  return { value: value === null ? null : scaled(value, kpi, currency), count };
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
  const names = new Set(known.map(({ name, store, channel }) => `${name}/${store}/${channel}`));
  return before
    .filter(({ name, store, channel }) => !names.has(`${name}/${store}/${channel}`) && !gone.has(name))
    .map(({ unknown: _unknown, coverage: _coverage, ...value }) => ({
      ...value, window, value: additive.has(value.name) ? 0 : null, count: 0, status, revision: 0, updatedAt: formatInstant(now),
      ...(shift === undefined ? {} : { shift }),
    }));
}

/** A number is corrected where it changed after it had been published as final: with the zeros of a group that was known by then. */
function finalStatus(size: Tumbling, kpi: Kpi, row: WindowSums, { graceMs, knownSince }: ReadContext): 'final' | 'corrected' {
  const fields = [formerLateField(size), ...[...kpi.top, ...kpi.bottom ?? []].map(({ measure }) => lateField(size, measure))];
  const isLate = fields.some((field) => (row.sums[field] ?? 0) > 0);
  return isLate && (knownSince?.(row) ?? 0) < row.span.end + graceMs ? 'corrected' : 'final';
}

/** A KPI value as it is answered; the window of all days asked for has a size of its own. */
export type KpiRow = Omit<KpiValue, 'window'> & { readonly window: { readonly size: WindowSize | 'total'; readonly start: string; readonly end: string } };
