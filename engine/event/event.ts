/**
 * `ShopEvent` is the canonical event: CloudEvents 1.0 (specification v1.0.2) around the shop's own data. `parseEvent` checks anything for being one.
 */
import Ajv2020, { type ErrorObject, type Schema } from 'ajv/dist/2020.js';
import type { Refusal, RefusalRule } from '../base/errors.js';
import { isRecord, present } from '../base/json.js';
import { cleanName } from '../base/name.js';
import { canonicalLines, cleanLines, type EventLine, lineFlags, moneyText, rateText } from './lines.js';
import { withFlags } from './quality.js';
import { type ERASURE, type EVENT_TYPES, eventSchema, MAX_FIELDS, type STATUSES } from './schema.js';
import { fromMinor, toMinor } from '../base/money.js';
import { DAY, formatInstant, MINUTE, parseInstant } from '../base/time.js';

export type EventType = (typeof EVENT_TYPES)[number] | typeof ERASURE;
export type SaleStatus = (typeof STATUSES)[number];

/** `Campaign` that brought the customer, by its UTM names. */
export interface Campaign {
  readonly source?: string;
  readonly medium?: string;
  readonly name?: string;
}

/** How much of a sale was paid by what means. */
export interface PaymentShare {
  readonly by: string;
  readonly amount: string;
}

/** How much VAT a sale has at a rate, in percent. */
export interface TaxShare {
  readonly rate: string;
  readonly amount: string;
}

/**
 * `EventData`: `amount` is decimal text with the currency's decimals (more are rounded, see `toMinor`): what was paid, with VAT, shipping, tip and
 * gift cards sold, after the discount. So are `tip`, `shipping`, `giftCards` and `discount`, all of them 0 or more; `discount` is that of all lines.
 * `lines` are the goods: what they do not add up to `amount` with shipping, tip and gift cards is flagged in `x_quality`. An empty list takes back the lines of
 * an earlier version. `staff` is the pseudonym of who sold, where the shop wants it counted.
 * Instants are UTC with milliseconds; `quantity` has at most three decimals; `refersTo` is the subject of the sale that a refund is of.
 */
export interface EventData {
  readonly store: string;
  readonly channel?: string;
  readonly status?: SaleStatus;
  readonly amount?: string;
  readonly currency?: string;
  readonly openedAt?: string;
  readonly closedAt?: string;
  readonly quantity?: number;
  readonly payment?: string;
  readonly payments?: readonly PaymentShare[];
  readonly lines?: readonly EventLine[];
  readonly taxes?: readonly TaxShare[];
  readonly discount?: string;
  readonly tip?: string;
  readonly shipping?: string;
  readonly giftCards?: string;
  readonly refersTo?: string;
  readonly campaign?: Campaign;
  readonly customer?: string;
  readonly staff?: string;
  readonly [extra: `x_${string}`]: string | number | boolean;
}

/** `ShopEvent` is one canonical event. `sequence` orders the versions of one subject. */
export interface ShopEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: EventType;
  readonly subject?: string;
  readonly time: string;
  readonly sequence: string;
  readonly recordedtime?: string;
  readonly data: EventData;
}

/** `EventContext` is what an event is checked against: the receiver's clock (epoch ms) and the shop's one currency. */
export interface EventContext {
  readonly now: number;
  readonly currency: string;
}

/** `ParsedEvent`: the canonical event, or every rule that the input breaks (eight at most). */
export type ParsedEvent =
  | { readonly outcome: 'event'; readonly event: ShopEvent }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** `MAX_FUTURE_MS`: a till's clock may be this far ahead of ours. */
export const MAX_FUTURE_MS = 5 * MINUTE;
/** `MAX_AGE_MS`: hour slices, and so corrections, reach this far back. */
export const MAX_AGE_MS = 400 * DAY;
/** Longer than anything is open: sums of such times would leave the exact integers. */
const MAX_OPEN_MS = 3_660 * DAY;

/** Fields that are money, and fields that are lists of it. */
const MONEY = ['amount', 'discount', 'tip', 'shipping', 'giftCards'] as const;
const SHARES = ['payments', 'taxes'] as const;

type Json = Record<string, unknown>;

const validate = new Ajv2020({ allErrors: true, strict: false }).compile<Json & { data: Json }>(eventSchema as Schema);

/** `parseEvent` checks anything and gives it its one canonical form: equal events become equal text. */
export function parseEvent(sent: unknown, context: EventContext): ParsedEvent {
  const input = withCleanNames(sent);
  if (!validate(input)) {
    return { outcome: 'refused', refusals: (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').slice(0, 8).map(refusalOf) };
  }
  const refusals: Refusal[] = [];
  const event = canonical(input, context, refusals);
  if (refusals.length > 0) return { outcome: 'refused', refusals };
  parsed.set(event, context.currency);
  return { outcome: 'event', event };
}

/** The input itself where there is nothing to clean, else a copy. Names are cleaned, and texts of the sender's own, which conditions compare. */
function withCleanNames(input: unknown): unknown {
  if (!isRecord(input) || !isRecord(input['data'])) return input;
  const { data } = input;
  const names = cleanFields(data, Object.keys(data).filter((field) => field === 'store' || field === 'channel' || field.startsWith('x_')));
  const campaign = isRecord(data['campaign']) ? cleanFields(data['campaign'], ['source', 'medium', 'name']) : undefined;
  const lines = cleanLines(data['lines']);
  if (names === undefined && campaign === undefined && lines === data['lines']) return input;
  const changed = campaign === undefined ? {} : { campaign: { ...data['campaign'] as object, ...campaign } };
  return { ...input, data: { ...data, ...names, ...changed, ...(lines === undefined ? {} : { lines }) } };
}

/** The fields that are not clean, cleaned; `undefined` where all are. */
function cleanFields(names: Json, fields: readonly string[]): Json | undefined {
  let cleaned: Json | undefined;
  for (const field of fields) {
    const name = names[field];
    const clean = typeof name === 'string' ? cleanName(name) : name;
    if (clean !== name) cleaned = { ...cleaned, [field]: clean };
  }
  return cleaned;
}

const parsed = new WeakMap<object, string>();

/** `isParsed` is true for what `parseEvent` made, in that currency. Whoever may have changed it since has to be ruled out by the caller. */
export function isParsed(input: unknown, currency: string): input is ShopEvent {
  return typeof input === 'object' && input !== null && parsed.get(input) === currency;
}

/** `sequenceKey` orders versions of one subject: instants by time whatever their precision, plain integers by value, anything else as text. */
export function sequenceKey(sequence: string): string {
  if (/^\d{1,20}$/.test(sequence)) return sequence.padStart(20, '0');
  return parseInstant(sequence) === undefined ? sequence : sequence.replace(/Z$/, '');
}

/** `channelOf` gives the sales channel that an event is attributed to: a till's, where the sender says nothing. */
export function channelOf(data: { readonly channel?: string }): string {
  return data.channel ?? 'pos';
}

function canonical(raw: Json & { data: Json }, context: EventContext, refusals: Refusal[]): ShopEvent {
  const time = instantAt(raw['time'], '/time', refusals);
  const recorded = raw['recordedtime'] === undefined ? undefined : instantAt(raw['recordedtime'], '/recordedtime', refusals);
  refuseImplausible(time, context.now, recorded ?? context.now, refusals);
  const formatted = time === undefined ? '' : formatInstant(time);
  const sequence = raw['sequence'] as string | number | undefined;
  return present({
    specversion: '1.0' as const,
    id: raw['id'] as string,
    source: raw['source'] as string,
    type: raw['type'] as EventType,
    subject: raw['subject'] as string | undefined,
    time: formatted,
    sequence: sequence === undefined ? formatted : canonicalSequence(String(sequence)),
    recordedtime: recorded === undefined ? undefined : formatInstant(recorded),
    data: canonicalData(raw.data, context, refusals),
  });
}

function canonicalData(raw: Json, context: EventContext, refusals: Refusal[]): EventData {
  const currency = (raw['currency'] ?? context.currency) as string;
  const lines = raw['lines'] as readonly Json[] | undefined;
  const hasMoney = lines !== undefined || MONEY.some((field) => raw[field] !== undefined) || SHARES.some((field) => raw[field] !== undefined);
  let data = inOrder(hasMoney ? { ...raw, currency } : raw);
  if (hasMoney && currency !== context.currency) {
    refusals.push({ path: '/data/currency', rule: 'currency.foreign', message: `the shop counts in ${context.currency}` });
  } else if (hasMoney) canonicalMoney(data, currency, refusals);
  if (lines !== undefined && currency === context.currency) data = withLines(data, lines, currency, refusals);
  for (const field of ['openedAt', 'closedAt'] as const) {
    if (raw[field] !== undefined) data[field] = reformat(raw[field], `/data/${field}`, refusals);
  }
  refuseBadSpan(data, refusals);
  refuseBadQuantity(raw['quantity'] as number | undefined, refusals);
  return data as unknown as EventData;
}

/** A copy with its fields in order. */
function inOrder(raw: Json): Json {
  const data: Json = {};
  for (const field of Object.keys(raw).sort()) data[field] = raw[field];
  return data;
}

function refuseBadQuantity(quantity: number | undefined, refusals: Refusal[]): void {
  if (quantity !== undefined && !Number.isInteger(Math.round(quantity * 1e6) / 1e3)) {
    refusals.push({ path: '/data/quantity', rule: 'precision', message: 'at most three decimals' });
  }
}

function refuseBadSpan(data: Json, refusals: Refusal[]): void {
  const { openedAt, closedAt } = data as { openedAt?: string; closedAt?: string };
  if (openedAt !== undefined && closedAt !== undefined && closedAt < openedAt) {
    refusals.push({ path: '/data/closedAt', rule: 'order', message: 'closed before opened' });
  } else if (openedAt !== undefined && closedAt !== undefined && (parseInstant(closedAt) ?? 0) - (parseInstant(openedAt) ?? 0) > MAX_OPEN_MS) {
    refusals.push({ path: '/data/closedAt', rule: 'span', message: 'more than ten years after it was opened' });
  }
}

/** A flag takes the last field that an event may have, and no sale is refused for want of one. */
function withLines(data: Json, sent: readonly Json[], currency: string, refusals: Refusal[]): Json {
  data['lines'] = canonicalLines(sent, currency, refusals);
  const flags = lineFlags(data, sent.length, currency);
  if (flags.length === 0 || (data['x_quality'] === undefined && Object.keys(data).length >= MAX_FIELDS)) return data;
  return inOrder({ ...data, x_quality: withFlags(data['x_quality'], flags) });
}

/** Gives every sum of money its canonical form, in place. */
function canonicalMoney(data: Json, currency: string, refusals: Refusal[]): void {
  for (const field of MONEY) if (data[field] !== undefined) data[field] = amountAt(data[field], `/data/${field}`, currency, refusals);
  for (const field of SHARES) {
    const shares = data[field] as readonly Json[] | undefined;
    if (shares === undefined) continue;
    data[field] = shares.map((share, index) => {
      const amount = amountAt(share['amount'], `/data/${field}/${String(index)}/amount`, currency, refusals);
      return inOrder(field === 'taxes' ? { rate: rateText(share['rate']), amount } : { ...share, amount });
    });
  }
}

function amountAt(raw: unknown, path: string, currency: string, refusals: Refusal[]): string {
  const minor = toMinor(moneyText(raw), currency);
  if (minor === undefined) refusals.push({ path, rule: 'precision', message: `not an exact amount of ${currency}` });
  return fromMinor(minor ?? 0, currency);
}

function canonicalSequence(sequence: string): string {
  const instant = parseInstant(sequence);
  if (instant === undefined) return sequence;
  const nanos = /\.(\d{4,9})/.exec(sequence)?.[1];
  return nanos === undefined ? formatInstant(instant) : `${formatInstant(instant).slice(0, 20)}${nanos.padEnd(9, '0')}Z`;
}

function reformat(raw: unknown, path: string, refusals: Refusal[]): string {
  const instant = instantAt(raw, path, refusals);
  return instant === undefined ? '' : formatInstant(instant);
}

function instantAt(raw: unknown, path: string, refusals: Refusal[]): number | undefined {
  const instant = parseInstant(raw as string);
  if (instant === undefined) refusals.push({ path, rule: 'instant', message: 'must be an RFC 3339 instant with a zone' });
  return instant;
}

/**
 * Whoever recorded it (the intake, which always says when) has judged it by its own clock and answered the sender "stored": a later receiver
 * whose clock is behind, by up to a day, must not refuse it.
 */
function refuseImplausible(time: number | undefined, now: number, recordedAt: number, refusals: Refusal[]): void {
  if (time === undefined) return;
  const latest = Math.max(now, Math.min(recordedAt, now + DAY)) + MAX_FUTURE_MS;
  if (time > latest) refusals.push({ path: '/time', rule: 'time.future', message: 'more than 5 minutes ahead of the clock' });
  if (time < now - MAX_AGE_MS) refusals.push({ path: '/time', rule: 'time.past', message: 'more than 400 days ago' });
}

/** Every keyword of the schema is a rule of the error table (held by a test). */
function refusalOf(error: ErrorObject): Refusal {
  const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : '';
  const unknown = error.keyword === 'additionalProperties' ? `/${String(error.params['additionalProperty'])}` : '';
  return { path: `${error.instancePath}${missing}${unknown}`, rule: error.keyword as RefusalRule, message: error.message ?? error.keyword };
}
