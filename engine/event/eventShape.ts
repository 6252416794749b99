/**
 * Is this plainly a canonical event? Most are, and a look at each field tells so many times faster than the schema; whatever is in doubt
 * (a field of the user's own, an accent in a label, an amount as a number) is left to the schema.
 */
import { eventSchema, STATUSES } from './schema.js';

const STATES: ReadonlySet<unknown> = new Set(STATUSES);
/** Types of which the schema asks a subject and an amount, and types of which it asks nothing; any other is in doubt. */
const PRICED: ReadonlySet<unknown> = new Set(['sale', 'refund', 'payment', 'waste']);
const FREE: ReadonlySet<unknown> = new Set(['visit', 'checkout', 'lead', 'ticket', 'closing']);

/** No surrogates at all: then as many code points as code units. */
// eslint-disable-next-line no-control-regex -- control characters are what it keeps out
const TEXT = /^[^\u0000-\u001f\u007f\ud800-\udfff]{1,256}$/;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

type Check = (value: unknown) => boolean;
type Checks = ReadonlyMap<string, Check>;

const like = (pattern: RegExp): Check => (value) => typeof value === 'string' && pattern.test(value);
const text = like(TEXT);
const label = like(LABEL);
/** As much as the schema looks at: whether it is an instant is another question. */
const instant: Check = (value) => text(value) && (value as string).length >= 20 && (value as string).length <= 35;
const anything: Check = () => true;

/** The schema's own rules where they are one rule. */
const { amount, currency, quantity, payment, customer } = eventSchema.properties.data.properties;

const CAMPAIGN: Checks = new Map([['source', text], ['medium', text], ['name', text]]);

const DATA: Checks = new Map<string, Check>([
  ['store', label], ['channel', label],
  ['status', (value) => STATES.has(value)],
  ['amount', like(new RegExp(amount.anyOf[0].pattern))],
  ['currency', like(new RegExp(currency.pattern))],
  ['openedAt', instant], ['closedAt', instant],
  ['quantity', (value) => typeof value === 'number' && value >= quantity.minimum && value <= quantity.maximum],
  ['payment', like(new RegExp(payment.pattern))],
  ['campaign', (value) => allPass(value, CAMPAIGN)],
  ['customer', like(new RegExp(customer.pattern))],
]);

const EVENT: Checks = new Map<string, Check>([
  ['specversion', (value) => value === '1.0'],
  ['id', text], ['source', text], ['subject', text],
  ['type', (value) => PRICED.has(value) || FREE.has(value)],
  ['time', instant], ['recordedtime', instant],
  ['sequence', (value) => text(value) && (value as string).length <= 64],
  ['data', (value) => allPass(value, DATA)],
  // What an outbox adds; the schema takes anything there.
  ['outboxid', anything], ['outboxoffset', anything],
]);

const REQUIRED = ['specversion', 'id', 'source', 'type', 'time', 'data'] as const;

/** True only for what `eventSchema` accepts; false says nothing. */
export function isPlainlyValid(input: unknown): boolean {
  if (!allPass(input, EVENT)) return false;
  const event = input as Readonly<Record<string, unknown>>;
  const data = (event['data'] ?? {}) as Readonly<Record<string, unknown>>;
  if (data['store'] === undefined || REQUIRED.some((name) => event[name] === undefined)) return false;
  return FREE.has(event['type']) || (event['subject'] !== undefined && data['amount'] !== undefined);
}

/** Of an object, each field by its own check; a field without one is in doubt. */
function allPass(record: unknown, checks: Checks): boolean {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return false;
  for (const name in record) if (checks.get(name)?.((record as Readonly<Record<string, unknown>>)[name]) !== true) return false;
  return true;
}
