/**
 * `cardOf` puts a card into words: its number, its trend, and the state of its data.
 */
import type { CardData } from '../../nodes/85-ui-kpi/view.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import { type DataState, type WidgetInput, warningOf } from '../shared/dataState.js';
import { newest, type Wanted } from '../shared/rows.js';
import { againstWords, stretchWords } from '../shared/stretch.js';
import { type Trend, trendOf } from '../shared/trend.js';
import type { ShownNumber, Words } from '../shared/words.js';

/** `CardProps` are what the browser gets of the card's form. */
export interface CardProps extends Wanted {
  readonly title: string;
  readonly compare: 'usual' | 'previous' | 'lastWeek' | 'lastYear' | 'nothing';
  readonly better: 'up' | 'down' | 'neither';
  readonly line: 'hours' | 'days' | 'none';
  readonly colors: 'house' | 'dashboard';
}

/** `ShownCard`, in words. `raw` is the number as the engine has it, empty while unknown. */
export interface ShownCard {
  readonly state: DataState;
  readonly title: string;
  readonly number: ShownNumber;
  readonly raw: string;
  readonly trend: (Trend & { readonly against: string }) | undefined;
  readonly note: string;
  /** Which days it is of, where that is not today. */
  readonly days: string;
  readonly warning: string;
  /** The definition, then what else there is to know of the number. */
  readonly definition: readonly string[];
}

/** `CardInput` of this widget. */
export type CardInput = WidgetInput<CardProps, CardData | null>;

/** A number of the day that has not moved for so long is worth a word. */
const QUIET_MS = 60 * 60_000;

export function cardOf(input: CardInput): ShownCard {
  const { props, state, live, now, words } = input;
  const { data } = state ?? {};
  // Of other days than today, what was read is all there is.
  const row = state === undefined ? undefined : data?.stretch === undefined ? newest(props, data?.row, live, now) : data.row;
  const status = stateOf(input, row);
  const trend = status === 'loading' || status === 'nothing' ? undefined : trendIn({ ...props, compare: data?.compare ?? props.compare }, data?.stretch, row, words);
  return {
    state: status,
    title: props.title === '' ? words.find(`kpi.${props.kpi}`) ?? props.kpi : props.title,
    number: words.number(row?.value, row?.unit ?? 'count'),
    raw: row === undefined || row.value === null ? '' : String(row.value),
    trend,
    note: noteOf(status, row, input),
    days: data?.stretch === undefined || data.days === undefined ? '' : stretchWords({ stretch: data.stretch, days: data.days, compare: 'nothing' }, words),
    warning: status === 'old' ? warningOf(state, now, words) : '',
    definition: definitionOf(input, row),
  };
}

function stateOf({ state, link }: CardInput, row: KpiRow | undefined): DataState {
  if (link === 'refused' || link === 'loading' || state === undefined) return link === 'refused' ? 'refused' : 'loading';
  if (state.data !== null && state.data.facts === undefined && !state.troubles.includes('elsewhere')) return 'gone';
  if (link === 'lost') return 'old';
  if (row === undefined || row.value === null) return 'unknown';
  return row.value === 0 && row.count === 0 ? 'nothing' : 'live';
}

function trendIn({ compare, better, window }: CardProps, stretch: CardData['stretch'], row: KpiRow | undefined, words: Words): ShownCard['trend'] {
  if (compare === 'nothing') return undefined;
  const trend = trendOf(row, better, words);
  if (trend === undefined) return undefined;
  if (stretch !== undefined) return { ...trend, against: trend.direction === 'same' ? words.text('same.period') : againstWords({ stretch, compare }, words) };
  const kind = trend.direction === 'same' ? 'same' : 'against';
  return { ...trend, against: words.find(`${kind}.${compare}_${window}`) ?? words.text(`${kind}.${compare}`) };
}

function noteOf(status: DataState, row: KpiRow | undefined, { state, now, words, props }: CardInput): string {
  if (status === 'loading') return words.text('state.loading');
  if (status === 'refused' || status === 'gone') return words.text(`state.${status}`);
  if (status === 'nothing') return words.text('nothing');
  if (status === 'unknown') return words.text(row?.unknown ?? 'unknown');
  const quietMs = row === undefined ? 0 : now - new Date(row.updatedAt).getTime();
  return status === 'live' && props.window === '1d' && state?.data?.stretch === undefined && quietMs > QUIET_MS ? words.text('last', { age: words.age(quietMs) }) : '';
}

function definitionOf({ state, words, props }: CardInput, row: KpiRow | undefined): string[] {
  const compare = state?.data?.compare ?? props.compare;
  const description = state?.data?.facts?.description;
  const lines = description === undefined ? [] : [description[words.language]];
  if (row !== undefined) {
    lines.push(row.count === 1 ? words.text('count_one') : words.text('count', { n: words.decimal(row.count, 0) }));
    const former = row.comparison?.value;
    if (former !== undefined && former !== null && compare !== 'nothing') {
      lines.push(words.text(state?.data?.stretch === undefined ? `former.${compare}` : 'former.period', { value: words.number(former, row.unit).text, days: String(row.comparison?.days ?? 0) }));
    }
    if (row.coverage !== undefined && row.coverage < 1) lines.push(words.text('coverage', { n: words.number(row.coverage, 'ratio').text }));
  }
  if (state?.troubles.includes('elsewhere') === true) lines.push(words.text('state.elsewhere'));
  return lines;
}
