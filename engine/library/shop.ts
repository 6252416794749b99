/**
 * `Shop` adds up the events of one shop and reads its windows, on any store and in any program. It counts as the window node does: several of both
 * may work on one store at once, if they are given the same KPIs.
 */
import { foldExactly } from '../aggregate/exactly.js';
import { openGenerations, refold } from '../aggregate/applyEvents.js';
import type { FoldContext } from '../aggregate/slice.js';
import { ConfigError, type Refusal } from '../base/errors.js';
import { isZone, LocalClock, SECOND } from '../base/time.js';
import { Calendar, type Span, type WindowSize } from '../calendar/windowAssigner.js';
import { parseEvent, type ShopEvent } from '../event/event.js';
import { LABEL } from '../event/schema.js';
import { DEFAULT_SETTINGS, kpisWithOwn, measuresOf } from '../kpi/builtinKpis.js';
import { kpisOf, measureOf, readCustomKpis } from '../kpi/customKpis.js';
import { writeDefinitions } from '../kpi/storedDefinitions.js';
import { readRecords, RECORD_RULES, type SystemOfRecord } from '../kpi/systemOfRecord.js';
import type { KpiValue } from '../read/kpiValue.js';
import { readRows, type ShopContext } from '../read/windowReader.js';
import { scoped, type Store } from '../store/store.js';

/** `ShopOptions` say who the shop is. All programs that count for one shop must be given the same. */
export interface ShopOptions {
  /** First segment of every key and topic of the shop: 1 to 64 characters without `/ + #`, and not `_`. */
  readonly tenant: string;
  /** IANA zone of its clock; `Europe/Rome`. */
  readonly zone?: string;
  /** ISO 4217; `EUR`. Amounts in other currencies are refused. */
  readonly currency?: string;
  /** Full hours after midnight at which its day begins; 0. */
  readonly dayBeginsAtHour?: number;
  /** Rows as in the form of the window node, beside the built-in KPIs. */
  readonly customKpis?: readonly object[];
  /** Rows as in the form of the shop: whose sales count where several sources send them; all of them. */
  readonly records?: readonly SystemOfRecord[];
  /** How long after its end a window is still `live`; 5 s. */
  readonly allowedLatenessMs?: number;
}

/** `Applied` says what became of the events. `unchanged`: known already, word for word or by a newer version. */
export interface Applied {
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: readonly RefusedInput[];
}

/** `RefusedInput` is what can never be counted, with its place in the list; sending it again changes nothing. */
export interface RefusedInput {
  readonly index: number;
  readonly refusals: readonly Refusal[];
}

/** `WindowsQuestion` asks for the windows of one size that overlap `[from, to)`, in epoch ms; without them, for the window of now. */
export interface WindowsQuestion {
  readonly size: WindowSize;
  readonly from?: number;
  readonly to?: number;
  /** Only these KPIs. */
  readonly names?: readonly string[];
  /** Only this store, this channel. */
  readonly store?: string;
  readonly channel?: string;
  /** A row of its own for each store, each channel, or each of both. */
  readonly groupBy?: readonly ('store' | 'channel')[];
}

/** Windows in one answer at most. */
const MAX_WINDOWS = 10_000;
const INEXACT: Refusal = { path: '/data', rule: 'sum.inexact', message: 'the sums of its hour would no longer be exact' };

/**
 * `openShop` writes down which KPIs are counted, for those who only read. The store stays yours to close. Throws `ConfigError` for options that break
 * a rule, and the store's faults.
 */
export async function openShop(store: Store, options: ShopOptions, now: () => number): Promise<Shop> {
  const { tenant, customKpis } = options;
  if (!LABEL.test(tenant)) throw new ConfigError('tenant', 'must be 1 to 64 characters without / + # and not _', tenant);
  const custom = readCustomKpis(customKpis);
  const own = scoped(store, `${tenant}/`);
  const settings = { ...DEFAULT_SETTINGS, records: recordsIn(options) };
  const generations = await openGenerations(own, [...measuresOf(settings), ...custom.map(measureOf)], settings.records);
  await own.commit(writeDefinitions(custom, settings));
  return new Shop(own, { ...contextOf(options), kpis: kpisWithOwn(kpisOf(custom), settings), ...settings }, generations, now);
}

export class Shop {
  readonly #store: Store;
  readonly #context: ShopContext;
  readonly #generations: Pick<FoldContext, 'generation' | 'former'>;
  readonly #now: () => number;

  /** See `openShop`. */
  constructor(store: Store, context: ShopContext, generations: Pick<FoldContext, 'generation' | 'former'>, now: () => number) {
    this.#store = store;
    this.#context = context;
    this.#generations = generations;
    this.#now = now;
  }

  /**
   * Adds up canonical events; when it resolves, they are stored as durably as the store can. In any order and any number of times they lead to the
   * same sums. Throws the store's faults: then some of them may be stored, and all may be applied again.
   */
  async applyEvents(inputs: readonly unknown[]): Promise<Applied> {
    const now = this.#now();
    const { currency, calendar, graceMs } = this.#context;
    const events: ShopEvent[] = [];
    const refused: RefusedInput[] = [];
    const places = new Map<ShopEvent, number>();
    for (const [index, input] of inputs.entries()) {
      const parsed = parseEvent(input, { now, currency });
      if (parsed.outcome === 'refused') refused.push({ index, refusals: parsed.refusals });
      else {
        events.push(parsed.event);
        places.set(parsed.event, index);
      }
    }
    const folded = await foldExactly(this.#store, events, { now, currency, calendar, graceMs, ...this.#generations });
    for (const event of folded.inexact) refused.push({ index: places.get(event) ?? -1, refusals: [INEXACT] });
    return { changed: events.length - folded.inexact.size - folded.unchanged, unchanged: folded.unchanged, refused };
  }

  /** KPI values of the windows asked for, in order of time; a window without facts has none. Throws `ConfigError` and the store's faults. */
  async readWindows({ size, from, to, names, store, channel, groupBy = [] }: WindowsQuestion): Promise<KpiValue[]> {
    const spans = this.#spansOf(size, from, to);
    const group = { store: groupBy.includes('store'), channel: groupBy.includes('channel') };
    const asked = { size, spans, group, ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }) };
    const rows = await readRows(this.#store, asked, this.#context, this.#now());
    return names === undefined ? rows : rows.filter(({ name }) => names.includes(name));
  }

  /**
   * Counts the stored facts anew where that was done by other definitions: of a former release, or before `customKpis` or `records` changed. Until
   * then windows of the past are as they were. May be called again and cut short at any time; a window node does it by itself.
   */
  async recount(): Promise<void> {
    const { currency, calendar, graceMs } = this.#context;
    const context = { currency, calendar, graceMs, ...this.#generations, history: true };
    let after: string | undefined = '';
    while (after !== undefined) after = await refold(this.#store, after, { ...context, now: this.#now() });
  }

  #spansOf(size: WindowSize, from: number | undefined, to: number | undefined): readonly Span[] {
    const now = this.#now();
    const end = to ?? Math.max(now, from ?? now) + 1;
    const start = from ?? end - 1;
    if (end <= start) throw new ConfigError('to', 'must be after from', to);
    const spans = this.#context.calendar.windowsBetween(size, start, end, MAX_WINDOWS + 1);
    if (spans.length > MAX_WINDOWS) throw new ConfigError('from', `asks for more than ${String(MAX_WINDOWS)} windows`, from);
    return spans;
  }
}

function recordsIn({ records }: ShopOptions): readonly SystemOfRecord[] {
  const read = readRecords(records);
  if (read.outcome === 'refused') throw new ConfigError('records', RECORD_RULES[read.rule], read.where);
  return read.records;
}

function contextOf({ zone = 'Europe/Rome', currency = 'EUR', dayBeginsAtHour = 0, allowedLatenessMs = 5 * SECOND }: ShopOptions): Omit<ShopContext, 'kpis'> {
  if (!isZone(zone)) throw new ConfigError('zone', 'must be an IANA time zone like Europe/Rome', zone);
  if (!/^[A-Z]{3}$/.test(currency)) throw new ConfigError('currency', 'must be an ISO 4217 code like EUR', currency);
  if (!Number.isInteger(dayBeginsAtHour) || dayBeginsAtHour < 0 || dayBeginsAtHour > 23) {
    throw new ConfigError('dayBeginsAtHour', 'must be a whole number from 0 to 23', dayBeginsAtHour);
  }
  return { calendar: new Calendar(new LocalClock(zone), dayBeginsAtHour * 60), currency, graceMs: allowedLatenessMs };
}
