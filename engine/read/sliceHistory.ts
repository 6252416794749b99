/**
 * What was it like at the same hour of former weeks? The hour slices of past business days, read once an hour.
 */
import { typeField } from '../kpi/measure.js';
import type { EventType } from '../event/event.js';
import { parseSliceKey, sliceRange } from '../aggregate/slice.js';
import { scanAll } from '../store/store.js';
import { countersOf, type Entry, type Store } from '../store/store.js';
import { DAY, HOUR, type LocalClock } from '../base/time.js';
import type { Calendar, Span } from '../calendar/windowAssigner.js';

/** A business day on which the shop had facts. */
export interface PastDay {
  readonly span: Span;
  /** Its hour slices, in order of time. */
  readonly slices: readonly Entry[];
  readonly stores: ReadonlySet<string>;
  /** Kinds of facts that there were, by their slice fields. */
  readonly types: ReadonlySet<string>;
}

const MAX_DAYS = 64;

/** The days of one shop that were asked for, each read once an hour of the clock: what is late by hours is seen then. */
export class SliceHistory {
  readonly #store: Store;
  readonly #calendar: Calendar;
  readonly #days = new Map<number, { readonly readAt: number; readonly day: Promise<PastDay> }>();

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
    return day.slices.length === 0 ? undefined : day;
  }

  #read(span: Span, now: number): Promise<PastDay> {
    const day = scanAll(this.#store, sliceRange('hour', span)).then((slices) => pastDay(span, slices));
    if (this.#days.size >= MAX_DAYS) this.#days.clear();
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

function pastDay(span: Span, slices: readonly Entry[]): PastDay {
  const stores = new Set<string>();
  const types = new Set<string>();
  for (const { key, value } of slices) {
    stores.add(parseSliceKey(key).store);
    for (const [field, count] of Object.entries(countersOf(value))) if (field.startsWith('=') && count > 0) types.add(field);
  }
  return { span, slices, stores, types };
}
