/**
 * `parseDate` reads the instant that a text means, as its source declared it. Deterministic in every process zone; ambiguous text is refused, never guessed.
 *
 * Temporal with explicit disambiguation: a wall time that occurs twice is the earlier one, flagged `time.ambiguous`; one
 * that never occurs is shifted forward, flagged `time.gap`; a date alone is its local midnight, flagged `time.dateonly`.
 */
import Big from 'big.js';
import { Temporal } from 'temporal-polyfill';
import type { QualityFlag } from '../../base/errorTable/index.js';
import { DAY, formatInstant, isZone, LocalClock, MINUTE } from '../../base/time.js';
import { excelWall, readWall, type Wall } from './localTime.js';

/** What is declared about a source's dates. */
export interface DateFormat {
  /** One kind and no other; without it every shape that means one thing only is understood. `epoch`: the magnitude says the unit. */
  readonly kind?: DateKind;
  /** BCP 47: order of day and month, names of months. */
  readonly locale?: string | null;
  /** IANA zone of wall times. An offset in the text outranks it. */
  readonly zone?: string;
}

export const DATE_KINDS = [
  'iso', 'local', 'epoch', 'epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns', 'compact', 'dotnet', 'rfc1123', 'excel-1900', 'excel-1904',
] as const;
export type DateKind = (typeof DATE_KINDS)[number];

export type TimeFlag = Extract<QualityFlag, `time.${string}`>;

/**
 * `at` is epoch ms (a finer fraction is cut), `utc` RFC 3339 with every digit the source gave. `shownMs` is what the source's own clock showed
 * (epoch ms as if it were UTC): it depends on nobody's zone. Absent where the source stated an instant and no wall time.
 */
export type ParsedDate =
  | { readonly outcome: 'instant'; readonly at: number; readonly utc: string; readonly flags: readonly TimeFlag[]; readonly shownMs?: number }
  | { readonly outcome: 'refused'; readonly rule: DateRule; readonly message: string };

export type DateRule = 'date.type' | 'date.missing' | 'date.form' | 'date.order' | 'date.impossible' | 'date.zone' | 'date.epoch';

const MAX_LENGTH = 64;
const NANOS_PER = { 'epoch-s': 1_000_000_000, 'epoch-ms': 1_000_000, 'epoch-us': 1_000, 'epoch-ns': 1 } as const;
const DIGITS = /^\d+(\.\d+)?$/;
const COMPACT_DIGITS = /^(\d{8}|\d{12}|\d{14})$/;
/** Smaller numbers of seconds lie before 1973 and are counters, years or times of day. */
const LEAST_EPOCH = 100_000_000_000_000_000n;
const DOTNET = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;

/** Reads text or a JSON number as declared. */
export function parseDate(input: unknown, format: DateFormat = {}): ParsedDate {
  if (typeof input === 'number') return Number.isFinite(input) ? fromDigits(decimalOf(input), format) : refused('date.type', 'not a finite number');
  if (typeof input !== 'string') return refused('date.type', 'neither text nor number');
  const text = input.trim().replaceAll(/[\u00a0\u202f\s]+/gu, ' ');
  if (text === '') return refused('date.missing', 'is empty');
  return text.length > MAX_LENGTH ? refused('date.form', 'too long') : fromText(text, format);
}

function fromText(text: string, format: DateFormat): ParsedDate {
  if (DIGITS.test(text)) return fromDigits(text, format);
  if (isExcel(format) && /^\d+,\d+$/.test(text)) return fromDigits(text.replace(',', '.'), format);
  const dotnet = DOTNET.exec(text)?.[1];
  if (dotnet !== undefined) return allows(format, 'dotnet') ? fromEpoch(dotnet, 'epoch-ms') : refused('date.form', 'not the declared kind of date');
  return fromWall(readWall(text, format.locale ?? undefined), format);
}

/** Digits are an Excel serial, a compact date or an epoch; undeclared, 8, 12 or 14 of them are no epoch of a living shop. */
function fromDigits(text: string, format: DateFormat): ParsedDate {
  const { kind } = format;
  if (isExcel(format)) return fromWall(excelWall(text, kind === 'excel-1904' ? kind : 'excel-1900'), format);
  if (kind === 'compact' || (kind === undefined && COMPACT_DIGITS.test(text))) return fromWall(readWall(text, undefined), format);
  if (kind === undefined || kind === 'epoch') return fromEpoch(text, unitOf(text));
  return kind in NANOS_PER ? fromEpoch(text, kind as keyof typeof NANOS_PER) : refused('date.form', 'not the declared kind of date');
}

/** Below 10^11 seconds, below 10^14 milliseconds, below 10^17 microseconds, else nanoseconds. */
function unitOf(text: string): keyof typeof NANOS_PER {
  const digits = (text.split('.')[0] ?? '').length;
  if (digits <= 11) return 'epoch-s';
  if (digits <= 14) return 'epoch-ms';
  return digits <= 17 ? 'epoch-us' : 'epoch-ns';
}

function fromEpoch(text: string, unit: keyof typeof NANOS_PER): ParsedDate {
  const nanos = BigInt(new Big(text).times(NANOS_PER[unit]).toFixed(0, Big.roundDown));
  if (nanos === 0n) return refused('date.missing', 'zero stands for a missing date');
  if (nanos < LEAST_EPOCH || nanos > LATEST) return refused('date.epoch', 'no epoch of the years 1973 to 9999');
  return instant(Number(nanos / 1_000_000n), Number(nanos % 1_000_000n), []);
}

const LATEST = 253_402_300_799_999_999_999n;

function fromWall(read: Wall, format: DateFormat): ParsedDate {
  if (read.outcome === 'refused') return refused(read.rule, MESSAGES[read.rule]);
  if (!allows(format, read.shape)) return refused('date.form', 'not the declared kind of date');
  const flags: TimeFlag[] = read.dateOnly ? ['time.dateonly'] : [];
  if (read.offset !== undefined) {
    const parsed = instant(read.shownMs - read.offset * MINUTE, read.nanos, flags);
    return read.offset === 0 || parsed.outcome === 'refused' ? parsed : { ...parsed, shownMs: read.shownMs };
  }
  const clock = clockOf(read.zone ?? format.zone);
  if (clock === undefined) return refused('date.zone', 'has no offset, and the source declares no zone');
  const { at, flag } = resolve(read.shownMs, clock);
  const parsed = instant(at, read.nanos, flag === undefined ? flags : [...flags, flag]);
  return parsed.outcome === 'refused' ? parsed : { ...parsed, shownMs: read.shownMs };
}

/** A wall time far from any change of the clock has one instant; near one, Temporal says which of them it has. */
function resolve(shownMs: number, clock: LocalClock): { at: number; flag?: TimeFlag } {
  const offset = clock.offsetAt(shownMs - DAY);
  if (offset === clock.offsetAt(shownMs + DAY) && offset === clock.offsetAt(shownMs - offset)) return { at: shownMs - offset };
  const shown = Temporal.Instant.fromEpochMilliseconds(shownMs).toZonedDateTimeISO('UTC').toPlainDateTime();
  const early = shown.toZonedDateTime(clock.zone, { disambiguation: 'earlier' });
  const late = shown.toZonedDateTime(clock.zone, { disambiguation: 'later' });
  if (early.epochMilliseconds === late.epochMilliseconds) return { at: early.epochMilliseconds };
  const isGap = !early.toPlainDateTime().equals(shown);
  return isGap ? { at: late.epochMilliseconds, flag: 'time.gap' } : { at: early.epochMilliseconds, flag: 'time.ambiguous' };
}

/** What the source's own clock showed, as if it were UTC: as it was stated, else by the declared zone. */
export function shownBy({ at, shownMs }: Extract<ParsedDate, { outcome: 'instant' }>, { zone }: DateFormat): number {
  return shownMs ?? at + (clockOf(zone)?.offsetAt(at) ?? 0);
}

const MAX_CLOCKS = 32;
const clocks = new Map<string, LocalClock>();

function clockOf(zone: string | undefined): LocalClock | undefined {
  const known = zone === undefined ? undefined : clocks.get(zone);
  if (known !== undefined || zone === undefined || !isZone(zone)) return known;
  if (clocks.size >= MAX_CLOCKS) clocks.clear();
  const clock = new LocalClock(zone);
  clocks.set(zone, clock);
  return clock;
}

const MESSAGES = {
  'date.form': 'no date of the declared form',
  'date.order': 'day and month could be swapped, and the source declares no order',
  'date.impossible': 'no such day or time',
  'date.missing': 'stands for a missing date',
} as const;

function allows({ kind }: DateFormat, shape: DateKind): boolean {
  return kind === undefined || kind === shape;
}

function instant(at: number, nanos: number, flags: readonly TimeFlag[]): ParsedDate {
  if (at === 0 && nanos === 0) return refused('date.missing', 'zero stands for a missing date');
  const fraction = `${formatInstant(at).slice(-4, -1)}${String(nanos).padStart(6, '0')}`.replace(/0+$/, '');
  return { outcome: 'instant', at, utc: `${formatInstant(at).slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`, flags };
}

function isExcel({ kind }: DateFormat): boolean {
  return kind === 'excel-1900' || kind === 'excel-1904';
}

/** A JSON number as plain decimal text; the shortest one that reads back as the same double is what was sent. */
function decimalOf(input: number): string {
  return new Big(input).toFixed();
}

function refused(rule: DateRule, message: string): ParsedDate {
  return { outcome: 'refused', rule, message };
}
