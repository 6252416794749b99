/**
 * `Opening` knows whether the shop is open, since when, and when next. Without weekly hours it is always open.
 *
 * A business day has the hours of its weekday, unless it is a holiday, in a closure, or a day with hours of its own (the latter outrank).
 */
import { LRUCache } from 'lru-cache';
import { type Closure, type ExceptionalDay, isYearDay, type YearDay } from './exceptionDays.js';
import { nationalHoliday } from './nationalHolidays.js';
import type { DaySpan } from './weeklyHours.js';
import type { Calendar, Span } from './windowAssigner.js';

/** `OpeningRules` as the shop's form says them. `holidays`, national ones and the patron saint's: closed, as on any such weekday, or as on Sundays. */
export interface OpeningRules {
  /** Seven days, Monday first. Absent: always open. */
  readonly week?: readonly (readonly DaySpan[])[];
  readonly holidays: 'closed' | 'open' | 'sunday';
  readonly patronSaint?: YearDay & { readonly name: string };
  readonly closures: readonly Closure[];
  readonly exceptions: readonly ExceptionalDay[];
}

/** `ALWAYS_OPEN`: a shop without weekly hours. */
export const ALWAYS_OPEN: OpeningRules = { holidays: 'open', closures: [], exceptions: [] };

const SUNDAY = 6;
/** How far ahead the next opening is sought; closed for longer is closed for good. */
const HORIZON_DAYS = 400;
/** How far back an opening that never ends is followed. */
const MAX_OPEN_DAYS = 8;

/** Instants are epoch ms; spans `[start, end)`; names are Italian. */
export class Opening {
  readonly calendar: Calendar;
  readonly #rules: OpeningRules;
  readonly #exceptions: ReadonlyMap<number, ExceptionalDay>;
  readonly #spans = new LRUCache<number, readonly Span[]>({ max: 1_024, memoMethod: (day) => this.#spansOf(day) });

  constructor(calendar: Calendar, rules: OpeningRules = ALWAYS_OPEN) {
    this.calendar = calendar;
    this.#rules = rules;
    this.#exceptions = new Map(rules.exceptions.map((exception) => [exception.day, exception]));
  }

  isOpen(at: number): boolean {
    const today = this.calendar.dayNumber(at);
    return this.#rules.week === undefined || this.#between(today - 1, today).some((span) => holds(span, at));
  }

  /** Start of the open span that holds `at`, `undefined` while closed. 0 for a shop that is always open; of one that never closes, a week ago. */
  openedAt(at: number): number | undefined {
    if (this.#rules.week === undefined) return 0;
    const today = this.calendar.dayNumber(at);
    return this.#merged(today - MAX_OPEN_DAYS, today).find((span) => holds(span, at))?.start;
  }

  /** The next time after `at` that the shop, closed before, opens; `undefined` where that is not within 400 days. */
  nextOpening(at: number): number | undefined {
    if (this.#rules.week === undefined) return undefined;
    const today = this.calendar.dayNumber(at);
    for (let day = today; day <= today + HORIZON_DAYS; day += 1) {
      const next = this.#spans.memo(day).find(({ start }) => start > at && !this.isOpen(start - 1));
      if (next !== undefined) return next.start;
    }
    return undefined;
  }

  /** How long the shop is open within a span, in ms. */
  openMs({ start, end }: Span): number {
    if (end <= start) return 0;
    if (this.#rules.week === undefined) return end - start;
    return this.#merged(this.calendar.dayNumber(start) - 1, this.calendar.dayNumber(end))
      .reduce((sum, span) => sum + Math.max(0, Math.min(span.end, end) - Math.max(span.start, start)), 0);
  }

  /** The open spans that begin in the business day that holds `at`; `undefined` for a shop that is always open. */
  hoursAt(at: number): readonly Span[] | undefined {
    return this.#rules.week === undefined ? undefined : this.#spans.memo(this.calendar.dayNumber(at));
  }

  /** What makes the business day that holds `at` unlike others: the name of its holiday or closure, also where the shop opens. */
  holiday(at: number): string | undefined {
    const day = this.calendar.dayNumber(at);
    const exception = this.#exceptions.get(day);
    return exception?.name ?? this.#feast(day) ?? this.#closure(day)?.name ?? (exception?.spans.length === 0 ? 'chiusura straordinaria' : undefined);
  }

  #feast(day: number): string | undefined {
    const { patronSaint } = this.#rules;
    return nationalHoliday(day) ?? (patronSaint !== undefined && isYearDay(day, patronSaint) ? patronSaint.name : undefined);
  }

  #closure(day: number): Closure | undefined {
    return this.#rules.closures.find(({ first, last }) => first <= day && day <= last);
  }

  #hoursOf(day: number): readonly DaySpan[] {
    const { week, holidays } = this.#rules;
    const exception = this.#exceptions.get(day);
    if (exception !== undefined) return exception.spans;
    if (this.#closure(day) !== undefined) return [];
    // 1970-01-01 was a Thursday.
    const weekday = week?.[(day + 3) % 7] ?? [];
    if (holidays === 'open' || this.#feast(day) === undefined) return weekday;
    return holidays === 'closed' ? [] : week?.[SUNDAY] ?? [];
  }

  /** What the change of clocks skips has no length and is left out. */
  #spansOf(day: number): readonly Span[] {
    const { clock } = this.calendar;
    return this.#hoursOf(day)
      .map(({ from, to }) => ({ start: clock.instantAt(day, from), end: clock.instantAt(day, to) }))
      .filter(({ start, end }) => start < end)
      .sort((a, b) => a.start - b.start);
  }

  /** The spans of these days, both included: a night belongs to the day before, so who asks about a day asks from there. */
  #between(first: number, last: number): Span[] {
    const spans: Span[] = [];
    for (let day = first; day <= last; day += 1) spans.push(...this.#spans.memo(day));
    return spans;
  }

  /** The same, with what touches or overlaps made one. */
  #merged(first: number, last: number): Span[] {
    const merged: Span[] = [];
    for (const span of this.#between(first, last).sort((a, b) => a.start - b.start)) {
      const before = merged.at(-1);
      if (before === undefined || span.start > before.end) merged.push(span);
      else merged[merged.length - 1] = { start: before.start, end: Math.max(before.end, span.end) };
    }
    return merged;
  }
}

function holds({ start, end }: Span, at: number): boolean {
  return start <= at && at < end;
}
