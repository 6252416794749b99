/**
 * What does one fact add, to what, and when? Measures say it; a new version of a fact takes back what the old one added.
 */
import { createHash } from 'node:crypto';
import type { EventType } from './event.js';
import { type Fact, fieldOf, type FieldValue } from './fact.js';

/** A test on one field of the merged fact. `social` is a field of its own: the campaign came from a social network. */
export interface Condition {
  readonly field: string;
  readonly op: 'is' | 'isNot' | 'in' | 'known' | 'unknown';
  readonly value?: FieldValue | readonly FieldValue[];
}

/** What a fact of `type` that meets all conditions adds; `sign` -1 takes away. */
export interface Term {
  readonly type: EventType;
  readonly where?: readonly Condition[];
  /** `one` counts facts, `amount` minor units, `quantity` thousandths (1 where the sender gave none), `duration` ms from `openedAt` to `closedAt`. */
  readonly value: 'one' | 'amount' | 'quantity' | 'duration';
  /** Which instant decides the window (default `time`, which is also taken where the fact has no such instant). */
  readonly at?: 'time' | 'openedAt' | 'closedAt';
  readonly sign?: 1 | -1;
}

/** An additive quantity kept per slice: its sum, the number of facts behind it and, with `spread`, a log-bucket histogram. */
export interface Measure {
  readonly name: string;
  readonly terms: readonly Term[];
  readonly spread?: boolean;
}

/** One addition to one slice field: at an instant, to a group. Values are integers. */
export interface Contribution {
  readonly at: number;
  readonly store: string;
  readonly channel: string;
  readonly field: string;
  readonly value: number;
}

/**
 * A set of measures with its name. Facts remember the generation they were last added up by, so that edited definitions
 * take back exactly what the former ones had added.
 */
export interface Generation {
  readonly id: string;
  readonly measures: readonly Measure[];
}

const termsByType = new WeakMap<readonly Measure[], Map<EventType, (readonly [Measure, Term])[]>>();

/** The same definitions are the same generation. */
export function generationOf(measures: readonly Measure[]): Generation {
  return { id: createHash('sha256').update(JSON.stringify(measures)).digest('base64url').slice(0, 8), measures };
}

/** Ratio of neighboring histogram buckets: percentiles are right to 2.5 %. */
export const BUCKET_RATIO = 1.05;

/** Names of slice fields: the sum is the measure's name itself. */
export const countField = (measure: string): string => `${measure}#`;
/** Number of facts of a type, whatever they count for: a KPI is known where anything was heard of its types. */
export const typeField = (type: EventType): string => `=${type}`;
export const bucketField = (measure: string, bucket: number): string => `${measure}@${String(bucket)}`;

/** All that a fact adds: that it is there, and what the measures say. Without the needed instant or value it adds nothing to a measure. */
export function contributionsOf(fact: Fact, measures: readonly Measure[]): Contribution[] {
  const store = String(fieldOf(fact, 'store') ?? '');
  const channel = String(fieldOf(fact, 'channel') ?? 'pos');
  const time = fieldOf(fact, 'time');
  const found: Contribution[] = typeof time === 'number' ? [{ at: time, store, channel, field: typeField(fact.type), value: 1 }] : [];
  for (const [measure, term] of termsOf(measures, fact.type)) {
    if (!meets(fact, term)) continue;
    const at = fieldOf(fact, term.at ?? 'time') ?? time;
    const value = valueOf(fact, term);
    if (typeof at !== 'number' || value === undefined) continue;
    for (const [field, amount] of fieldsOf(measure, value, term.sign ?? 1)) found.push({ at, store, channel, field, value: amount });
  }
  return found;
}

/** Which terms a type of fact can count for, looked up once per list of measures. */
function termsOf(measures: readonly Measure[], type: EventType): readonly (readonly [Measure, Term])[] {
  const known = termsByType.get(measures) ?? new Map<EventType, (readonly [Measure, Term])[]>();
  termsByType.set(measures, known);
  const pairs = (): (readonly [Measure, Term])[] => measures.flatMap((measure) => measure.terms.map((term) => [measure, term] as const));
  const terms = known.get(type) ?? pairs().filter(([, term]) => term.type === type);
  known.set(type, terms);
  return terms;
}

/** Social networks by the names that campaigns carry in `utm_source` and `utm_medium`, and HubSpot in its original source. */
const SOCIAL_SOURCES = new Set([
  'instagram', 'ig', 'facebook', 'fb', 'meta', 'tiktok', 'pinterest', 'linkedin', 'youtube', 'threads', 'x', 'twitter', 'whatsapp', 'telegram',
]);
const SOCIAL_MEDIUM = /^(paid[ _-]?)?social([ _-]?(media|paid|network))?$/;

function isSocial(fact: Fact): boolean {
  const source = String(fieldOf(fact, 'campaign.source') ?? '').toLowerCase();
  const medium = String(fieldOf(fact, 'campaign.medium') ?? '').toLowerCase();
  return SOCIAL_SOURCES.has(source) || SOCIAL_MEDIUM.test(medium);
}

function read(fact: Fact, field: string): FieldValue | undefined {
  if (field === 'social') return isSocial(fact);
  const value = fieldOf(fact, field);
  if (value !== undefined) return value;
  if (field === 'channel') return 'pos';
  return field === 'status' ? defaultStatus(fact.type) : undefined;
}

/** A ticket or lead is open until somebody closes it; anything else without a status simply happened. */
function defaultStatus(type: EventType): string {
  return type === 'ticket' || type === 'lead' || type === 'checkout' ? 'open' : 'completed';
}

function meets(fact: Fact, { where = [] }: Term): boolean {
  return where.every((condition) => holds(fact, condition));
}

function holds(fact: Fact, { field, op, value }: Condition): boolean {
  const actual = read(fact, field);
  switch (op) {
    case 'is': return actual === value;
    case 'isNot': return actual !== value;
    case 'in': return Array.isArray(value) && value.includes(actual);
    case 'known': return actual !== undefined;
    case 'unknown': return actual === undefined;
  }
}

function valueOf(fact: Fact, { value }: Term): number | undefined {
  if (value === 'one') return 1;
  if (value === 'quantity') return numberOf(fact, 'quantity') ?? 1_000;
  if (value === 'amount') return numberOf(fact, 'amount');
  const openedAt = numberOf(fact, 'openedAt');
  const closedAt = numberOf(fact, 'closedAt');
  return openedAt === undefined || closedAt === undefined || closedAt < openedAt ? undefined : closedAt - openedAt;
}

function numberOf(fact: Fact, field: string): number | undefined {
  const value = fieldOf(fact, field);
  return typeof value === 'number' ? value : undefined;
}

function fieldsOf(measure: Measure, value: number, sign: 1 | -1): [field: string, amount: number][] {
  const fields: [string, number][] = [[countField(measure.name), 1]];
  if (value !== 0) fields.push([measure.name, sign * value]);
  if (measure.spread === true) fields.push([bucketField(measure.name, bucketOf(value)), 1]);
  return fields;
}

function bucketOf(value: number): number {
  return value < 1 ? 0 : 1 + Math.floor(Math.log(value) / Math.log(BUCKET_RATIO));
}
