/**
 * `RecentGroups` are the groups that had facts on the shop's last opening days: while nothing comes they are at zero, from the first hour of
 * opening on, so that the worst day is not the one that nobody sees.
 */
import type { Opening } from '../calendar/openingHours.js';
import type { Span } from '../calendar/windowAssigner.js';
import type { KpiValue } from '../read/kpiValue.js';
import { readKnownAt, type ShopContext } from '../read/windowReader.js';
import type { Store } from '../store/store.js';
import { floorHour } from '../base/time.js';

/** `OpeningDays` say how long the shop is open, and which days are unlike others. */
export type OpeningDays = Pick<Opening, 'openMs' | 'holiday'>;

/** Holidays and closed days do not count, so that a store is still known after them. */
const OPENING_DAYS = 8;
/** A shop that was closed for longer begins anew. */
const MAX_DAYS = 60;

export class RecentGroups {
  readonly #store: Store;
  readonly #shop: ShopContext;
  readonly #opening: OpeningDays;
  #last: { readonly key: string; readonly values: Promise<readonly KpiValue[]> } | undefined;

  constructor(store: Store, shop: ShopContext, opening: OpeningDays) {
    this.#store = store;
    this.#shop = shop;
    this.#opening = opening;
  }

  /** One value for each of their numbers, where the shop is open in that window; read once an hour. */
  async at(span: Span, now: number): Promise<readonly KpiValue[]> {
    if (this.#opening.openMs(span) === 0) return [];
    const day = this.#shop.calendar.windowAt('1d', span.end - 1);
    const key = `${String(day.start)}/${String(floorHour(now))}`;
    if (this.#last?.key !== key) {
      const values = readKnownAt(this.#store, { start: this.#from(day.start), end: day.start }, day.start, this.#shop, now);
      this.#last = { key, values };
      values.catch(() => { this.#last = undefined; });
    }
    return this.#last.values;
  }

  /** Start of the eighth opening day before an instant. */
  #from(before: number): number {
    let start = before;
    for (let day = 0, opened = 0; day < MAX_DAYS && opened < OPENING_DAYS; day += 1) {
      const span = this.#shop.calendar.windowAt('1d', start - 1);
      if (this.#opening.openMs(span) > 0 && this.#opening.holiday(span.start) === undefined) opened += 1;
      start = span.start;
    }
    return start;
  }
}
