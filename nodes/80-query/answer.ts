/**
 * What are the numbers of these windows? One answer for messages and HTTP alike.
 */
import { type CustomKpi, kpiOf, readCustomKpis } from '../../engine/custom.js';
import type { Refusal } from '../../engine/errors.js';
import type { Kpi, KpiValue } from '../../engine/kpi.js';
import { readRows } from '../../engine/ledger.js';
import { KPIS } from '../../engine/presets.js';
import { parseQuestion, type RawQuestion } from '../../engine/query.js';
import { type Store, textOf } from '../../engine/store/store.js';
import type { ShopPort } from '../ports.js';

export type Answer =
  | { readonly outcome: 'rows'; readonly rows: readonly KpiValue[] }
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

/** Where window nodes write down the KPIs of the user's own. */
const CUSTOM_KPIS_KEY = 'kpis';

/** Answers from the store; throws the store's faults. */
export async function answer(raw: RawQuestion, shop: ShopPort, store: Store, graceMs: number, now: number): Promise<Answer> {
  const kpis = [...KPIS, ...(await readCustom(store)).map(kpiOf)];
  const parsed = parseQuestion(raw, kpis, shop.calendar, now);
  if (parsed.outcome === 'refused') return parsed;
  const { names, ...question } = parsed.question;
  const asked: readonly Kpi[] = names.size === 0 ? kpis : kpis.filter(({ name }) => names.has(name));
  const books = { calendar: shop.calendar, currency: shop.currency, graceMs, kpis: asked };
  return { outcome: 'rows', rows: await readRows(store, question, books, now) };
}

async function readCustom(store: Store): Promise<CustomKpi[]> {
  const text = textOf((await store.read([CUSTOM_KPIS_KEY]))[0]);
  return text === undefined ? [] : readCustomKpis(JSON.parse(text));
}
