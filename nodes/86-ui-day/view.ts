/**
 * `readDay` reads what the day shows: how it has filled up so far, how such a day usually does, and where it will end. A single day that is chosen on the page
 * is shown as it was; of several days it shows today.
 */
import type { Projection } from '../../engine/read/baseline/dayCurve.js';
import type { Group } from '../../engine/read/rollup.js';
import { formatInstant, HOUR, parseInstant } from '../../engine/base/time.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import { groupChosen } from '../shared/widget/config.js';
import { daysOf, isOneDay, keyOf, type Stretch, stretchChosen } from '../shared/widget/period.js';
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
  /** Absent: today. */
  readonly when?: 'past';
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
  const stretch = stretchChosen({ period: 'today', compare: 'usual', follows: config.follows }, { ...choice, compare: '' });
  return {
    key: `${group.store}/${group.channel}/${keyOf(stretch)}`,
    topics: stretch.name === 'yesterday' ? [] : [{ name: config.kpi, window: '1d', ...group }],
    read: (reading) => readDay(config.kpi, group, placed(stretch, reading), reading),
  };
}

/** The day that is shown, and the time up to which it is. */
interface PlacedDay {
  readonly day: Span;
  readonly at: number;
  readonly when: 'today' | 'past';
}

function placed(stretch: Stretch, { shop: { calendar }, now }: Reading): PlacedDay {
  const days = daysOf(stretch, calendar, now);
  const isPast = isOneDay(days, calendar) && days.end <= now;
  return isPast ? { day: days, at: days.end - 1, when: 'past' } : { day: calendar.windowAt('1d', now), at: now, when: 'today' };
}

/** Of older days no minutes are kept. */
const MINUTES_KEPT_MS = 47 * HOUR;

function frameOf(day: Span, when: PlacedDay['when'], hours: readonly Span[] | undefined): Pick<DayData, 'day' | 'when' | 'hours'> {
  return { day, ...(when === 'past' ? { when } : {}), ...(hours === undefined ? {} : { hours }) };
}

async function readDay(name: string, group: Group, { day, at, when }: PlacedDay, { reader, shop, since, now }: Reading): Promise<DayData> {
  const frame = frameOf(day, when, shop.opening.hoursAt(day.start));
  const facts = await reader.facts(name);
  if (facts?.adds !== 'up') return { ...frame, ...(facts === undefined ? {} : { facts }), soFar: [], usual: [], days: 0 };
  const span = { from: formatInstant(day.start), to: formatInstant(day.end) };
  const [rows, parts] = await Promise.all([
    reader.rows({ name, window: '1d', compare: 'usual', ...(when === 'past' ? span : {}), ...group }, since),
    reader.rows({ name, window: now - day.start < MINUTES_KEPT_MS ? '5m' : '1h', ...span, ...group }, since),
  ]);
  const row = atZero(rows.at(-1), facts);
  const { projection, ...curve } = await reader.curve(name, group, row?.value ?? null, at);
  const ahead = projection === undefined || when === 'past' ? {} : { projection };
  return { ...frame, facts, ...(row === undefined ? {} : { row }), soFar: addedUp(parts), ...curve, ...ahead };
}

function addedUp(parts: readonly KpiRow[]): DayPoint[] {
  let value = 0;
  return parts.map(({ window, value: more }) => {
    value += more ?? 0;
    return { at: parseInstant(window.end) ?? 0, value: Number(value.toFixed(6)) };
  });
}
