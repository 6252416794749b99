/**
 * `kpiMetrics` are the numbers that a scrape of `/metrics` asks for: `?kpi=revenue,orders`, each as one gauge of the present window.
 */
import { Gauge, Registry } from 'prom-client';
import type { Refusal } from '../../engine/base/errors.js';
import type { RawQuestion } from '../../engine/query/kpiQuery.js';
import { answer, type AnswerSource } from '../shared/answer.js';
import { registry } from '../shared/metrics.js';

/** `KpiMetrics` as text with the process's own metrics, or why they were not asked for as they should be. */
export type KpiMetrics = { readonly outcome: 'metrics'; readonly text: string } | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

const ASKABLE = ['kpi', 'window', 'group', 'store', 'channel'];

/** `asksKpis`: whether a scrape asks for numbers of the shop. */
export function asksKpis(query: RawQuestion): boolean {
  return query['kpi'] !== undefined;
}

/** `kpiMetrics` of the windows that hold `now` (epoch ms); unknown numbers are absent. Throws the store's faults. */
export async function kpiMetrics(query: RawQuestion, source: AnswerSource, now: number): Promise<KpiMetrics> {
  const stray = Object.keys(query).filter((name) => !ASKABLE.includes(name));
  const message = `must be one of ${ASKABLE.join(', ')}`;
  if (stray.length > 0) return { outcome: 'refused', refusals: stray.map((path) => ({ path, rule: 'unknown', message })) };
  const { kpi, ...rest } = query;
  const answered = await answer({ window: '1d', ...rest, name: kpi }, source, now);
  if (answered.outcome === 'refused') return answered;
  const own = new Registry();
  own.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const gauge = new Gauge({
    name: 'bottega_kpi', help: 'Numbers of the shop in the present window; an underscore means all stores or channels',
    labelNames: ['name', 'window', 'store', 'channel', 'unit'] as const, registers: [own],
  });
  for (const { name, window, store, channel, unit, value } of answered.outcome === 'rows' ? answered.rows : []) {
    if (value !== null) gauge.set({ name, window: window.size, store, channel, unit }, value);
  }
  return { outcome: 'metrics', text: await Registry.merge([registry, own]).metrics() };
}
