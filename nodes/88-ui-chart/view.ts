/**
 * `readChart` reads what a chart draws: the windows of some days one by one, and beside each what it is compared with.
 */
import { formatInstant, parseInstant } from '../../engine/base/time.js';
import type { Span } from '../../engine/calendar/windowAssigner.js';
import type { ComparedWith } from '../../engine/query/kpiQuery.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { Group } from '../../engine/read/rollup.js';
import { daysBefore } from '../../engine/read/sliceHistory.js';
import { groupChosen } from '../shared/widget/config.js';
import { daysOf, isOneDay, keyOf, type Stretch, stretchChosen, type StretchName } from '../shared/widget/period.js';
import type { KpiFacts } from '../shared/widget/reader.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';
import type { Choice } from '../shared/widget/wire.js';
import type { ChartConfig } from './config.js';
import { type HeatCell, heatOf } from './heat.js';

/** `ChartPoint` is one window, `[start, end)`; `value` is `null` while unknown, or still to come. `former`: what it is compared with. */
export interface ChartPoint extends Span {
  readonly value: number | null;
  readonly count: number;
  readonly former: number | null;
}

/** `ChartData`: `facts` absent where the shop has no number of that name; `heat` instead of points. `compare` is what is compared with in fact. */
export interface ChartData {
  readonly facts?: KpiFacts;
  readonly stretch: StretchName;
  readonly days: Span;
  readonly compare: ComparedWith | 'nothing';
  readonly size: '1h' | '1d';
  readonly points: readonly ChartPoint[];
  readonly heat?: readonly HeatCell[];
}

const WEEK_DAYS = 7;
/** Fifty-two weeks: weekdays are compared with weekdays. */
const YEAR_DAYS = 52 * WEEK_DAYS;
/** Hours of more days are days: nobody could keep so many apart. */
const MAX_DAYS_OF_HOURS = 7;

/** `chartView` is what a viewer's choice means for a chart. A heat map is of the last weeks, unless days are chosen. */
export function chartView(config: ChartConfig, choice: Choice): ViewSpec {
  const group = groupChosen(config, choice);
  const stretch = stretchChosen(config, choice);
  const moves = config.shape !== 'heat' && stretch.name !== 'yesterday';
  return {
    key: `${group.store}/${group.channel}/${keyOf(stretch)}`,
    topics: moves ? (['1h', '1d'] as const).map((window) => ({ name: config.kpi, window, ...group })) : [],
    read: (reading) => readChart(config, group, stretch, reading),
  };
}

async function readChart(config: ChartConfig, group: Group, stretch: Stretch, reading: Reading): Promise<ChartData> {
  const { calendar } = reading.shop;
  const days = daysOf(stretch, calendar, reading.now);
  const isDay = isOneDay(days, calendar);
  const facts = await reading.reader.facts(config.kpi);
  const size = config.step === '1d' || (!isDay && (config.step === 'auto' || daysIn(days, reading) > MAX_DAYS_OF_HOURS)) ? '1d' : '1h';
  // What is usual is known of hours and days of one day; of several days the days before are drawn.
  const compare = stretch.compare === 'usual' && !isDay ? 'previous' : stretch.compare;
  const frame = { stretch: stretch.name, days, compare, size } as const;
  if (facts === undefined) return { ...frame, points: [] };
  if (config.shape === 'heat') return readHeat({ ...frame, facts, points: [] }, stretch, group, reading);
  const points = await readPoints({ ...frame, facts }, group, reading);
  return { ...frame, facts, points: isDay && size === '1h' ? framed(points, reading.shop.opening.hoursAt(days.start)) : points };
}

async function readHeat(frame: ChartData & { readonly facts: KpiFacts }, stretch: Stretch, group: Group, reading: Reading): Promise<ChartData> {
  const { calendar } = reading.shop;
  const isDay = isOneDay(frame.days, calendar);
  const asked: Stretch = isDay ? { ...stretch, name: '30d', asked: { period: '30d' } } : stretch;
  const days = daysOf(asked, calendar, reading.now);
  const rows = await reading.reader.long({ name: frame.facts.name, window: '1h', ...asked.asked, ...group }, reading.since);
  const spans = calendar.windowsBetween('1h', days.start, days.end, Infinity).filter(({ end }) => end <= reading.now);
  return { ...frame, stretch: asked.name, days, size: '1h', compare: 'nothing', heat: heatOf(spans, rows, frame.facts, calendar) };
}

type Frame = Pick<ChartData, 'days' | 'compare' | 'size'> & { readonly facts: KpiFacts };

async function readPoints({ days, compare, size, facts }: Frame, group: Group, reading: Reading): Promise<ChartPoint[]> {
  const { reader, shop: { calendar }, since, now } = reading;
  const isDay = isOneDay(days, calendar);
  const question = { name: facts.name, window: size, from: formatInstant(days.start), to: formatInstant(days.end), ...group };
  const asked = compare === 'usual' ? { ...question, compare } : question;
  const rows = byStart(isDay ? await reader.rows(asked, since) : await reader.long(asked, since));
  const back = backOf(compare, days, reading);
  const formerStart = (at: number): number => calendar.windowAt(size, daysBefore(calendar.clock, at, back)).start;
  const ghosts = back === 0 ? new Map<number, KpiRow>() : byStart(await reader.long({
    ...question, from: formatInstant(formerStart(days.start)), to: formatInstant(daysBefore(calendar.clock, days.end, back)),
  }, since));
  const zero = facts.adds === 'up' ? 0 : null;
  return calendar.windowsBetween(size, days.start, days.end, Infinity).map(({ start, end }) => {
    const row = rows.get(start);
    const former = back === 0 ? row?.comparison?.value : ghosts.get(formerStart(start))?.value;
    return { start, end, value: start > now ? null : row?.value ?? zero, count: row?.count ?? 0, former: former ?? (back === 0 ? null : zero) };
  });
}

/** How many days back, on the shop's clock; 0 where that is not what is compared with. */
function backOf(compare: ChartData['compare'], days: Span, reading: Reading): number {
  if (compare === 'previous') return daysIn(days, reading);
  return compare === 'lastWeek' ? WEEK_DAYS : compare === 'lastYear' ? YEAR_DAYS : 0;
}

function daysIn({ start, end }: Span, { shop: { calendar } }: Reading): number {
  return calendar.windowsBetween('1d', start, end, Infinity).length;
}

function byStart(rows: readonly KpiRow[]): Map<number, KpiRow> {
  return new Map(rows.map((row) => [parseInstant(row.window.start) ?? 0, row]));
}

/** The opening hours, and those in which something came or usually comes; all where there are none of either. */
function framed(points: readonly ChartPoint[], hours: readonly Span[] | undefined): readonly ChartPoint[] {
  const isSeen = ({ start, end, value, former }: ChartPoint): boolean => (
    (value ?? 0) !== 0 || (former ?? 0) !== 0 || hours?.some((span) => span.start < end && span.end > start) === true);
  const first = points.findIndex(isSeen);
  return first < 0 ? points : points.slice(first, points.findLastIndex(isSeen) + 1);
}
