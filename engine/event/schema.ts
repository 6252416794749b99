/**
 * `eventSchema` is the JSON Schema (2020-12) of canonical events, published as it is; dates and money are checked further in event.ts.
 */

/**
 * `LABEL`: a segment of a topic and of a key: no separators, wildcards, control characters (C1 neither) or noncharacters, for which a broker closes the
 * connection; `_` means "all" and is taken.
 */
export const LABEL = /^(?!_$)[^/+# \p{Cc}\p{Cs}\p{NChar}][^/+#\p{Cc}\p{Cs}\p{NChar}]{0,63}$/u;

/** `EVENT_TYPES` of facts. */
export const EVENT_TYPES = ['sale', 'refund', 'visit', 'checkout', 'lead', 'ticket', 'waste', 'payment', 'closing'] as const;
/** `ERASURE` is no fact, but a request about facts: who bought is forgotten (see erasure/). */
export const ERASURE = 'erasure';
/** `cancelled`: never paid, or paid and then given back by a refund of its own. `voided`: it never was, and leaves the window of its time. */
export const STATUSES = ['open', 'completed', 'cancelled', 'voided'] as const;

/** `STAFF`: the pseudonym of who sold. */
export const STAFF = /^s[0-9]{1,3}:[A-Za-z0-9_-]{1,64}$/;

const label = { type: 'string', pattern: LABEL.source } as const;
const instant = { type: 'string', minLength: 20, maxLength: 35 } as const;
/** No control characters, no half of a surrogate pair: it has to survive UTF-8, a key and a topic. */
const WRITABLE = '^[^\\u0000-\\u001f\\u007f\\p{Cs}]*$';
const text = { type: 'string', minLength: 1, maxLength: 256, pattern: WRITABLE } as const;

/** A campaign, as people name it. */
const name = { ...text, pattern: '^[^\\p{Cc}\\p{Cs}]*$' } as const;

const money = {
  anyOf: [{ type: 'string', pattern: '^(0|[1-9][0-9]{0,8})(\\.[0-9]{1,18})?$' }, { type: 'number', minimum: 0, exclusiveMaximum: 1e9 }],
} as const;
const means = { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,31}$' } as const;
/** Of one line: an article that comes back in exchange is worth less than nothing. */
const signedMoney = {
  anyOf: [{ type: 'string', pattern: '^-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,18})?$' }, { type: 'number', exclusiveMinimum: -1e9, exclusiveMaximum: 1e9 }],
} as const;
/** A VAT rate in percent. */
const rate = { anyOf: [{ type: 'string', pattern: '^(100|[1-9]?[0-9])(\\.[0-9]{1,2})?$' }, { type: 'number', minimum: 0, maximum: 100 }] } as const;

/** At most this many rates, and this many means of payment, in one event. */
const MAX_SHARES = 20;

function shares(name: string, of: object): object {
  return {
    type: 'array', maxItems: MAX_SHARES,
    items: { type: 'object', required: [name, 'amount'], properties: { [name]: of, amount: money }, additionalProperties: false },
  };
}

/** Far more than a receipt has; of more than `MAX_LINES` the rest is added up (see lines.ts). */
const MAX_SENT_LINES = 10_000;

const line = {
  type: 'object',
  required: ['amount'],
  properties: {
    product: { ...name, maxLength: 128 },
    name,
    category: { ...name, maxLength: 128 },
    quantity: { type: 'number', minimum: -1e7, maximum: 1e7 },
    amount: signedMoney,
    discount: money,
    vatRate: rate,
    cost: money,
  },
  additionalProperties: false,
} as const;

/** `MAX_FIELDS` of `data`. */
export const MAX_FIELDS = 40;

const data = {
  type: 'object',
  required: ['store'],
  properties: {
    store: label,
    channel: label,
    status: { enum: STATUSES },
    amount: money,
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    openedAt: instant,
    closedAt: instant,
    quantity: { type: 'number', minimum: 0, maximum: 1e7 },
    payment: means,
    payments: shares('by', means),
    lines: { type: 'array', maxItems: MAX_SENT_LINES, items: line },
    taxes: shares('rate', rate),
    discount: money,
    tip: money,
    shipping: money,
    giftCards: money,
    refersTo: text,
    campaign: { type: 'object', properties: { source: name, medium: name, name }, additionalProperties: false },
    customer: { type: 'string', pattern: '^h[0-9]{1,3}:[A-Za-z0-9_-]{1,64}$' },
    staff: { type: 'string', pattern: STAFF.source },
  },
  patternProperties: { '^x_[A-Za-z0-9_]{1,60}$': { anyOf: [{ type: 'string', maxLength: 256, pattern: WRITABLE }, { type: 'number' }, { type: 'boolean' }] } },
  additionalProperties: false,
  maxProperties: MAX_FIELDS,
} as const;

const PRICED = ['sale', 'refund', 'payment', 'waste'] as const;
/** Who says that something never was need not know what it had cost. */
const VOIDED = { required: ['status'], properties: { status: { const: 'voided' } } } as const;

export const eventSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bottega canonical event (CloudEvents 1.0, structured mode)',
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'time', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: text,
    source: text,
    type: { enum: [...EVENT_TYPES, ERASURE] },
    subject: text,
    time: instant,
    sequence: { anyOf: [{ type: 'string', minLength: 1, maxLength: 64, pattern: WRITABLE }, { type: 'integer', minimum: 0 }] },
    recordedtime: instant,
    data,
  },
  propertyNames: { pattern: '^[a-z0-9_]{1,40}$' },
  allOf: [
    {
      if: { required: ['type'], properties: { type: { enum: PRICED } } },
      then: { required: ['subject'] },
    },
    {
      if: { required: ['type', 'data'], properties: { type: { enum: PRICED }, data: { not: VOIDED } } },
      then: { properties: { data: { required: ['amount'] } } },
    },
  ],
} as const;
