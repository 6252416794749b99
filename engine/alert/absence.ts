/**
 * `judgeAbsence` says whether a source is silent for longer than its history explains, by what it sent in the same hours of the last four
 * weeks.
 *
 * Arrivals at random come with no gap of length t with probability e^(-expected in t) (Poisson). Below one in a thousand the gap is no chance.
 * One sale comes as several messages (opened, paid, edited …): messages are counted three for one arrival.
 */
import type { Hours } from './activeTime.js';
import { DAY, floorHour, HOUR, type LocalClock, MINUTE } from '../base/time.js';

/** `Absence` is why a source counts as absent: how many messages are usual in this hour, and since when nothing came (epoch ms). */
export interface Absence {
  readonly usual: number;
  readonly lastSeenAt: number;
}

/**
 * `SourceReading` is how a source stands now. `unknown`: its history is too short to say. `unexplained`: it sends nothing any more, and its
 * history does not expect anything either. `removed`: the store knows it no more.
 */
export type SourceReading =
  | { readonly state: 'active' | 'unknown' | 'unexplained' | 'removed'; readonly lastSeenAt: number }
  | ({ readonly state: 'absent' } & Absence);

const WEEKS = 4;
const LEAST_WEEKS = 2;
const MESSAGES_PER_ARRIVAL = 3;
const CHANCE = 0.001;
/** Restarts and slow hours of a sender last as long. */
export const LEAST_ABSENCE_MS = 10 * MINUTE;
/** `RECENT_MS` is how much of a wait is compared with its history to call a source absent. */
export const RECENT_MS = 2 * DAY;
/** `CYCLE_MS` holds each hour of a week once: what a source is expected in at all. */
export const CYCLE_MS = 7 * DAY;

/** An hour of a wait, and the same hour of the week in the last four weeks. */
interface ComparedHour {
  readonly start: number;
  readonly before: readonly number[];
}

/** `comparedHours` are those that a wait since `lastSeenAt` touches, at most the last `reachMs`, the newest last. */
export function comparedHours(lastSeenAt: number, now: number, clock: LocalClock, reachMs = RECENT_MS): readonly ComparedHour[] {
  const hours = [];
  for (let start = floorHour(Math.max(lastSeenAt, now - reachMs)); start <= now; start += HOUR) {
    hours.push({ start, before: Array.from({ length: WEEKS }, (_each, week) => weeksBefore(start, week + 1, clock)) });
  }
  return hours;
}

/** `SentHistory` is what the store holds of these hours, and since when it knows the source at all. */
export interface SentHistory {
  readonly knownSince: number;
  /** Messages in the hour that begins then. */
  readonly sent: (start: number) => number;
}

/** `judgeAbsence` counts open hours only; where the history has fewer than two weeks, it says nothing. */
export function judgeAbsence(lastSeenAt: number, now: number, history: SentHistory, clock: LocalClock, hours: Hours): SourceReading {
  let expected = 0;
  let usual: number | undefined;
  for (const { start, before } of comparedHours(lastSeenAt, now, clock)) {
    usual = usualOf(before, history);
    if (usual === undefined) return { state: 'unknown', lastSeenAt };
    const open = hours.openMs({ start, end: start + HOUR });
    const silent = hours.openMs({ start: Math.max(start, lastSeenAt), end: Math.min(start + HOUR, now) });
    if (open > 0) expected += (usual / MESSAGES_PER_ARRIVAL) * (silent / open);
  }
  const isAbsent = now - lastSeenAt >= LEAST_ABSENCE_MS && hours.isOpen(now) && Math.exp(-expected) < CHANCE;
  return isAbsent ? { state: 'absent', usual: usual ?? 0, lastSeenAt } : { state: 'active', lastSeenAt };
}

/**
 * `isExpected` says whether a source is still waited for: by its history it would have sent something within the last week. By day and by
 * night, so that holidays do not end a wait that a shop in business began.
 */
export function isExpected(lastSeenAt: number, now: number, history: SentHistory, clock: LocalClock): boolean {
  const hours = comparedHours(lastSeenAt, now, clock, CYCLE_MS);
  const expected = hours.reduce((sum, { before }) => sum + (usualOf(before, history) ?? 0) / MESSAGES_PER_ARRIVAL, 0);
  return Math.exp(-expected) < CHANCE;
}

/** The lower median: one busy week is no habit. */
function usualOf(before: readonly number[], { knownSince, sent }: SentHistory): number | undefined {
  const counts = before.filter((at) => at >= floorHour(knownSince)).map(sent);
  if (counts.length < LEAST_WEEKS) return undefined;
  return counts.sort((a, b) => a - b)[Math.floor((counts.length - 1) / 2)];
}

/** The same hour on the shop's wall clock, also over a change to or from summer time. */
function weeksBefore(start: number, weeks: number, clock: LocalClock): number {
  const then = start - weeks * 7 * DAY;
  return floorHour(then + clock.offsetAt(start) - clock.offsetAt(then));
}
