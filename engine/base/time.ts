/**
 * Time: UTC epoch milliseconds inside, RFC 3339 outside, and a shop's local clock by Temporal.
 */
import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';

/** `SECOND` and its multiples, in ms. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** `parseInstant` reads RFC 3339 with a zone as epoch ms (a finer fraction is cut); `undefined` where it is no real instant (30 February, 25:00). */
export function parseInstant(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', offset = 'Z'] = parts;
  const days = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const check = new Date(days);
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || !isOffset(offset)) return undefined;
  const millis = Number(fraction.slice(1, 4).padEnd(3, '0'));
  const clock = (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * SECOND + millis;
  return days + clock - offsetOf(offset);
}

/** `formatInstant` writes epoch ms as "2026-11-22T09:15:30.000Z". Throws `RangeError` for what is no instant. */
export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function isOffset(text: string): boolean {
  return text.length === 1 || (Number(text.slice(1, 3)) <= 23 && Number(text.slice(4, 6)) <= 59);
}

function offsetOf(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return (text.startsWith('-') ? -minutes : minutes) * MINUTE;
}

/** `isZone` is true where the running platform knows the IANA zone. */
export function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId.length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const QUARTER = 15 * MINUTE;

/** `LocalClock` is a shop's: the offsets and days of one zone. */
export class LocalClock {
  readonly zone: string;
  /** By the quarter of an hour: zones change their offset only at full ones. */
  readonly #offsets = new LRUCache<number, number>({
    max: 4_096,
    memoMethod: (quarter) => this.#zoned(quarter * QUARTER).offsetNanoseconds / 1e6,
  });

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Local time minus UTC at that instant, in ms. */
  offsetAt(epochMs: number): number {
    return this.#offsets.memo(Math.floor(epochMs / QUARTER));
  }

  /** Start of the local tile of `size` ms (a divisor of an hour, or an hour) that holds the instant. The repeated hour of October is two tiles. */
  floor(epochMs: number, size: number): number {
    const offset = this.offsetAt(epochMs);
    return Math.floor((epochMs + offset) / size) * size - offset;
  }

  /**
   * When the clock shows `minutes` after midnight of a day (days since 1970-01-01; minutes may go into the next day). A time that comes
   * twice is the first, one that is skipped is as much later.
   */
  instantAt(day: number, minutes: number): number {
    const shown = day * DAY + minutes * MINUTE;
    const [before, after] = [this.offsetAt(shown - DAY), this.offsetAt(shown + DAY)];
    if (this.offsetAt(shown - before) === before || this.offsetAt(shown - after) !== after) return shown - before;
    return shown - after;
  }

  /** `[start, end)` of the business day that holds the instant; it begins at `cutoffMinutes` after local midnight and may last 23 or 25 hours. */
  businessDay(epochMs: number, cutoffMinutes: number): { start: number; end: number } {
    const local = this.#zoned(epochMs);
    const startOf = (day: Temporal.PlainDate): number =>
      day.toZonedDateTime({ timeZone: this.zone, plainTime: timeOfDay(cutoffMinutes) }).epochMilliseconds;
    const today = local.toPlainDate();
    const day = epochMs < startOf(today) ? today.subtract({ days: 1 }) : today;
    return { start: startOf(day), end: startOf(day.add({ days: 1 })) };
  }

  #zoned(epochMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(this.zone);
  }
}

function timeOfDay(minutes: number): Temporal.PlainTime {
  return new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
}

/** `floorHour` gives the full hour (UTC, epoch ms) that an instant is in. */
export function floorHour(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}
