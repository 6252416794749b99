/**
 * `readDay` reads what the day shows: how it has filled up so far, how such a day usually does, and where it will end.
 */
import type { Projection } from '../../engine/read/baseline/dayCurve.js';
import type { Group } from '../../engine/read/rollup.js';
import { formatInstant, parseInstant } from '../../engine/base/time.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import { groupChosen } from '../shared/widget/config.js';
import { atZero, type KpiFacts } from '../shared/widget/reader.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';
import type { Choice } from '../shared/widget/wire.js';
import type { DayConfig } from './config.js';

/** `DayPoint` is a time (epoch ms) and what had come in by then. */
export interface DayPoint {
  readonly at: number;
  readonly value: number;
}

/**
 * `DayData`: `facts` absent where the shop has no number of that name. `soFar` has a point at the end of each five minutes in which something came;
 * `hours` are those of today, absent for a shop that is always open.
 */
export interface DayData {
  readonly facts?: KpiFacts;
  readonly row?: KpiRow;
  readonly day: Span;
  readonly hours?: readonly Span[];
  readonly soFar: readonly DayPoint[];
  readonly usual: readonly DayPoint[];
  /** How many days "usual" rests on. */
  readonly days: number;
  readonly projection?: Projection;
}

/** `dayView` is what a viewer's choice means for the day. */
export function dayView(config: DayConfig, choice: Choice): ViewSpec {
  const group = groupChosen(config, choice);
  return {
    key: `${group.store}/${group.channel}`,
    topics: [{ name: config.kpi, window: '1d', ...group }],
    read: (reading) => readDay(config.kpi, group, reading),
  };
}

async function readDay(name: string, group: Group, { reader, shop, since, now }: Reading): Promise<DayData> {
  const day = shop.calendar.windowAt('1d', now);
  const hours = shop.opening.hoursAt(now);
  const frame = { day, ...(hours === undefined ? {} : { hours }) };
  const facts = await reader.facts(name);
  if (facts?.adds !== 'up') return { ...frame, ...(facts === undefined ? {} : { facts }), soFar: [], usual: [], days: 0 };
  const span = { from: formatInstant(day.start), to: formatInstant(day.end) };
  const [rows, parts] = await Promise.all([
    reader.rows({ name, window: '1d', compare: 'usual', ...group }, since),
    reader.rows({ name, window: '5m', ...span, ...group }, since),
  ]);
  const row = atZero(rows.at(-1), facts);
  const curve = await reader.curve(name, group, row?.value ?? null);
  return { ...frame, facts, ...(row === undefined ? {} : { row }), soFar: addedUp(parts), ...curve };
}

function addedUp(parts: readonly KpiRow[]): DayPoint[] {
  let value = 0;
  return parts.map(({ window, value: more }) => {
    value += more ?? 0;
    return { at: parseInstant(window.end) ?? 0, value: Number(value.toFixed(6)) };
  });
}
