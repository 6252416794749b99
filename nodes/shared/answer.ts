/**
 * `answer` says what the numbers of these windows are, or what they count: for messages, HTTP and widgets alike.
 */
import type { Baseline } from '../../engine/read/baseline/baseline.js';
import { readDefinitions } from '../../engine/kpi/storedDefinitions.js';
import { placePeriod } from '../../engine/query/period.js';
import { parseQuestion, type RawQuestion } from '../../engine/query/kpiQuery.js';
import { asksDescriptions, type DescribedKpis, describeKpis } from '../../engine/query/describe.js';
import { answerRows } from '../../engine/query/execute.js';
import { answerMembers } from '../../engine/query/memberAnswer.js';
import type { Kpi } from '../../engine/kpi/kpi.js';
import type { Store } from '../../engine/store/store.js';
import type { ShopPort } from './ports.js';
import { type KpiRow } from '../../engine/read/kpiValue.js';

export type QueryAnswer =
  | { readonly outcome: 'rows'; readonly rows: readonly KpiRow[] }
  | DescribedKpis
  | { readonly outcome: 'elsewhere' };

/** Where the answer comes from. */
export interface AnswerSource {
  readonly shop: ShopPort;
  readonly store: Store;
  readonly comparison: Baseline;
  readonly graceMs: number;
  /** Instead of the shop's numbers: parts of one that have no topic of their own. */
  readonly parts?: readonly Kpi[];
}

/** Answers from the store; throws the store's faults. */
export async function answer(raw: RawQuestion, { shop, store, comparison, graceMs, parts }: AnswerSource, now: number): Promise<QueryAnswer> {
  const definitions = await readDefinitions(store);
  if (asksDescriptions(raw)) return describeKpis(raw, definitions, shop.currency);
  const { incompleteAfterMs, records = [] } = definitions;
  const kpis = parts ?? definitions.kpis;
  const placed = placePeriod(raw, shop.calendar, now);
  if (placed.outcome === 'refused') return placed;
  const parsed = parseQuestion(placed.raw, kpis, shop.calendar, now, shop.stores);
  if (parsed.outcome === 'refused') return parsed;
  const { question } = parsed;
  const asked = question.names.size === 0 ? kpis : kpis.filter(({ name }) => question.names.has(name));
  const context = { calendar: shop.calendar, currency: shop.currency, graceMs, kpis: asked, incompleteAfterMs, records };
  if (question.split !== undefined) return answerMembers(store, question, question.split, context, now);
  return { outcome: 'rows', rows: await answerRows(store, question, context, comparison, now) };
}
