/**
 * `drawDay` makes lines of a day: what has come in, what is usual, and where it will end, in pixels of the drawing.
 */
import type { DayData, DayPoint } from '../../nodes/86-ui-day/view.js';

/** `DayBox` of the drawing, in pixels; text is as large in it as elsewhere. */
export interface DayBox {
  readonly width: number;
  readonly height: number;
}

/** `DrawnDay`: paths are empty where there is nothing to draw. `x`, `y` place a time and a value. */
export interface DrawnDay {
  readonly from: number;
  readonly to: number;
  readonly base: number;
  readonly line: string;
  readonly area: string;
  readonly usual: string;
  readonly ahead: string;
  readonly range: string;
  readonly tip: { readonly x: number; readonly y: number };
  readonly targetY: number | undefined;
  readonly hours: readonly number[];
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

const HOUR_MS = 3_600_000;
const TOP = 26;
const BOTTOM = 24;
const SIDE = 8;

/** `DayNow`: `value` is what has come in by `now`. */
export interface DayNow {
  readonly value: number;
  readonly now: number;
  readonly target?: number | undefined;
}

export function drawDay(data: DayData, { value, now, target }: DayNow, { width, height }: DayBox): DrawnDay {
  const { from, to } = framed(data, now);
  const at = Math.min(Math.max(now, from), to);
  const soFar = [{ at: from, value: valueAt(data.soFar, from) }, ...data.soFar.filter((point) => point.at > from && point.at < at), { at, value }];
  const usual = data.usual.filter((point) => point.at >= from - HOUR_MS && point.at <= to + HOUR_MS);
  const ahead = at < to ? aheadOf(data, { at, value, to }) : undefined;
  const tops = [value, target ?? 0, ...soFar.map((point) => point.value), ...usual.map((point) => point.value), ahead?.most.at(-1)?.value ?? 0];
  const lows = [0, ...soFar.map((point) => point.value)];
  const [most, least] = [Math.max(...tops, 1), Math.min(...lows)];
  const base = height - BOTTOM;
  const x = (when: number): number => SIDE + ((when - from) / (to - from)) * (width - 2 * SIDE);
  const y = (amount: number): number => base - ((amount - least) / (most - least)) * (base - TOP);
  const path = (points: readonly DayPoint[], start = 'M'): string => points.map((point, index) => `${index === 0 ? start : 'L'}${tenth(x(point.at))},${tenth(y(point.value))}`).join('');
  const line = path(soFar);
  return {
    from, to, base, x, y, line,
    area: `${line}L${tenth(x(at))},${tenth(y(0))}L${tenth(x(from))},${tenth(y(0))}Z`,
    usual: path(clipped(usual, from, to)),
    ahead: ahead === undefined ? '' : path(ahead.middle),
    range: ahead === undefined ? '' : `${path(ahead.most)}${path([...ahead.least].reverse(), 'L')}Z`,
    tip: { x: x(at), y: y(value) },
    targetY: target === undefined ? undefined : y(target),
    hours: hoursBetween(from, to, width),
  };
}

/** `valueAt` a time, between the points in proportion; before the first point 0, after the last its value. */
export function valueAt(points: readonly DayPoint[], at: number): number {
  const next = points.findIndex((point) => point.at >= at);
  const after = points[next];
  if (after === undefined) return points.at(-1)?.value ?? 0;
  const before = points[next - 1];
  if (before === undefined) return after.at === at ? after.value : 0;
  return before.value + ((at - before.at) / (after.at - before.at)) * (after.value - before.value);
}

/** The opening hours of today; without any, the hours in which something usually comes or came; else the day. Whole hours, now among them. */
function framed({ day, hours, usual, soFar }: DayData, now: number): { from: number; to: number } {
  const [first, last] = [hours?.[0], hours?.at(-1)];
  const total = usual.at(-1)?.value ?? 0;
  const begins = first?.start ?? usual.findLast(({ value }) => value <= 0)?.at ?? day.start;
  const ends = last?.end ?? (total > 0 ? usual.find(({ value }) => value >= total)?.at : undefined) ?? day.end;
  const starts = Math.min(begins, (soFar[0]?.at ?? Infinity) - HOUR_MS / 12, Math.max(now, day.start));
  const from = day.start + Math.floor((starts - day.start) / HOUR_MS) * HOUR_MS;
  const to = day.start + Math.ceil((Math.max(ends, soFar.at(-1)?.at ?? 0, Math.min(now, day.end)) - day.start) / HOUR_MS) * HOUR_MS;
  return { from: Math.max(from, day.start), to: Math.min(Math.max(to, from + HOUR_MS), day.end) };
}

/** The rest of the day has the shape that is usual from here on. */
function aheadOf({ projection, usual }: DayData, { at, value, to }: { at: number; value: number; to: number }): Record<'middle' | 'most' | 'least', DayPoint[]> | undefined {
  if (projection === undefined) return undefined;
  const [here, end] = [valueAt(usual, at), valueAt(usual, to)];
  const times = [at, ...usual.map((point) => point.at).filter((time) => time > at && time < to), to];
  const towards = (goal: number): DayPoint[] => times.map((time, index) => {
    const share = end > here ? (valueAt(usual, time) - here) / (end - here) : index / (times.length - 1);
    return { at: time, value: value + (goal - value) * share };
  });
  return { middle: towards(projection.value), most: towards(projection.most), least: towards(projection.least) };
}

function clipped(points: readonly DayPoint[], from: number, to: number): DayPoint[] {
  if (points.length === 0) return [];
  return [{ at: from, value: valueAt(points, from) }, ...points.filter(({ at }) => at > from && at < to), { at: to, value: valueAt(points, to) }];
}

/** Full hours for the axis, as many as find their place. */
function hoursBetween(from: number, to: number, width: number): number[] {
  const count = Math.round((to - from) / HOUR_MS);
  const step = [1, 2, 3, 4, 6].find((each) => (count / each) * 56 <= width) ?? 6;
  const hours: number[] = [];
  for (let hour = 0; hour <= count; hour += step) hours.push(from + hour * HOUR_MS);
  return hours;
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10);
}
