/**
 * `sayPoint` says in words what the curve shows at a time; `ticksOf` are the words of its axis.
 */
import type { DayData } from '../../nodes/86-ui-day/view.js';
import type { Words } from '../shared/words.js';
import { type DrawnDay, valueAt } from './curve.js';

/** `DayTick` under the axis. */
export interface DayTick {
  readonly at: number;
  readonly x: number;
  readonly text: string;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly isNow: boolean;
}

/** Nearer to now than this, an hour makes place for it, in pixels. */
const NEAR = 34;

export function sayPoint(at: number, data: DayData, { value, now, unit }: { value: number; now: number; unit: string }, words: Words): string[] {
  const time = words.time(at);
  const usual = data.days === 0 ? [] : [words.text('usually', { value: words.rough(valueAt(data.usual, at), unit) })];
  if (at <= now) {
    const amount = valueAt([...data.soFar.filter((point) => point.at < now), { at: now, value }], at);
    return [words.text('at', { time, value: words.rough(amount, unit) }), ...usual];
  }
  const { projection } = data;
  if (projection === undefined) return [time, ...usual];
  const [here, end] = [valueAt(data.usual, now), data.usual.at(-1)?.value ?? 0];
  const share = end > here ? (valueAt(data.usual, at) - here) / (end - here) : 1;
  const amount = words.rough(value + (projection.value - value) * share, unit);
  return [words.text('at', { time, value: words.text('projected', { value: amount }) }), ...usual];
}

export function ticksOf({ hours, x, from, to }: DrawnDay, now: number, width: number, words: Words): DayTick[] {
  const isInside = now > from && now < to;
  const anchorOf = (place: number): DayTick['anchor'] => (place < 20 ? 'start' : place > width - 20 ? 'end' : 'middle');
  const ticks = hours.filter((at) => !isInside || Math.abs(x(at) - x(now)) > NEAR)
    .map((at) => ({ at, x: x(at), text: words.time(at, { hour: 'numeric' }), anchor: anchorOf(x(at)), isNow: false }));
  return isInside ? [...ticks, { at: now, x: x(now), text: words.time(now), anchor: anchorOf(x(now)), isNow: true }] : ticks;
}
