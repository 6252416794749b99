/**
 * `ChartConfig` is the saved form of a chart: which number, of which days, drawn how, beside what.
 */
import { COMPARISONS, type ComparedWith } from '../../engine/query/kpiQuery.js';
import type { Period } from '../../engine/query/period.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readKpiName, readWidget, type WidgetConfig } from '../shared/widget/config.js';
import { PERIODS } from '../shared/widget/period.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `ChartShape`: `heat` is a map of hours by weekdays. */
export type ChartShape = 'bars' | 'line' | 'heat';

/** `ChartConfig`, read and checked. `step`: windows of that size; `auto` are hours of one day, days of several. */
export interface ChartConfig extends WidgetConfig {
  readonly kpi: string;
  readonly shape: ChartShape;
  readonly step: 'auto' | '1h' | '1d';
  readonly period: Period;
  readonly compare: ComparedWith | 'nothing';
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): ChartConfig {
  const saved = upgrade(raw);
  return {
    ...readWidget(saved),
    kpi: readKpiName(saved['kpi'], 'kpi'),
    shape: oneOf(saved['shape'] ?? 'bars', 'shape', ['bars', 'line', 'heat']),
    step: oneOf(saved['step'] ?? 'auto', 'step', ['auto', '1h', '1d']),
    period: oneOf(saved['period'] ?? 'today', 'period', PERIODS),
    compare: oneOf(saved['compare'] ?? 'usual', 'compare', [...COMPARISONS, 'nothing']),
  };
}
