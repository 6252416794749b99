/**
 * Shifts divide the day: lunch, dinner, morning are names for whole hours of the business day.
 *
 * Runs in the editor's form too (see weeklyHours.ts).
 */
import { MINUTES_OF_DAY, readClock, type RefusedHours, showClock } from './weeklyHours.js';

/** `Shift`, in minutes after the midnight that begins the day, from the cut-off to 24 hours later; full hours. */
export interface Shift {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** `ShiftRule` that a row may break; the form has its words. */
export type ShiftRule = 'name' | 'twice' | 'time' | 'fullHour' | 'equal' | 'cutoff' | 'overlap' | 'form' | 'many';
/** `ShiftsRead`: all shifts, or the first broken rule. */
export type ShiftsRead = { readonly outcome: 'read'; readonly shifts: readonly Shift[] } | RefusedHours<ShiftRule>;

/** `ShiftRow`, as saved and as typed: `{ name: 'cena', from: '18:00', to: '02:00' }`. */
export type ShiftRow = Readonly<Record<'name' | 'from' | 'to', unknown>>;

const MAX_SHIFTS = 12;
const NAME = /^\P{Cc}{1,40}$/u;

/** `readShifts` gives the shifts in the day's order. Sums are kept per hour, so a shift begins and ends at a full one, and none goes through the day's end. */
export function readShifts(rows: readonly ShiftRow[], cutoff: number): ShiftsRead {
  if (rows.length > MAX_SHIFTS) return refused('many', String(rows.length));
  const shifts: Shift[] = [];
  for (const row of rows) {
    const shift = readShift(row, cutoff);
    if ('outcome' in shift) return shift;
    if (shifts.some(({ name }) => name.toLowerCase() === shift.name.toLowerCase())) return refused('twice', shift.name);
    shifts.push(shift);
  }
  shifts.sort((a, b) => a.from - b.from);
  const over = shifts.find((shift, index) => shift.from < (shifts[index - 1]?.to ?? 0));
  return over === undefined ? { outcome: 'read', shifts } : refused('overlap', over.name);
}

const SUGGESTED = {
  retail: [['mattina', 8, 14], ['pomeriggio', 14, 21]],
  restaurant: [['mattina', 6, 11], ['pranzo', 11, 16], ['cena', 18, 26]],
  artisan: [['mattina', 8, 13], ['pomeriggio', 13, 19]],
} as const;

/** `suggestedShifts` is what a shop of that sector would write, cut where its day ends. */
export function suggestedShifts(sector: keyof typeof SUGGESTED, cutoff: number): { name: string; from: string; to: string }[] {
  const [first, last] = [cutoff, MINUTES_OF_DAY + cutoff];
  return SUGGESTED[sector]
    .map(([name, from, to]) => ({ name, from: Math.max(from * 60, first), to: Math.min(to * 60, last) }))
    .filter(({ from, to }) => from < to)
    .map(({ name, from, to }) => ({ name, from: showClock(from), to: showClock(to) }));
}

function readShift({ name, from, to }: ShiftRow, cutoff: number): Shift | RefusedHours<ShiftRule> {
  const title = typeof name === 'string' ? name.trim() : '';
  if (!NAME.test(title)) return refused('name', title);
  const [begin, end] = [clockOf(from), clockOf(to)];
  if (begin === undefined || end === undefined) return refused('time', title);
  if (begin % 60 !== 0 || end % 60 !== 0) return refused('fullHour', title);
  if (begin % MINUTES_OF_DAY === end % MINUTES_OF_DAY) return refused('equal', title);
  const start = begin % MINUTES_OF_DAY < cutoff ? begin % MINUTES_OF_DAY + MINUTES_OF_DAY : begin % MINUTES_OF_DAY;
  const stop = start + (end - start + 2 * MINUTES_OF_DAY) % MINUTES_OF_DAY;
  return stop > MINUTES_OF_DAY + cutoff ? refused('cutoff', title) : { name: title, from: start, to: stop };
}

function clockOf(value: unknown): number | undefined {
  return typeof value === 'string' ? readClock(value) : undefined;
}

function refused(rule: ShiftRule, where: string): RefusedHours<ShiftRule> {
  return { outcome: 'refused', rule, where };
}
