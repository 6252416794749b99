/**
 * Which window does an instant belong to? `[start, end)`, aligned to the shop's local clock.
 */
import { HOUR, type LocalClock, MINUTE } from './time.js';

/** Tumbling sizes nest in each other; `last-…` slides over the last minutes, one minute at a time. */
export const TUMBLING = ['5m', '15m', '1h', '1d'] as const;
export const SLIDING = ['last-5m', 'last-15m', 'last-1h'] as const;
export type Tumbling = (typeof TUMBLING)[number];
export type Sliding = (typeof SLIDING)[number];
export type WindowSize = Tumbling | Sliding;

/** Epoch ms; `start` belongs to the window, `end` to the next. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const LENGTH: Readonly<Record<Exclude<WindowSize, '1d'>, number>> = {
  '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': HOUR, 'last-5m': 5 * MINUTE, 'last-15m': 15 * MINUTE, 'last-1h': HOUR,
};

/** Which slices a window is made of: minutes below an hour, and for whatever slides; hours from an hour up. */
export function sliceLevel(size: WindowSize): 'minute' | 'hour' {
  return size === '1h' || size === '1d' ? 'hour' : 'minute';
}

export function isWindowSize(text: string): text is WindowSize {
  return (TUMBLING as readonly string[]).includes(text) || isSliding(text);
}

export function isSliding(size: string): size is Sliding {
  return (SLIDING as readonly string[]).includes(size);
}

/** The shop's windows: one zone, one business-day cut-off (minutes after local midnight). */
export class Calendar {
  readonly clock: LocalClock;
  readonly #cutoffMinutes: number;
  readonly #days = new Map<number, Span>();

  constructor(clock: LocalClock, cutoffMinutes = 0) {
    this.clock = clock;
    this.#cutoffMinutes = cutoffMinutes;
  }

  /** The window of that size that holds the instant; a sliding one ends with the minute that holds it. */
  windowAt(size: WindowSize, at: number): Span {
    if (size === '1d') return this.#dayAt(at);
    const length = LENGTH[size];
    if (isSliding(size)) {
      const end = this.clock.floor(at, MINUTE) + MINUTE;
      return { start: end - length, end };
    }
    const start = this.clock.floor(at, length);
    return { start, end: start + length };
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

  /** A day begins and ends at a full quarter of an hour, so a quarter lies in one day. */
  #dayAt(at: number): Span {
    const quarter = Math.floor(at / (15 * MINUTE));
    const known = this.#days.get(quarter);
    if (known !== undefined) return known;
    const day = this.clock.businessDay(at, this.#cutoffMinutes);
    if (this.#days.size >= 4_096) this.#days.clear();
    this.#days.set(quarter, day);
    return day;
  }
}
