/**
 * `tableOf` puts a table into words, in the order that the viewer chose.
 */
import type { KpiValue } from '../../engine/read/kpiValue.js';
import type { TableData, TableRow } from '../../nodes/89-ui-table/view.js';
import type { WidgetState } from '../../nodes/shared/widget/wire.js';
import { type DataState, type WidgetInput, panelNote, panelState, warningOf } from '../shared/dataState.js';
import { stretchWords } from '../shared/stretch.js';
import type { Words } from '../shared/words.js';

/** `TableProps` are what the browser gets of the form. */
export interface TableProps {
  readonly title: string;
  readonly kpis: readonly string[];
  readonly colors: 'house' | 'dashboard';
}

/** `TableOrder`: by the rows' own order, or by a column. */
export interface TableOrder {
  readonly by: 'rows' | number;
  readonly direction: 'ascending' | 'descending';
}

export interface ShownCell {
  readonly text: string;
  readonly raw: string;
  readonly sign: 'below' | 'above';
}

export interface ShownTable {
  readonly state: DataState;
  readonly title: string;
  readonly stretch: string;
  readonly first: string;
  readonly columns: readonly { readonly name: string; readonly title: string }[];
  readonly rows: readonly { readonly key: string; readonly name: string; readonly cells: readonly ShownCell[] }[];
  readonly total: readonly ShownCell[];
  readonly note: string;
  readonly warning: string;
  readonly definition: readonly string[];
}

/** `TableInput` of this widget. */
export interface TableInput extends WidgetInput<TableProps, TableData | null> {
  readonly order: TableOrder;
}

export function tableOf({ props, state, live, link, now, words, order }: TableInput): ShownTable {
  const read = state?.data ?? undefined;
  const data = read === undefined ? undefined : withLive(read, live);
  const values = [...data?.rows.flatMap(({ cells }) => cells) ?? [], ...data?.total ?? []];
  const facts = data?.columns.find((column) => column.facts !== undefined)?.facts;
  const status = panelState({ state: withFacts(state, facts), link, values });
  const shown = (cells: readonly (number | null)[]): ShownCell[] => cells.map((value, index) => shownCell(value, data?.columns[index]?.facts?.unit ?? 'count', words));
  return {
    state: status, title: props.title === '' ? words.text(`title.${data?.by ?? 'hour'}`) : props.title,
    stretch: data === undefined ? '' : stretchWords({ ...data, compare: 'nothing' }, words),
    first: words.text(`by.${data?.by ?? 'hour'}`),
    columns: props.kpis.map((name) => ({ name, title: columnName(name, words) })),
    rows: data === undefined ? [] : sorted(data.rows, order).map((row) => ({ key: row.key, name: nameIn(row, data, state, words), cells: shown(row.cells) })),
    total: shown(data?.total ?? []),
    note: panelNote(status, data?.stretch === 'today', { state, words }),
    warning: status === 'old' ? warningOf(state, now, words) : '',
    definition: data?.columns.flatMap(({ name, facts: each }) => (each === undefined ? [] : [`${columnName(name, words)}: ${each.description[words.language]}`])) ?? [],
  };
}

export function columnName(name: string, words: Words): string {
  return words.find(`kpi.${name}`) ?? name;
}

/** `date`: as spreadsheets read a day. */
export function rowName({ key, span }: TableRow, { by, days }: TableData, words: Words, as: 'words' | 'date'): string {
  if (span === undefined) return (by === 'channel' ? words.find(`channel.${key}`) : undefined) ?? key;
  const severalDays = days.end - days.start > 26 * 3_600_000;
  if (as === 'date') return by === 'hour' ? `${words.isoDate(span.start)} ${words.time(span.start)}` : words.isoDate(span.start);
  if (by === 'hour') return `${severalDays ? `${words.time(span.start, { weekday: 'short', day: 'numeric' })} ` : ''}${words.time(span.start)}–${words.time(span.end)}`;
  const date = { day: 'numeric', month: 'short' } as const;
  if (by === 'week') return words.text('week', { from: words.time(span.start, date), to: words.time(span.end - 1, date) });
  return words.time(span.start, { weekday: 'short', ...date });
}

function nameIn(row: TableRow, data: TableData, state: WidgetState | undefined, words: Words): string {
  const store = data.by === 'store' ? state?.shop.stores.find(({ id }) => id === row.key)?.name : undefined;
  return store ?? rowName(row, data, words, 'words');
}

/** The total of today moves at once; its rows follow with the next reading. */
function withLive(data: TableData, live: readonly KpiValue[]): TableData {
  if (data.stretch !== 'today') return data;
  const valueOf = (name: string): KpiValue | undefined => live.find((value) => value.name === name && value.window.size === '1d' && new Date(value.window.start).getTime() === data.days.start);
  return { ...data, total: data.total.map((value, index) => valueOf(data.columns[index]?.name ?? '')?.value ?? value) };
}

/** A table is gone with the last of its numbers. */
function withFacts(state: WidgetState<TableData | null> | undefined, facts: unknown): WidgetState<{ readonly facts?: unknown } | null> | undefined {
  return state === undefined ? undefined : { ...state, data: state.data === null ? null : { facts } };
}

/** What is unknown stands last, whichever way. */
function sorted(rows: readonly TableRow[], { by, direction }: TableOrder): readonly TableRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  if (by === 'rows') return sign === 1 ? rows : [...rows].reverse();
  return [...rows].sort((a, b) => {
    const [one, other] = [a.cells[by] ?? null, b.cells[by] ?? null];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return (one - other) * sign;
  });
}

function shownCell(value: number | null, unit: string, words: Words): ShownCell {
  return { text: words.number(value, unit).text, raw: value === null ? '' : String(value), sign: value !== null && value < 0 ? 'below' : 'above' };
}
