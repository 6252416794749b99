/**
 * `readWall` reads the wall time that a text shows, in the shapes that tills, shops and spreadsheets write and without any guess about order or zone.
 */
import Big from 'big.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../base/time.js';
import { type DateOrder, grammarOf } from './locale.js';
import { monthOf, stripWeekday } from './monthNames.js';

/** A date and time as shown (`shownMs`: epoch ms as if it were UTC, `nanos` below them), with the offset (minutes) or zone beside it. */
export type Wall =
  | {
    readonly outcome: 'wall';
    readonly shape: 'iso' | 'local' | 'compact' | 'rfc1123' | 'excel-1900' | 'excel-1904';
    readonly shownMs: number;
    readonly nanos: number;
    readonly dateOnly: boolean;
    readonly offset?: number;
    readonly zone?: string;
  }
  | { readonly outcome: 'refused'; readonly rule: 'date.form' | 'date.order' | 'date.impossible' | 'date.missing' };

type Shown = Extract<Wall, { outcome: 'wall' }>;

const OFFSET = String.raw`(?<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?(?:\[(?<zone>[A-Za-z0-9_+/-]{1,40})\])?`;
const CLOCK = String.raw`(?<hour>\d\d?)[:.](?<minute>\d\d)(?:[:.](?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?`;
const ISO = new RegExp(String.raw`^(?<year>\d{4})(?<sep>[-/])(?<month>\d\d?)\k<sep>(?<day>\d\d?)(?:[Tt ]${CLOCK} ?${OFFSET})?$`);
const COMPACT_CLOCK = String.raw`(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)?(?:[.,](?<fraction>\d{1,9}))?`;
const COMPACT = new RegExp(String.raw`^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?:[Tt]?${COMPACT_CLOCK}${OFFSET})?$`);
const TIME = String.raw`(?:,? ?(?:T|alle |ore |alle ore |h |at )?${CLOCK} ?(?<half>[AaPp]\.?[Mm]\.?)? ?${OFFSET})?$`;
const NUMERIC = new RegExp(String.raw`^(?<first>\d\d?)(?<sep>[-/.])(?<middle>\d\d?)\k<sep>(?<year>\d{4}|\d\d)${TIME}`);
const DAY_FIRST = new RegExp(String.raw`^(?<day>\d\d?)(?:[º°.]|st|nd|rd|th)?[ -](?<name>[\p{L}]{3,12})\.?,?[ -](?<year>\d{4}|\d\d)${TIME}`, 'u');
const NAME_FIRST = new RegExp(String.raw`^(?<name>[\p{L}]{3,12})\.? (?<day>\d\d?)(?:st|nd|rd|th)?,? (?<year>\d{4})${TIME}`, 'u');
const RFC1123 = /^(?<weekday>[A-Z][a-z]{2}), (?<day>\d\d?) (?<name>[A-Z][a-z]{2}) (?<year>\d{4}) (?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))? (?<offset>GMT|UTC?|[+-]\d{4})$/;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** What software writes where it has no date. */
const NEVER = /^(0000-00-00|0001-01-01|1899-12-3[01]|1900-01-00|0?0[/.]0?0[/.]0000|01[/.]01[/.]0001)/;

/** Reads one date; the locale decides the order of day and month and the language of month names. */
export function readWall(text: string, locale: string | undefined): Wall {
  if (NEVER.test(text)) return { outcome: 'refused', rule: 'date.missing' };
  const iso = ISO.exec(text)?.groups;
  if (iso !== undefined) return shown('iso', iso, iso);
  const compact = COMPACT.exec(text)?.groups;
  if (compact !== undefined) return shown('compact', compact, compact);
  const rfc = RFC1123.exec(text)?.groups;
  if (rfc !== undefined) return readRfc1123(rfc);
  const numeric = NUMERIC.exec(text)?.groups;
  return numeric === undefined ? readNamed(stripWeekday(text, locale), locale) : readNumeric(numeric, orderFor(locale));
}

/** An Excel serial is local wall time; day 60 of the 1900 system (29 February 1900) never was. */
export function excelWall(serial: string, shape: 'excel-1900' | 'excel-1904'): Wall {
  const days = new Big(serial).round(0, Big.roundDown).toNumber();
  if (days === 0 && shape === 'excel-1900') return { outcome: 'refused', rule: 'date.missing' };
  if (days < 0 || days > 2_958_465 || (shape === 'excel-1900' && days === 60)) return { outcome: 'refused', rule: 'date.impossible' };
  const epoch = shape === 'excel-1904' ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const millis = new Big(serial).minus(days).times(DAY).round(0, Big.roundHalfUp).toNumber();
  return { outcome: 'wall', shape, shownMs: epoch + days * DAY + millis, nanos: 0, dateOnly: !serial.includes('.') };
}

type Groups = Readonly<Record<string, string | undefined>>;
type Ymd = Readonly<Record<'year' | 'month' | 'day', string | undefined>>;

function orderFor(locale: string | undefined): DateOrder | undefined {
  return locale === undefined ? undefined : grammarOf(locale)?.order;
}

function readNumeric(groups: Groups, order: DateOrder | undefined): Wall {
  const { first, middle, year } = groups;
  if (order === undefined || order === 'ymd') return { outcome: 'refused', rule: 'date.order' };
  return shown('local', order === 'dmy' ? { day: first, month: middle, year } : { day: middle, month: first, year }, groups);
}

function readNamed(text: string, locale: string | undefined): Wall {
  const groups = DAY_FIRST.exec(text)?.groups ?? NAME_FIRST.exec(text)?.groups;
  const month = groups === undefined ? undefined : monthOf(groups['name'] ?? '', locale);
  if (groups === undefined || month === undefined) return { outcome: 'refused', rule: 'date.form' };
  return shown('local', { day: groups['day'], month: String(month), year: groups['year'] }, groups);
}

function readRfc1123(groups: Groups): Wall {
  const month = monthOf(groups['name'] ?? '', 'en');
  const wall = shown('rfc1123', { day: groups['day'], month: String(month ?? 0), year: groups['year'] }, groups);
  if (wall.outcome === 'refused') return wall;
  return WEEKDAYS[new Date(wall.shownMs).getUTCDay()] === groups['weekday'] ? wall : { outcome: 'refused', rule: 'date.impossible' };
}

function shown(shape: Shown['shape'], date: Ymd | Groups, beside: Groups): Wall {
  const day = dateOf(yearOf(date.year ?? ''), Number(date.month), Number(date.day));
  const clock = clockOf(beside);
  const offset = offsetOf(beside['offset']);
  if (day === undefined || clock === undefined || offset === 'impossible') return { outcome: 'refused', rule: 'date.impossible' };
  return {
    outcome: 'wall',
    shape,
    shownMs: day + clock.millis,
    nanos: clock.nanos,
    dateOnly: beside['hour'] === undefined,
    ...(offset === undefined ? {} : { offset }),
    ...(beside['zone'] === undefined ? {} : { zone: beside['zone'] }),
  };
}

interface Clock {
  readonly millis: number;
  readonly nanos: number;
}

/** 24:00 is the end of the day, and a leap second the next one. */
function clockOf({ hour = '0', minute = '0', second = '0', fraction = '', half }: Groups): Clock | undefined {
  const hours = hourOf(Number(hour), half);
  const [minutes, seconds, padded] = [Number(minute), Number(second), fraction.padEnd(9, '0')];
  if (hours === undefined || hours > 24 || minutes > 59 || seconds > 60) return undefined;
  const clock = { millis: hours * HOUR + minutes * MINUTE + seconds * SECOND + Number(padded.slice(0, 3)), nanos: Number(padded.slice(3)) };
  return clock.millis > DAY || (clock.millis === DAY && clock.nanos > 0) ? undefined : clock;
}

/** Midnight of a day that exists. `setUTCFullYear`, because `Date.UTC` takes the year 26 for 1926. */
function dateOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

/** Two digits: 61 to 99 are the last century's. */
function yearOf(text: string): number {
  if (text.length !== 2) return Number(text);
  return Number(text) + (Number(text) > 60 ? 1_900 : 2_000);
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
}

function offsetOf(text: string | undefined): number | undefined | 'impossible' {
  if (text === undefined) return undefined;
  const parts = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  if (parts === null) return 0;
  const [, sign, hours, minutes = '0'] = parts;
  if (Number(hours) > 23 || Number(minutes) > 59) return 'impossible';
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
