/**
 * Weekly hours: the texts of a shop's opening hours ("09:00-12:30, 15:30-19:30"), read one by one.
 *
 * Imports nothing: the form in the editor runs this very file, so that form and deploy cannot differ.
 */

/** `DaySpan`, in minutes after the midnight that begins the day; `to` is beyond 1440 where it lies in the night after. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

/** `HoursRule` that a text may break; the form has its words. */
export type HoursRule = 'form' | 'time' | 'equal' | 'overlap' | 'cutoff' | 'nextDay' | 'empty';

/** `RefusedHours` names the broken rule. `where`: the part of the text that breaks the rule; `row`: the day of the week, Monday = 0. */
export interface RefusedHours<Rule extends string> {
  readonly outcome: 'refused';
  readonly rule: Rule;
  readonly where: string;
  readonly row?: number;
}

/** `HoursRead`: one day, or the broken rule. */
export type HoursRead = { readonly outcome: 'read'; readonly spans: readonly DaySpan[] } | RefusedHours<HoursRule>;
/** `WeekRead`: seven days, or the first broken rule. */
export type WeekRead = { readonly outcome: 'read'; readonly week: readonly (readonly DaySpan[])[] } | RefusedHours<HoursRule>;

export const MINUTES_OF_DAY = 1_440;

/** `readClock` reads "9", "9:30", "09.30" and "24:00" as minutes after midnight; `undefined` where it is no time of day. */
export function readClock(text: string): number | undefined {
  const parts = /^\s*(\d{1,2})(?:[:.](\d\d))?\s*$/.exec(text);
  if (parts === null) return undefined;
  const [hours, minutes] = [Number(parts[1]), Number(parts[2] ?? 0)];
  return hours > 24 || minutes > 59 || (hours === 24 && minutes > 0) ? undefined : hours * 60 + minutes;
}

/** `showClock` writes minutes after midnight as "09:30"; the night after counts from zero again, its midnight is "24:00". */
export function showClock(minutes: number): string {
  const shown = minutes > MINUTES_OF_DAY ? minutes - MINUTES_OF_DAY : minutes;
  return `${String(Math.floor(shown / 60)).padStart(2, '0')}:${String(shown % 60).padStart(2, '0')}`;
}

/**
 * `readHours` reads the hours of one business day, ascending; nothing = closed. What lies wholly before the cut-off (minutes after midnight) is the night
 * that ends the day; the cut-off itself must not lie in what begins before it.
 */
export function readHours(text: string, cutoff: number): HoursRead {
  const spans: DaySpan[] = [];
  for (const part of text.split(/[,;]|\s+e\s+/).map((each) => each.trim()).filter((each) => each !== '')) {
    const span = readSpan(part, cutoff);
    if ('outcome' in span) return span;
    spans.push(span);
  }
  spans.sort((a, b) => a.from - b.from);
  const over = spans.find((span, index) => span.from < (spans[index - 1]?.to ?? 0));
  return over === undefined ? { outcome: 'read', spans } : refused('overlap', showSpan(over));
}

/** `readWeek` reads seven texts, Monday first. A night may last into the next day, but not into its hours; a week must open at least once. */
export function readWeek(texts: readonly string[], cutoff: number): WeekRead {
  const week: (readonly DaySpan[])[] = [];
  for (const [row, text] of texts.entries()) {
    const read = readHours(text, cutoff);
    if (read.outcome === 'refused') return { ...read, row };
    week.push(read.spans);
  }
  if (week.every((spans) => spans.length === 0)) return refused('empty', '');
  for (const [row, spans] of week.entries()) {
    const late = spans.at(-1);
    const next = week[(row + 1) % week.length]?.[0];
    if (late !== undefined && next !== undefined && late.to - MINUTES_OF_DAY > next.from) return { ...refused('nextDay', showSpan(late)), row };
  }
  return { outcome: 'read', week };
}

/** `pastCutoff` gives the rows whose hours go on after the cut-off: allowed, and yet those sales count for the day after. */
export function pastCutoff(week: readonly (readonly DaySpan[])[], cutoff: number): number[] {
  return week.flatMap((spans, row) => (spans.some(({ to }) => to > MINUTES_OF_DAY + cutoff) ? [row] : []));
}

/** `showSpan` writes hours as they are typed. */
export function showSpan({ from, to }: DaySpan): string {
  return `${showClock(from)}-${showClock(to)}`;
}

function readSpan(part: string, cutoff: number): DaySpan | RefusedHours<HoursRule> {
  const ends = /^([^-–—]+)[-–—]([^-–—]+)$/.exec(part);
  if (ends === null) return refused('form', part);
  const [from, to] = [readClock(ends[1] ?? ''), readClock(ends[2] ?? '')];
  if (from === undefined || to === undefined || from === MINUTES_OF_DAY) return refused('time', part);
  if (from === to) return refused('equal', part);
  if (from >= cutoff) return { from, to: to > from ? to : to + MINUTES_OF_DAY };
  if (to < from || to > cutoff) return refused('cutoff', part);
  return { from: from + MINUTES_OF_DAY, to: to + MINUTES_OF_DAY };
}

function refused(rule: HoursRule, where: string): RefusedHours<HoursRule> {
  return { outcome: 'refused', rule, where };
}
