/**
 * `momentAt` reads a time of the shop's wall clock on the day of a test, `momentsAt` the instants of a series.
 */
import { parseDate } from '../normalize/formats/dates.js';
import { DAY, HOUR, type LocalClock, MINUTE, SECOND } from '../base/time.js';
import { type SourcePlace, TimelineError } from './diagnostic.js';

/** `Day` is the one that bare times belong to. */
export interface Day {
  readonly clock: LocalClock;
  /** "2026-11-23" */
  readonly date: string;
}

const MOMENT = /^(?:\+(\d{1,3})[ T]|(\d{4}-\d\d-\d\d)[ T])?(\d\d:\d\d)(?::(\d\d(?:\.\d{1,3})?))?(Z|[+-]\d\d:\d\d)?$/;
const SERIES = /^every (\S+) from (.+) to (.+)$/;
const MAX_EVENTS = 20_000;

/**
 * `momentAt` reads `HH:MM[:SS[.mmm]]` on the day, `+n HH:MM` n calendar days later, `YYYY-MM-DD HH:MM` anywhere; an offset may follow (`02:30+01:00` is the
 * second 02:30 of October, without it the first is meant). `24:00` is the end of the day.
 */
export function momentAt(text: string, { clock, date }: Day, place: SourcePlace): number {
  const parts = MOMENT.exec(text.trim());
  if (parts === null) throw new TimelineError(place, 'time', text);
  const [, later, own, minute = '', second = '00', offset = ''] = parts;
  const day = own ?? dateAfter(date, Number(later ?? 0));
  const parsed = parseDate(`${day}T${minute}:${second}${offset}`, { kind: 'iso', zone: clock.zone });
  if (parsed.outcome === 'refused') throw new TimelineError(place, 'time', text);
  if (parsed.flags.includes('time.gap')) throw new TimelineError(place, 'gap', text);
  return parsed.at;
}

/**
 * `momentsAt` answers one instant, or each instant of `every 5m from 09:00 to 12:00` (12:00 is not one of them). Whole days step on the
 * calendar. Each of them may begin a shorter series: `every 1d from 09:00 to +7 09:00, every 10m for 3h`.
 */
export function momentsAt(text: string, day: Day, place: SourcePlace): number[] {
  if (!text.startsWith('every ')) return [momentAt(text, day, place)];
  const [series = '', shorter] = text.split(/, (?=every )/);
  const begins = seriesAt(series, day, place);
  const moments = shorter === undefined ? begins : begins.flatMap((begin) => shorterAt(begin, shorter, place));
  if (moments.length > MAX_EVENTS) throw new TimelineError(place, 'series', text);
  return moments;
}

function shorterAt(begin: number, text: string, place: SourcePlace): number[] {
  const [, step = '', length = ''] = /^every (\S+) for (\S+)$/.exec(text) ?? [];
  const [stepMs, lengthMs] = [durationOf(step, place), durationOf(length, place)];
  if (stepMs === 0 || lengthMs / stepMs > MAX_EVENTS) throw new TimelineError(place, 'series', text);
  return Array.from({ length: Math.ceil(lengthMs / stepMs) }, (_moment, index) => begin + index * stepMs);
}

function seriesAt(text: string, day: Day, place: SourcePlace): number[] {
  const parts = SERIES.exec(text);
  if (parts === null) throw new TimelineError(place, 'series', text);
  const [, step = '', first = '', last = ''] = parts;
  const stepMs = durationOf(step, place);
  const from = momentAt(first, day, place);
  const to = momentAt(last, day, place);
  if (to <= from) throw new TimelineError(place, 'order', last);
  const moments: number[] = [];
  for (let at = from; at < to; at = after(at, stepMs, step, day)) {
    if (stepMs === 0 || moments.length >= MAX_EVENTS) throw new TimelineError(place, 'series', text);
    moments.push(at);
  }
  return moments;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** `durationOf`: "5m" → 300000. */
export function durationOf(text: string, place: SourcePlace): number {
  const parts = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text.trim());
  if (parts === null) throw new TimelineError(place, 'duration', text);
  return Number(parts[1]) * (UNIT_MS[parts[2] ?? ''] ?? 0);
}

/** "2026-11-30" + 1 → "2026-12-01". */
function dateAfter(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

/** A day later is the same time on the wall, also where a night lost or won an hour. */
function after(at: number, stepMs: number, step: string, { clock }: Day): number {
  const next = at + stepMs;
  return step.endsWith('d') ? next + clock.offsetAt(at) - clock.offsetAt(next) : next;
}
