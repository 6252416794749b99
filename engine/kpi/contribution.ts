/**
 * Contributions: what one fact adds to which sums at which instants. Measures are compiled once, their conditions to functions.
 */
import type { EventType } from '../event/event.js';
import { EVENT_TYPES } from '../event/schema.js';
import { type Fact, type FieldValue, isOfOrder, placeOf, SLOT, sourceIn, statusOf } from '../fact/fact.js';
import { readerOfLines } from './lineTerm.js';
import { bucketField, bucketOf, type Condition, countField, type Measure, type StoreAliases, type Term, typeField } from './measure.js';
import { discountOf, grossSalesOf, netSalesOf, paidBy, revenueOf, taxOf, unitsOf } from './saleMoney.js';
import { type FactOrigin, isNamed, isOfRecord, type SystemOfRecord } from './systemOfRecord.js';

/** Sums of one slice by the names of its fields: all of them integers. */
export type Sums = Record<string, number>;

/** The sums that take what is added at an instant. */
export type SumsAt = (at: number) => Sums;

/** Adds all that one fact adds, `sign` times, to the sums of its instants. `key`: the fact's, which names its source. */
export type AddFact = (fact: Fact, sign: 1 | -1, sumsAt: SumsAt, key: string) => void;

/** `key`: the fact's. */
type Test = (fact: Fact, key: string) => boolean;

/** Terms by their conditions, in the order in which they ask: what several ask first is asked once. */
interface TermTree {
  readonly test: Test;
  readonly terms: CompiledTerm[];
  readonly next: Map<string, TermTree>;
}

interface CompiledTerm {
  readonly valueOf: (fact: Fact) => number | undefined;
  readonly at: number;
  readonly afterMs: number;
  readonly sign: 1 | -1;
  readonly countField: string;
  readonly sumField: string;
  /** The measure's name, where it keeps its spread. */
  readonly spread: string | undefined;
}

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
  const rows = new Map<number, Sums>();
  compile(measures)(fact, 1, (at) => {
    const sums = rows.get(at) ?? {};
    rows.set(at, sums);
    return sums;
  }, '');
  const group = { store: storeOf(fact), channel: channelOf(fact) };
  return [...rows].flatMap(([at, sums]) => Object.entries(sums).flatMap(([field, value]) => (value === 0 ? [] : [{ at, ...group, field, value }])));
}

/** The store a fact is counted under. */
export function storeOf({ values }: Fact, aliases: StoreAliases = {}): string {
  const said = textIn(values, SLOT.store) ?? '';
  return Object.hasOwn(aliases, said) ? aliases[said] ?? said : said;
}

/** The channel a fact is counted under: a till's, where the sender says nothing. */
export function channelOf({ values }: Fact): string {
  return textIn(values, SLOT.channel) ?? 'pos';
}

/** Measures compiled: what any fact adds under them. Where no system of record is named, all that is sent is of it. */
export function compile(measures: readonly Measure[], records: readonly SystemOfRecord[] = [], aliases: StoreAliases = {}): AddFact {
  const [ofRecord, ofOthers] = [compileTerms(measures, 'record'), compileTerms(measures, 'others')];
  return (fact, sign, sumsAt, key) => {
    const time = fact.values[SLOT.time];
    const terms = (records.length === 0 || isOfRecord(records, originOf(fact, key, aliases)) ? ofRecord : ofOthers).get(fact.type);
    if (typeof time !== 'number' || terms === undefined) return;
    const own = sumsAt(time);
    add(own, terms.present, sign);
    addTree(terms.tree, fact, (term, value) => {
      const instant = fact.values[term.at];
      const at = (typeof instant === 'number' ? instant : time) + term.afterMs;
      addTerm(at === time ? own : sumsAt(at), term, value, sign);
    }, key);
  };
}

interface CompiledType {
  readonly present: string;
  readonly tree: TermTree;
}

function compileTerms(measures: readonly Measure[], side: 'record' | 'others'): ReadonlyMap<EventType, CompiledType> {
  return new Map(EVENT_TYPES.map((type) => [type, { present: typeField(type), tree: termTree(type, measures, side) }]));
}

function isMeant({ type, from = type === 'sale' || type === 'refund' || type === 'waste' ? 'record' : 'any' }: Term, side: 'record' | 'others'): boolean {
  return from === 'any' || from === side;
}

function originOf(fact: Fact, key: string, aliases: StoreAliases): FactOrigin {
  return { store: storeOf(fact, aliases), channel: channelOf(fact), source: sourceIn(key) };
}

function termTree(type: EventType, measures: readonly Measure[], side: 'record' | 'others'): TermTree {
  const root: TermTree = { test: () => true, terms: [], next: new Map() };
  for (const measure of measures) {
    for (const term of measure.terms) if (term.type === type && isMeant(term, side)) nodeOf(root, conditionsOf(term)).terms.push(compileTerm(measure, term));
  }
  return root;
}

function nodeOf(root: TermTree, conditions: readonly Condition[]): TermTree {
  return conditions.reduce((node, condition) => {
    const name = JSON.stringify(condition);
    const next = node.next.get(name) ?? { test: testOf(condition), terms: [], next: new Map<string, TermTree>() };
    node.next.set(name, next);
    return next;
  }, root);
}

function addTree({ terms, next }: TermTree, fact: Fact, addValue: (term: CompiledTerm, value: number) => void, key: string): void {
  for (const term of terms) {
    const value = term.valueOf(fact);
    if (value !== undefined) addValue(term, value);
  }
  for (const tree of next.values()) if (tree.test(fact, key)) addTree(tree, fact, addValue, key);
}

function addTerm(sums: Sums, term: CompiledTerm, value: number, sign: 1 | -1): void {
  const by = sign === term.sign ? 1 : -1;
  add(sums, term.countField, by);
  if (value !== 0) add(sums, term.sumField, by * value);
  if (term.spread !== undefined) add(sums, bucketField(term.spread, bucketOf(value)), by);
}

function add(sums: Sums, field: string, by: number): void {
  sums[field] = (sums[field] ?? 0) + by;
}

function compileTerm({ name, spread }: Measure, { at = 'time', afterMs = 0, value, lines, sign = 1 }: Term): CompiledTerm {
  return {
    valueOf: lines === undefined ? readerOf(value) : readerOfLines(lines, value),
    at: SLOT[at], afterMs, sign, countField: countField(name), sumField: name, spread: spread === true ? name : undefined,
  };
}

const notVoided: Condition = { field: 'status', op: 'isNot', value: 'voided' };

/** What never was is counted only by who asks for it by name. */
function conditionsOf({ where = [] }: Term): readonly Condition[] {
  return where.some(({ field, value }) => field === 'status' && value === 'voided') ? where : [notVoided, ...where];
}

/** What the derived fields mean, and what a field is taken for where nobody said anything. */
function testOf({ field, op, value }: Condition): Test {
  switch (field) {
    case 'social': return comparison((fact) => isSocial(fact), op, value);
    case 'won': return comparison(isWon, op, value);
    case 'annulled': return comparison(isAnnulled, op, value);
    case 'duration': return comparison((fact) => durationOf(fact), op, value);
    case 'revenue': return comparison(revenueOf, op, value);
    case 'vat': return comparison(taxOf, op, value);
    case 'units': return comparison(unitsOf, op, value);
    case 'channel': return comparison(channelOf, op, value);
    case 'status': return comparison(statusOf, op, value);
    case 'sender': return senderTest(op, value);
    case 'voidState': return comparison(({ voidState }) => voidState, op, value);
    default: return comparison((fact) => fact.values[placeOf(fact, field)], op, value);
  }
}

/** Every fact has one. */
function senderTest(op: Condition['op'], value: Condition['value']): Test {
  const isMeant: Test = (_fact, key) => typeof value === 'string' && isNamed(sourceIn(key), value);
  switch (op) {
    case 'is': return isMeant;
    case 'isNot': return (fact, key) => !isMeant(fact, key);
    case 'known': return () => true;
    default: return () => false;
  }
}

function comparison(read: (fact: Fact) => FieldValue | undefined, op: Condition['op'], value: Condition['value']): Test {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [];
  switch (op) {
    case 'is': return (fact) => read(fact) === value;
    case 'isNot': return (fact) => read(fact) !== value;
    case 'in': return (fact) => listed.includes(read(fact));
    case 'notIn': return (fact) => !listed.includes(read(fact));
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
  const source = textIn(values, SLOT['campaign.source']);
  const medium = textIn(values, SLOT['campaign.medium']);
  return SOCIAL_SOURCES.has(source?.toLowerCase() ?? '') || SOCIAL_MEDIUM.test(medium?.toLowerCase() ?? '');
}

/** Of a return of a till: some void names it. Of an order's refund, the order decides. */
function isAnnulled(fact: Fact): boolean {
  return fact.voidState === 'voided' && !isOfOrder(fact);
}

/** Of a contact: one of its deals is won; contacts of former releases say `x_won` of all of them. */
function isWon(fact: Fact): boolean {
  const deals = fact.extras.filter((name) => name.startsWith('x_won_'));
  return (deals.length === 0 ? ['x_won'] : deals).some((name) => fact.values[placeOf(fact, name)] === true);
}

function textIn(values: Fact['values'], place: number): string | undefined {
  const value = values[place];
  return typeof value === 'string' ? value : undefined;
}

function readerOf(value: Term['value']): CompiledTerm['valueOf'] {
  if (typeof value === 'object') {
    if ('paid' in value) return (fact) => paidBy(fact, value.paid);
    if ('part' in value) return (fact) => partOf(fact, value.part);
    return (fact) => thousandthsOf(fact.values[placeOf(fact, value.field)]);
  }
  return value === 'taxes' || value === 'netSales' || value === 'grossSales' ? VAT[value] : readerOfField(value);
}

const VAT = { taxes: taxOf, netSales: netSalesOf, grossSales: grossSalesOf } as const;

function readerOfField(value: Exclude<Term['value'], object | keyof typeof VAT>): CompiledTerm['valueOf'] {
  switch (value) {
    case 'one': return () => 1;
    case 'quantity': return ({ values }) => numberIn(values[SLOT.quantity]) ?? 1_000;
    case 'units': return unitsOf;
    case 'duration': return durationOf;
    case 'revenue': return revenueOf;
    case 'discount': return discountOf;
    default: return ({ values }) => numberIn(values[SLOT[value]]);
  }
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
