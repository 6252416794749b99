/**
 * `readTable` reads a table of numbers by periods, stores or channels. The total is asked of the store: an average of averages would be wrong.
 */
import { formatInstant, HOUR, parseInstant } from '../../engine/base/time.js';
import type { Calendar, Span } from '../../engine/calendar/windowAssigner.js';
import type { KpiTopic } from '../../engine/event/topic.js';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import { ALL, type Group } from '../../engine/read/rollup.js';
import { groupChosen } from '../shared/widget/config.js';
import { daysOf, isOneDay, keyOf, type Stretch, stretchChosen, type StretchName } from '../shared/widget/period.js';
import type { KpiFacts } from '../shared/widget/reader.js';
import type { Reading, ViewSpec } from '../shared/widget/widget.js';
import type { Choice } from '../shared/widget/wire.js';
import type { RowsBy, TableConfig } from './config.js';

/** `TableRow`: the values in the order of the columns, `null` where unknown. Of a period its span, `[start, end)`; of a part its name. */
export interface TableRow {
  readonly key: string;
  readonly span?: Span;
  readonly cells: readonly (number | null)[];
}

/** `TableColumn`: `facts` absent where the shop has no number of that name. */
export interface TableColumn {
  readonly name: string;
  readonly facts?: KpiFacts;
}

/** `TableData`: `total` of all days, in the order of the columns. */
export interface TableData {
  readonly stretch: StretchName;
  readonly days: Span;
  readonly by: Exclude<RowsBy, 'auto'>;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  readonly total: readonly (number | null)[];
}

/** Hours of more days nobody could read; a year has as many weeks. */
const MAX_DAYS_OF_HOURS = 7;
const WEEK_DAYS = 7;
/** 1970 began on a Thursday. */
const FIRST_WEEKDAY = 3;

/** `tableView` is what a viewer's choice means for a table. */
export function tableView(config: TableConfig, choice: Choice): ViewSpec {
  const group = groupChosen(config, choice);
  const stretch = stretchChosen({ ...config, compare: 'nothing' }, { ...choice, compare: 'nothing' });
  return {
    key: `${group.store}/${group.channel}/${keyOf(stretch)}`,
    topics: stretch.name === 'yesterday' ? [] : config.kpis.map((name): KpiTopic => ({ name, window: '1d', ...group })),
    read: (reading) => readTable(config, group, stretch, reading),
  };
}

async function readTable({ kpis, by: asked }: TableConfig, group: Group, stretch: Stretch, reading: Reading): Promise<TableData> {
  const { reader, shop: { calendar }, now } = reading;
  const days = daysOf(stretch, calendar, now);
  const by = rowsBy(asked, days, calendar);
  const columns = await Promise.all(kpis.map(async (name): Promise<TableColumn> => {
    const facts = await reader.facts(name);
    return facts === undefined ? { name } : { name, facts };
  }));
  const known = columns.filter(({ facts }) => facts !== undefined).map(({ name }) => name).join(',');
  const frame = { stretch: stretch.name, days, by, columns };
  if (known === '') return { ...frame, rows: [], total: kpis.map(() => null) };
  const scope: TableScope = { ...frame, names: known, group, reading };
  const [rows, total] = await Promise.all([readRows(scope), readTotal(scope, days, {})]);
  return { ...frame, rows, total: cellsOf(columns, total) };
}

interface TableScope extends Pick<TableData, 'days' | 'by' | 'columns'> {
  readonly names: string;
  readonly group: Group;
  readonly reading: Reading;
}

function rowsBy(asked: RowsBy, days: Span, calendar: Calendar): TableData['by'] {
  if (asked === 'auto') return isOneDay(days, calendar) ? 'hour' : 'day';
  const isLong = asked === 'hour' && calendar.windowsBetween('1d', days.start, days.end, Infinity).length > MAX_DAYS_OF_HOURS;
  return isLong ? 'day' : asked;
}

async function readRows(scope: TableScope): Promise<TableRow[]> {
  const { by } = scope;
  if (by === 'store' || by === 'channel') return readParts(scope, by);
  return by === 'week' ? readWeeks(scope) : readWindows(scope, by === 'hour' ? '1h' : '1d');
}

/** What is still to come is no row; hours before and after the business of a day are none either. */
async function readWindows({ days, columns, names, group, reading }: TableScope, window: '1h' | '1d'): Promise<TableRow[]> {
  const { reader, shop: { calendar, opening }, since, now } = reading;
  const rows = await reader.long({ name: names, window, from: formatInstant(days.start), to: formatInstant(days.end), ...group }, since);
  const byStart = new Map<number, KpiRow[]>();
  for (const row of rows) {
    const start = parseInstant(row.window.start) ?? 0;
    byStart.set(start, [...byStart.get(start) ?? [], row]);
  }
  const spans = calendar.windowsBetween(window, days.start, days.end, Infinity).filter(({ start }) => start <= now);
  const isOpen = ({ start, end }: Span): boolean => window === '1d' || (opening.hoursAt(start) ?? []).some((hours) => hours.start < end && hours.end > start);
  const isSeen = (span: Span): boolean => isOpen(span) || (byStart.get(span.start) ?? []).some(({ count, value }) => count > 0 || (value ?? 0) !== 0);
  const shown = isOneDay(days, calendar) ? spans.slice(Math.max(0, spans.findIndex(isSeen)), spans.findLastIndex(isSeen) + 1) : spans.filter(isSeen);
  return shown.map((span) => ({ key: String(span.start), span, cells: cellsOf(columns, byStart.get(span.start) ?? []) }));
}

/** From Monday to Sunday, as far as they are among the days. Each is asked for as one. */
async function readWeeks(scope: TableScope): Promise<TableRow[]> {
  const { days, columns, reading: { shop: { calendar }, now } } = scope;
  const weeks: { start: number; end: number }[] = [];
  for (const { start, end } of calendar.windowsBetween('1d', days.start, days.end, Infinity).filter((day) => day.start <= now)) {
    const last = weeks.at(-1);
    if (last === undefined || weekdayOf(start, calendar) === 0) weeks.push({ start, end });
    else last.end = end;
  }
  return Promise.all(weeks.map(async (span) => ({ key: String(span.start), span, cells: cellsOf(columns, await readTotal(scope, span, {})) })));
}

async function readParts(scope: TableScope, by: 'store' | 'channel'): Promise<TableRow[]> {
  const rows = await readTotal(scope, scope.days, { group: by });
  const parts = [...new Set(rows.map((row) => row[by]))].filter((part) => part !== ALL).sort();
  return parts.map((part) => ({ key: part, cells: cellsOf(scope.columns, rows.filter((row) => row[by] === part)) }));
}

function readTotal(scope: TableScope, { start, end }: Span, split: { readonly group?: string }): Promise<readonly KpiRow[]> {
  const { names, group, reading: { reader, since } } = scope;
  return reader.long({ name: names, window: 'total', from: formatInstant(start), to: formatInstant(end), ...group, ...split }, since);
}

/** What adds up is zero where nothing came. */
function cellsOf(columns: readonly TableColumn[], rows: readonly KpiRow[]): (number | null)[] {
  return columns.map(({ name, facts }) => rows.find((row) => row.name === name)?.value ?? (facts?.adds === 'up' ? 0 : null));
}

/** 0 is Monday, of the business day that begins there. */
function weekdayOf(start: number, { clock }: Calendar): number {
  return (Math.floor((start + clock.offsetAt(start)) / (24 * HOUR)) + FIRST_WEEKDAY) % WEEK_DAYS;
}
