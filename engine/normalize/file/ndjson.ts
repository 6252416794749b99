/**
 * `addEvent` makes an event of a row of a table whose columns are the fields of an event: `type`, `time`, `store`, `amount` ….
 */
import type { Refusal } from '../../base/errors.js';
import { type DateFormat, parseDate } from '../formats/dates.js';
import { parseNumber } from '../formats/numbers.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { present } from '../../base/json.js';
import type { EventDraft } from '../draft/collector.js';
import { cellAt, refusalAt, type Row } from './table.js';
import { type CollectedFile } from './collected.js';

const ENVELOPE = ['id', 'source', 'type', 'subject', 'time', 'sequence'] as const;
const TEXTS = ['store', 'channel', 'status', 'currency', 'payment', 'refersTo'] as const;
const AMOUNTS = ['amount', 'discount', 'tip', 'shipping', 'giftCards'] as const;
const SOURCE = 'urn:bottega:batch';

/** Only our own names, as they are written in events: a till's export has others. */
export function isCanonical(headings: readonly string[]): boolean {
  return ['type', 'time'].every((name) => headings.includes(name)) && (headings.includes('subject') || headings.includes('id'));
}

/** A row without an id gets one made of what it says; one without a store belongs to the first. */
export function addEvent({ collector, context, store }: CollectedFile, row: Row): void {
  const refusals: Refusal[] = [];
  const { id, source = SOURCE, type, subject, time, sequence } = envelopeOf(row);
  const at = (heading: string): string | undefined => instantAt(row, heading, context.pos.date, refusals);
  const decimal = (heading: string): string | undefined => decimalAt(row, heading, context.pos.number.locale ?? null, refusals);
  const { store: stated, ...texts } = textsOf(row);
  const data = present({
    store: stated === undefined ? storeNamed(context, store) ?? defaultStore(context) : storeNamed(context, stated) ?? stated,
    ...texts,
    ...Object.fromEntries(AMOUNTS.map((name) => [name, decimal(name)])), quantity: numberOf(decimal('quantity')),
    openedAt: at('openedAt'), closedAt: at('closedAt'),
    campaign: campaignOf(row), customer: customerOf(row, context.pseudonym), ...extrasOf(row),
  });
  const event = { source, type, time: time === undefined ? undefined : at('time'), ...present({ subject, sequence }), data };
  if (refusals.length > 0) collector.refuse(row.index, ...refusals);
  else if (id === undefined) collector.add(row.index, event as unknown as EventDraft);
  else collector.addCanonical(row.index, present({ specversion: '1.0', id, ...event }));
}

function envelopeOf(row: Row): Partial<Record<(typeof ENVELOPE)[number], string>> {
  return Object.fromEntries(ENVELOPE.flatMap((name) => filledAt(row, name)));
}

function textsOf(row: Row): Partial<Record<(typeof TEXTS)[number], string>> {
  return Object.fromEntries(TEXTS.flatMap((name) => filledAt(row, name)));
}

function extrasOf(row: Row): Record<string, string> {
  return Object.fromEntries(Object.keys(row.values).filter((name) => name.startsWith('x_')).flatMap((name) => filledAt(row, name)));
}

function campaignOf(row: Row): Record<string, string> | undefined {
  const parts = ['source', 'medium', 'name'].map((part) => [part, cellAt(row, `campaign.${part}`)] as const).filter(([, value]) => value !== '');
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** An address never leaves. */
function customerOf(row: Row, pseudonym: (email: string) => string): string | undefined {
  const customer = cellAt(row, 'customer');
  if (customer === '') return undefined;
  return customer.includes('@') ? pseudonym(customer) : customer;
}

function filledAt(row: Row, heading: string): [string, string][] {
  const cell = cellAt(row, heading);
  return cell === '' ? [] : [[heading, cell]];
}

function instantAt(row: Row, heading: string, format: DateFormat, refusals: Refusal[]): string | undefined {
  const cell = cellAt(row, heading);
  if (cell === '') return undefined;
  const parsed = parseDate(cell, format);
  if (parsed.outcome === 'instant') return parsed.utc;
  refusals.push(refusalAt(heading, parsed.rule, parsed.message));
  return undefined;
}

/** Our own form has a decimal point; the table may have its country's. */
function decimalAt(row: Row, heading: string, locale: string | null, refusals: Refusal[]): string | undefined {
  const cell = cellAt(row, heading);
  if (cell === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(cell)) return cell;
  const parsed = parseNumber(cell, { locale });
  if (parsed.outcome === 'number') return parsed.text;
  refusals.push(refusalAt(heading, parsed.rule, parsed.message));
  return undefined;
}

function numberOf(decimal: string | undefined): number | undefined {
  return decimal === undefined ? undefined : Number(decimal);
}
