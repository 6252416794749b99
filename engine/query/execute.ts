/**
 * `answerRows` gives the rows of an answer: windows of one size, of chosen sizes, or one for all days; beside each, where it is asked, what it is
 * compared with.
 */
import { readChosen } from '../read/adaptive/storedSizes.js';
import type { Baseline } from '../read/baseline/baseline.js';
import { compareRows } from './comparedRows.js';
import { groupOf } from '../read/rollup.js';
import type { KpiRow } from '../read/kpiValue.js';
import type { KpiQuestion } from './kpiQuery.js';
import { type ShopContext, readRows } from '../read/windowReader.js';
import type { Store } from '../store/store.js';
import { HOUR, parseInstant } from '../base/time.js';
import { CHOICES } from '../kpi/kpi.js';

/** Minutes are kept so long: of older hours only the hour itself is known. */
const MINUTES_KEPT_MS = 48 * HOUR;

/** Answers a checked question; throws the store's faults. */
export async function answerRows(store: Store, question: KpiQuestion, shop: ShopContext, baseline: Baseline, now: number): Promise<KpiRow[]> {
  if (question.as === 'chosen') return chosenRows(store, question, shop, now);
  const rows = await readRows(store, question, shop, now);
  const compared = await compareRows(rows, question, { store, shop, baseline }, now);
  return question.as === 'total' ? compared.map((row) => ({ ...row, window: { ...row.window, size: 'total' } })) : [...compared];
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
