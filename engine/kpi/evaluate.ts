import { bucketField, BUCKET_RATIO, countField, typeField } from './measure.js';
import { fromMinor } from '../base/money.js';
import type { Counters } from '../store/store.js';
import { type Kpi, type Part } from './kpi.js';

/**
 * The number itself: money and seconds in whole units of the currency and of time, `null` over an empty denominator. Sums may be shares of
 * sums (see comparison.ts): money is then rounded to the smallest unit.
 */
export function evaluate(kpi: Kpi, sums: Counters, currency: string): number | null {
  if (kpi.percentile !== undefined) return percentileOf(kpi, sums, kpi.percentile);
  if (coverageOf(kpi, sums) === 0) return null;
  const fields = fieldsOf(kpi);
  const top = total(fields.top, sums);
  if (fields.bottom === undefined) return scaled(top, kpi, currency);
  const bottom = total(fields.bottom, sums);
  return bottom === 0 || isImpossible(kpi, sums) ? null : scaled(ratioInUnits(top, bottom, kpi), kpi, currency);
}

/** Why a number is unknown although there are facts: `impossible` (a share above 1 or below 0), `untold` (no sender said enough). */
export type UnknownReason = 'impossible' | 'untold';

/** The reason, `undefined` where the number is known, or where there is nothing to divide by. */
export function unknownReason(kpi: Kpi, sums: Counters): UnknownReason | undefined {
  if (coverageOf(kpi, sums) === 0) return 'untold';
  return isImpossible(kpi, sums) ? 'impossible' : undefined;
}

/** The share of revenue whose senders said enough for this number; `undefined` for numbers that need no more than a sale. */
export function coverageOf({ coverage }: Kpi, sums: Counters): number | undefined {
  if (coverage === undefined) return undefined;
  const all = sums[coverage.all.measure] ?? 0;
  return all <= 0 ? undefined : Number(((sums[coverage.of.measure] ?? 0) / all).toFixed(6));
}

/** A share of a whole lies between 0 and 1: more customers than visitors means that the counter missed some. */
function isImpossible(kpi: Kpi, sums: Counters): boolean {
  const { top, bottom } = fieldsOf(kpi);
  if (kpi.range !== 'share' || bottom === undefined) return false;
  const [part, whole] = [total(top, sums), total(bottom, sums)];
  return whole < 0 || (whole > 0 && (part < 0 || part > whole));
}

/** Whether anything speaks of it. */
export function isKnown(kpi: Kpi, sums: Counters): boolean {
  return fieldsOf(kpi).types.some((field) => (sums[field] ?? 0) > 0) || factsBehind(kpi, sums) > 0;
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
