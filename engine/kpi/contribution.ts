/**
 * How does a fact add up quickly? Measures compiled once per list of definitions: conditions to functions, field names to places in a row of sums.
 */
import { EVENT_TYPES } from '../event/schema.js';
import type { EventType } from '../event/event.js';
import { type Fact, type FieldValue, placeOf, SLOT, statusOf } from '../fact/fact.js';
import { bucketField, bucketOf, type Condition, countField, type Measure, type Term, typeField } from './measure.js';

/** Sums of one slice, by the place of the field (see `FieldTable`). */
export type Sums = number[];

/** The row that takes what is added at an instant, or nothing where nobody wants it. */
export type RowAt = (at: number) => Sums | undefined;

/** Names of slice fields and their places in a row of sums. */
export class FieldTable {
  readonly names: string[] = [];
  readonly #places = new Map<string, number>();
  #width = 0;

  /** Fields known up to now are in every row from the beginning; buckets of histograms, which are many, only where they are needed. */
  widen(): void {
    this.#width = this.names.length;
  }

  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  row(): Sums {
    return new Array<number>(this.#width).fill(0);
  }
}

/** Adds all that one fact adds, `sign` times, to the rows of its instants. */
export type AddFact = (fact: Fact, sign: 1 | -1, rowAt: RowAt) => void;

type Test = (fact: Fact) => boolean;

interface CompiledTerm {
  /** Bits of the tests that must hold. */
  readonly needs: number;
  readonly others: readonly Test[];
  readonly at: 2 | 7 | 8;
  readonly afterMs: number;
  readonly value: Term['value'];
  readonly sign: 1 | -1;
  readonly count: number;
  readonly sum: number;
  /** The measure's name, where it keeps its spread. */
  readonly spread: string | undefined;
}

interface MeasurePlan {
  readonly type: number;
  readonly tests: readonly Test[];
  readonly terms: readonly CompiledTerm[];
}

/** Bits of a small integer; tests beyond are made term by term. */
const MAX_TESTS = 30;

/** One addition to one slice field: at an instant, to a group. Values are integers. */
export interface Contribution {
  readonly at: number;
  readonly store: string;
  readonly channel: string;
  readonly field: string;
  readonly value: number;
}

/** All that a fact adds: that it is there, and what the measures say. Without the needed instant or value it adds nothing to a measure. */
export function contributionsOf(fact: Fact, measures: readonly Measure[]): Contribution[] {
  const table = new FieldTable();
  const rows = new Map<number, Sums>();
  compile(measures, table)(fact, 1, (at) => {
    const row = rows.get(at) ?? table.row();
    rows.set(at, row);
    return row;
  });
  const group = { store: storeOf(fact), channel: channelOf(fact) };
  return [...rows].flatMap(([at, row]) => row.flatMap((value, place) => (value === 0 ? [] : [{ at, ...group, field: table.names[place] ?? '', value }])));
}

/** Where a fact is booked. */
export function storeOf({ values }: Fact): string {
  return String(values[SLOT.store] ?? '');
}

export function channelOf({ values }: Fact): string {
  return String(values[SLOT.channel] ?? 'pos');
}

/** Measures compiled into one table: what any fact adds under them. */
export function compile(measures: readonly Measure[], table: FieldTable): AddFact {
  const plans = new Map<EventType, MeasurePlan>(EVENT_TYPES.map((type) => [type, planFor(type, measures, table)]));
  table.widen();
  return (fact, sign, rowAt) => {
    const plan = plans.get(fact.type);
    if (plan !== undefined) addFact(plan, fact, sign, rowAt, table);
  };
}

function addFact({ type, tests, terms }: MeasurePlan, fact: Fact, sign: 1 | -1, rowAt: RowAt, table: FieldTable): void {
  const time = fact.values[SLOT.time];
  if (typeof time !== 'number') return;
  const own = rowAt(time);
  if (own !== undefined) add(own, type, sign);
  const held = heldTests(tests, fact);
  for (const term of terms) {
    if ((held & term.needs) !== term.needs || !term.others.every((test) => test(fact))) continue;
    const value = valueOf(fact, term.value);
    if (value === undefined) continue;
    const said = fact.values[term.at];
    const at = (typeof said === 'number' ? said : time) + term.afterMs;
    const row = at === time ? own : rowAt(at);
    if (row !== undefined) addTerm(row, term, value, sign, table);
  }
}

/** A bit for each test that holds. */
function heldTests(tests: readonly Test[], fact: Fact): number {
  let held = 0;
  for (let bit = 0; bit < tests.length; bit += 1) {
    if (tests[bit]?.(fact) === true) held |= 1 << bit;
  }
  return held;
}

function addTerm(row: Sums, { count, sum, sign: own, spread }: CompiledTerm, value: number, sign: 1 | -1, table: FieldTable): void {
  add(row, count, sign);
  if (value !== 0) add(row, sum, sign * own * value);
  if (spread !== undefined) add(row, table.placeOf(bucketField(spread, bucketOf(value))), sign);
}

function add(row: Sums, place: number, by: number): void {
  // A bucket met for the first time has no place in older rows.
  while (row.length <= place) row.push(0);
  row[place] = (row[place] ?? 0) + by;
}

function planFor(type: EventType, measures: readonly Measure[], table: FieldTable): MeasurePlan {
  const tests: Test[] = [];
  const bits = new Map<string, number>();
  const terms = measures.flatMap((measure) => measure.terms.filter((term) => term.type === type).map((term) => [measure, term] as const));
  const compiled = terms.map(([{ name, spread }, { where = [], at = 'time', afterMs = 0, value, sign = 1 }]): CompiledTerm => {
    let needs = 0;
    const others: Test[] = [];
    for (const condition of where) {
      const key = JSON.stringify(condition);
      const bit = bits.get(key) ?? tests.length;
      if (bit >= MAX_TESTS) {
        others.push(testOf(condition));
        continue;
      }
      if (!bits.has(key)) tests.push(testOf(condition));
      bits.set(key, bit);
      needs |= 1 << bit;
    }
    const places = { count: table.placeOf(countField(name)), sum: table.placeOf(name) };
    return { needs, others, at: SLOT[at], afterMs, value, sign, ...places, spread: spread === true ? name : undefined };
  });
  return { type: table.placeOf(typeField(type)), tests, terms: compiled };
}

/** What `social` and `duration` mean, and what a field is taken for where nobody said anything. */
function testOf({ field, op, value }: Condition): Test {
  if (field === 'social') return comparison((fact) => isSocial(fact), op, value);
  if (field === 'duration') return comparison((fact) => durationOf(fact), op, value);
  if (field === 'channel') return comparison(({ values }) => values[SLOT.channel] ?? 'pos', op, value);
  if (field === 'status') return comparison(statusOf, op, value);
  return comparison((fact) => fact.values[placeOf(fact, field)], op, value);
}

function comparison(read: (fact: Fact) => FieldValue | undefined, op: Condition['op'], value: Condition['value']): Test {
  switch (op) {
    case 'is': return (fact) => read(fact) === value;
    case 'isNot': return (fact) => read(fact) !== value;
    case 'in': return Array.isArray(value) ? (fact) => value.includes(read(fact)) : () => false;
    case 'known': return (fact) => read(fact) !== undefined;
    case 'unknown': return (fact) => read(fact) === undefined;
    case 'above': return typeof value === 'number' ? (fact) => isNumber(read(fact), (actual) => actual > value) : () => false;
    case 'atMost': return typeof value === 'number' ? (fact) => isNumber(read(fact), (actual) => actual <= value) : () => false;
  }
}

function isNumber(actual: FieldValue | undefined, test: (actual: number) => boolean): boolean {
  return typeof actual === 'number' && test(actual);
}

/** Social networks by the names that campaigns carry in `utm_source` and `utm_medium`, and HubSpot in its original source. */
const SOCIAL_SOURCES = new Set([
  'instagram', 'ig', 'facebook', 'fb', 'meta', 'tiktok', 'pinterest', 'linkedin', 'youtube', 'threads', 'x', 'twitter', 'whatsapp', 'telegram',
]);
const SOCIAL_MEDIUM = /^(paid[ _-]?)?social([ _-]?(media|paid|network))?$/;

function isSocial({ values }: Fact): boolean {
  const source = values[SLOT['campaign.source']];
  const medium = values[SLOT['campaign.medium']];
  if (source === undefined && medium === undefined) return false;
  return SOCIAL_SOURCES.has(String(source).toLowerCase()) || SOCIAL_MEDIUM.test(String(medium).toLowerCase());
}

function valueOf(fact: Fact, value: Term['value']): number | undefined {
  const { values } = fact;
  if (value === 'one') return 1;
  if (value === 'quantity') return numberIn(values[SLOT.quantity]) ?? 1_000;
  if (value === 'amount') return numberIn(values[SLOT.amount]);
  if (value === 'duration') return durationOf(fact);
  return 'part' in value ? partOf(fact, value.part) : thousandthsOf(values[placeOf(fact, value.field)]);
}

function partOf(fact: Fact, field: string): number | undefined {
  const part = fact.values[placeOf(fact, field)];
  const amount = fact.values[SLOT.amount];
  return typeof part === 'number' && typeof amount === 'number' && Number.isSafeInteger(part) && part >= 0 && part <= amount ? part : undefined;
}

/** The same bound as a quantity's: sums of what anybody sends must stay exact integers. */
const MAX_EXTRA = 1e7;

function thousandthsOf(value: FieldValue | undefined): number | undefined {
  return typeof value !== 'number' || Math.abs(value) > MAX_EXTRA ? undefined : Math.round(value * 1_000) + 0;
}

function durationOf({ values }: Fact): number | undefined {
  const openedAt = values[SLOT.openedAt];
  const closedAt = values[SLOT.closedAt];
  return typeof openedAt !== 'number' || typeof closedAt !== 'number' || closedAt < openedAt ? undefined : closedAt - openedAt;
}

function numberIn(value: FieldValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
