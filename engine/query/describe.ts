/**
 * What does each number of this shop count? Its unit and one sentence in both languages: for a built-in number the product's own, for a custom
 * one made from its row of the form.
 */
import { ownOf } from '../base/json.js';
import type { Refusal } from '../base/errors.js';
import type { EventType } from '../event/event.js';
import { type CustomKpi, worded } from '../kpi/customKpis.js';
import { type Description, DESCRIPTIONS } from '../kpi/descriptions.js';
import { unitOf } from '../kpi/evaluate.js';
import type { Definitions } from '../kpi/storedDefinitions.js';
import { type RawQuestion, readNames, refuseLists } from './kpiQuery.js';

export interface KpiDescription {
  readonly name: string;
  /** As in the rows: money is in the shop's currency. */
  readonly unit: string;
  readonly description: Description;
}

export type DescribedKpis =
  | { readonly outcome: 'descriptions'; readonly kpis: readonly KpiDescription[] }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** Whether what is asked is not values but what they mean: `describe` is there, with any text or none. */
export function asksDescriptions(raw: RawQuestion): boolean {
  return typeof raw['describe'] === 'string';
}

/** Describes the KPIs that are named; all where none is. */
export function describeKpis(raw: RawQuestion, { kpis, custom }: Pick<Definitions, 'kpis' | 'custom'>, currency: string): DescribedKpis {
  const refusals: Refusal[] = [];
  refuseLists(raw, refusals);
  const names = readNames(raw['name'], kpis, refusals);
  if (refusals.length > 0) return { outcome: 'refused', refusals };
  const rows = new Map(custom.map((row) => [row.name, row]));
  const asked = kpis.filter(({ name }) => names.size === 0 || names.has(name));
  return { outcome: 'descriptions', kpis: asked.map((kpi) => ({ name: kpi.name, unit: unitOf(kpi, currency), description: descriptionOf(kpi.name, rows) })) };
}

/** A custom KPI comes first: it may bear a name that a later release gave to a built-in one. */
function descriptionOf(name: string, rows: ReadonlyMap<string, CustomKpi>): Description {
  const row = rows.get(name);
  return row === undefined ? ownOf(DESCRIPTIONS, name) ?? { en: name, it: name } : describeCustom(row);
}

const FACTS: Readonly<Record<EventType, Description>> = {
  sale: { en: 'sales', it: 'delle vendite' },
  refund: { en: 'refunds', it: 'dei rimborsi' },
  visit: { en: 'visits', it: 'delle visite' },
  checkout: { en: 'checkouts', it: 'dei carrelli alla cassa' },
  lead: { en: 'leads', it: 'dei contatti' },
  ticket: { en: 'tickets', it: 'delle richieste di assistenza' },
  waste: { en: 'waste', it: 'degli scarti di magazzino' },
  payment: { en: 'payments', it: 'dei pagamenti' },
  closing: { en: 'till closings', it: 'delle chiusure di cassa' },
  erasure: { en: 'erasure requests', it: 'delle richieste di cancellazione' },
};

const VALUES: Readonly<Record<'amount' | 'quantity' | 'discount' | 'duration', Description>> = {
  amount: { en: 'the amounts', it: 'degli importi' },
  quantity: { en: 'the quantities', it: 'delle quantità' },
  discount: { en: 'the discounts', it: 'degli sconti' },
  duration: { en: 'the times from open to close', it: 'dei tempi dall’apertura alla chiusura' },
};

/** "Sum of the amounts of sales where `channel is online`, divided by `orders`."; conditions as they are typed in the form. */
function describeCustom(row: CustomKpi): Description {
  const { en, it } = measured(row);
  const facts = FACTS[row.type];
  const conditions = row.where.map((condition) => `\`${worded(condition)}\``);
  const [where, dove] = conditions.length === 0 ? ['', ''] : [` where ${conditions.join(' and ')}`, ` con ${conditions.join(' e ')}`];
  const [per, diviso] = row.per === undefined ? ['', ''] : [`, divided by \`${row.per}\``, `, diviso per \`${row.per}\``];
  return { en: `${en} of ${facts.en}${where}${per}.`, it: `${it} ${facts.it}${dove}${diviso}.` };
}

/** Facts that are added up one by one are counted, whatever is to be shown. */
function measured({ value, show }: CustomKpi): Description {
  if (show === 'count' || value === 'one') return { en: 'Number', it: 'Numero' };
  const { en, it } = Object.hasOwn(VALUES, value) ? VALUES[value as keyof typeof VALUES] : { en: `\`${value}\``, it: `di \`${value}\`` };
  return show === 'average' ? { en: `Average of ${en}`, it: `Media ${it}` } : { en: `Sum of ${en}`, it: `Somma ${it}` };
}
