/**
 * What exactly is asked, and how is the answer written? A question of `/kpi` parsed rule by rule; rows as JSON or CSV.
 */
import type { Refusal } from '../base/errors.js';
import type { DeclaredStore } from '../aggregate/storeNames.js';
import { cleanName } from '../base/name.js';
import { minorDigits } from '../base/money.js';
import { LABEL } from '../event/schema.js';
import { kpisBy, type MemberQuestion } from '../read/memberRows.js';
import type { Question } from '../read/windowReader.js';
import { parseInstant } from '../base/time.js';
import { type Calendar, isWindowSize, sliceLevel, SLIDING, type Span, TUMBLING, type WindowSize } from '../calendar/windowAssigner.js';
import { type Dimension, DIMENSIONS, isDimension } from '../kpi/dimension.js';
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
  /** What the answer is split by beside store and channel, and into how many members at most. */
  readonly split?: KpiSplit;
  readonly compare: ComparedWith | 'nothing';
}

export type KpiSplit = Pick<MemberQuestion, 'dimension' | 'top'>;

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
  const { group, split } = readGroup(raw, refusals);
  const store = storeMeant(readLabel(raw['store'], 'store', refusals), stores);
  const channel = readLabel(raw['channel'], 'channel', refusals);
  const compare = readCompare(raw['compare'], refusals);
  if (split !== undefined) refuseUnsplit({ split, names, size, as, compare }, kpis, refusals);
  const spans = readSpans(raw, size, calendar, now, refusals);
  if (refusals.length > 0) return { outcome: 'refused', refusals };
  const filters = { ...(store === undefined ? {} : { store }), ...(channel === undefined ? {} : { channel }), ...(split === undefined ? {} : { split }) };
  return { outcome: 'question', question: { size, as, names, group, spans: as === 'total' ? joined(spans) : spans, compare, ...filters } };
}

const COLUMNS = [
  'name', 'window', 'start', 'end', 'store', 'channel', 'value', 'unit', 'count', 'status', 'revision', 'updatedAt', 'shift', 'usual', 'usualDays',
] as const;
/** Of rows that are split by members. */
const MEMBER_COLUMNS = ['member', 'label', 'coverage'] as const;

/** RFC 4180, UTF-8, point as decimal mark, amounts with the currency's decimals; text that a spreadsheet would run as a formula gets an apostrophe. */
export function toCsv(rows: readonly KpiRow[]): string {
  const isSplit = rows.some(({ member }) => member !== undefined);
  const lines = rows.map(({ name, window, store, channel, value, unit, count, status, revision, updatedAt, shift, comparison, member, coverage }) => [
    name, window.size, window.start, window.end, cell(store), cell(channel), numberIn(unit, value), unit, count, status, revision, updatedAt,
    cell(shift ?? ''), numberIn(unit, comparison?.value), comparison?.days ?? '',
    ...(isSplit ? [cell(member?.key ?? ''), cell(member?.label ?? ''), coverage ?? ''] : []),
  ].join(','));
  return `${[[...COLUMNS, ...(isSplit ? MEMBER_COLUMNS : [])].join(','), ...lines].join('\r\n')}\r\n`;
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

function readGroup(raw: RawQuestion, refusals: Refusal[]): Pick<KpiQuestion, 'group' | 'split'> {
  const parts = (textOf(raw['group']) ?? '').split(',').filter((part) => part !== '');
  const dimensions = parts.filter(isDimension);
  const isKnown = parts.every((part) => part === 'store' || part === 'channel' || isDimension(part));
  if (!isKnown) refusals.push({ path: 'group', rule: 'enum', message: `must be store, channel, store,channel or one of ${DIMENSIONS.join(', ')}` });
  else if (dimensions.length > 0 && parts.length > 1) refusals.push({ path: 'group', rule: 'enum', message: `${dimensions.join(', ')}: one at a time` });
  const top = readTop(raw['top'], dimensions[0], refusals);
  const split = dimensions[0] === undefined ? {} : { split: { dimension: dimensions[0], ...(top === undefined ? {} : { top }) } };
  return { group: { store: parts.includes('store'), channel: parts.includes('channel') }, ...split };
}

const MAX_TOP = 10_000;

function readTop(raw: unknown, dimension: Dimension | undefined, refusals: Refusal[]): number | undefined {
  const text = textOf(raw);
  if (text === undefined) return undefined;
  const top = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (top < 1 || top > MAX_TOP) refusals.push({ path: 'top', rule: 'range', message: `must be a whole number from 1 to ${String(MAX_TOP)}` });
  else if (dimension === undefined) refusals.push({ path: 'top', rule: 'enum', message: `needs group=${DIMENSIONS.join(', ')}` });
  return top;
}

type SplitQuestion = Pick<KpiQuestion, 'names' | 'size' | 'as' | 'compare'> & { readonly split: KpiSplit };

/** Members have sums per hour, and not of every number. */
function refuseUnsplit({ split: { dimension }, names, size, as, compare }: SplitQuestion, kpis: readonly Kpi[], refusals: Refusal[]): void {
  const known = new Set(kpisBy(dimension, kpis).map(({ name }) => name));
  for (const name of names) {
    const message = `${name} is not known by ${dimension}; these are: ${[...known].join(', ')}`;
    if (!known.has(name)) refusals.push({ path: 'name', rule: 'enum', message });
  }
  const isShort = as === 'chosen' || sliceLevel(size) === 'minute';
  if (isShort) refusals.push({ path: 'window', rule: 'enum', message: `by ${dimension} must be 1h, shift, 1d or total` });
  if (compare === 'usual') refusals.push({ path: 'compare', rule: 'enum', message: `by ${dimension} must be previous, lastWeek or lastYear` });
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
