/**
 * Exception days: the patron saint's, closures for holidays, and single days with hours of their own.
 *
 * Runs in the editor's form too (see weeklyHours.ts). A day is a number: days since 1970-01-01.
 */
import { type DaySpan, type HoursRule, readHours, type RefusedHours } from './weeklyHours.js';

/** `Closure` lasts from the first to the last day, both closed. */
export interface Closure {
  readonly first: number;
  readonly last: number;
  readonly name: string;
}

/** `ExceptionalDay` has hours of its own; none = closed. */
export interface ExceptionalDay {
  readonly day: number;
  readonly spans: readonly DaySpan[];
  readonly name?: string;
}

/** `YearDay` is a day of every year. */
export interface YearDay {
  readonly month: number;
  readonly day: number;
}

/** `ClosureRule` that a row may break; the form has its words. */
export type ClosureRule = 'form' | 'date' | 'order' | 'twice' | 'name' | 'many';
/** `ClosuresRead`: all closures, or the first broken rule. */
export type ClosuresRead = { readonly outcome: 'read'; readonly closures: readonly Closure[] } | RefusedHours<ClosureRule>;
/** `ExceptionsRead`: all days, or the first broken rule. */
export type ExceptionsRead = { readonly outcome: 'read'; readonly days: readonly ExceptionalDay[] } | RefusedHours<ClosureRule | HoursRule>;

/** `ClosureRow`, as saved: `{ from: '2026-08-10', to: '2026-08-24', name: 'ferie' }`. */
export type ClosureRow = Readonly<Record<'from' | 'to' | 'name', unknown>>;
/** `ExceptionRow`, as saved: `{ date: '2026-12-24', hours: '09:00-13:00', name: 'Vigilia' }`. */
export type ExceptionRow = Readonly<Record<'date' | 'hours' | 'name', unknown>>;

const DAY_MS = 86_400_000;
const MAX_ROWS = 400;
const NAME = /^\P{Cc}{0,60}$/u;

/** `readDate` reads "2026-12-24" as its day; `undefined` for 30 February and for what is no date. */
export function readDate(value: unknown): number | undefined {
  const parts = typeof value === 'string' ? /^(20\d\d)-(\d\d)-(\d\d)$/.exec(value.trim()) : null;
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return isDate(year, month, day) ? Date.UTC(year, month - 1, day) / DAY_MS : undefined;
}

/** `readYearDay` reads "7/12" and "07/12" (day first) as 7 December; `undefined` for 30/02. 29/02 is a day, though not of every year. */
export function readYearDay(text: string): YearDay | undefined {
  const parts = /^\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*$/.exec(text);
  if (parts === null) return undefined;
  const [day, month] = [Number(parts[1]), Number(parts[2])];
  return isDate(2_024, month, day) ? { month, day } : undefined;
}

/** `isYearDay` is true where that day falls on the day of the year. */
export function isYearDay(day: number, { month, day: dayOfMonth }: YearDay): boolean {
  const date = new Date(day * DAY_MS);
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === dayOfMonth;
}

/** `readClosures` reads the rows of the form, or names the first that breaks a rule. */
export function readClosures(rows: readonly ClosureRow[]): ClosuresRead {
  if (rows.length > MAX_ROWS) return refused('many', String(rows.length));
  const closures: Closure[] = [];
  for (const row of rows) {
    const [first, last, name] = [readDate(row.from), readDate(row.to), nameOf(row.name)];
    const where = `${shown(row.from)} - ${shown(row.to)}`;
    if (first === undefined || last === undefined) return refused('date', where);
    if (last < first) return refused('order', where);
    if (name === undefined) return refused('name', where);
    closures.push({ first, last, name: name === '' ? 'ferie' : name });
  }
  return { outcome: 'read', closures };
}

/** `readExceptions` reads the rows of the form, or names the first that breaks a rule. `cutoff`: minutes after midnight. */
export function readExceptions(rows: readonly ExceptionRow[], cutoff: number): ExceptionsRead {
  if (rows.length > MAX_ROWS) return refused('many', String(rows.length));
  const days: ExceptionalDay[] = [];
  for (const row of rows) {
    const exceptional = readException(row, cutoff);
    if ('outcome' in exceptional) return exceptional;
    if (days.some(({ day }) => day === exceptional.day)) return refused('twice', shown(row.date));
    days.push(exceptional);
  }
  return { outcome: 'read', days };
}

function readException(row: ExceptionRow, cutoff: number): ExceptionalDay | RefusedHours<ClosureRule | HoursRule> {
  const [day, name] = [readDate(row.date), nameOf(row.name)];
  if (day === undefined) return refused('date', shown(row.date));
  if (name === undefined) return refused('name', shown(row.date));
  const hours = readHours(typeof row.hours === 'string' ? row.hours : '', cutoff);
  if (hours.outcome === 'refused') return { ...hours, where: `${shown(row.date)}: ${hours.where}` };
  return { day, spans: hours.spans, ...(name === '' ? {} : { name }) };
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'string' ? value.trim() : '';
  return NAME.test(name) ? name : undefined;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function refused(rule: ClosureRule, where: string): RefusedHours<ClosureRule> {
  return { outcome: 'refused', rule, where };
}
