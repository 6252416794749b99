/**
 * `compareRows` puts beside each row what it is compared with: what is usual, or the same window of a former time.
 */
import type { Baseline, Compared, Usual } from '../read/baseline/baseline.js';
import type { ComparedWith, KpiQuestion } from './kpiQuery.js';
import { ALL, type Group, groupOf } from '../read/rollup.js';
import type { KpiRow, KpiValue } from '../read/kpiValue.js';
import { daysBefore } from '../read/sliceHistory.js';
import { readRows, type ShopContext } from '../read/windowReader.js';
import type { Store } from '../store/store.js';
import { formatInstant } from '../base/time.js';
import { type Calendar, isSliding, type Span, type WindowSize } from '../calendar/windowAssigner.js';
import { unitOf } from '../kpi/evaluate.js';
import type { Kpi } from '../kpi/kpi.js';

/** `Comparison`: what stands beside a number of a window and group, and which windows have a row because of it, also where nothing happened. */
interface Comparison {
  readonly at: (span: Span, kpi: Kpi, group: Group) => KpiValue['comparison'];
  readonly hasRow: (span: Span) => boolean;
  /** Rows whose groups are spoken of, too. */
  readonly rows: readonly KpiValue[];
}

/** What answering needs besides the question. */
export interface ComparisonSource {
  readonly store: Store;
  readonly shop: ShopContext;
  readonly baseline: Baseline;
}

/**
 * Every window of the business day of now has a row, also where nothing happened yet, if it is known what is usual; so has every window of which only
 * the former one has a number.
 */
export async function compareRows(rows: readonly KpiValue[], question: KpiQuestion, source: ComparisonSource, now: number): Promise<readonly KpiRow[]> {
  const { compare, size } = question;
  if (compare === 'nothing') return rows;
  if (compare !== 'usual') return besideEach(rows, question, await formerRows(question, compare, source, now), source.shop, now);
  return question.as === 'windows' && isCompared(size) ? besideEach(rows, question, await usualRows(question, size, source, now), source.shop, now) : rows;
}

function isCompared(size: WindowSize): size is Compared {
  return size === '1h' || size === '1d';
}

function besideEach(rows: readonly KpiValue[], question: KpiQuestion, comparison: Comparison, shop: ShopContext, now: number): KpiRow[] {
  const known = new Map(rows.map((row) => [numberAt(row.window.start, row.name, row), row]));
  const groups = [...groupsOf([...rows, ...comparison.rows], question)];
  const found: KpiRow[] = [];
  for (const span of question.spans) {
    const start = formatInstant(span.start);
    for (const group of groups) {
      for (const kpi of shop.kpis) {
        const beside = comparison.at(span, kpi, group);
        const row = known.get(numberAt(start, kpi.name, group));
        if (beside !== undefined && (row !== undefined || comparison.hasRow(span))) {
          found.push({ ...row ?? emptyRow(kpi, group, question.size, span, shop, now), comparison: beside });
        } else if (row !== undefined) found.push(row);
      }
    }
  }
  return found;
}

async function usualRows({ spans }: KpiQuestion, size: Compared, { baseline, shop }: ComparisonSource, now: number): Promise<Comparison> {
  const usual = new Map<number, Usual>();
  for (const span of spans) usual.set(span.start, await baseline.at(size, span, now));
  const today = shop.calendar.windowAt('1d', now);
  return {
    at: ({ start }, kpi, group) => usual.get(start)?.(kpi, group),
    hasRow: ({ start }) => start >= today.start && start < today.end,
    rows: [],
  };
}

async function formerRows(question: KpiQuestion, compare: Exclude<ComparedWith, 'usual'>, { store, shop }: ComparisonSource, now: number): Promise<Comparison> {
  const former = formerSpans(question, compare, shop.calendar);
  const spans = [...new Map([...former.values()].map((span) => [span.start, span])).values()].sort((a, b) => a.start - b.start);
  const rows = await readRows(store, { ...question, spans }, shop, now);
  const known = new Map(rows.map((row) => [numberAt(row.window.start, row.name, row), row]));
  return {
    rows, hasRow: () => true,
    at: ({ start }, kpi, group) => {
      const span = former.get(start);
      const row = span === undefined ? undefined : known.get(numberAt(formatInstant(span.start), kpi.name, group));
      return row === undefined ? undefined : { value: row.value, days: 1, start: row.window.start, end: row.window.end };
    },
  };
}

/** The window that each one asked for is compared with, by its start. */
export function formerSpans(question: KpiQuestion, compare: Exclude<ComparedWith, 'usual'>, calendar: Calendar): ReadonlyMap<number, Span> {
  return new Map(question.spans.map((span) => [span.start, formerSpan(span, question, compare, calendar)]));
}

const WEEK_DAYS = 7;
/** Fifty-two weeks: weekdays are compared with weekdays. */
const YEAR_DAYS = 52 * WEEK_DAYS;

/** The same window before, on the shop's clock: of all days in one, the run of as many days that ends where it begins. */
function formerSpan(span: Span, { size, as }: KpiQuestion, compare: Exclude<ComparedWith, 'usual'>, calendar: Calendar): Span {
  const days = compare === 'lastWeek' ? WEEK_DAYS : YEAR_DAYS;
  if (as === 'total') {
    const back = compare === 'previous' ? calendar.windowsBetween('1d', span.start, span.end, Infinity).length : days;
    return { start: daysBefore(calendar.clock, span.start, back), end: daysBefore(calendar.clock, span.end, back) };
  }
  if (isSliding(size)) {
    const start = compare === 'previous' ? span.start - (span.end - span.start) : daysBefore(calendar.clock, span.start, days);
    return { start, end: start + span.end - span.start };
  }
  return calendar.windowAt(size, compare === 'previous' ? span.start - 1 : daysBefore(calendar.clock, span.start, days));
}

function groupsOf(rows: readonly KpiValue[], { store, channel }: KpiQuestion): Iterable<Group> {
  const asked: Group = { store: store ?? ALL, channel: channel ?? ALL };
  return new Map<string, Group>([[groupOf(asked), asked], ...rows.map((row): [string, Group] => [groupOf(row), row])]).values();
}

function numberAt(start: string, name: string, group: Group): string {
  return `${start}/${name}/${groupOf(group)}`;
}

function emptyRow(kpi: Kpi, { store, channel }: Group, size: WindowSize, { start, end }: Span, { currency, graceMs }: ShopContext, now: number): KpiValue {
  const window = { size, start: formatInstant(start), end: formatInstant(end) };
  const unit = unitOf(kpi, currency);
  const status = now < end + graceMs ? 'live' : 'final';
  return { name: kpi.name, window, store, channel, value: null, unit, count: 0, status, revision: 0, updatedAt: formatInstant(now) };
}
