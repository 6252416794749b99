/**
 * `KpiCardConfig` is the saved form of a card: which number, of which window, compared with what.
 */
import { COMPARISONS, type ComparedWith } from '../../engine/query/kpiQuery.js';
import { SLIDING, TUMBLING, type WindowSize } from '../../engine/calendar/windowAssigner.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readKpiName, readWidget, type WidgetConfig } from '../shared/widget/config.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `CardWindow`: `auto` is the size that the window node chooses. */
export type CardWindow = WindowSize | 'auto';

/** `KpiCardConfig`, read and checked. `better`: which direction is green; `line`: of the hours of today, or of the last days. */
export interface KpiCardConfig extends WidgetConfig {
  readonly kpi: string;
  readonly window: CardWindow;
  readonly compare: ComparedWith | 'nothing';
  readonly better: 'up' | 'down' | 'neither';
  readonly line: 'hours' | 'days' | 'none';
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): KpiCardConfig {
  const saved = upgrade(raw);
  return {
    ...readWidget(saved),
    kpi: readKpiName(saved['kpi'], 'kpi'),
    window: oneOf(saved['window'] ?? '1d', 'window', [...TUMBLING, ...SLIDING, 'auto']),
    compare: oneOf(saved['compare'] ?? 'usual', 'compare', [...COMPARISONS, 'nothing']),
    better: oneOf(saved['better'] ?? 'up', 'better', ['up', 'down', 'neither']),
    line: oneOf(saved['line'] ?? 'hours', 'line', ['hours', 'days', 'none']),
  };
}
