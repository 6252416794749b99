/**
 * What number does the shop see? A KPI is read from the sums of a window's slices; ratios are computed last, and only here.
 */
import type { EventType } from './event.js';
import { bucketField, BUCKET_RATIO, countField, typeField } from './measure.js';
import { fromMinor } from './money.js';
import { lateField, parseSliceKey, REVISION, UPDATED_AT } from './slice.js';
import { type Counters, countersOf, type Entry } from './store/store.js';
import { formatInstant } from './time.js';
import { isSliding, type Span, type WindowSize } from './window.js';

/** `money` in the shop's currency, `ratio` between 0 and 1 as a rule, `seconds`, `count` of things or people. */
export type Unit = 'money' | 'count' | 'ratio' | 'seconds';

/** A measure's sum (money, duration), its sum of quantities, or its number of facts; added or taken away. */
export interface Part {
  readonly measure: string;
  readonly of: 'sum' | 'quantity' | 'count';
  readonly sign?: 1 | -1;
}

/** A definition: `top`, or `top / bottom`, or a percentile (0 to 1) of a measure that keeps its spread. */
export interface Kpi {
  readonly name: string;
  readonly unit: Unit;
  /** Kinds of facts it is about: where a window has none of them, it says nothing. */
  readonly types: readonly EventType[];
  readonly top: readonly Part[];
  readonly bottom?: readonly Part[];
  readonly percentile?: number;
}

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
  readonly status: KpiStatus;
  readonly revision: number;
  readonly updatedAt: string;
}

/** `_` in place of a store or channel: all of them. */
export const ALL = '_';

export interface Grouping {
  readonly store: boolean;
  readonly channel: boolean;
}

/** What reading depends on besides the slices. */
export interface ReadContext {
  readonly now: number;
  readonly currency: string;
  readonly graceMs: number;
}

/** Sums of one window and group. */
export interface WindowSums {
  readonly span: Span;
  readonly store: string;
  readonly channel: string;
  readonly sums: Counters;
}

/** Merges slices (all of one level, in the spans' order of time) into one row of sums per window and group. */
export function sumWindows(slices: readonly Entry[], spans: readonly Span[], grouping: Grouping): WindowSums[] {
  const rows = new Map<string, { span: Span; store: string; channel: string; sums: Record<string, number> }>();
  for (const { key, value } of slices) {
    const slice = parseSliceKey(key);
    const store = grouping.store ? slice.store : ALL;
    const channel = grouping.channel ? slice.channel : ALL;
    const span = spanOf(spans, slice.start);
    if (span === undefined) continue;
    const name = `${String(span.start)}/${store}/${channel}`;
    const row = rows.get(name) ?? { span, store, channel, sums: {} };
    rows.set(name, row);
    mergeSums(row.sums, countersOf(value));
  }
  return [...rows.values()];
}

/** The KPI values of one window and group, without those that none of its facts speak of. */
export function readKpis(size: WindowSize, row: WindowSums, kpis: readonly Kpi[], context: ReadContext): KpiValue[] {
  const window = { size, start: formatInstant(row.span.start), end: formatInstant(row.span.end) };
  const common = { store: row.store, channel: row.channel, status: statusOf(size, row, context) };
  const updatedAt = formatInstant(row.sums[UPDATED_AT] ?? context.now);
  return kpis
    .filter((kpi) => isKnown(kpi, row.sums))
    .map((kpi) => ({
      name: kpi.name,
      window,
      ...common,
      value: evaluate(kpi, row.sums, context.currency),
      unit: kpi.unit === 'money' ? context.currency : kpi.unit,
      count: factsBehind(kpi, row.sums),
      revision: row.sums[REVISION] ?? 0,
      updatedAt,
    }));
}

/**
 * A window without facts is at zero for those who were there before: sums are 0, ratios and averages unknown. `present`
 * values are left out.
 */
export function emptyKpis(
  before: readonly KpiValue[],
  present: readonly KpiValue[],
  { size, span, status }: { readonly size: WindowSize; readonly span: Span; readonly status: 'live' | 'final' },
  kpis: readonly Kpi[],
  now: number,
): KpiValue[] {
  const additive = new Set(kpis.filter(({ bottom, percentile }) => bottom === undefined && percentile === undefined).map(({ name }) => name));
  const window = { size, start: formatInstant(span.start), end: formatInstant(span.end) };
  const known = new Set(present.map(({ name, store, channel }) => `${name}/${store}/${channel}`));
  return before
    .filter(({ name, store, channel }) => !known.has(`${name}/${store}/${channel}`))
    .map((value) => ({ ...value, window, value: additive.has(value.name) ? 0 : null, count: 0, status, revision: 0, updatedAt: formatInstant(now) }));
}

/** The number itself: money and seconds in whole units of the currency and of time, `null` over an empty denominator. */
export function evaluate(kpi: Kpi, sums: Counters, currency: string): number | null {
  if (kpi.percentile !== undefined) return percentileOf(kpi, sums, kpi.percentile);
  const top = total(kpi.top, sums);
  if (kpi.bottom === undefined) return scaled(top, kpi, currency);
  const bottom = total(kpi.bottom, sums);
  return bottom === 0 ? null : scaled(ratioInUnits(top, bottom, kpi), kpi, currency);
}

function spanOf(spans: readonly Span[], start: number): Span | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined || start < span.start) high = middle - 1;
    else if (start >= span.end) low = middle + 1;
    else return span;
  }
  return undefined;
}

function mergeSums(into: Record<string, number>, from: Counters): void {
  for (const [field, value] of Object.entries(from)) {
    into[field] = field === UPDATED_AT ? Math.max(into[field] ?? 0, value) : (into[field] ?? 0) + value;
  }
}

/** A window that slides is always live; any other is over `graceMs` after its end. */
function statusOf(size: WindowSize, { span, sums }: WindowSums, { now, graceMs }: ReadContext): KpiStatus {
  if (isSliding(size) || now < span.end + graceMs) return 'live';
  return (sums[lateField(size)] ?? 0) > 0 ? 'corrected' : 'final';
}

function isKnown(kpi: Kpi, sums: Counters): boolean {
  return kpi.types.some((type) => (sums[typeField(type)] ?? 0) > 0) || factsBehind(kpi, sums) > 0;
}

function factsBehind({ top, bottom }: Kpi, sums: Counters): number {
  const measures = new Set((bottom ?? top).map(({ measure }) => measure));
  return [...measures].reduce((count, measure) => count + (sums[countField(measure)] ?? 0), 0);
}

function total(parts: readonly Part[], sums: Counters): number {
  return parts.reduce((sum, part) => sum + (part.sign ?? 1) * amountOf(part, sums), 0);
}

/** Quantities are kept in thousandths. */
function amountOf({ measure, of }: Part, sums: Counters): number {
  if (of === 'count') return sums[countField(measure)] ?? 0;
  return (sums[measure] ?? 0) / (of === 'quantity' ? 1_000 : 1);
}

/** An average of money or time keeps the small unit of its numerator; a plain ratio has none. */
function ratioInUnits(top: number, bottom: number, { unit }: Kpi): number {
  return unit === 'money' || unit === 'seconds' ? roundHalfUp(top / bottom) : top / bottom;
}

function scaled(value: number, { unit }: Kpi, currency: string): number {
  if (unit === 'money') return Number(fromMinor(value, currency));
  if (unit === 'seconds') return value / 1_000;
  if (unit === 'ratio') return Number(value.toFixed(6));
  return value;
}

function roundHalfUp(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

/** The upper third of the bucket that holds the rank: half a bucket is the largest error. */
function percentileOf({ top }: Kpi, sums: Counters, rank: number): number | null {
  const measure = top[0]?.measure ?? '';
  const prefix = bucketField(measure, 0).slice(0, -1);
  const buckets = Object.entries(sums)
    .filter(([field, count]) => field.startsWith(prefix) && count > 0)
    .map(([field, count]) => [Number(field.slice(prefix.length)), count] as const)
    .sort(([a], [b]) => a - b);
  const facts = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= rank * facts) return Math.round(BUCKET_RATIO ** (bucket - 0.5)) / 1_000;
  }
  return null;
}
