/**
 * `BreakdownConfig` is the saved form of a breakdown: which number, of which days, in which parts, compared with what.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { COMPARISONS, type ComparedWith } from '../../engine/query/kpiQuery.js';
import type { Period } from '../../engine/query/period.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readKpiName, readWidget, type WidgetConfig } from '../shared/widget/config.js';
import { PERIODS } from '../shared/widget/period.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `PartsBy`: the parts of `payment` are what was paid by each means, whatever the number. */
export type PartsBy = 'channel' | 'store' | 'payment';

/** `BreakdownConfig`, read and checked. `top`: how many parts have a bar of their own. */
export interface BreakdownConfig extends WidgetConfig {
  readonly kpi: string;
  readonly by: PartsBy;
  readonly period: Period;
  readonly compare: ComparedWith | 'nothing';
  readonly better: 'up' | 'down' | 'neither';
  readonly top: number;
}

const MAX_PARTS = 50;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): BreakdownConfig {
  const saved = upgrade(raw);
  return {
    ...readWidget(saved),
    kpi: readKpiName(saved['kpi'], 'kpi'),
    by: oneOf(saved['by'] ?? 'channel', 'by', ['channel', 'store', 'payment']),
    period: oneOf(saved['period'] ?? 'today', 'period', PERIODS),
    compare: oneOf(saved['compare'] ?? 'usual', 'compare', [...COMPARISONS, 'nothing']),
    better: oneOf(saved['better'] ?? 'up', 'better', ['up', 'down', 'neither']),
    top: readTop(saved['top'] ?? 8),
  };
}

function readTop(saved: unknown): number {
  const top = Number(saved);
  if (!Number.isInteger(top) || top < 1 || top > MAX_PARTS) throw new ConfigError('top', `must be a whole number from 1 to ${String(MAX_PARTS)}`, saved);
  return top;
}
