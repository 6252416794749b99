/**
 * What happens in a small shop in a day, and when? Two peaks at the till (before lunch, after work), one online in the evening.
 */
import { DAY, HOUR, type LocalClock, MINUTE } from '../../engine/time.js';
import type { Chance } from './chance.js';

/** `footfall` counts people at the door, `browse` visits of the web shop. */
export type Kind = 'receipt' | 'order' | 'refund' | 'footfall' | 'browse' | 'contact' | 'ticket' | 'waste';

export interface Happening {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: Kind;
}

/** Happenings per hour, by local hour of the day from 0 to 23. */
const TILL = [0, 0, 0, 0, 0, 0, 0, 1, 6, 12, 20, 28, 30, 16, 8, 12, 18, 26, 34, 24, 6, 0, 0, 0];
const WEB = [2, 1, 1, 0, 0, 1, 1, 2, 3, 4, 4, 4, 5, 5, 4, 4, 4, 5, 6, 7, 9, 10, 8, 4];

const OF_TILL: readonly (readonly [Kind, number])[] = [['footfall', 60], ['receipt', 34], ['waste', 1]];
const OF_WEB: readonly (readonly [Kind, number])[] = [['browse', 50], ['order', 14], ['contact', 8], ['ticket', 5], ['refund', 2]];
/** A till's happenings outnumber its receipts, and the web's its orders, by so much. */
const PER_SALE = 2;

/** The happenings in `[from, to)`, in order of time. The same chance gives the same day. */
export function dayOf(from: number, to: number, clock: LocalClock, chance: Chance): Happening[] {
  const happenings: Happening[] = [];
  for (let minute = from; minute < to; minute += MINUTE) {
    const hour = localHour(minute, clock);
    happenings.push(...drawMinute(minute, TILL[hour] ?? 0, OF_TILL, chance), ...drawMinute(minute, WEB[hour] ?? 0, OF_WEB, chance));
  }
  return happenings.filter(({ at }) => at < to).sort((a, b) => a.at - b.at);
}

/** What happens next while somebody watches: whatever the hour, never nothing. */
export function nextKind(chance: Chance): Kind {
  return chance.pick([...OF_TILL, ...OF_WEB]);
}

function drawMinute(minute: number, perHour: number, kinds: readonly (readonly [Kind, number])[], chance: Chance): Happening[] {
  const expected = (perHour * PER_SALE * MINUTE) / HOUR;
  const count = Math.floor(expected) + (chance.next() < expected % 1 ? 1 : 0);
  return Array.from({ length: count }, () => ({ at: minute + chance.between(0, MINUTE - 1), kind: chance.pick(kinds) }));
}

function localHour(at: number, clock: LocalClock): number {
  const local = at + clock.offsetAt(at);
  return Math.floor((local - Math.floor(local / DAY) * DAY) / HOUR);
}
