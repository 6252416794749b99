/**
 * `ChangeReader` gives a database what changed, or all there is, a page at a time: facts as rows, hours as the KPI values of the windows around them.
 */
import { CHANGED_FACTS, CHANGED_HOURS } from '../aggregate/changeJournal.js';
import { readGenerations } from '../aggregate/applyEvents.js';
import { parseSliceKey, sliceKey, sliceRange } from '../aggregate/slice.js';
import type { Span, WindowSize } from '../calendar/windowAssigner.js';
import { formatInstant, HOUR } from '../base/time.js';
import { groupOf, GROUPINGS, grouped, type Group } from '../read/rollup.js';
import type { KpiValue } from '../read/kpiValue.js';
import { readAllGroups, type ShopContext } from '../read/windowReader.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';
import { type FactRow, factRow, type RowContext } from './factRow.js';

/** `FactPage`: rows to write, keys of facts that are gone, and what forgets that they had changed. */
export interface FactPage {
  readonly rows: readonly FactRow[];
  readonly gone: readonly string[];
  readonly taken: readonly Put[];
}

/** `WindowGroup` is a window of one group: `start` in RFC 3339. */
export interface WindowGroup extends Group {
  readonly size: WindowSize;
  readonly start: string;
}

/**
 * `ValuePage`: the windows and groups that hold changed hours, all values that they have now (none, where a sale has moved to another day), and what
 * forgets that they had changed.
 */
export interface ValuePage {
  readonly groups: readonly WindowGroup[];
  readonly values: readonly KpiValue[];
  readonly taken: readonly Put[];
}

/** `HistoryPage` of facts or values; `next` is where to go on, absent at the end. */
export interface HistoryPage<T> {
  readonly rows: readonly T[];
  readonly next?: string;
}

/** Windows that a database gets. Minutes live for two days: they are for the dashboard. */
const SIZES: readonly WindowSize[] = ['1h', '1d'];

/** `ChangeReader` of one shop; its methods throw the store's faults. */
export class ChangeReader {
  readonly #store: Store;
  readonly #shop: () => Promise<ShopContext>;

  /** `shop` is asked at each page, since definitions change while the shop is open. */
  constructor(store: Store, shop: () => Promise<ShopContext>) {
    this.#store = store;
    this.#shop = shop;
  }

  /** At most `limit` changed facts. */
  async changedFacts(limit: number): Promise<FactPage> {
    const { keys, taken } = await this.#entries(CHANGED_FACTS, limit);
    const texts = (await this.#store.read(keys)).map(textOf);
    const context = await this.#context();
    const present = keys.flatMap((key, index) => (texts[index] === undefined ? [] : [factRow(key, texts[index], context)]));
    return { rows: present, gone: keys.filter((_key, index) => texts[index] === undefined), taken };
  }

  /** The values around at most `limit` changed hours, of the groups that changed. */
  async changedValues(limit: number, now: number): Promise<ValuePage> {
    const { keys, taken } = await this.#entries(CHANGED_HOURS, limit);
    const touched = new Map<number, Group[]>();
    for (const key of keys) {
      const [start = '', store = '', channel = ''] = key.split('/');
      touched.set(Number(start), [...touched.get(Number(start)) ?? [], { store, channel }]);
    }
    return { ...await this.#valuesAround(touched, now), taken };
  }

  /** At most `limit` facts, in the order of their keys, after the key `after`. */
  async facts(after: string, limit: number): Promise<HistoryPage<FactRow>> {
    const { gte, lt } = prefixRange('f/');
    const page = await this.#store.scan({ gte: after === '' ? gte : `${after}\u0001`, lt }, limit);
    const context = await this.#context();
    const rows = page.map(({ key, value }) => factRow(key, textOf(value) ?? '', context));
    const last = page.length < limit ? undefined : page.at(-1);
    return last === undefined ? { rows } : { rows, next: last.key };
  }

  /** All values of the first day that has any after the instant `after` (epoch ms, as text). */
  async values(after: string, now: number): Promise<HistoryPage<KpiValue>> {
    const from = after === '' ? 0 : Number(after);
    const { lt } = sliceRange('hour', { start: 0, end: now + HOUR });
    const [first] = await this.#store.scan({ gte: sliceKey('hour', from, '', ''), lt }, 1);
    if (first === undefined) return { rows: [] };
    const shop = await this.#shop();
    const day = shop.calendar.windowAt('1d', parseSliceKey(first.key).start);
    const rows: KpiValue[] = [];
    for (const size of SIZES) {
      const spans = shop.calendar.windowsBetween(size, day.start, day.end, Infinity);
      for (const span of spans) rows.push(...await readAllGroups(this.#store, size, span, shop, now));
    }
    return { rows, next: String(day.end) };
  }

  async #entries(prefix: string, limit: number): Promise<{ readonly keys: readonly string[]; readonly taken: readonly Put[] }> {
    const entries = await this.#store.scan(prefixRange(prefix), limit);
    return {
      keys: entries.map(({ key }) => key.slice(prefix.length)),
      taken: entries.map(({ key, value }): Put => ({ key, expect: textOf(value) ?? null })),
    };
  }

  async #context(): Promise<RowContext> {
    const [{ calendar, currency }, generations] = await Promise.all([this.#shop(), readGenerations(this.#store)]);
    return { calendar, currency, generations };
  }

  async #valuesAround(touched: ReadonlyMap<number, readonly Group[]>, now: number): Promise<Omit<ValuePage, 'taken'>> {
    const shop = await this.#shop();
    const values: KpiValue[] = [];
    const all: WindowGroup[] = [];
    for (const size of SIZES) {
      for (const { span, groups } of windowsAround(touched, size, shop).values()) {
        const read = await readAllGroups(this.#store, size, span, shop, now);
        values.push(...read.filter((value) => groups.has(groupOf(value))));
        for (const group of groups.values()) all.push({ size, start: formatInstant(span.start), ...group });
      }
    }
    return { groups: all, values };
  }
}

interface TouchedWindow {
  readonly span: Span;
  readonly groups: Map<string, Group>;
}

function windowsAround(touched: ReadonlyMap<number, readonly Group[]>, size: WindowSize, { calendar }: ShopContext): Map<number, TouchedWindow> {
  const windows = new Map<number, TouchedWindow>();
  for (const [hour, groups] of touched) {
    const span = calendar.windowAt(size, hour);
    const window = windows.get(span.start) ?? { span, groups: new Map<string, Group>() };
    windows.set(span.start, window);
    for (const group of groups) for (const grouping of GROUPINGS) window.groups.set(groupOf(grouped(group, grouping)), grouped(group, grouping));
  }
  return windows;
}
