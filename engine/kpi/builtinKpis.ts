/**
 * Which numbers does a shop start with? The measures and KPIs every installation knows, with their exact definitions.
 */
import type { EventType } from '../event/event.js';
import type { Condition, Measure } from './measure.js';
import { DAY } from '../base/time.js';
import { type Kpi, type Part } from './kpi.js';

const completed: Condition = { field: 'status', op: 'is', value: 'completed' };
const open: Condition = { field: 'status', op: 'is', value: 'open' };
const valid: Condition = { field: 'status', op: 'isNot', value: 'cancelled' };
const offline: Condition = { field: 'channel', op: 'isNot', value: 'online' };
const online: Condition = { field: 'channel', op: 'is', value: 'online' };
const social: Condition = { field: 'social', op: 'is', value: true };
const byCard: Condition = { field: 'payment', op: 'is', value: 'card' };
const inCash: Condition = { field: 'payment', op: 'is', value: 'cash' };
/** Its parts are told apart: see normalize/split.ts. */
const inParts: Condition = { field: 'payment', op: 'is', value: 'split' };
const paidSomehow: Condition = { field: 'payment', op: 'known' };
const withCovers: Condition = { field: 'x_covers', op: 'above', value: 0 };
/** Nobody is served for longer than a day: whoever says so forgot to close, and would spoil every average. */
const plausible: Condition = { field: 'duration', op: 'atMost', value: DAY };
const implausible: Condition = { field: 'duration', op: 'above', value: DAY };

/** What a shop may set: how long an order may stay open before it counts as incomplete; 0: every open order does. */
export interface PresetSettings {
  readonly incompleteAfterMs: number;
}

export const DEFAULT_SETTINGS: PresetSettings = { incompleteAfterMs: 0 };

const FIXED: readonly Measure[] = [
  { name: 'sales', terms: [{ type: 'sale', where: [completed], value: 'amount' }] },
  { name: 'refunded', terms: [{ type: 'refund', where: [valid], value: 'amount' }] },
  { name: 'open_sales', terms: [{ type: 'sale', where: [open], value: 'one' }] },
  { name: 'offline_sales', terms: [{ type: 'sale', where: [completed, offline], value: 'one' }] },
  { name: 'service', terms: [{ type: 'sale', where: [completed, plausible], value: 'duration' }], spread: true },
  { name: 'service_outliers', terms: [{ type: 'sale', where: [completed, implausible], value: 'one' }] },
  { name: 'covers', terms: [{ type: 'sale', where: [completed, withCovers], value: { field: 'x_covers' } }] },
  { name: 'seated', terms: [{ type: 'sale', where: [completed, withCovers], value: 'amount' }] },
  { name: 'people', terms: [{ type: 'visit', where: [valid, offline], value: 'quantity' }] },
  {
    name: 'social_won',
    terms: [
      { type: 'sale', where: [completed, social], value: 'one' },
      { type: 'lead', where: [completed, social], value: 'one', at: 'closedAt' },
    ],
  },
  {
    name: 'social_reached',
    terms: [
      { type: 'visit', where: [valid, online, social], value: 'quantity' },
      { type: 'lead', where: [valid, social], value: 'quantity', at: 'openedAt' },
    ],
  },
  { name: 'support', terms: [{ type: 'ticket', where: [completed], value: 'duration', at: 'closedAt' }], spread: true },
  { name: 'wasted', terms: [{ type: 'waste', where: [valid], value: 'amount' }] },
  {
    name: 'card_paid',
    terms: [
      { type: 'sale', where: [completed, byCard], value: 'amount' },
      { type: 'sale', where: [completed, inParts], value: { part: 'x_card_minor' } },
      { type: 'payment', where: [completed, byCard], value: 'amount' },
    ],
  },
  {
    name: 'cash_paid',
    terms: [
      { type: 'sale', where: [completed, inCash], value: 'amount' },
      { type: 'sale', where: [completed, inParts], value: { part: 'x_cash_minor' } },
      { type: 'payment', where: [completed, inCash], value: 'amount' },
    ],
  },
  {
    name: 'paid',
    terms: [
      { type: 'sale', where: [completed, paidSomehow], value: 'amount' },
      { type: 'payment', where: [completed, paidSomehow], value: 'amount' },
    ],
  },
];

/**
 * The measures of a shop with these settings; edited settings are edited measures, and the stored facts follow. An order is incomplete in
 * the window in which it has been open for too long: so nothing but news changes a window that is over. Without a limit it is so in the
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
  { name: 'returns_rate', unit: 'ratio', top: [sum('refunded')], bottom: [sum('sales')] },
  { name: 'orders', unit: 'count', top: [count('sales')] },
  { name: 'average_ticket', unit: 'money', top: [sum('sales')], bottom: [count('sales')] },
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
  { name: 'conversion', unit: 'ratio', top: [count('offline_sales')], bottom: [quantity('people')] },
  { name: 'social_conversion', unit: 'ratio', top: [count('social_won')], bottom: [quantity('social_reached')] },
  { name: 'support_time', unit: 'seconds', top: [sum('support')], bottom: [count('support')] },
  { name: 'waste', unit: 'money', top: [sum('wasted')] },
  { name: 'card_share', unit: 'ratio', top: [sum('card_paid')], bottom: [sum('paid')] },
  { name: 'cash_share', unit: 'ratio', top: [sum('cash_paid')], bottom: [sum('paid')] },
  { name: 'other_share', unit: 'ratio', top: [sum('paid'), minus(sum('card_paid')), minus(sum('cash_paid'))], bottom: [sum('paid')] },
];

export const KPIS: readonly Kpi[] = DEFINITIONS.map((kpi) => ({ ...kpi, types: kpi.types ?? typesBehind(kpi) }));

function typesBehind({ top, bottom }: BuiltinDefinition): EventType[] {
  const names = new Set([...top, ...(bottom ?? [])].map(({ measure }) => measure));
  return [...new Set(MEASURES.filter(({ name }) => names.has(name)).flatMap(({ terms }) => terms.map(({ type }) => type)))];
}
