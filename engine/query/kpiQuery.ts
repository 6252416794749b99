/**
 * What exactly is asked, and how is the answer written? A question of `/kpi` parsed rule by rule; rows as JSON or CSV.
 */
import type { Refusal } from '../base/errors.js';
import type { DeclaredStore } from '../aggregate/storeNames.js';
import { cleanName } from '../base/name.js';
import { minorDigits } from '../base/money.js';
import { LABEL } from '../event/schema.js';
import type { Grouping } from '../read/rollup.js';
import type { Question } from '../read/windowReader.js';
import { parseInstant } from '../base/time.js';
import { type Calendar, isWindowSize, SLIDING, type Span, TUMBLING, type WindowSize } from '../calendar/windowAssigner.js';
import { type Kpi } from '../kpi/kpi.js';
import { type KpiRow } from '../read/kpiValue.js';

/** A question as it comes: texts of a URL's query, or of a message. `name` and `group` may be lists with commas. */
export type RawQuestion = Readonly<Record<string, unknown>>;

/** `COMPARISONS` are what numbers can be compared with. `usual`: the median of the same weekdays; the others: one window of a former time. */
export const COMPARISONS = ['usual', 'previous', 'lastWeek', 'lastYear'] as const;
export type ComparedWith = (typeof COMPARISONS)[number];

/**
 * A checked question: which windows, and which KPIs (empty: all). `windows` of a size, those of the `chosen` size of each hour, or all days in
 * one, `total`; with what it is compared with, or without.
 */
export interface KpiQuestion extends Question {
  readonly names: ReadonlySet<string>;
  readonly as: 'windows' | 'chosen' | 'total';
  readonly compare: ComparedWith | 'nothing';
}

export type ParsedQuestion =
  | { readonly outcome: 'question'; readonly question: KpiQuestion }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** A month of five-minute windows does not exist (they are kept 48 h), 400 days of hours do. */
export const MAX_WINDOWS = 10_000;

/**
 * Without `from` and `to`: the current window. With only one of them, the window that begins or ends there up to now.
 * Windows that overlap `[from, to)` are answered whole. `stores` of the shop may be asked for by their aliases.
 */
export function parseQuestion(raw: RawQuestion, kpis: readonly Kpi[], calendar: Calendar, now: number, stores: readonly DeclaredStore[] = []): ParsedQuestion {
  const refusals: Refusal[] = [];
  refuseLists(raw, refusals);
  const { size, as } = readWindow(raw['window'], refusals);
  const names = readNames(raw['name'], kpis, refusals);
  const group = readGroup(raw['group'], refusals);
  const store = storeMeant(readLabel(raw['store'], 'store', refusals), stores);
  const channel = readLabel(raw['channel'], 'channel', refusals);
  const compare = readCompare(raw['compare'], refusals);
  const spans = readSpans(raw, size, calendar, now, refusals);
  if (refusals.length > 0) return { outcome: 'refused', refusals };
  const filters = { ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }) };
  return { outcome: 'question', question: { size, as, names, group, spans: as === 'total' ? joined(spans) : spans, compare, ...filters } };
}

const COLUMNS = [
  'name', 'window', 'start', 'end', 'store', 'channel', 'value', 'unit', 'count', 'status', 'revision', 'updatedAt', 'shift', 'usual', 'usualDays',
] as const;

/** RFC 4180, UTF-8, point as decimal mark, amounts with the currency's decimals; text that a spreadsheet would run as a formula gets an apostrophe. */
export function toCsv(rows: readonly KpiRow[]): string {
  const lines = rows.map(({ name, window, store, channel, value, unit, count, status, revision, updatedAt, shift, comparison }) => [
    name, window.size, window.start, window.end, cell(store), cell(channel), numberIn(unit, value), unit, count, status, revision, updatedAt,
    cell(shift ?? ''), numberIn(unit, comparison?.value), comparison?.days ?? '',
  ].join(','));
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

const CURRENCY = /^[A-Z]{3}$/;

function numberIn(unit: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return CURRENCY.test(unit) ? value.toFixed(minorDigits(unit)) : String(value);
}

function cell(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A parameter given twice arrives as a list. */
export function refuseLists(raw: RawQuestion, refusals: Refusal[]): void {
  for (const [path, value] of Object.entries(raw)) {
    if (value !== undefined && typeof value !== 'string') refusals.push({ path, rule: 'type', message: 'must be one text' });
  }
}

function readWindow(raw: unknown, refusals: Refusal[]): Pick<KpiQuestion, 'size' | 'as'> {
  const text = textOf(raw) ?? '1h';
  if (text === 'auto') return { size: '1h', as: 'chosen' };
  if (text === 'total') return { size: '1d', as: 'total' };
  if (isWindowSize(text)) return { size: text, as: 'windows' };
  refusals.push({ path: 'window', rule: 'enum', message: `must be ${[...TUMBLING, ...SLIDING, 'auto'].join(', ')} or total` });
  return { size: '1h', as: 'windows' };
}

function readCompare(raw: unknown, refusals: Refusal[]): KpiQuestion['compare'] {
  const text = textOf(raw);
  const compare = COMPARISONS.find((known) => known === text);
  if (text !== undefined && compare === undefined) refusals.push({ path: 'compare', rule: 'enum', message: `must be one of ${COMPARISONS.join(', ')}` });
  return compare ?? 'nothing';
}

/** From the first day to the last. */
function joined(spans: readonly Span[]): Span[] {
  const [first, last] = [spans[0], spans.at(-1)];
  return first === undefined || last === undefined ? [] : [{ start: first.start, end: last.end }];
}

/** Names that no KPI of the shop has are refused. */
export function readNames(raw: unknown, kpis: readonly Kpi[], refusals: Refusal[]): Set<string> {
  const names = (textOf(raw) ?? '').split(',').filter((name) => name !== '');
  const known = new Set(kpis.map(({ name }) => name));
  for (const name of names) if (!known.has(name)) refusals.push({ path: 'name', rule: 'unknown', message: `no KPI has the name ${name}` });
  return new Set(names);
}

function readGroup(raw: unknown, refusals: Refusal[]): Grouping {
  const parts = (textOf(raw) ?? '').split(',').filter((part) => part !== '');
  for (const part of parts) {
    if (part !== 'store' && part !== 'channel') refusals.push({ path: 'group', rule: 'enum', message: 'must be store, channel or store,channel' });
  }
  return { store: parts.includes('store'), channel: parts.includes('channel') };
}

/** `_` asks for all, as in a topic. */
function readLabel(raw: unknown, path: string, refusals: Refusal[]): string | undefined {
  const text = cleanName(textOf(raw) ?? '');
  if (text === '' || text === '_') return undefined;
  if (!LABEL.test(text)) refusals.push({ path, rule: 'pattern', message: 'is no name of a store or channel' });
  return text;
}

/** A store's own name is no other's alias; an alias may be asked for in any case. */
function storeMeant(name: string | undefined, stores: readonly DeclaredStore[]): string | undefined {
  if (name === undefined || stores.some(({ id }) => id === name)) return name;
  const lower = name.toLowerCase();
  const named = stores.find(({ aliases }) => aliases.includes(name)) ?? stores.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === lower));
  return named?.id ?? name;
}

function readSpans(raw: RawQuestion, size: WindowSize, calendar: Calendar, now: number, refusals: Refusal[]): Span[] {
  const from = readInstant(raw['from'], 'from', refusals);
  const to = readInstant(raw['to'], 'to', refusals);
  const end = to ?? Math.max(now, from ?? now) + 1;
  const start = from ?? end - 1;
  if (end <= start) {
    refusals.push({ path: 'to', rule: 'order', message: 'must be after from' });
    return [];
  }
  const spans = calendar.windowsBetween(size, start, end, MAX_WINDOWS + 1);
  if (spans.length > MAX_WINDOWS) refusals.push({ path: 'from', rule: 'range', message: `asks for more than ${String(MAX_WINDOWS)} windows` });
  return spans;
}

function readInstant(raw: unknown, path: string, refusals: Refusal[]): number | undefined {
  const text = textOf(raw);
  if (text === undefined) return undefined;
  // A plus sign that was not escaped arrives in a query as a space: "…T10:00:00 02:00".
  const instant = parseInstant(text.replace(/ (\d\d:\d\d)$/, '+$1'));
  if (instant === undefined) refusals.push({ path, rule: 'instant', message: 'must be an RFC 3339 instant with a zone' });
  return instant;
}
