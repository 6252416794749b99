/**
 * Is that much or little, for this time of this day? The median of the last same weekdays up to the same minute.
 *
 * A past day is known by hours: its complete hours count as they were, the hour of now in proportion to its minutes. Holidays and closures,
 * days on which the shop, the store or that kind of fact has no fact at all, are no days to compare with.
 */
import { LRUCache } from 'lru-cache';
import { median } from '../adaptive/windowSize.js';
import { evaluate } from '../../kpi/evaluate.js';
import { ALL, type Group, groupOf, mergeSums } from '../rollup.js';
import { type PastDay, hadEvents } from '../sliceHistory.js';
import type { KpiValue } from '../kpiValue.js';
import { minorDigits } from '../../base/money.js';
import type { ShopContext } from '../windowReader.js';
import type { Counters, Store } from '../../store/store.js';
import { HOUR, MINUTE } from '../../base/time.js';
import type { Span } from '../../calendar/windowAssigner.js';
import { type Kpi } from '../../kpi/kpi.js';
import { type ComparedDay, SameWeekdays } from './sameWeekdays.js';

/** What is usual for a number, and on how many days that rests; `undefined` where there is nothing to compare with. */
export type Usual = (kpi: Kpi, group: Group) => KpiValue['comparison'];

/** Windows that are compared. */
export type Compared = '1h' | '1d';

const MAX_WINDOWS = 64;

/** A past window up to the same minute, by group. */
interface Past {
  readonly day: PastDay;
  readonly sums: ReadonlyMap<string, Counters>;
}

export class Baseline {
  readonly #shop: Pick<ShopContext, 'calendar' | 'currency'>;
  readonly #days: SameWeekdays;
  readonly #usual = new LRUCache<string, { readonly minute: number; readonly usual: Promise<Usual> }>({ max: MAX_WINDOWS });

  constructor(store: Store, shop: Pick<ShopContext, 'calendar' | 'currency'>, holiday: (at: number) => string | undefined) {
    this.#shop = shop;
    this.#days = new SameWeekdays(store, shop.calendar, holiday);
  }

  /** What is usual in a window: up to the minute of `now` while it is in the window, else in the whole of it. Computed once a minute. */
  at(size: Compared, span: Span, now: number): Promise<Usual> {
    const key = `${size}/${String(span.start)}`;
    const minute = now >= span.start && now < span.end ? Math.floor(now / MINUTE) : Math.floor(now / HOUR) * 60;
    const known = this.#usual.get(key);
    if (known?.minute === minute) return known.usual;
    const usual = this.#read(size, span, now);
    this.#usual.set(key, { minute, usual });
    usual.catch(() => { this.#usual.delete(key); });
    return usual;
  }

  async #read(size: Compared, span: Span, now: number): Promise<Usual> {
    const pasts = (await this.#days.before(span.start, now)).map((past) => this.#past(size, span, past, now));
    const known = new Map<string, KpiValue['comparison']>();
    return (kpi, group) => {
      const key = `${kpi.name}/${groupOf(group)}`;
      if (!known.has(key)) known.set(key, usualOf(kpi, group, pasts, this.#shop.currency));
      return known.get(key);
    };
  }

  #past(size: Compared, span: Span, { week, day }: ComparedDay, now: number): Past {
    const then = this.#shop.calendar.windowAt(size, this.#days.then(span.start, week));
    const isPresent = now >= span.start && now < span.end;
    const until = isPresent ? this.#days.then(Math.floor(now / MINUTE) * MINUTE, week) : then.end;
    return { day, sums: sumsUntil(day, then, Math.min(until, then.end)) };
  }
}

function usualOf(kpi: Kpi, group: Group, pasts: readonly Past[], currency: string): KpiValue['comparison'] {
  const days = pasts.filter(({ day }) => (group.store === ALL || day.stores.has(group.store)) && hadEvents(day, kpi.types));
  if (days.length === 0 || (kpi.open !== undefined && kpi.open !== 'young')) return undefined;
  const values = days.map(({ sums }) => evaluate(kpi, sums.get(groupOf(group)) ?? {}, currency).value).filter((value) => value !== null);
  const value = median(values);
  return { value: value === undefined ? null : rounded(value, kpi, currency), days: days.length };
}

/** `rounded` to as many digits as such a number is shown with. */
export function rounded(value: number, { unit }: Pick<Kpi, 'unit'>, currency: string): number {
  const digits = unit === 'money' ? minorDigits(currency) : unit === 'ratio' ? 6 : unit === 'seconds' ? 3 : 1;
  return Number(value.toFixed(digits));
}

/** Hours before `until` as they were, the hour of `until` by the share of it that had passed. */
function sumsUntil({ hours }: PastDay, { start, end }: Span, until: number): ReadonlyMap<string, Counters> {
  const within = [...(end - start <= HOUR ? [start] : hours.keys())].filter((hour) => hour >= start && hour < end && hour < until && hours.has(hour));
  const [only] = within;
  if (only !== undefined && within.length === 1 && until - only >= HOUR) return hours.get(only)?.sums ?? new Map<string, Counters>();
  const byGroup = new Map<string, Record<string, number>>();
  for (const hour of within) for (const [group, sums] of hours.get(hour)?.sums ?? []) addTo(byGroup, group, shareOf(sums, Math.min(1, (until - hour) / HOUR)));
  return byGroup;
}

function addTo(byGroup: Map<string, Record<string, number>>, group: string, sums: Counters): void {
  const row = byGroup.get(group) ?? {};
  byGroup.set(group, row);
  mergeSums(row, sums);
}

function shareOf(sums: Counters, share: number): Counters {
  return share === 1 ? sums : Object.fromEntries(Object.entries(sums).map(([field, sum]) => [field, sum * share]));
}
