/**
 * `SliceHistory` knows what it was like at the same hour of former weeks: the hour slices of past business days, read once an hour.
 */
import { LRUCache } from 'lru-cache';
import { typeField } from '../kpi/measure.js';
import type { EventType } from '../event/event.js';
import { parseSliceKey, sliceRange } from '../aggregate/slice.js';
import { addToGroups, type Group } from './rollup.js';
import { scanAll } from '../store/store.js';
import { type Counters, countersOf, type Entry, type Store } from '../store/store.js';
import { DAY, HOUR, type LocalClock } from '../base/time.js';
import type { Calendar, Span } from '../calendar/windowAssigner.js';

/** `PastHour`: the sums of every group by its name, added up when they are first asked for. */
export class PastHour {
  readonly #slices: (Group & { readonly sums: Counters })[] = [];
  #sums: ReadonlyMap<string, Counters> | undefined;

  add(store: string, channel: string, sums: Counters): void {
    this.#slices.push({ store, channel, sums });
  }

  get sums(): ReadonlyMap<string, Counters> {
    if (this.#sums === undefined) {
      const sums = new Map<string, Record<string, number>>();
      for (const slice of this.#slices) addToGroups(sums, slice, slice.sums);
      this.#sums = sums;
    }
    return this.#sums;
  }
}

/** A business day on which the shop had facts. */
export interface PastDay {
  readonly span: Span;
  /** What its hours that had facts added up to, in order of time. */
  readonly hours: ReadonlyMap<number, PastHour>;
  readonly stores: ReadonlySet<string>;
  /** Kinds of facts that there were, by their slice fields. */
  readonly types: ReadonlySet<string>;
}

const MAX_DAYS = 64;

/** The days of one shop that were asked for, each read once an hour of the clock: what is late by hours is seen then. */
export class SliceHistory {
  readonly #store: Store;
  readonly #calendar: Calendar;
  readonly #days = new LRUCache<number, { readonly readAt: number; readonly day: Promise<PastDay> }>({ max: MAX_DAYS });

  constructor(store: Store, calendar: Calendar) {
    this.#store = store;
    this.#calendar = calendar;
  }

  /** The business day that holds `at`, `undefined` where the shop had no facts. */
  async day(at: number, now: number): Promise<PastDay | undefined> {
    const span = this.#calendar.windowAt('1d', at);
    const known = this.#days.get(span.start);
    const hourOf = (instant: number): number => this.#calendar.clock.floor(instant, HOUR);
    const isFresh = known !== undefined && hourOf(now) === hourOf(known.readAt);
    const day = await (isFresh ? known.day : this.#read(span, now));
    return day.hours.size === 0 ? undefined : day;
  }

  #read(span: Span, now: number): Promise<PastDay> {
    const day = scanAll(this.#store, sliceRange('hour', span)).then((slices) => pastDay(span, slices));
    this.#days.set(span.start, { readAt: now, day });
    day.catch(() => { this.#days.delete(span.start); });
    return day;
  }
}

/** The same time of day, so many days before, on the shop's clock. */
export function daysBefore(clock: LocalClock, at: number, days: number): number {
  const local = at + clock.offsetAt(at) - days * DAY;
  const near = local - clock.offsetAt(at - days * DAY);
  return local - clock.offsetAt(near);
}

/** Whether there were such facts. */
export function hadEvents({ types }: PastDay, wanted: readonly EventType[]): boolean {
  return wanted.some((type) => types.has(typeField(type)));
}

function pastDay(span: Span, entries: readonly Entry[]): PastDay {
  const hours = new Map<number, PastHour>();
  const stores = new Set<string>();
  const types = new Set<string>();
  for (const { key, value } of entries) {
    const { start, store, channel } = parseSliceKey(key);
    const sums = countersOf(value);
    const hour = hours.get(start) ?? new PastHour();
    hours.set(start, hour);
    hour.add(store, channel, sums);
    stores.add(store);
    for (const field in sums) if (field.startsWith('=') && (sums[field] ?? 0) > 0) types.add(field);
  }
  return { span, hours, stores, types };
}
