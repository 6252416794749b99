/**
 * `Fact` is what is known about one thing that happened: the merge of all versions received of it, whatever their order.
 *
 * A fact is a row of last-writer-wins registers, one a field, ordered by (paid or not, sequence, id, value). That order is total, so
 * the merge is commutative, associative and idempotent (a state-based CRDT: Shapiro et al. 2011, LWW-Register).
 */
import { type EventData, type EventType, sequenceKey, type ShopEvent } from '../event/event.js';
import { type SaleLine, saleLines } from './saleLine.js';
import { toMinor } from '../base/money.js';
import { parseInstant } from '../base/time.js';
import { ownFieldsOf } from './ownFields.js';

/** How much of something (a means of payment, a VAT rate), in minor units. */
export interface Share {
  readonly of: string;
  readonly amount: number;
}

/** A field's value: text, an instant in epoch ms, money in minor units, a quantity in thousandths, shares of money, lines. */
export type FieldValue = string | number | boolean | readonly Share[] | readonly SaleLine[];

/** Where the fields that any event may have stand in a fact; a sender's own fields (`x_…`) follow, in the order of their names. */
export const SLOT = {
  store: 0, channel: 1, time: 2, status: 3, amount: 4, quantity: 5, payment: 6, openedAt: 7, closedAt: 8, customer: 9,
  'campaign.source': 10, 'campaign.medium': 11, 'campaign.name': 12,
  tip: 13, shipping: 14, giftCards: 15, discount: 16, taxes: 17, payments: 18, refersTo: 19, lines: 20, staff: 21,
} as const;

/** The place of the first `x_…` field. */
export const FIRST_EXTRA = 22;

/**
 * Of a receipt: `voided`, some void names it, so it never was. Of a void: `applied` to the document that it names, `waiting` for that document
 * without effect, `unnamed`, it names none and takes its own amount out of the window in which it was issued (see voidState.ts). Of a refund:
 * `voided` with its sale, or a till's by some void that names it. Of a payment: `stated` by its sale, too. Of a deal: `released`, its contact is
 * gone and no longer stands for both (see aggregate/relatedLeads.ts). Of an order: `raised:4000`, so much (minor units) of what edits took out of it
 * went back as refunds that its latest version does not know (see aggregate/editedOrders.ts).
 */
export type VoidState = 'voided' | 'applied' | 'waiting' | 'unnamed' | 'stated' | 'released' | `raised:${string}`;

/**
 * The merged fields by their place, with the place of their writer (`by` is absent where there is but one writer). A writer is the version's
 * place in its subject's history (`sequences`) and its id (`ids`). Writers and the names of `x_…` fields are sorted: equal knowledge is an
 * equal fact, and equal text (see factText.ts). Plain lists, and one text for the usual single writer: most facts are never merged.
 */
export interface Fact {
  readonly type: EventType;
  readonly sequences: string | readonly string[];
  readonly ids: string | readonly string[];
  readonly extras: readonly string[];
  readonly values: readonly (FieldValue | undefined)[];
  readonly by: readonly number[] | undefined;
  /** What other documents make of it; no version sets it. */
  readonly voidState?: VoidState;
}

/** Facts of one thing share this key. The source belongs to it: two tills may both have a receipt 1. */
export function factKey({ type, source, subject, id }: Pick<ShopEvent, 'type' | 'source' | 'subject' | 'id'>): string {
  return keyStart(type, source) + (subject ?? `=${id}`);
}

/** The source that a fact's key names. */
export function sourceIn(key: string): string {
  return decodeURIComponent(key.split('/', 3)[2] ?? '');
}

/** The last part of a fact's key; it may have slashes. */
export function subjectIn(key: string): string {
  return key.split('/').slice(3).join('/');
}

/** Merges one more version in. */
export function mergeEvent(fact: Fact | undefined, event: ShopEvent, currency: string): Fact {
  return mergeFacts(fact, factOf(event, currency));
}

/** Merges two states of knowledge about one thing. Answers `a` itself where `b` says nothing new. */
export function mergeFacts(a: Fact | undefined, b: Fact): Fact {
  if (a === undefined) return b;
  if (covers(a, b)) return a;
  if (covers(b, a)) return b;
  return mergeRegisters(a, b);
}

/** The lines of a sale, a return or waste; `undefined` where no version has any. The list is empty where the latest version took them back. */
export function linesOf({ values }: Fact): readonly SaleLine[] | undefined {
  return values[SLOT.lines] as readonly SaleLine[] | undefined;
}

/** The value of one field, `undefined` where no version set it. */
export function fieldOf(fact: Fact, field: string): FieldValue | undefined {
  return fact.values[placeOf(fact, field)];
}

/**
 * The status a fact has: `voided` where it was deleted and not restored (`x_deleted`), else what was said, else that a ticket, lead or checkout is
 * open until somebody closes it, and that anything else happened.
 */
export function statusOf(fact: Fact): FieldValue {
  const { type, values, voidState, extras } = fact;
  if (voidState === 'voided' || (extras.length > 0 && fieldOf(fact, 'x_deleted') === true)) return 'voided';
  return values[SLOT.status] ?? (type === 'ticket' || type === 'lead' || type === 'checkout' ? 'open' : 'completed');
}

/** Of a refund: it is of an order, which decides whether it counts. */
export function isOfOrder({ type, values }: Fact): boolean {
  const subject = values[SLOT.refersTo];
  return type === 'refund' && typeof subject === 'string' && subject.startsWith('order/');
}

/**
 * What the fact says, at other places in the history of a thing: of each field with its sequence, the sequence that it is to have, absent for what is
 * left out; `undefined` where nothing remains.
 */
export function withSequences(fact: Fact, sequenceOf: (field: string, sequence: string) => string | undefined): Fact | undefined {
  const { type, extras, values } = fact;
  const fields = [...Object.keys(SLOT), ...extras];
  const moved = values.map((_value, place): Register | undefined => {
    const register = registerIn(fact, place);
    const sequence = register === undefined ? undefined : sequenceOf(fields[place] ?? '', register.sequence);
    return register === undefined || sequence === undefined ? undefined : { ...register, sequence };
  });
  if (moved.every((register) => register === undefined)) return undefined;
  const kept = extras.filter((_name, index) => moved[FIRST_EXTRA + index] !== undefined);
  return assemble(type, kept, moved.filter((register, place) => place < FIRST_EXTRA || register !== undefined));
}

/** The version that set a field; empty texts, behind which every version stands, where none did. */
export function writerOf(fact: Fact, field: string): { readonly sequence: string; readonly id: string } {
  return registerIn(fact, placeOf(fact, field)) ?? { sequence: '', id: '' };
}

/** Place of a field in a fact; one behind the last where the fact does not have it. */
export function placeOf({ extras, values }: Pick<Fact, 'extras' | 'values'>, field: string): number {
  const slot = (SLOT as Readonly<Record<string, number>>)[field];
  if (slot !== undefined) return slot;
  const index = extras.indexOf(field);
  return index === -1 ? values.length : FIRST_EXTRA + index;
}

/** What one version says. */
export function factOf({ type, id, time, sequence, data }: ShopEvent, currency: string): Fact {
  const { store, channel, status, payment, amount, quantity } = data;
  const thousandths = quantity === undefined ? undefined : Math.round(quantity * 1_000);
  const values: (FieldValue | undefined)[] = [store, channel, instantOf(time), status, minorOf(amount, currency), thousandths, payment];
  const extras = pushRest(values, data, currency);
  // A version whose place is its time is not read twice for the same instant.
  const place = sequence === time ? time.slice(0, -1) : sequenceKey(sequence);
  const fact: Fact = { type, sequences: isUnpaid(type, status) ? UNPAID + place : place, ids: id, extras, values, by: undefined };
  return data['x_deleted'] === undefined ? fact : withSequences(fact, behindOthers) ?? fact;
}

/** Where and when a record was deleted, merged or restored is not where and when it counts, as long as anything else is known of it. */
function behindOthers(field: string, sequence: string): string {
  return field === 'time' || field === 'store' || field === 'channel' ? BEHIND_OTHERS + sequence : sequence;
}

/** Behind creations (`#`), before what was derived from other facts (`!`). */
const BEHIND_OTHERS = '"';

function minorOf(amount: string | undefined, currency: string): number | undefined {
  return amount === undefined ? undefined : toMinor(amount, currency) ?? 0;
}

/**
 * `UNPAID` marks sequences. A sale that was paid stays one: cancelled later, it is a refund that takes the money back. So what says it was paid
 * stands behind all that says it is open or cancelled; voided, it never was, if nothing later says that it is paid. No sequence begins with a
 * control character.
 */
export const UNPAID = '\u0001';

/** `UNSAID` is the sequence of what no sender said of a thing: every version stands behind it, also one that is not paid yet. */
export const UNSAID = '';

/** Whether nothing is known of a thing but that other facts follow it. */
export function isUnknown({ sequences }: Fact): boolean {
  return sequences === UNSAID;
}

function isUnpaid(type: EventType, status: EventData['status']): boolean {
  return type === 'sale' && (status === 'open' || status === 'cancelled');
}

/** One list for all facts without fields of the sender's own. */
export const NO_EXTRAS: readonly string[] = [];
const MAX_SOURCES = 1_000;
const keyStarts = new Map<EventType, Map<string, string>>();

/** Sources are few, and encoding one costs more than finding it again. */
function keyStart(type: EventType, source: string): string {
  let bySource = keyStarts.get(type);
  if (bySource === undefined) keyStarts.set(type, bySource = new Map<string, string>());
  let start = bySource.get(source);
  if (start === undefined) {
    if (bySource.size >= MAX_SOURCES) bySource.clear();
    bySource.set(source, start = `f/${type}/${encodeURIComponent(source)}/`);
  }
  return start;
}

/** Appends the fields that most facts do not have, and answers the names of the sender's own. */
function pushRest(values: (FieldValue | undefined)[], data: EventData, currency: string): readonly string[] {
  const own = ownFields(data);
  const details = detailsOf(data, currency);
  if (own === NO_EXTRAS && details === undefined) {
    if (COMMON.some((field) => data[field] !== undefined)) values.push(...commonOf(data));
    return own;
  }
  values.push(...commonOf(data), ...(details ?? NO_DETAILS));
  for (const name of own) values.push(data[name as `x_${string}`]);
  return own;
}

const COMMON = ['openedAt', 'closedAt', 'customer', 'campaign'] as const;

function commonOf({ openedAt, closedAt, customer, campaign }: EventData): (FieldValue | undefined)[] {
  return [optionalInstant(openedAt), optionalInstant(closedAt), customer, campaign?.source, campaign?.medium, campaign?.name];
}

const DETAILS = ['tip', 'shipping', 'giftCards', 'discount', 'taxes', 'payments', 'refersTo', 'lines', 'staff'] as const;
const NO_DETAILS: readonly undefined[] = new Array<undefined>(FIRST_EXTRA - SLOT.tip).fill(undefined);

/** What few senders say of a sale, in the order of its places. */
function detailsOf(data: EventData, currency: string): (FieldValue | undefined)[] | undefined {
  if (DETAILS.every((field) => data[field] === undefined)) return undefined;
  const { tip, shipping, giftCards, discount, taxes, payments, refersTo, lines, staff } = data;
  const sums = [tip, shipping, giftCards, discount].map((amount) => minorOf(amount, currency));
  const taxShares = taxes?.map(({ rate, amount }): Share => ({ of: rate, amount: minorOf(amount, currency) ?? 0 }));
  const paymentShares = payments?.map(({ by, amount }): Share => ({ of: by, amount: minorOf(amount, currency) ?? 0 }));
  return [...sums, taxShares, paymentShares, refersTo, lines === undefined ? undefined : saleLines(lines, currency), staff];
}

function ownFields(data: EventData): readonly string[] {
  let own: string[] | undefined;
  for (const field in data) {
    if (field.charCodeAt(1) === UNDERSCORE) (own ??= []).push(field);
  }
  return own?.sort() ?? NO_EXTRAS;
}

/** Only a sender's own fields have one in second place. */
const UNDERSCORE = '_'.charCodeAt(0);

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) throw new TypeError(`not a canonical instant: ${text}`);
  return instant;
}

function optionalInstant(text: string | undefined): number | undefined {
  return text === undefined ? undefined : instantOf(text);
}

/** Whether merging `b` into `a` changes nothing: what a repetition does, and what an older version does that knows no more. */
function covers(a: Fact, b: Fact): boolean {
  const isNewer = a.by === undefined && b.by === undefined && isAfter(b.sequences as string, b.ids as string, a.sequences as string, a.ids as string);
  if (isNewer) return false;
  for (let place = 0; place < b.values.length; place += 1) {
    const value = b.values[place];
    if (value === undefined) continue;
    const mine = a.extras === b.extras || place < FIRST_EXTRA ? place : placeOf(a, b.extras[place - FIRST_EXTRA] ?? '');
    const known = a.values[mine];
    if (known === undefined || isLater(registerAt(b, place, value), registerAt(a, mine, known))) return false;
  }
  return true;
}

interface Register {
  readonly value: FieldValue;
  readonly sequence: string;
  readonly id: string;
}

function registerAt({ sequences, ids, by }: Fact, place: number, value: FieldValue): Register {
  const writer = by?.[place] ?? 0;
  return { value, sequence: nth(sequences, writer), id: nth(ids, writer) };
}

function nth(texts: string | readonly string[], index: number): string {
  return typeof texts === 'string' ? texts : texts[index] ?? '';
}

/** Whether a version stands behind another one in the history of a thing. */
export function isAfter(sequence: string, id: string, otherSequence: string, otherId: string): boolean {
  return sequence === otherSequence ? id > otherId : sequence > otherSequence;
}

function isLater(a: Register, b: Register): boolean {
  if (a.sequence !== b.sequence || a.id !== b.id) return isAfter(a.sequence, a.id, b.sequence, b.id);
  return a.value !== b.value && JSON.stringify(a.value) > JSON.stringify(b.value);
}

function mergeRegisters(a: Fact, b: Fact): Fact {
  const extras = a.extras === b.extras ? a.extras : ownFieldsOf(a.extras, b.extras);
  const registers: (Register | undefined)[] = [];
  const end = extras.length > 0 ? FIRST_EXTRA + extras.length : Math.max(a.values.length, b.values.length);
  for (let place = 0; place < end; place += 1) {
    const name = place < FIRST_EXTRA ? undefined : extras[place - FIRST_EXTRA];
    const [mine, other] = name === undefined ? [place, place] : [placeOf(a, name), placeOf(b, name)];
    registers.push(later(registerIn(a, mine), registerIn(b, other)));
  }
  return assemble(b.type, extras, registers);
}

function registerIn(fact: Fact, place: number): Register | undefined {
  const value = fact.values[place];
  return value === undefined ? undefined : registerAt(fact, place, value);
}

function later(a: Register | undefined, b: Register | undefined): Register | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isLater(b, a) ? b : a;
}

function assemble(type: EventType, extras: readonly string[], registers: readonly (Register | undefined)[]): Fact {
  const writers: Register[] = [];
  for (const register of registers) {
    if (register !== undefined && !writers.some((writer) => isSameWriter(writer, register))) writers.push(register);
  }
  writers.sort((a, b) => (isAfter(a.sequence, a.id, b.sequence, b.id) ? 1 : -1));
  const values = registers.map((register) => register?.value);
  const [only] = writers;
  if (only !== undefined && writers.length === 1) return { type, sequences: only.sequence, ids: only.id, extras, values, by: undefined };
  const by = registers.map((register) => (register === undefined ? 0 : writers.findIndex((writer) => isSameWriter(writer, register))));
  return { type, sequences: writers.map(({ sequence }) => sequence), ids: writers.map(({ id }) => id), extras, values, by };
}

function isSameWriter(a: Register, b: Register): boolean {
  return a.sequence === b.sequence && a.id === b.id;
}
