/**
 * `breakdownOf` puts the parts of a number into words: each with its value, its share, and what it was before.
 */
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { PartsBy } from '../../nodes/87-ui-breakdown/config.js';
import type { BreakdownData, BreakdownRow } from '../../nodes/87-ui-breakdown/view.js';
import type { ShopWords } from '../../nodes/shared/widget/wire.js';
import { type DataState, type WidgetInput, panelNote, panelState, warningOf } from '../shared/dataState.js';
import { newest } from '../shared/rows.js';
import { stretchWords } from '../shared/stretch.js';
import { type Trend, trendOf } from '../shared/trend.js';
import type { Words } from '../shared/words.js';

/** `BreakdownProps` are what the browser gets of the breakdown's form. */
export interface BreakdownProps {
  readonly title: string;
  readonly kpi: string;
  readonly by: PartsBy;
  readonly better: 'up' | 'down' | 'neither';
  readonly top: number;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownPart`: `width` of its bar in percent of the longest; `sign` is below where more went back than came in. */
export interface ShownPart {
  readonly part: string;
  readonly name: string;
  readonly text: string;
  readonly raw: string;
  readonly share: string;
  readonly trend: Trend | undefined;
  readonly former: string;
  readonly width: number;
  readonly sign: 'above' | 'below';
}

/** `ShownBreakdown`, in words. */
export interface ShownBreakdown {
  readonly state: DataState;
  readonly title: string;
  readonly stretch: string;
  readonly parts: readonly ShownPart[];
  readonly note: string;
  readonly warning: string;
  readonly definition: readonly string[];
}

/** `BreakdownInput` of this widget. */
export type BreakdownInput = WidgetInput<BreakdownProps, BreakdownData | null>;

/** A part before it is in words. `former` is unknown where one of those behind it is. */
interface BreakdownPart {
  readonly part: string;
  readonly value: number;
  readonly former: number | null;
  readonly unit: string;
}

/** What stands together under one name when there are more parts than bars. */
const OTHERS = '…';

export function breakdownOf(input: BreakdownInput): ShownBreakdown {
  const { props, state, link, now, words } = input;
  const parts = partsOf(input);
  const status = panelState({ state, link, values: parts.map(({ value }) => value) });
  const kpi = props.by === 'payment' ? '' : words.find(`kpi.${props.kpi}`) ?? props.kpi;
  return {
    state: status,
    title: props.title === '' ? words.text(`title.${props.by}`, { kpi }) : props.title,
    stretch: stretchWords(state?.data ?? { stretch: 'today', days: { start: now, end: now + 1 }, compare: 'nothing' }, words),
    parts: status === 'nothing' ? [] : shown(parts, input),
    note: noteOf(status, parts, input),
    warning: status === 'old' ? warningOf(state, now, words) : '',
    definition: definitionOf(input),
  };
}

function partsOf(input: BreakdownInput): BreakdownPart[] {
  const rows = [...newestRows(input)].flatMap(([part, { value, unit, comparison }]) => (
    (value ?? 0) === 0 && (comparison?.value ?? 0) === 0 ? [] : [{ part, value: value ?? 0, former: comparison?.value ?? null, unit }]));
  const sorted = rows.sort((a, b) => b.value - a.value || (a.part < b.part ? -1 : 1));
  const { top } = input.props;
  if (sorted.length <= top) return sorted;
  const rest = sorted.slice(top - 1);
  const sum = (values: readonly number[]): number => Number(values.reduce((total, value) => total + value, 0).toFixed(6));
  const formers = rest.flatMap(({ former }) => (former === null ? [] : [former]));
  const former = formers.length === rest.length ? sum(formers) : null;
  return [...sorted.slice(0, top - 1), { part: OTHERS, value: sum(rest.map(({ value }) => value)), former, unit: rest[0]?.unit ?? 'count' }];
}

/** Live values are of today. */
function newestRows({ props: { kpi, by }, state, live, now }: BreakdownInput): Map<string, KpiRow> {
  const rows = new Map<string, KpiRow>(state?.data?.rows.map((row: BreakdownRow) => [row.part, row]));
  if (by === 'payment' || (state?.data?.stretch ?? 'today') !== 'today') return rows;
  const todays = live.filter((value) => value.name === kpi && value[by] !== '_');
  for (const part of new Set(todays.map((value) => value[by]))) {
    const row = newest({ kpi, window: '1d' }, rows.get(part), todays.filter((value) => value[by] === part), now);
    if (row !== undefined) rows.set(part, row);
  }
  return rows;
}

function shown(parts: readonly BreakdownPart[], { props, state, words }: BreakdownInput): ShownPart[] {
  const above = parts.reduce((sum, { value }) => sum + Math.max(0, value), 0);
  const longest = Math.max(...parts.map(({ value }) => Math.abs(value)));
  const hidden = (state?.data?.rows.length ?? parts.length) - props.top + 1;
  return parts.map(({ part, value, former, unit }) => ({
    part, raw: String(value),
    name: part === OTHERS ? words.text('others', { n: String(Math.max(2, hidden)) }) : nameOf(part, props.by, state?.shop, words),
    text: words.number(value, unit).text,
    share: value < 0 ? words.text('below') : words.text('share', { n: words.number(above === 0 ? 0 : value / above, 'ratio').text }),
    trend: trendOf({ value, unit, comparison: { value: former, days: 1 } }, props.better, words),
    former: former === null ? '' : words.text('former', { value: words.number(former, unit).text }),
    width: longest === 0 ? 0 : Math.round((Math.abs(value) / longest) * 1000) / 10,
    sign: value < 0 ? 'below' as const : 'above' as const,
  }));
}

function nameOf(part: string, by: PartsBy, shop: ShopWords | undefined, words: Words): string {
  if (by === 'store') return shop?.stores.find(({ id }) => id === part)?.name ?? part;
  return words.find(`${by}.${part}`) ?? part;
}

function noteOf(status: DataState, parts: readonly BreakdownPart[], { state, words }: BreakdownInput): string {
  if (state?.data?.facts?.adds === 'not') return words.text('notAdding');
  if (status === 'live' && parts.some(({ value }) => value < 0)) return words.text('above');
  return panelNote(status, state?.data?.stretch === 'today', { state, words });
}

function definitionOf({ state, words }: BreakdownInput): string[] {
  const description = state?.data?.facts?.description;
  return [...(description === undefined ? [] : [description[words.language]]), ...(state?.troubles.includes('elsewhere') === true ? [words.text('state.elsewhere')] : [])];
}
