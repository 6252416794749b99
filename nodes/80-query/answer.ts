/**
 * What are the numbers of these windows? One answer for messages and HTTP alike.
 */
import type { Comparison } from '../../engine/comparison.js';
import { readDefinitions } from '../../engine/definitions.js';
import type { Refusal } from '../../engine/errors.js';
import { placePeriod } from '../../engine/period.js';
import { parseQuestion, type RawQuestion } from '../../engine/query.js';
import { answerRows, type KpiRow } from '../../engine/rows.js';
import type { Store } from '../../engine/store/store.js';
import type { ShopPort } from '../ports.js';

export type Answer =
  | { readonly outcome: 'rows'; readonly rows: readonly KpiRow[] }
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** Where the answer comes from. */
export interface Source {
  readonly shop: ShopPort;
  readonly store: Store;
  readonly comparison: Comparison;
  readonly graceMs: number;
}

/** Answers from the store; throws the store's faults. */
export async function answer(raw: RawQuestion, { shop, store, comparison, graceMs }: Source, now: number): Promise<Answer> {
  const { kpis, incompleteAfterMs } = await readDefinitions(store);
  const placed = placePeriod(raw, shop.calendar, now);
  if (placed.outcome === 'refused') return placed;
  const parsed = parseQuestion(placed.raw, kpis, shop.calendar, now);
  if (parsed.outcome === 'refused') return parsed;
  const { question } = parsed;
  const asked = question.names.size === 0 ? kpis : kpis.filter(({ name }) => question.names.has(name));
  const books = { calendar: shop.calendar, currency: shop.currency, graceMs, kpis: asked, incompleteAfterMs };
  return { outcome: 'rows', rows: await answerRows(store, question, books, comparison, now) };
}
