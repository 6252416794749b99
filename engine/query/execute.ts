/**
 * What are the rows of an answer? Windows of one size, of chosen sizes, or one for all days; beside each, where it is asked, what is usual.
 */
import { readChosen } from '../read/adaptive/storedSizes.js';
import type { Compared, Baseline } from '../read/baseline/baseline.js';
import { ALL, type Group, groupOf } from '../read/rollup.js';
import { type KpiRow, type KpiValue } from '../read/kpiValue.js';
import type { KpiQuestion } from './kpiQuery.js';
import { type ShopContext, readRows } from '../read/windowReader.js';
import type { Store } from '../store/store.js';
import { formatInstant, HOUR, parseInstant } from '../base/time.js';
import type { Span, WindowSize } from '../calendar/windowAssigner.js';
import { unitOf } from '../kpi/evaluate.js';
import { CHOICES, type Kpi } from '../kpi/kpi.js';
/** Minutes are kept so long: of older hours only the hour itself is known. */
const MINUTES_KEPT_MS = 48 * HOUR;

/** Answers a checked question; throws the store's faults. */
export async function answerRows(store: Store, question: KpiQuestion, shop: ShopContext, comparison: Baseline, now: number): Promise<KpiRow[]> {
  if (question.as === 'chosen') return chosenRows(store, question, shop, now);
  const rows = await readRows(store, question, shop, now);
  if (question.as === 'total') return rows.map((row) => ({ ...row, window: { ...row.window, size: 'total' } }));
  return question.compare === 'usual' && isCompared(question.size) ? compareRows(rows, question, question.size, shop, comparison, now) : rows;
}

/** What was chosen is known where a window node emits windows of chosen sizes. */
async function chosenRows(store: Store, question: KpiQuestion, shop: ShopContext, now: number): Promise<KpiRow[]> {
  const { calendar } = shop;
  const hours = question.spans.filter(({ end }) => end > now - MINUTES_KEPT_MS);
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return [];
  const chosen = await readChosen(store, { start: first.start, end: last.end });
  const read = await Promise.all(CHOICES.map((size) => (
    readRows(store, { ...question, size, spans: calendar.windowsBetween(size, first.start, last.end, Infinity) }, shop, now))));
  const rows = read.flat().flatMap((value) => {
    const hour = calendar.windowAt('1h', parseInstant(value.window.start) ?? 0).start;
    const adaptive = chosen.get(hour)?.get(groupOf(value))?.get(value.name);
    return adaptive?.size === value.window.size ? [{ ...value, adaptive }] : [];
  });
  return rows.sort((a, b) => (a.window.start < b.window.start ? -1 : a.window.start > b.window.start ? 1 : 0));
}

/** Every window of the business day of now has a row, also where nothing happened yet: what is usual is known. */
async function compareRows(
  rows: readonly KpiValue[], { spans, store, channel }: KpiQuestion, size: Compared, shop: ShopContext, comparison: Baseline, now: number,
): Promise<KpiRow[]> {
  const today = shop.calendar.windowAt('1d', now);
  const asked: Group = { store: store ?? ALL, channel: channel ?? ALL };
  const groups = new Map<string, Group>([[groupOf(asked), asked], ...rows.map((row): [string, Group] => [groupOf(row), row])]);
  const found: KpiRow[] = [];
  for (const span of spans) {
    const usual = await comparison.at(size, span, now);
    const isToday = span.start >= today.start && span.start < today.end;
    const known = new Map(rows.filter(({ window }) => window.start === formatInstant(span.start)).map((row) => [`${row.name}/${groupOf(row)}`, row]));
    for (const group of groups.values()) {
      for (const kpi of shop.kpis) {
        const row = known.get(`${kpi.name}/${groupOf(group)}`);
        const said = usual(kpi, group);
        const base = row ?? (isToday && said !== undefined ? emptyRow(kpi, group, size, span, shop, now) : undefined);
        if (base !== undefined) found.push(said === undefined ? base : { ...base, comparison: said });
      }
    }
  }
  return found;
}

function emptyRow(kpi: Kpi, { store, channel }: Group, size: Compared, { start, end }: Span, { currency, graceMs }: ShopContext, now: number): KpiValue {
  const window = { size, start: formatInstant(start), end: formatInstant(end) };
  const unit = unitOf(kpi, currency);
  const status = now < end + graceMs ? 'live' : 'final';
  return { name: kpi.name, window, store, channel, value: null, unit, count: 0, status, revision: 0, updatedAt: formatInstant(now) };
}

function isCompared(size: WindowSize): size is Compared {
  return size === '1h' || size === '1d';
}
