/**
 * `TableConfig` is the saved form of a table: which numbers are its columns, what its rows are, and of which days.
 */
import { ConfigError } from '../../engine/base/errors.js';
import type { Period } from '../../engine/query/period.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readKpiName, readWidget, type WidgetConfig } from '../shared/widget/config.js';
import { PERIODS } from '../shared/widget/period.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `MAX_COLUMNS` of a table. */
export const MAX_COLUMNS = 12;

/** `RowsBy`: `auto` are the hours of one day, the days of several. */
export type RowsBy = 'auto' | 'hour' | 'day' | 'week' | 'store' | 'channel';

/** `TableConfig`, read and checked. */
export interface TableConfig extends WidgetConfig {
  readonly kpis: readonly string[];
  readonly by: RowsBy;
  readonly period: Period;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): TableConfig {
  const saved = upgrade(raw);
  return {
    ...readWidget(saved),
    kpis: readKpis(saved['kpis'] ?? ['revenue', 'orders', 'average_ticket']),
    by: oneOf(saved['by'] ?? 'auto', 'by', ['auto', 'hour', 'day', 'week', 'store', 'channel']),
    period: oneOf(saved['period'] ?? 'today', 'period', PERIODS),
  };
}

function readKpis(saved: unknown): string[] {
  const isList = Array.isArray(saved) && saved.length > 0 && saved.length <= MAX_COLUMNS;
  if (!isList) throw new ConfigError('kpis', `must be 1 to ${String(MAX_COLUMNS)} names of KPIs`, saved);
  return [...new Set(saved.map((name: unknown) => readKpiName(name, 'kpis')))];
}
