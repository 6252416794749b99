/**
 * `readCard` reads what a card shows: the number of the window that is open, beside what it is compared with, its line, and its definition.
 */
import type { Group } from '../../engine/read/rollup.js';
import type { ComparedWith } from '../../engine/query/kpiQuery.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import { formatInstant, parseInstant } from '../../engine/base/time.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import { groupChosen } from '../shared/widget/config.js';
import { daysOf, isOneDay, keyOf, type Stretch, stretchChosen, type StretchName } from '../shared/widget/period.js';
import { atZero, type KpiFacts } from '../shared/widget/reader.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';
import type { Choice } from '../shared/widget/wire.js';
import type { KpiCardConfig } from './config.js';

/** `CardData`: `facts` absent where the shop has no number of that name; `row` where nothing is known of the open window. */
export interface CardData {
  readonly facts?: KpiFacts;
  readonly row?: KpiRow;
  readonly line: readonly LinePoint[];
  /** Other days than today, as chosen on the page: the row is theirs. */
  readonly stretch?: StretchName;
  /** Of them, `[start, end)` in epoch ms. */
  readonly days?: Span;
  /** What is compared with, where that is not what the form says. */
  readonly compare?: ComparedWith | 'nothing';
}

/** `LinePoint` of the card's line: the windows in order of time, epoch ms; a point's value is `null` where it is unknown. */
export interface LinePoint {
  readonly at: number;
  readonly value: number | null;
}

/** `cardView` is what a viewer's choice means for a card. */
export function cardView(config: KpiCardConfig, choice: Choice): ViewSpec {
  const group = groupChosen(config, choice);
  const { kpi, window, compare, follows } = config;
  const stretch = stretchChosen({ period: 'today', compare, follows }, choice);
  const isToday = window !== '1d' || stretch.name === 'today';
  return {
    key: `${group.store}/${group.channel}/${isToday ? stretch.compare : keyOf(stretch)}`,
    topics: stretch.name === 'yesterday' && !isToday ? [] : [{ name: kpi, window, ...group }],
    read: (reading) => (isToday ? readCard({ ...config, compare: stretch.compare }, group, reading) : readDays(config, stretch, group, reading)),
  };
}

/** The number of whole days, and its line through them. */
async function readDays({ kpi, line }: KpiCardConfig, stretch: Stretch, group: Group, { reader, shop, since, now }: Reading): Promise<CardData> {
  const { name, asked, compare: chosen } = stretch;
  const days = daysOf(stretch, shop.calendar, now);
  const isDay = isOneDay(days, shop.calendar);
  // What is usual is known of single days.
  const compare = chosen === 'usual' && !isDay ? 'previous' : chosen;
  const frame = { stretch: name, days, compare };
  const facts = await reader.facts(kpi);
  if (facts === undefined) return { ...frame, line: [] };
  const [rows, points] = await Promise.all([
    reader.rows({ ...asked, name: kpi, window: isDay ? '1d' : 'total', ...(compare === 'nothing' ? {} : { compare }), ...group }, since),
    line === 'none' ? [] : reader.rows({ ...asked, name: kpi, window: isDay ? '1h' : '1d', ...group }, since),
  ]);
  const row = atZero(rows.at(-1), facts);
  return { ...frame, facts, ...(row === undefined ? {} : { row }), line: pointsOf(points) };
}

async function readCard({ kpi, window, compare, line }: KpiCardConfig, group: Group, reading: Reading): Promise<CardData> {
  const { reader, since } = reading;
  const facts = await reader.facts(kpi);
  if (facts === undefined) return { line: [] };
  const compared = compare === 'nothing' || window === 'auto' ? {} : { compare };
  const [rows, points] = await Promise.all([
    reader.rows({ name: kpi, window, ...compared, ...group }, since),
    line === 'none' ? [] : readLine(kpi, line, group, reading),
  ]);
  const row = atZero(rows.at(-1), facts);
  return { facts, ...(row === undefined ? {} : { row }), line: points, compare };
}

const DAYS_SHOWN = '30d';

async function readLine(name: string, line: 'hours' | 'days', group: Group, { reader, shop, since, now }: Reading): Promise<LinePoint[]> {
  const today = shop.calendar.windowAt('1d', now);
  const asked = line === 'hours' ? { window: '1h', from: formatInstant(today.start), to: formatInstant(today.end) } : { window: '1d', period: DAYS_SHOWN };
  const rows = await reader.rows({ name, ...asked, ...group }, since);
  return pointsOf(rows);
}

function pointsOf(rows: readonly KpiRow[]): LinePoint[] {
  return rows.map(({ window, value }) => ({ at: parseInstant(window.start) ?? 0, value }));
}
