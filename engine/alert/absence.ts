/**
 * Is a source silent for longer than its history explains? By what it sent in the same hours of the last four weeks.
 *
 * Arrivals at random come with no gap of length t with probability e^(-expected in t) (Poisson). Below one in a thousand the gap is no chance.
 * One sale comes as several messages (opened, paid, edited …): messages are counted three for one arrival.
 */
import type { Hours } from './activeTime.js';
import { DAY, floorHour, HOUR, type LocalClock, MINUTE } from '../base/time.js';

/** Why it counts as mute: what is usual in this hour, and since when nothing came (epoch ms). */
export interface Absence {
  readonly usual: number;
  readonly heardAt: number;
}

/** `unknown`: its history is too short to say. */
export type SourceReading = { readonly state: 'quiet' | 'unknown'; readonly heardAt: number } | ({ readonly state: 'mute' } & Absence);

const WEEKS = 4;
const LEAST_WEEKS = 2;
const MESSAGES_PER_ARRIVAL = 3;
const CHANCE = 0.001;
/** Restarts and slow hours of a sender last as long. */
export const LEAST_SILENCE_MS = 10 * MINUTE;
const FARTHEST_MS = 2 * DAY;

/** The hours that a silence since `heardAt` touches, the newest last, and for each the same hour of the week in the last four weeks. */
export function hoursOf(heardAt: number, now: number, clock: LocalClock): readonly { readonly start: number; readonly before: readonly number[] }[] {
  const hours = [];
  for (let start = floorHour(Math.max(heardAt, now - FARTHEST_MS)); start <= now; start += HOUR) {
    hours.push({ start, before: Array.from({ length: WEEKS }, (_each, week) => weeksBefore(start, week + 1, clock)) });
  }
  return hours;
}

/** What the store holds of these hours, and since when it knows the source at all. */
export interface SentHistory {
  readonly knownSince: number;
  /** Messages in the hour that begins then. */
  readonly sent: (start: number) => number;
}

/** Only open hours count; where the history has fewer than two weeks, nothing is said. */
export function judgeAbsence(heardAt: number, now: number, history: SentHistory, clock: LocalClock, hours: Hours): SourceReading {
  let expected = 0;
  let usual: number | undefined;
  for (const { start, before } of hoursOf(heardAt, now, clock)) {
    usual = usualOf(before.filter((at) => at >= floorHour(history.knownSince)).map(history.sent));
    if (usual === undefined) return { state: 'unknown', heardAt };
    const open = hours.openMs({ start, end: start + HOUR });
    const silent = hours.openMs({ start: Math.max(start, heardAt), end: Math.min(start + HOUR, now) });
    if (open > 0) expected += (usual / MESSAGES_PER_ARRIVAL) * (silent / open);
  }
  const isMute = now - heardAt >= LEAST_SILENCE_MS && hours.isOpen(now) && Math.exp(-expected) < CHANCE;
  return isMute ? { state: 'mute', usual: usual ?? 0, heardAt: heardAt } : { state: 'quiet', heardAt };
}

/** The lower median: one busy week is no habit. */
function usualOf(counts: readonly number[]): number | undefined {
  if (counts.length < LEAST_WEEKS) return undefined;
  return [...counts].sort((a, b) => a - b)[Math.floor((counts.length - 1) / 2)];
}

/** The same hour on the shop's wall clock, also over a change to or from summer time. */
function weeksBefore(start: number, weeks: number, clock: LocalClock): number {
  const then = start - weeks * 7 * DAY;
  return floorHour(then + clock.offsetAt(start) - clock.offsetAt(then));
}
