/**
 * `heatPoints` puts a map of hours by weekdays into words: hours from left to right, Monday on top.
 */
import type { HeatCell } from '../../nodes/88-ui-chart/heat.js';
import type { Words } from '../shared/words.js';
import type { ShownPoint } from './shownPoint.js';

/** `ShownHeat`: only hours in which something came. */
export interface ShownHeat {
  readonly points: readonly ShownPoint[];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
/** A Monday at noon, everywhere between twelve hours west and east. */
const A_MONDAY = Date.UTC(2026, 0, 5, 12);
const DAY_MS = 86_400_000;

export function heatPoints(cells: readonly HeatCell[], unit: string, words: Words): ShownHeat {
  const order = [...new Set(cells.map(({ hour }) => hour))];
  const isSeen = (hour: number): boolean => cells.some((cell) => cell.hour === hour && (cell.value ?? 0) !== 0);
  const hours = order.slice(Math.max(0, order.findIndex(isSeen)), order.findLastIndex(isSeen) + 1);
  const points = WEEKDAYS.flatMap((weekday) => hours.flatMap((hour, column): ShownPoint[] => {
    const cell = cells.find((each) => each.weekday === weekday && each.hour === hour);
    if (cell === undefined) return [];
    const when = `${nameOf(weekday, 'long', words)} ${clock(hour)}–${clock((hour + 1) % 24)}`;
    const said = [words.text('at', { when, value: words.number(cell.value, unit).text }), words.text(cell.days === 1 ? 'days_one' : 'days', { n: String(cell.days) })];
    return [{ label: when, said, value: cell.value, former: null, isNow: false, place: [column, weekday] }];
  }));
  return { points, columns: hours.map((hour) => String(hour)), rows: WEEKDAYS.map((weekday) => nameOf(weekday, 'short', words)) };
}

function nameOf(weekday: number, length: 'short' | 'long', words: Words): string {
  return words.time(A_MONDAY + weekday * DAY_MS, { weekday: length });
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
