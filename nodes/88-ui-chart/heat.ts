/**
 * `heatOf` makes a map of hours by weekdays: what an hour of that weekday is like, on average.
 */
import { HOUR, parseInstant } from '../../engine/base/time.js';
import type { Calendar, Span } from '../../engine/calendar/windowAssigner.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { KpiFacts } from '../shared/widget/reader.js';

/** `HeatCell`: `weekday` of the business day, 0 is Monday; `hour` of the shop's clock; the average of so many `days`. */
export interface HeatCell {
  readonly weekday: number;
  readonly hour: number;
  readonly value: number | null;
  readonly days: number;
}

interface CellSums {
  days: number;
  value: number;
  weight: number;
}

const WEEK_DAYS = 7;
const HOURS_A_DAY = 24;
/** 1970 began on a Thursday. */
const FIRST_WEEKDAY = 3;

/**
 * Of hours that are over. A sum is divided by the days, also those on which nothing came; an average or a ratio is weighed by what it counts. In the
 * order of the business day's hours.
 */
export function heatOf(spans: readonly Span[], rows: readonly KpiRow[], { adds }: Pick<KpiFacts, 'adds'>, calendar: Calendar): HeatCell[] {
  const known = new Map(rows.map((row) => [parseInstant(row.window.start), row]));
  const cells = new Map<string, CellSums & { weekday: number; hour: number }>();
  for (const { start } of spans) {
    const place = placeOf(start, calendar);
    const key = `${String(place.hour)}/${String(place.weekday)}`;
    const cell = cells.get(key) ?? { ...place, days: 0, value: 0, weight: 0 };
    cells.set(key, cell);
    const row = known.get(start);
    const weight = adds === 'up' ? 1 : row?.count ?? 0;
    cell.days += 1;
    if (adds === 'not' && (row?.value ?? null) === null) continue;
    cell.value += (row?.value ?? 0) * weight;
    cell.weight += weight;
  }
  const meanOf = (value: number, weight: number): number | null => (weight === 0 ? null : Number((value / weight).toFixed(6)));
  return [...cells.values()].map(({ weekday, hour, days, value, weight }) => ({ weekday, hour, days, value: meanOf(value, weight) }));
}

function placeOf(at: number, calendar: Calendar): { weekday: number; hour: number } {
  const day = calendar.windowAt('1d', at).start;
  const hours = (instant: number): number => Math.floor((instant + calendar.clock.offsetAt(instant)) / HOUR);
  return { weekday: (Math.floor(hours(day) / HOURS_A_DAY) + FIRST_WEEKDAY) % WEEK_DAYS, hour: hours(at) % HOURS_A_DAY };
}
