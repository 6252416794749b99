/**
 * `chartOf` puts a chart into words: each point with its time, its value and what it was before, and what leaves the drawing.
 */
import type { KpiValue } from '../../engine/read/kpiValue.js';
import type { ChartShape } from '../../nodes/88-ui-chart/config.js';
import type { ChartData, ChartPoint } from '../../nodes/88-ui-chart/view.js';
import { type DataState, type WidgetInput, panelNote, panelState, warningOf } from '../shared/dataState.js';
import { againstWords, stretchWords } from '../shared/stretch.js';
import type { Words } from '../shared/words.js';
import { heatPoints } from './heat.js';
import { type Cap, capOf } from './outlier.js';
import type { ShownPoint } from './shownPoint.js';

/** `ChartProps` are what the browser gets of the chart's form. */
export interface ChartProps {
  readonly title: string;
  readonly kpi: string;
  readonly shape: ChartShape;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownChart`, in words. `columns` and `rows` are the axes of a heat map. */
export interface ShownChart {
  readonly state: DataState;
  readonly title: string;
  readonly stretch: string;
  readonly shape: ChartShape;
  readonly points: readonly ShownPoint[];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly cap: Cap;
  /** What is compared with, by its name; empty where nothing is. */
  readonly former: string;
  readonly unit: string;
  readonly beyond: string;
  readonly note: string;
  readonly warning: string;
  readonly definition: readonly string[];
}

/** `ChartInput` of this widget. */
export type ChartInput = WidgetInput<ChartProps, ChartData | null>;

export function chartOf(input: ChartInput): ShownChart {
  const { props, state, link, now, words } = input;
  const data = state?.data ?? undefined;
  const points = liveIn(input);
  const unit = data?.facts?.unit ?? input.live.find(({ name }) => name === props.kpi)?.unit ?? 'count';
  const heat = data?.heat === undefined ? undefined : heatPoints(data.heat, unit, words);
  const shown = heat?.points ?? points.map((point) => sayPoint(point, points.length, unit, input));
  const status = panelState({ state, link, values: shown.map(({ value }) => value) });
  const cap = capOf(shown.flatMap(({ value, former }) => [value, former]));
  const frame = data ?? { stretch: 'today' as const, days: { start: now, end: now + 1 }, compare: 'nothing' as const };
  return {
    state: status, unit, cap, points: shown, shape: props.shape,
    title: props.title === '' ? words.text(titleKey(data), { kpi: words.find(`kpi.${props.kpi}`) ?? props.kpi }) : props.title,
    stretch: stretchWords({ ...frame, compare: 'nothing' }, words),
    columns: heat?.columns ?? [], rows: heat?.rows ?? [],
    former: frame.compare === 'nothing' ? '' : words.text(`former.${frame.compare}`),
    beyond: beyondOf(shown, cap, unit, words),
    note: panelNote(status, frame.stretch === 'today', { state, words }),
    warning: status === 'old' ? warningOf(state, now, words) : '',
    definition: definitionOf(input, againstWords(frame, words)),
  };
}

function titleKey(data: ChartData | undefined): string {
  if (data?.heat !== undefined) return 'title.heat';
  return data?.size === '1d' ? 'title.days' : 'title.hours';
}

/** The open window moves at once. A front without a store has nothing but that. */
function liveIn({ state, live, props, now }: ChartInput): readonly ChartPoint[] {
  const data = state?.data ?? undefined;
  const size = data?.size ?? '1h';
  const values = live.filter((value) => value.name === props.kpi && value.adaptive === undefined && value.window.size === size);
  if (data === undefined) return values.filter(({ window }) => new Date(window.end).getTime() > now).map((value) => pointOf(value, value.comparison?.value ?? null));
  return data.points.map((point) => {
    const value = values.find(({ window }) => new Date(window.start).getTime() === point.start);
    return value === undefined ? point : pointOf(value, point.former);
  });
}

function pointOf({ window, value, count }: KpiValue, former: number | null): ChartPoint {
  return { start: new Date(window.start).getTime(), end: new Date(window.end).getTime(), value, count, former };
}

/** From so many points on, a day's label is its number alone. */
const MANY_DAYS = 10;

function sayPoint(point: ChartPoint, count: number, unit: string, { state, now, words }: ChartInput): ShownPoint {
  const { start, end, value, former } = point;
  const data = state?.data ?? undefined;
  const isDay = data?.size === '1d';
  const severalDays = data !== undefined && data.days.end - data.days.start > 26 * 3_600_000;
  const when = isDay
    ? words.time(start, { weekday: 'long', day: 'numeric', month: 'long' })
    : `${severalDays ? `${words.time(start, { weekday: 'short', day: 'numeric' })}, ` : ''}${words.time(start)}–${words.time(end)}`;
  const compare = data?.compare ?? 'usual';
  const lines = [
    start > now ? words.text('ahead', { when }) : words.text('at', { when, value: words.number(value, unit).text }),
    ...(former === null ? [] : [words.text(`said.${compare}`, { value: words.number(former, unit).text })]),
    ...(unit === 'count' || point.count === 0 ? [] : [words.text(point.count === 1 ? 'count_one' : 'count', { n: words.decimal(point.count, 0) })]),
  ];
  const label = isDay ? words.time(start, count > MANY_DAYS ? { day: 'numeric', month: 'numeric' } : { weekday: 'short', day: 'numeric' }) : words.time(start, severalDays ? { weekday: 'short', hour: 'numeric' } : { hour: 'numeric' });
  return { label, said: lines, value, former, isNow: start <= now && end > now };
}

function beyondOf(points: readonly ShownPoint[], { most = Infinity, least = -Infinity }: Cap, unit: string, words: Words): string {
  const beyond = points.filter(({ value }) => value !== null && (value > most || value < least));
  const formers = points.filter(({ former }) => former !== null && (former > most || former < least));
  const parts = [...beyond.map(({ said }) => said[0] ?? ''), ...formers.map(({ label, former }) => words.text('formerAt', { when: label, value: words.number(former, unit).text }))];
  return parts.length === 0 ? '' : words.text('beyond', { which: parts.join('; ') });
}

function definitionOf({ state, words }: ChartInput, against: string): string[] {
  const description = state?.data?.facts?.description;
  const compare = state?.data?.compare ?? 'nothing';
  return [
    ...(description === undefined ? [] : [description[words.language]]), ...(compare === 'nothing' ? [] : [words.text('dashed', { against })]),
    ...(state?.troubles.includes('elsewhere') === true ? [words.text('state.elsewhere')] : []),
  ];
}
