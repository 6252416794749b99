/**
 * `readCalendar` reads when the shop opens and what its shifts are: the calendar fields of the saved form, each read or refused by name.
 *
 * The form in the editor runs this very file (see formScript.ts), so that form and deploy cannot differ: nothing of Node here.
 */
import { present } from '../../engine/base/json.js';
import { type Closure, type ClosureRule, type ExceptionalDay, readClosures, readExceptions, readYearDay } from '../../engine/calendar/exceptionDays.js';
import { type DaySpan, type HoursRule, readWeek } from '../../engine/calendar/weeklyHours.js';
import type { OpeningRules } from '../../engine/calendar/openingHours.js';
import { saintOf } from '../../engine/calendar/patronSaints.js';
import { readShifts, type Shift, type ShiftRule } from '../../engine/calendar/shifts.js';

/** `ShopCalendar` as the form says it. */
export interface ShopCalendar {
  readonly opening: OpeningRules;
  readonly shifts: readonly Shift[];
}

/** `CalendarRule` that a field may break. */
export type CalendarRule = 'choice' | 'week' | 'rows' | HoursRule | ClosureRule | ShiftRule;

/** `rule` by name, see the locales; `where`: the text that breaks it; `row`: the day of the week, Monday = 0. */
export interface CalendarFault {
  readonly field: 'opens' | 'hours' | 'holidays' | 'patron' | 'closures' | 'exceptions' | 'shifts'; // vocabulary-ok: the saved field
  readonly rule: CalendarRule;
  readonly where: string;
  readonly row?: number;
}

type Form = Readonly<Record<string, unknown>>;

const HOLIDAYS = ['closed', 'open', 'sunday'] as const;
const DAYS_OF_WEEK = 7;

/** `faults` has at most one per field. `cutoff`: minutes after midnight. Fields that the form does not show are not read. */
export function readCalendar(form: Form, cutoff: number): { readonly calendar: ShopCalendar; readonly faults: readonly CalendarFault[] } {
  const faults: CalendarFault[] = [];
  const shifts = shiftsIn(form, cutoff, faults);
  const opening = present({ ...openingIn(form, cutoff, faults), patronSaint: patronSaintIn(form, faults) });
  return { calendar: { opening, shifts }, faults };
}

function openingIn(form: Form, cutoff: number, faults: CalendarFault[]): OpeningRules {
  const opens = form['opens'] ?? 'always';
  if (opens !== 'always' && opens !== 'hours') faults.push({ field: 'opens', rule: 'choice', where: textOf(opens) });
  if (opens !== 'hours') return { holidays: 'open', closures: [], exceptions: [] };
  return {
    week: weekIn(form, cutoff, faults),
    holidays: holidaysIn(form, faults),
    closures: closuresIn(form, faults),
    exceptions: exceptionsIn(form, cutoff, faults),
  };
}

function weekIn(form: Form, cutoff: number, faults: CalendarFault[]): readonly (readonly DaySpan[])[] {
  const texts = form['hours'];
  if (!Array.isArray(texts) || texts.length !== DAYS_OF_WEEK || !texts.every((text) => typeof text === 'string')) {
    faults.push({ field: 'hours', rule: 'week', where: '' });
    return [];
  }
  const read = readWeek(texts, cutoff);
  if (read.outcome === 'read') return read.week;
  faults.push(present({ field: 'hours' as const, rule: read.rule, where: read.where, row: read.row }));
  return [];
}

function holidaysIn(form: Form, faults: CalendarFault[]): OpeningRules['holidays'] {
  const value = form['holidays'] ?? 'closed';
  const known = HOLIDAYS.find((choice) => choice === value);
  if (known === undefined) faults.push({ field: 'holidays', rule: 'choice', where: textOf(value) });
  return known ?? 'closed';
}

/** "07/12", with the saint's name where a city of the list keeps that day. */
function patronSaintIn(form: Form, faults: CalendarFault[]): OpeningRules['patronSaint'] {
  const text = textOf(form['patron'] ?? '').trim(); // vocabulary-ok: the saved field
  if (text === '') return undefined;
  const day = readYearDay(text);
  if (day === undefined) {
    faults.push({ field: 'patron', rule: 'date', where: text }); // vocabulary-ok: the saved field
    return undefined;
  }
  const shown = [day.day, day.month].map((part) => String(part).padStart(2, '0')).join('/');
  return { ...day, name: saintOf(shown) ?? 'festa patronale' };
}

function closuresIn(form: Form, faults: CalendarFault[]): readonly Closure[] {
  const rows = rowsOf(form['closures']);
  const read = rows === undefined ? notRows : readClosures(rows);
  if (read.outcome === 'read') return read.closures;
  faults.push({ field: 'closures', rule: read.rule, where: read.where });
  return [];
}

function exceptionsIn(form: Form, cutoff: number, faults: CalendarFault[]): readonly ExceptionalDay[] {
  const rows = rowsOf(form['exceptions']);
  const read = rows === undefined ? notRows : readExceptions(rows, cutoff);
  if (read.outcome === 'read') return read.days;
  faults.push({ field: 'exceptions', rule: read.rule, where: read.where });
  return [];
}

function shiftsIn(form: Form, cutoff: number, faults: CalendarFault[]): readonly Shift[] {
  const rows = rowsOf(form['shifts']);
  const read = rows === undefined ? notRows : readShifts(rows, cutoff);
  if (read.outcome === 'read') return read.shifts;
  faults.push({ field: 'shifts', rule: read.rule, where: read.where });
  return [];
}

const notRows = { outcome: 'refused', rule: 'rows', where: '' } as const;

/** A list of rows, whatever is in them; `undefined` where it is none. */
function rowsOf(value: unknown): Record<'name' | 'from' | 'to' | 'date' | 'hours', unknown>[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((row) => typeof row === 'object' && row !== null)) return undefined;
  return value as Record<'name' | 'from' | 'to' | 'date' | 'hours', unknown>[];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
