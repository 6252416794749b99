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

/** The one form that stored events have, "2026-11-22T09:15:30.000Z", read many times faster; `undefined` for any other and for doubtful days. */
function canonicalMs(text: string): number | undefined {
  if (text.length !== 24 || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[19] !== '.' || text[23] !== 'Z') return undefined;
  const ms = dayMs(text) + clockMs(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function dayMs(text: string): number {
  const [century, month, day] = [pair(text, 0), pair(text, 5), pair(text, 8)];
  return century >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 28 ? Date.UTC(century * 100 + pair(text, 2), month - 1, day) : NaN;
}

function clockMs(text: string): number {
  const [hour, minute, second] = [pair(text, 11), pair(text, 14), pair(text, 17)];
  if (text[13] !== ':' || text[16] !== ':' || !(hour < 24 && minute < 60 && second < 60)) return NaN;
  return ((hour * 60 + minute) * 60 + second) * SECOND + pair(text, 20) * 10 + digit(text, 22);
}

/** Two digits, or NaN. */
function pair(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : NaN;
}

function anyMs(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const days = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const check = new Date(days);
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || !isOffset(offset ?? 'Z')) return undefined;
  const millis = fraction === undefined ? 0 : Number(fraction.slice(1, 4).padEnd(3, '0'));
  const clock = (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * SECOND + millis;
  return days + clock - offsetOf(offset ?? 'Z');
}

/** Epoch ms → "2026-11-22T09:15:30.000Z". Throws `RangeError` for what is no instant. */
export function formatInstant(epochMs: number): string {
  const day = Math.floor(epochMs / DAY);
  const date = dates.get(day) ?? dateOf(day);
  const ms = Math.floor(epochMs - day * DAY);
  const [hour, minute, second] = [Math.floor(ms / HOUR), Math.floor(ms / MINUTE) % 60, Math.floor(ms / SECOND) % 60];
  return `${date}${two(hour)}:${two(minute)}:${two(second)}.${String(ms % SECOND).padStart(3, '0')}Z`;
}

/** The days that were written lately ("2026-11-22T"): a sum is told and folded for the same few, many times. */
const dates = new Map<number, string>();

function dateOf(day: number): string {
  const date = new Date(day * DAY).toISOString().slice(0, -13);
  if (dates.size >= 64) dates.clear();
  dates.set(day, date);
  return date;
}

function two(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value);
}

function isOffset(text: string): boolean {
  return text.length === 1 || (Number(text.slice(1, 3)) <= 23 && Number(text.slice(4, 6)) <= 59);
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

/** The full hour (UTC, epoch ms) that an instant is in. */
export function floorHour(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}
