/**
 * Built-in KPIs: the measures and numbers every installation knows, with their exact definitions.
 */
import type { EventType } from '../event/event.js';
import type { Condition, Measure, Term } from './measure.js';
import { DAY } from '../base/time.js';
import { type Kpi, type Part } from './kpi.js';
import type { PaidBy } from './saleMoney.js';
import type { SystemOfRecord } from './systemOfRecord.js';

const completed: Condition = { field: 'status', op: 'is', value: 'completed' };
const open: Condition = { field: 'status', op: 'is', value: 'open' };
const voided: Condition = { field: 'status', op: 'is', value: 'voided' };
const valid: Condition = { field: 'status', op: 'notIn', value: ['cancelled', 'voided'] };
/** Neither given away for nothing, nor a gift card alone. */
const sold: readonly Condition[] = [completed, { field: 'revenue', op: 'above', value: 0 }];
/** Channels whose customers do not come in from the street. */
export const REMOTE_CHANNELS = ['online', 'delivery', 'phone', 'web', 'ecommerce', 'e-commerce', 'consegna', 'domicilio', 'telefono'] as const;
const inStore: Condition = { field: 'channel', op: 'notIn', value: REMOTE_CHANNELS };
const online: Condition = { field: 'channel', op: 'is', value: 'online' };
const social: Condition = { field: 'social', op: 'is', value: true };
/** A deal and the contact it came from are one person: the contact's fact stands for both (see aggregate/relatedLeads.ts). */
const onItsOwn: Condition = { field: 'refersTo', op: 'unknown' };
/** Of payments: their sale does not say the same. */
const unstated: Condition = { field: 'voidState', op: 'isNot', value: 'stated' };
const annulled: Condition = { field: 'annulled', op: 'is', value: true };
const wonByDeal: Condition = { field: 'won', op: 'is', value: true };
/** A deal whose contact was deleted. */
const released: Condition = { field: 'voidState', op: 'is', value: 'released' };
const notCompleted: Condition = { field: 'status', op: 'isNot', value: 'completed' };
/** Facts of former releases say in fields of their own what was paid how. */
const inParts: Condition = { field: 'payment', op: 'is', value: 'split' };
const whole: Condition = { field: 'payment', op: 'isNot', value: 'split' };
const withCovers: Condition = { field: 'x_covers', op: 'above', value: 0 };
/** Nobody is served for longer than a day: whoever says so forgot to close, and would spoil every average. */
const plausible: Condition = { field: 'duration', op: 'atMost', value: DAY };
const implausible: Condition = { field: 'duration', op: 'above', value: DAY };

/** Of completed sales, less what refunds give back of it, each in the refund's own window: a term without `at` counts at the fact's time. */
function netOfRefunds(name: string, value: Term['value']): Measure {
  return { name, terms: [{ type: 'sale', where: [completed], value }, { type: 'refund', where: [valid], value, sign: -1 }] };
}

/** Whoever says how something was paid, it counts: that is what a source beside the system of record is for. */
function paidBy(name: string, means: PaidBy, parts?: `x_${string}`): Measure {
  const [value, from] = [{ paid: means }, 'any'] as const;
  const unpacked: Term[] = parts === undefined ? [] : [{ type: 'sale', where: [completed, inParts], value: { part: parts }, from }];
  return {
    name,
    terms: [
      { type: 'sale', where: [completed, ...(parts === undefined ? [] : [whole])], value, from },
      ...unpacked,
      { type: 'payment', where: [completed, unstated], value },
      { type: 'refund', where: [valid], value, sign: -1, from },
    ],
  };
}

/**
 * What a shop may set: how long an order may stay open before it counts as incomplete (0: every open order does), and whose sales count where
 * several sources send them.
 */
export interface PresetSettings {
  readonly incompleteAfterMs: number;
  readonly records?: readonly SystemOfRecord[];
}

export const DEFAULT_SETTINGS: PresetSettings = { incompleteAfterMs: 0 };

const FIXED: readonly Measure[] = [
  { name: 'sales', terms: [{ type: 'sale', where: sold, value: 'revenue' }] },
  { name: 'refunded', terms: [{ type: 'refund', where: [valid], value: 'revenue' }] },
  // What was deleted and never known says no amount.
  {
    name: 'voided',
    terms: [{ type: 'sale', where: [voided, { field: 'amount', op: 'known' }], value: 'one' }, { type: 'refund', where: [voided, annulled], value: 'one' }],
  },
  netOfRefunds('tips', 'tip'),
  netOfRefunds('gift_cards', 'giftCards'),
  netOfRefunds('shipped', 'shipping'),
  netOfRefunds('taxed', 'taxes'),
  netOfRefunds('net', 'netSales'),
  { name: 'gross', terms: [{ type: 'sale', where: [completed], value: 'grossSales' }] },
  { name: 'discounted', terms: [{ type: 'sale', where: [completed], value: 'discount' }] },
  { name: 'taxed_sales', terms: [{ type: 'sale', where: [...sold, { field: 'vat', op: 'known' }], value: 'revenue' }] },
  { name: 'units', terms: [{ type: 'sale', where: [completed], value: 'units' }] },
  { name: 'lined_sales', terms: [{ type: 'sale', where: [...sold, { field: 'units', op: 'known' }], value: 'revenue' }] },
  { name: 'open_sales', terms: [{ type: 'sale', where: [open], value: 'one' }] },
  { name: 'offline_sales', terms: [{ type: 'sale', where: [...sold, inStore], value: 'one' }] },
  { name: 'service', terms: [{ type: 'sale', where: [completed, plausible], value: 'duration' }], spread: true },
  { name: 'service_outliers', terms: [{ type: 'sale', where: [completed, implausible], value: 'one' }] },
  { name: 'covers', terms: [{ type: 'sale', where: [completed, withCovers], value: { field: 'x_covers' } }] },
  { name: 'seated', terms: [{ type: 'sale', where: [completed, withCovers], value: 'revenue' }] },
  { name: 'people', terms: [{ type: 'visit', where: [valid, inStore], value: 'quantity' }] },
  {
    name: 'social_won',
    terms: [
      { type: 'sale', where: [completed, social], value: 'one' },
      { type: 'lead', where: [completed, social, onItsOwn], value: 'one', at: 'closedAt' },
      { type: 'lead', where: [notCompleted, wonByDeal, social, onItsOwn], value: 'one', at: 'closedAt' },
      { type: 'lead', where: [completed, social, released], value: 'one', at: 'closedAt' },
    ],
  },
  {
    name: 'social_reached',
    terms: [
      { type: 'sale', where: [social], value: 'one' },
      { type: 'lead', where: [social, onItsOwn], value: 'one', at: 'openedAt' },
      { type: 'lead', where: [social, released], value: 'one', at: 'openedAt' },
    ],
  },
  { name: 'social_sales', terms: [{ type: 'sale', where: [...sold, online, social], value: 'one' }] },
  { name: 'social_visits', terms: [{ type: 'visit', where: [valid, online, social], value: 'quantity' }] },
  { name: 'support', terms: [{ type: 'ticket', where: [completed], value: 'duration', at: 'closedAt' }], spread: true },
  { name: 'wasted', terms: [{ type: 'waste', where: [valid], value: 'amount' }] },
  paidBy('card_paid', 'card', 'x_card_minor'),
  paidBy('cash_paid', 'cash', 'x_cash_minor'),
  paidBy('paid', 'any'),
  {
    name: 'other_sources',
    terms: [
      { type: 'sale', where: sold, value: 'revenue', from: 'others' }, { type: 'refund', where: [valid], value: 'revenue', from: 'others' },
      { type: 'waste', where: [valid], value: 'amount', from: 'others' },
    ],
  },
];

/**
 * The measures of a shop with these settings; edited settings are edited measures, and the stored facts follow. An order is incomplete in
 * the window in which it has been open for too long: so nothing but a new event changes a window that is over. Without a limit it is so in the
 * window of its own time, for as long as it is open.
 */
export function measuresOf({ incompleteAfterMs }: PresetSettings): readonly Measure[] {
  if (incompleteAfterMs === 0) return [...FIXED, { name: 'incomplete', terms: [{ type: 'sale', where: [open], value: 'one' }] }];
  const tooLong: Condition = { field: 'duration', op: 'above', value: incompleteAfterMs };
  const then = { type: 'sale', value: 'one', at: 'openedAt', afterMs: incompleteAfterMs } as const;
  return [...FIXED, { name: 'incomplete', terms: [{ ...then, where: [open] }, { ...then, where: [completed, tooLong] }] }];
}

/** The measures of a shop that has set nothing. */
export const MEASURES = measuresOf(DEFAULT_SETTINGS);

const sum = (measure: string): Part => ({ measure, of: 'sum' });
const count = (measure: string): Part => ({ measure, of: 'count' });
const quantity = (measure: string): Part => ({ measure, of: 'quantity' });
const minus = (part: Part): Part => ({ ...part, sign: -1 });

type BuiltinDefinition = Omit<Kpi, 'types'> & Partial<Pick<Kpi, 'types'>>;

const DEFINITIONS: readonly BuiltinDefinition[] = [
  { name: 'revenue', unit: 'money', top: [sum('sales'), minus(sum('refunded'))] },
  { name: 'gross_revenue', unit: 'money', top: [sum('sales')] },
  { name: 'refunds', unit: 'money', top: [sum('refunded')] },
  { name: 'returns', unit: 'count', top: [count('refunded')] },
  { name: 'returns_rate', unit: 'ratio', range: 'share', top: [sum('refunded')], bottom: [sum('sales')] },
  { name: 'orders', unit: 'count', top: [count('sales')] },
  { name: 'average_ticket', unit: 'money', top: [sum('sales')], bottom: [count('sales')] },
  { name: 'net_sales', unit: 'money', top: [sum('net')], coverage: { of: sum('taxed_sales'), all: sum('sales') } },
  { name: 'gross_sales', unit: 'money', top: [sum('gross')], coverage: { of: sum('taxed_sales'), all: sum('sales') } },
  { name: 'discounts', unit: 'money', top: [sum('discounted')] },
  { name: 'taxes', unit: 'money', top: [sum('taxed')], coverage: { of: sum('taxed_sales'), all: sum('sales') } },
  { name: 'units', unit: 'count', top: [quantity('units')], coverage: { of: sum('lined_sales'), all: sum('sales') } },
  {
    name: 'units_per_order', unit: 'count', top: [quantity('units')], bottom: [count('lined_sales')],
    coverage: { of: sum('lined_sales'), all: sum('sales') },
  },
  { name: 'tips', unit: 'money', top: [sum('tips')] },
  { name: 'shipping', unit: 'money', top: [sum('shipped')] },
  { name: 'gift_cards_sold', unit: 'money', top: [sum('gift_cards')] },
  { name: 'voids', unit: 'count', top: [count('voided')] },
  { name: 'open_orders', unit: 'count', top: [count('open_sales')] },
  { name: 'incomplete_orders', unit: 'count', top: [count('incomplete')], open: 'young' },
  { name: 'oldest_open_order', unit: 'seconds', types: ['sale'], top: [], open: 'oldestOrder' },
  { name: 'open_quotes', unit: 'count', types: ['lead'], top: [], open: 'quotes' },
  { name: 'open_quotes_amount', unit: 'money', types: ['lead'], top: [], open: 'quoteAmount' },
  { name: 'service_time', unit: 'seconds', top: [sum('service')], bottom: [count('service')] },
  { name: 'service_time_p90', unit: 'seconds', top: [sum('service')], percentile: 0.9 },
  { name: 'service_time_outliers', unit: 'count', top: [count('service_outliers')] },
  { name: 'covers', unit: 'count', top: [quantity('covers')] },
  { name: 'average_per_cover', unit: 'money', top: [sum('seated')], bottom: [quantity('covers')] },
  { name: 'footfall', unit: 'count', top: [quantity('people')] },
  { name: 'conversion', unit: 'ratio', range: 'share', top: [count('offline_sales')], bottom: [quantity('people')] },
  { name: 'social_conversion', unit: 'ratio', range: 'share', top: [count('social_won')], bottom: [count('social_reached')] },
  { name: 'social_visit_conversion', unit: 'ratio', range: 'share', top: [count('social_sales')], bottom: [quantity('social_visits')] },
  { name: 'support_time', unit: 'seconds', top: [sum('support')], bottom: [count('support')] },
  { name: 'waste', unit: 'money', top: [sum('wasted')] },
  { name: 'card_share', unit: 'ratio', range: 'share', top: [sum('card_paid')], bottom: [sum('paid')] },
  { name: 'cash_share', unit: 'ratio', range: 'share', top: [sum('cash_paid')], bottom: [sum('paid')] },
  { name: 'other_share', unit: 'ratio', range: 'share', top: [sum('paid'), minus(sum('card_paid')), minus(sum('cash_paid'))], bottom: [sum('paid')] },
];

export const KPIS: readonly Kpi[] = DEFINITIONS.map(typed);
/** There where the shop names a system of record. */
export const OTHER_SOURCES: Kpi = typed({ name: 'other_sources', unit: 'count', top: [count('other_sources')] });

/** `PAYMENT_PARTS` are what was paid by each means, less what went back by it: the amounts behind `card_share`, `cash_share` and `other_share`. */
export const PAYMENT_PARTS: readonly Kpi[] = [
  { name: 'card', unit: 'money' as const, top: [sum('card_paid')] },
  { name: 'cash', unit: 'money' as const, top: [sum('cash_paid')] },
  { name: 'other', unit: 'money' as const, top: [sum('paid'), minus(sum('card_paid')), minus(sum('cash_paid'))] },
].map(typed);

/** Names that a shop's own number of before may have: where it has, that one stays and this one is left out. */
const ADDED_LATER: ReadonlySet<string> = new Set([
  'net_sales', 'gross_sales', 'discounts', 'taxes', 'units', 'units_per_order', 'tips',
  'shipping', 'gift_cards_sold', 'voids', 'social_visit_conversion', 'other_sources',
]);

/** Names that no number of a shop's own may have. */
export const RESERVED_NAMES: readonly string[] = KPIS.map(({ name }) => name).filter((name) => !ADDED_LATER.has(name));

/** All numbers of a shop that has these of its own. */
export function kpisWithOwn(own: readonly Kpi[], { records = [] }: Partial<PresetSettings> = {}): Kpi[] {
  const builtin = records.length === 0 ? KPIS : [...KPIS, OTHER_SOURCES];
  return [...builtin.filter(({ name }) => !own.some((kpi) => kpi.name === name)), ...own];
}

function typed(kpi: BuiltinDefinition): Kpi {
  return { ...kpi, types: kpi.types ?? typesBehind(kpi) };
}

function typesBehind({ top, bottom }: BuiltinDefinition): EventType[] {
  const names = new Set([...top, ...(bottom ?? [])].map(({ measure }) => measure));
  return [...new Set(MEASURES.filter(({ name }) => names.has(name)).flatMap(({ terms }) => terms.map(({ type }) => type)))];
}
