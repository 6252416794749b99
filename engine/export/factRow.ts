/**
 * `FactRow` is a fact as a row of a database: text for money and instants, and what the fact adds to the shop's numbers, so that sums of rows are
 * the shop's numbers to the cent.
 */
import { addTo, compiled, type CompiledGeneration } from '../aggregate/fold.js';
import { SliceAccumulator } from '../aggregate/sliceAccumulator.js';
import { fromMinor } from '../base/money.js';
import { type Fact, SLOT, statusOf } from '../fact/fact.js';
import { decodeFact } from '../fact/factCodec.js';
import { channelOf, storeOf } from '../kpi/contribution.js';
import { countField, type Generation } from '../kpi/measure.js';
import type { Calendar } from '../calendar/windowAssigner.js';
import { exportedFact } from './exportedFact.js';

/** `FactRow` by the names of its columns. `fields` are those that have no column of their own, by their names in the event. */
export interface FactRow {
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  /** After aliases: the store it is counted under. */
  readonly store: string;
  readonly channel: string;
  readonly time: string | null;
  readonly status: string;
  readonly amount: string | null;
  /** What it adds to `revenue` (a refund, or a void without a name, less than nothing) and to `orders`. */
  readonly revenue: string;
  readonly orders: number;
  readonly customer: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

const COLUMNS = new Set(['store', 'channel', 'time', 'status', 'amount', 'customer']);
const SOLD = 'sales';
const REFUNDED = 'refunded';

/** `RowContext` is by what facts were counted. */
export interface RowContext {
  readonly calendar: Calendar;
  readonly currency: string;
  readonly generations: ReadonlyMap<string, Generation>;
}

/** `factRow` of a fact's stored text, as it was counted; one that no generation has counted yet adds nothing. */
export function factRow(key: string, text: string, { calendar, currency, generations }: RowContext): FactRow {
  const stored = decodeFact(text);
  const { fact } = stored;
  const generation = generations.get(stored.generation);
  const counted = generation === undefined ? undefined : compiled(generation);
  const { type, source, subject, fields } = exportedFact(key, fact, currency);
  const { revenue, orders } = counted === undefined ? NOTHING : addedBy(key, fact, counted, calendar);
  return {
    key, type, source, subject, store: storeOf(fact, counted?.aliases), channel: channelOf(fact), status: statusText(fact),
    time: textIn(fields, 'time'), amount: textIn(fields, 'amount'), customer: textIn(fields, 'customer'),
    revenue: fromMinor(revenue, currency), orders,
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => !COLUMNS.has(name))),
  };
}

function statusText(fact: Fact): string {
  const status = statusOf(fact);
  return typeof status === 'string' ? status : '';
}

const NOTHING = { revenue: 0, orders: 0 };

function addedBy(key: string, fact: Fact, counted: CompiledGeneration, calendar: Calendar): { revenue: number; orders: number } {
  const sums = new SliceAccumulator(calendar);
  addTo(sums, counted, { key, fact }, 1);
  const time = fact.values[SLOT.time];
  let [revenue, orders] = [0, 0];
  for (const { level, add } of sums.moved(typeof time === 'number' ? time : 0)) {
    if (level !== 'hour') continue;
    revenue += (add[SOLD] ?? 0) - (add[REFUNDED] ?? 0);
    orders += add[countField(SOLD)] ?? 0;
  }
  return { revenue, orders };
}

function textIn(fields: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' ? value : null;
}
