/**
 * When was it, and which part of the shop's day is that? UTC epoch milliseconds inside, RFC 3339 outside, Temporal for zones.
 */
import { Temporal } from 'temporal-polyfill';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339 with a zone → epoch ms (a finer fraction is cut); `undefined` where it is not a real instant (30 February, 25:00). */
export function parseInstant(text: string): number | undefined {
  return canonicalMs(text) ?? anyMs(text);
}

const CANONICAL = /^(?!00)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The one form that stored events have, "2026-11-22T09:15:30.000Z", read several times faster; `undefined` for any other and for doubtful days. */
function canonicalMs(text: string): number | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const clock = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), digits(text, 20, 23)] as const;
  return Date.UTC(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10), ...clock);
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

function anyMs(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const days = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const check = new Date(days);
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const millis = fraction === undefined ? 0 : Number(fraction.slice(1, 4).padEnd(3, '0'));
  const clock = (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * SECOND + millis;
  return days + clock - offsetOf(offset ?? 'Z');
}

/** Epoch ms → "2026-11-22T09:15:30.000Z". */
export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function offsetOf(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return (text.startsWith('-') ? -minutes : minutes) * MINUTE;
}

/** True where the running platform knows the IANA zone. */
export function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId.length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A shop's local clock: offsets and days of one zone, with the last quarters of an hour remembered (a sum is folded per event). */
export class LocalClock {
  readonly zone: string;
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Local time minus UTC at that instant, in ms. Zones change offset only at full quarters of an hour. */
  offsetAt(epochMs: number): number {
    const quarter = Math.floor(epochMs / (15 * MINUTE));
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = this.#zoned(epochMs).offsetNanoseconds / 1e6;
    if (this.#offsets.size >= 4_096) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** Start of the local tile of `size` ms (a divisor of an hour, or an hour) that holds the instant. The repeated hour of October is two tiles. */
  floor(epochMs: number, size: number): number {
    const offset = this.offsetAt(epochMs);
    return Math.floor((epochMs + offset) / size) * size - offset;
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
