import { bucketField, BUCKET_RATIO, countField, typeField } from './measure.js';
import { fromMinor } from '../base/money.js';
import type { Counters } from '../store/store.js';
import { type Kpi, type Part } from './kpi.js';

/** Why a number is unknown although there are facts: `impossible` (a share above 1 or below 0), `untold` (no sender said enough). */
export type UnknownReason = 'impossible' | 'untold';

/**
 * `Evaluation` is the number itself: money and seconds in whole units of the currency and of time, `null` over an empty denominator. `coverage`:
 * the share of revenue whose senders said enough for it; absent for numbers that need no more than a sale.
 */
export interface Evaluation {
  readonly value: number | null;
  readonly unknown?: UnknownReason;
  readonly coverage?: number;
}

/** `evaluate` reads a number from sums. They may be shares of sums (see baseline.ts): money is then rounded to the smallest unit. */
export function evaluate(kpi: Kpi, sums: Counters, currency: string): Evaluation {
  if (kpi.percentile !== undefined) return { value: percentileOf(kpi, sums, kpi.percentile) };
  const coverage = coverageOf(kpi, sums);
  const rests = coverage === undefined ? {} : { coverage };
  if (coverage === 0) return { value: null, unknown: 'untold', ...rests };
  const fields = fieldsOf(kpi);
  const top = total(fields.top, sums);
  if (fields.bottom === undefined) return { value: scaled(top, kpi, currency), ...rests };
  const bottom = total(fields.bottom, sums);
  if (bottom === 0) return { value: null, ...rests };
  // A share of a whole lies between 0 and 1: more customers than visitors means that the counter missed some.
  const isImpossible = kpi.range === 'share' && (bottom < 0 || top < 0 || top > bottom);
  if (isImpossible) return { value: null, unknown: 'impossible', ...rests };
  return { value: scaled(ratioInUnits(top, bottom, kpi), kpi, currency), ...rests };
}

function coverageOf({ coverage }: Kpi, sums: Counters): number | undefined {
  if (coverage === undefined) return undefined;
  const all = sums[coverage.all.measure] ?? 0;
  return all <= 0 ? undefined : Number(((sums[coverage.of.measure] ?? 0) / all).toFixed(6));
}

/** Whether anything speaks of it. */
export function isKnown(kpi: Kpi, sums: Counters): boolean {
  for (const field of fieldsOf(kpi).types) if ((sums[field] ?? 0) > 0) return true;
  return factsBehind(kpi, sums) > 0;
}

/** How many facts the number rests on: those in its denominator, where it has one. */
export function factsBehind(kpi: Kpi, sums: Counters): number {
  let facts = 0;
  for (const field of fieldsOf(kpi).facts) facts += sums[field] ?? 0;
  return facts;
}

function total(parts: readonly PartField[], sums: Counters): number {
  let sum = 0;
  for (const { field, sign, divisor } of parts) sum += sign * ((sums[field] ?? 0) / divisor);
  return sum;
}

/** Which field of the sums a part is, and how it counts. */
interface PartField {
  readonly field: string;
  readonly sign: 1 | -1;
  readonly divisor: number;
}

/** Fields of the sums that a KPI reads; `facts` count those it rests on. */
interface KpiFields {
  readonly types: readonly string[];
  readonly facts: readonly string[];
  readonly top: readonly PartField[];
  readonly bottom: readonly PartField[] | undefined;
}

const fieldsByKpi = new WeakMap<Kpi, KpiFields>();

/** Named once: a KPI is read for every group of every window at each emission. */
function fieldsOf(kpi: Kpi): KpiFields {
  const known = fieldsByKpi.get(kpi);
  if (known !== undefined) return known;
  const measures = new Set((kpi.bottom ?? kpi.top).map(({ measure }) => measure));
  const fields = { types: kpi.types.map(typeField), facts: [...measures].map(countField), top: kpi.top.map(partField), bottom: kpi.bottom?.map(partField) };
  fieldsByKpi.set(kpi, fields);
  return fields;
}

/** Quantities are kept in thousandths. */
function partField({ measure, of, sign = 1 }: Part): PartField {
  return { field: of === 'count' ? countField(measure) : measure, sign, divisor: of === 'quantity' ? 1_000 : 1 };
}

/** An average of money or time keeps the small unit of its numerator; a plain ratio has none. */
function ratioInUnits(top: number, bottom: number, { unit }: Kpi): number {
  return unit === 'money' || unit === 'seconds' ? roundHalfUp(top / bottom) : top / bottom;
}

/** As it is shown: money in the shop's currency. */
export function unitOf({ unit }: Kpi, currency: string): string {
  return unit === 'money' ? currency : unit;
}

/** In whole units of the currency and of time. */
export function scaled(value: number, { unit }: Kpi, currency: string): number {
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
