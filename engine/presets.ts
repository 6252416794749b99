/**
 * Which numbers does a shop start with? The measures and KPIs every installation knows, with their exact definitions.
 */
import type { EventType } from './event.js';
import type { Kpi } from './kpi.js';
import type { Condition, Measure } from './measure.js';

const completed: Condition = { field: 'status', op: 'is', value: 'completed' };
const open: Condition = { field: 'status', op: 'is', value: 'open' };
const valid: Condition = { field: 'status', op: 'isNot', value: 'cancelled' };
const offline: Condition = { field: 'channel', op: 'isNot', value: 'online' };
const online: Condition = { field: 'channel', op: 'is', value: 'online' };
const social: Condition = { field: 'social', op: 'is', value: true };
const byCard: Condition = { field: 'payment', op: 'is', value: 'card' };
const paidSomehow: Condition = { field: 'payment', op: 'known' };

export const MEASURES: readonly Measure[] = [
  { name: 'sales', terms: [{ type: 'sale', where: [completed], value: 'amount' }] },
  { name: 'refunded', terms: [{ type: 'refund', where: [valid], value: 'amount' }] },
  { name: 'open_sales', terms: [{ type: 'sale', where: [open], value: 'one' }] },
  { name: 'offline_sales', terms: [{ type: 'sale', where: [completed, offline], value: 'one' }] },
  { name: 'service', terms: [{ type: 'sale', where: [completed], value: 'duration' }], spread: true },
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
      { type: 'payment', where: [completed, byCard], value: 'amount' },
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

const DEFINITIONS: readonly Omit<Kpi, 'types'>[] = [
  { name: 'revenue', unit: 'money', top: [{ measure: 'sales', of: 'sum' }, { measure: 'refunded', of: 'sum', sign: -1 }] },
  { name: 'gross_revenue', unit: 'money', top: [{ measure: 'sales', of: 'sum' }] },
  { name: 'refunds', unit: 'money', top: [{ measure: 'refunded', of: 'sum' }] },
  { name: 'orders', unit: 'count', top: [{ measure: 'sales', of: 'count' }] },
  { name: 'average_ticket', unit: 'money', top: [{ measure: 'sales', of: 'sum' }], bottom: [{ measure: 'sales', of: 'count' }] },
  { name: 'incomplete_orders', unit: 'count', top: [{ measure: 'open_sales', of: 'count' }] },
  { name: 'service_time', unit: 'seconds', top: [{ measure: 'service', of: 'sum' }], bottom: [{ measure: 'service', of: 'count' }] },
  { name: 'service_time_p90', unit: 'seconds', top: [{ measure: 'service', of: 'sum' }], percentile: 0.9 },
  { name: 'footfall', unit: 'count', top: [{ measure: 'people', of: 'quantity' }] },
  { name: 'conversion', unit: 'ratio', top: [{ measure: 'offline_sales', of: 'count' }], bottom: [{ measure: 'people', of: 'quantity' }] },
  { name: 'social_conversion', unit: 'ratio', top: [{ measure: 'social_won', of: 'count' }], bottom: [{ measure: 'social_reached', of: 'quantity' }] },
  { name: 'support_time', unit: 'seconds', top: [{ measure: 'support', of: 'sum' }], bottom: [{ measure: 'support', of: 'count' }] },
  { name: 'waste', unit: 'money', top: [{ measure: 'wasted', of: 'sum' }] },
  { name: 'card_share', unit: 'ratio', top: [{ measure: 'card_paid', of: 'sum' }], bottom: [{ measure: 'paid', of: 'sum' }] },
];

export const KPIS: readonly Kpi[] = DEFINITIONS.map((kpi) => ({ ...kpi, types: typesBehind(kpi) }));

function typesBehind({ top, bottom }: Omit<Kpi, 'types'>): EventType[] {
  const names = new Set([...top, ...(bottom ?? [])].map(({ measure }) => measure));
  return [...new Set(MEASURES.filter(({ name }) => names.has(name)).flatMap(({ terms }) => terms.map(({ type }) => type)))];
}
