/**
 * `FiltersConfig` is the saved form of the filters: what a viewer may choose.
 */
import type { Period } from '../../engine/query/period.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readWidget, type WidgetConfig } from '../shared/widget/config.js';
import { PERIODS } from '../shared/widget/period.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `FiltersConfig`, read and checked. `place`: store and channel; `time`: period and comparison. `period`: what the page's widgets show without a choice. */
export interface FiltersConfig extends WidgetConfig {
  readonly asks: 'all' | 'place' | 'time';
  readonly period: Period;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): FiltersConfig {
  const saved = upgrade(raw);
  return {
    ...readWidget(saved), asks: oneOf(saved['asks'] ?? 'all', 'asks', ['all', 'place', 'time']), period: oneOf(saved['period'] ?? 'today', 'period', PERIODS),
  };
}
