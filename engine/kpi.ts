/**
 * What number does the shop see? A KPI is read from the sums of a window's slices; ratios are computed last, and only here.
 */
import type { EventType } from './event.js';
import { bucketField, BUCKET_RATIO, countField, typeField } from './measure.js';
import { fromMinor } from './money.js';
import { lateField, REVISION, UPDATED_AT } from './slice.js';
import type { Counters } from './store/store.js';
import { groupOf, type WindowSums } from './groups.js';
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
  /** It rests on what is open now: instead of sums, or (`young`) less what is in the sums and has not lasted long enough yet. */
  readonly open?: OpenReading;
}

/** Numbers about open things (see open.ts). */
export type OpenReading = 'young' | 'oldestOrder' | 'quotes' | 'quoteAmount';
export type OpenNumbers = (reading: OpenReading, row: Pick<WindowSums, 'span' | 'store' | 'channel'>) => Reading;

export { ALL, type Grouping } from './groups.js';

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
  /** Name of the shift, of a window that is one. */
  readonly shift?: string;
  /** Of a window whose size was chosen: see adaptive.ts. */
  readonly adaptive?: Adaptive;
  /** What the number was before the change that this message tells; of corrections only, and not in answers to questions. */
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

/** Sizes among which is chosen. */
export const CHOICES = ['5m', '15m', '1h'] as const;
export type ChosenSize = (typeof CHOICES)[number];

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
}

/** The KPI values of one window and group, without those that none of its facts speak of. */
export function readKpis(size: WindowSize, row: WindowSums, kpis: readonly Kpi[], context: ReadContext): KpiValue[] {
  const window = { size, start: formatInstant(row.span.start), end: formatInstant(row.span.end) };
  const status = statusOf(size, row, context);
  const updatedAt = formatInstant(row.sums[UPDATED_AT] ?? context.now);
  const shift = row.shift === undefined ? {} : { shift: row.shift };
  return kpis.flatMap((kpi) => {
    const number = kpi.open === undefined || kpi.open === 'young' ? summed(kpi, row, context) : present(kpi, kpi.open, size, row, context);
    if (number === undefined) return [];
    const unit = kpi.unit === 'money' ? context.currency : kpi.unit;
    const { store, channel, sums } = row;
    return [{ name: kpi.name, window, store, channel, status, ...number, unit, revision: sums[REVISION] ?? 0, updatedAt, ...shift }];
  });
}

/** A number and the facts it rests on. */
type Reading = Pick<KpiValue, 'value' | 'count'>;

function summed(kpi: Kpi, row: WindowSums, { currency, open }: ReadContext): Reading | undefined {
  if (!isKnown(kpi, row.sums)) return undefined;
  const value = evaluate(kpi, row.sums, currency);
  const count = factsBehind(kpi, row.sums);
  const less = kpi.open === undefined || open === undefined ? 0 : open(kpi.open, row).count;
  // An order may have been closed between the look at the sums and the look at what is open.
  return less === 0 || value === null ? { value, count } : { value: Math.max(0, value - less), count: Math.max(0, count - less) };
}

/** What is open now says nothing about a window that is over, or that slides. */
function present(kpi: Kpi, reading: OpenReading, size: WindowSize, row: WindowSums, { now, currency, open }: ReadContext): Reading | undefined {
  if (open === undefined || isSliding(size) || now < row.span.start || now >= row.span.end) return undefined;
  const { value, count } = open(reading, row);
  if (count === 0 && !isKnown(kpi, row.sums)) return undefined;
  return { value: value === null ? null : scaled(value, kpi, currency), count };
}

/**
 * A window without facts is at zero for those who were there before: sums are 0, ratios and averages unknown. `present`
 * values are left out.
 */
export function emptyKpis(
  before: readonly KpiValue[],
  present: readonly KpiValue[],
  { size, span, status, shift }: { readonly size: WindowSize; readonly span: Span; readonly status: 'live' | 'final'; readonly shift?: string },
  kpis: readonly Kpi[],
  now: number,
): KpiValue[] {
  const additive = new Set(kpis.filter(isAdditive).map(({ name }) => name));
  const gone = new Set(status === 'final' ? kpis.filter(({ open }) => open !== undefined && open !== 'young').map(({ name }) => name) : []);
  const window = { size, start: formatInstant(span.start), end: formatInstant(span.end) };
  const known = new Set(present.map(({ name, store, channel }) => `${name}/${store}/${channel}`));
  return before
    .filter(({ name, store, channel }) => !known.has(`${name}/${store}/${channel}`) && !gone.has(name))
    .map((value) => ({
      ...value, window, value: additive.has(value.name) ? 0 : null, count: 0, status, revision: 0, updatedAt: formatInstant(now),
      ...(shift === undefined ? {} : { shift }),
    }));
}

/** A sum: parts of it add up to the whole, and nothing at all is zero. */
export function isAdditive({ bottom, percentile, open }: Kpi): boolean {
  return bottom === undefined && percentile === undefined && open !== 'oldestOrder';
}

/**
 * The number itself: money and seconds in whole units of the currency and of time, `null` over an empty denominator. Sums may be shares of
 * sums (see comparison.ts): money is then rounded to the smallest unit.
 */
export function evaluate(kpi: Kpi, sums: Counters, currency: string): number | null {
  if (kpi.percentile !== undefined) return percentileOf(kpi, sums, kpi.percentile);
  const top = total(kpi.top, sums);
  if (kpi.bottom === undefined) return scaled(top, kpi, currency);
  const bottom = total(kpi.bottom, sums);
  return bottom === 0 ? null : scaled(ratioInUnits(top, bottom, kpi), kpi, currency);
}

/** A window that slides is always live; any other is over `graceMs` after its end. */
function statusOf(size: WindowSize, { span, sums }: WindowSums, { now, graceMs }: ReadContext): KpiStatus {
  if (isSliding(size) || now < span.end + graceMs) return 'live';
  return (sums[lateField(size)] ?? 0) > 0 ? 'corrected' : 'final';
}

/** Whether anything speaks of it. */
export function isKnown(kpi: Kpi, sums: Counters): boolean {
  return kpi.types.some((type) => (sums[typeField(type)] ?? 0) > 0) || factsBehind(kpi, sums) > 0;
}

/** How many facts the number rests on: those in its denominator, where it has one. */
export function factsBehind({ top, bottom }: Kpi, sums: Counters): number {
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
  if (unit === 'money') return Number(fromMinor(roundHalfUp(value), currency));
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
