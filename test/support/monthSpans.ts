/** Which days does a month have that is made by hand? Days around both changes of the clocks, and the last two. */
import { DAY, HOUR, MINUTE, type Wall } from './wall.js';

/** `first` and `last` (inclusive): days since 1970-01-01, as the wall shows them. */
export interface DaySpan { readonly first: number; readonly last: number }

export interface Spans {
  /** Around the latest change of the clocks. */
  readonly month: DaySpan;
  /** Around the one before it. */
  readonly other: DaySpan;
  /** Of which minutes are kept. */
  readonly recent: DaySpan;
}

/** Trade ends a little before now: nothing is of the future. */
export const QUIET_MS = 10 * MINUTE;

export function spansBefore(now: number, wall: Wall): Spans {
  const today = dayShown(now, wall);
  const changes: number[] = [];
  for (let at = Math.floor(now / HOUR) * HOUR; changes.length < 2; at -= HOUR) if (wall.offsetAt(at) !== wall.offsetAt(at - HOUR)) changes.push(dayShown(at, wall));
  const [latest = today, former = today] = changes;
  const last = Math.min(today - 3, latest + 16);
  return { month: { first: Math.min(latest - 2, last - 29), last }, other: { first: former - 1, last: former + 1 }, recent: { first: today - 2, last: today } };
}

/** All days, each with whether the clocks change on it. */
export function daysOf(spans: Spans, wall: Wall): { readonly day: number; readonly kind: 'usual' | 'change' | 'recent' }[] {
  const kindOf = (day: number): 'usual' | 'change' | 'recent' => {
    if (day >= spans.recent.first) return 'recent';
    return wall.offsetAt(day * DAY - HOUR) === wall.offsetAt(day * DAY + DAY) ? 'usual' : 'change';
  };
  const days = new Set(Object.values(spans).flatMap(({ first, last }: DaySpan) => Array.from({ length: last - first + 1 }, (_day, index) => first + index)));
  return [...days].sort((a, b) => a - b).map((day) => ({ day, kind: kindOf(day) }));
}

function dayShown(at: number, wall: Wall): number {
  return Math.floor(wall.shownAt(at) / DAY);
}
