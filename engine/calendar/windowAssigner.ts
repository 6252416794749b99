/**
 * `Calendar` assigns an instant to its windows: `[start, end)`, aligned to the shop's local clock.
 */
import { LRUCache } from 'lru-cache';
import { present } from '../base/json.js';
import type { Shift } from './shifts.js';
import { DAY, HOUR, type LocalClock, MINUTE } from '../base/time.js';

/** Tumbling sizes nest in each other: shifts hold whole hours and tile the day. `last-…` slides over the last minutes, one minute at a time. */
export const TUMBLING = ['5m', '15m', '1h', 'shift', '1d'] as const;
export const SLIDING = ['last-5m', 'last-15m', 'last-1h'] as const;
export type Tumbling = (typeof TUMBLING)[number];
export type Sliding = (typeof SLIDING)[number];
export type WindowSize = Tumbling | Sliding;

/** `Span`, in epoch ms: `start` belongs to the window, `end` to the next. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const LENGTH: Readonly<Record<Exclude<WindowSize, 'shift' | '1d'>, number>> = {
  '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': HOUR, 'last-5m': 5 * MINUTE, 'last-15m': 15 * MINUTE, 'last-1h': HOUR,
};

/** `sliceLevel` says which slices a window is made of: minutes below an hour, and for whatever slides; hours from an hour up. */
export function sliceLevel(size: WindowSize): 'minute' | 'hour' {
  return size === '1h' || size === 'shift' || size === '1d' ? 'hour' : 'minute';
}

/** `isWindowSize` is true for the name of any size. */
export function isWindowSize(text: string): text is WindowSize {
  return (TUMBLING as readonly string[]).includes(text) || isSliding(text);
}

/** `isSliding` is true for the sizes that move on by the minute. */
export function isSliding(size: string): size is Sliding {
  return (SLIDING as readonly string[]).includes(size);
}

/** A part of a business day: a shift, or the time between two. */
interface Tile {
  readonly span: Span;
  readonly name?: string;
}

/** A day begins and ends at a full quarter of an hour, so a quarter lies in one day. */
const QUARTER = 15 * MINUTE;

/** `Calendar` holds a shop's windows: one zone, one business-day cut-off (minutes after local midnight), the shifts of its day. */
export class Calendar {
  readonly clock: LocalClock;
  readonly shifts: readonly Shift[];
  readonly #cutoffMinutes: number;
  readonly #days = new LRUCache<number, Span>({ max: 4_096, memoMethod: (quarter) => this.clock.businessDay(quarter * QUARTER, this.#cutoffMinutes) });
  readonly #tiles = new LRUCache<number, readonly Tile[]>({ max: 512, memoMethod: (start) => this.#tilesOf(this.#dayAt(start)) });

  constructor(clock: LocalClock, cutoffMinutes = 0, shifts: readonly Shift[] = []) {
    this.clock = clock;
    this.shifts = shifts;
    this.#cutoffMinutes = cutoffMinutes;
  }

  /** What its windows depend on, in one text: calendars that say the same have the same windows. */
  get meaning(): string {
    const shifts = this.shifts.length === 0 ? '' : `, ${JSON.stringify(this.shifts)}`;
    return `${this.clock.zone}, ${String(this.#cutoffMinutes)} min${shifts}`;
  }

  /** The window of that size that holds the instant; a sliding one ends with the minute that holds it. */
  windowAt(size: WindowSize, at: number): Span {
    if (size === '1d') return this.#dayAt(at);
    if (size === 'shift') return this.#tileAt(at)?.span ?? this.#dayAt(at);
    const length = LENGTH[size];
    if (isSliding(size)) {
      const end = this.clock.floor(at, MINUTE) + MINUTE;
      return { start: end - length, end };
    }
    const start = this.clock.floor(at, length);
    return { start, end: start + length };
  }

  /** Name of the shift that holds the instant; `undefined` between shifts. */
  shiftAt(at: number): string | undefined {
    return this.#tileAt(at)?.name;
  }

  /** Which business day it is, by its date: days since 1970-01-01. */
  dayNumber(at: number): number {
    const { start } = this.#dayAt(at);
    return Math.floor((start + this.clock.offsetAt(start)) / DAY);
  }

  /** All windows of that size that overlap `[from, to)`, ascending, at most `limit`. A sliding size has one: the one that ends at `to`. */
  windowsBetween(size: WindowSize, from: number, to: number, limit: number): Span[] {
    if (isSliding(size)) return [this.windowAt(size, to - 1)];
    const spans: Span[] = [];
    for (let at = from; at < to && spans.length < limit;) {
      const span = this.windowAt(size, at);
      spans.push(span);
      at = span.end;
    }
    return spans;
  }

  #dayAt(at: number): Span {
    return this.#days.memo(Math.floor(at / QUARTER));
  }

  #tileAt(at: number): Tile | undefined {
    return this.#tiles.memo(this.#dayAt(at).start).find(({ span }) => at < span.end);
  }

  /** The day cut at every begin and end of a shift; a shift that the change of clocks leaves no time has no tile. */
  #tilesOf(day: Span): readonly Tile[] {
    const number = this.dayNumber(day.start);
    const shifts = this.shifts.map(({ name, from, to }) => ({ name, start: this.clock.instantAt(number, from), end: this.clock.instantAt(number, to) }));
    const inside = shifts.flatMap(({ start, end }) => [start, end]).filter((at) => day.start < at && at < day.end);
    const starts = [...new Set([day.start, ...inside])].sort((a, b) => a - b);
    return starts.map((start, index) => {
      const name = shifts.find((shift) => shift.start <= start && start < shift.end)?.name;
      return present({ span: { start, end: starts[index + 1] ?? day.end }, name });
    });
  }
}
