import { DAY, floorHour, parseInstant } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { type Add, countersOf, type Value } from '../store/store.js';

export const ACTIVITY_KEPT_MS = 5 * 7 * DAY;

/** "2026-11-22T09". */
const HOUR_TEXT = 13;

/** Key of what a source sent in the hour of that instant. */
export function hourKey(source: string, at: number): string {
  return `${hoursPrefix(source)}${String(floorHour(at) / 1_000).padStart(11, '0')}`;
}

export function hoursPrefix(source: string): string {
  return `sh/${encodeURIComponent(source)}/`;
}

/** What came from a source in the hour of that instant. */
export function countHour(source: string, at: number, messages: number): Add {
  return { key: hourKey(source, at), add: { n: messages }, expiresAt: floorHour(at) + ACTIVITY_KEPT_MS, total: 'unneeded' };
}

/** The same of a batch, by the hours in which its events were recorded. */
export function countHours(events: readonly Pick<ShopEvent, 'source' | 'time' | 'recordedtime'>[]): Add[] {
  const counts = new Map<string, { source: string; at: string; messages: number }>();
  let last: { source: string; at: string; messages: number } | undefined;
  for (const { source, time, recordedtime: at = time } of events) {
    // As a rule a batch is of one source and one hour.
    if (last?.source !== source || !at.startsWith(last.at)) {
      const hour = at.slice(0, HOUR_TEXT);
      last = counts.get(`${hour} ${source}`) ?? { source, at: hour, messages: 0 };
      counts.set(`${hour} ${source}`, last);
    }
    last.messages += 1;
  }
  return [...counts.values()].map((count) => countHour(count.source, parseInstant(`${count.at}:00:00.000Z`) ?? 0, count.messages));
}

/** Messages of an hour as they are stored. */
export function sentIn(value: Value | undefined): number {
  return countersOf(value)['n'] ?? 0;
}
