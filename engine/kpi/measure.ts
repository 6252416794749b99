/**
 * Measures say what one fact adds, to what, and when; a new version of a fact takes back what the old one added.
 */
import { createHash } from 'node:crypto';
import type { EventType } from '../event/event.js';
import { type Dimension, DIMENSIONS } from './dimension.js';
import type { FieldValue } from '../fact/fact.js';
import type { PaidBy } from './saleMoney.js';
import type { SystemOfRecord } from './systemOfRecord.js';

/**
 * A test on one field of the merged fact. Some fields are derived: `social` (the campaign came from a social network), `duration` (ms from
 * `openedAt` to `closedAt`), `won` (a contact of whose deals one is), `annulled` (a void names it), `revenue`, `vat` and `units` (see `Term`), `sender` (the
 * source in the fact's key, by the names that systems of record have) and `voidState`. `above` and `atMost` compare numbers; a field that is no number
 * is neither.
 */
export interface Condition {
  readonly field: string;
  readonly op: 'is' | 'isNot' | 'in' | 'notIn' | 'known' | 'unknown' | 'above' | 'atMost';
  readonly value?: FieldValue | readonly FieldValue[];
}

/** A test on one line of a sale; an article is meant by its number or its name. */
export interface LineCondition {
  readonly field: 'product' | 'category';
  readonly op: 'is' | 'isNot';
  readonly value: string;
}

/**
 * What a term adds: `one` counts facts; money in minor units: `amount` is all that was paid, `revenue` that without tip and gift cards sold,
 * `netSales` and `grossSales` as far as the sender stated the VAT (see saleMoney.ts); `quantity` thousandths (1 where the sender gave none); `units`
 * those of all lines; `duration` ms from `openedAt` to `closedAt`; `{ field }` thousandths of a number that the sender gave (text, or more than a
 * thousand million either way: nothing); `{ paid }` what was paid by those means; `{ part }` minor units that are a part of the amount (no whole number, or
 * more than all of it: nothing).
 *
 * What these mean is fixed: stored facts were added up by them, and are taken back by them. Who wants something else adds another one.
 */
export type TermValue =
  | 'one' | 'amount' | 'revenue' | 'netSales' | 'grossSales' | 'taxes' | 'tip' | 'shipping' | 'giftCards' | 'discount' | 'quantity' | 'units' | 'duration'
  | { readonly field: `x_${string}` } | { readonly part: `x_${string}` } | { readonly paid: PaidBy };

/** What a fact of `type` that meets all conditions adds; `sign` -1 takes away. A voided fact meets only conditions that ask for it by name. */
export interface Term {
  readonly type: EventType;
  readonly where?: readonly Condition[];
  readonly value: TermValue;
  /** Only the lines that meet all of these are meant: their amounts, quantities, discounts, or (`one`) that there is any. A fact without them adds nothing. */
  readonly lines?: readonly LineCondition[];
  /** Which instant decides the window (default `time`, which is also taken where the fact has no such instant). */
  readonly at?: 'time' | 'openedAt' | 'closedAt';
  /** The window is decided so many ms later: by when something has lasted too long, not by when it began. */
  readonly afterMs?: number;
  readonly sign?: 1 | -1;
  /**
   * Where the shop names a system of record: whether what that sends is meant (default for sales, refunds and waste), what others send, or both
   * (default for all else).
   */
  readonly from?: 'record' | 'others' | 'any';
}

/** An additive quantity kept per slice: its sum, the number of facts behind it and, with `spread`, a log-bucket histogram. */
export interface Measure {
  readonly name: string;
  readonly terms: readonly Term[];
  readonly spread?: boolean;
}

/** The stores that are counted under another name, by their own: aliases of the shop node, and names that were merged or retired. */
export type StoreAliases = Readonly<Record<string, string>>;

/**
 * A set of measures with its name, the systems of record that they heed, the stores that are counted under another name, and what sales are split by.
 * Facts remember the generation they were last added up by, so that edited definitions take back exactly what the former ones had added.
 */
export interface Generation {
  readonly id: string;
  readonly measures: readonly Measure[];
  readonly records: readonly SystemOfRecord[];
  readonly aliases: StoreAliases;
  readonly dimensions: readonly Dimension[];
}

/** The same definitions are the same generation. */
export function generationOf(
  measures: readonly Measure[], records: readonly SystemOfRecord[] = [], aliases: StoreAliases = {}, dimensions: readonly Dimension[] = DIMENSIONS,
): Generation {
  const definitions = { measures, records, aliases, dimensions };
  return { id: createHash('sha256').update(encodeGeneration(definitions)).digest('base64url').slice(0, 8), ...definitions };
}

/**
 * Text to store: the measures alone where no system of record and no alias is named and nothing is split. What splits stands around the rest, where a
 * former release does not read it as its own: it would not take back what was added to products.
 */
export function encodeGeneration({ measures, records, aliases, dimensions }: Omit<Generation, 'id'>): string {
  const names = Object.keys(aliases).sort();
  const named = names.length === 0 ? undefined : { measures, records, aliases: Object.fromEntries(names.map((name) => [name, aliases[name]])) };
  const definitions = named ?? (records.length === 0 ? measures : { measures, records });
  return JSON.stringify(dimensions.length === 0 ? definitions : { dimensions, definitions });
}

type StoredDefinitions = readonly Measure[] | (Pick<Generation, 'measures' | 'records'> & Partial<Pick<Generation, 'aliases'>>);

export function decodeGeneration(id: string, text: string): Generation {
  const stored = JSON.parse(text) as StoredDefinitions | { readonly dimensions: readonly Dimension[]; readonly definitions: StoredDefinitions };
  const { dimensions, definitions } = 'dimensions' in stored ? stored : { dimensions: [], definitions: stored };
  const { measures, records, aliases = {} } = 'records' in definitions ? definitions : { measures: definitions, records: [] };
  return { id, measures, records, aliases, dimensions };
}

/** Ratio of neighboring histogram buckets: percentiles are right to 2.5 %. */
export const BUCKET_RATIO = 1.05;

/** Names of slice fields: the sum is the measure's name itself. */
export const countField = (measure: string): string => `${measure}#`;
/** Number of facts of a type, whatever they count for: a KPI is known where there is any fact of its types. */
export const typeField = (type: EventType): string => `=${type}`;
export const bucketField = (measure: string, bucket: number): string => `${measure}@${String(bucket)}`;

/** The bucket of a histogram that a value falls into; its upper bound is `BUCKET_RATIO` to that power. */
export function bucketOf(value: number): number {
  return value < 1 ? 0 : 1 + Math.floor(Math.log(value) / Math.log(BUCKET_RATIO));
}
