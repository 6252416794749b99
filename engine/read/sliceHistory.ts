/**
 * `SliceHistory` knows what it was like at the same hour of former weeks: the hour slices of past business days, read once an hour.
 */
import { LRUCache } from 'lru-cache';
import { typeField } from '../kpi/measure.js';
import type { EventType } from '../event/event.js';
import { parseSliceKey, REVISION, sliceRange } from '../aggregate/slice.js';
import { addToGroups, type Group } from './rollup.js';
import { scanAll } from '../store/store.js';
import { type Counters, countersOf, type Entry, type Store } from '../store/store.js';
import { DAY, HOUR, type LocalClock, MINUTE } from '../base/time.js';
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
  /** How often its hours were added to: grows with each change. */
  readonly revisions: number;
}

const MAX_DAYS = 64;

interface ReadDay {
  readonly readAt: number;
  /** It is read again when it is older than this. */
  readonly freshMs: number;
  readonly day: Promise<PastDay>;
}

/**
 * The days of one shop that were asked for. A day that was found as it was is read half as often the next time, at least once an hour: what is late
 * by hours is seen then, and history that is being loaded within a minute or two.
 */
export class SliceHistory {
  readonly #store: Store;
  readonly #calendar: Calendar;
  readonly #days = new LRUCache<number, ReadDay>({ max: MAX_DAYS });

  constructor(store: Store, calendar: Calendar) {
    this.#store = store;
    this.#calendar = calendar;
  }

  /** The business day that holds `at`, `undefined` where the shop had no facts. */
  async day(at: number, now: number): Promise<PastDay | undefined> {
    const span = this.#calendar.windowAt('1d', at);
    const known = this.#days.get(span.start);
    const isFresh = known !== undefined && now - known.readAt < known.freshMs && now >= known.readAt;
    const day = await (isFresh ? known.day : this.#read(span, now, known));
    return day.hours.size === 0 ? undefined : day;
  }

  #read(span: Span, now: number, known: ReadDay | undefined): Promise<PastDay> {
    const day = scanAll(this.#store, sliceRange('hour', span)).then((slices) => pastDay(span, slices));
    const read: ReadDay = { readAt: now, freshMs: MINUTE, day };
    this.#days.set(span.start, read);
    day.then(async (found) => {
      const former = await known?.day;
      if (former?.revisions !== found.revisions || this.#days.get(span.start) !== read) return;
      this.#days.set(span.start, { ...read, freshMs: Math.min(HOUR, 2 * (known?.freshMs ?? MINUTE)) });
    }).catch(() => { this.#days.delete(span.start); });
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
  let revisions = 0;
  for (const { key, value } of entries) {
    const { start, store, channel } = parseSliceKey(key);
    const sums = countersOf(value);
    const hour = hours.get(start) ?? new PastHour();
    hours.set(start, hour);
    hour.add(store, channel, sums);
    stores.add(store);
    revisions += sums[REVISION] ?? 0;
    for (const field in sums) if (field.startsWith('=') && (sums[field] ?? 0) > 0) types.add(field);
  }
  return { span, hours, stores, types, revisions };
}
