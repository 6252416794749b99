/**
 * `DayConfig` is the saved form of the day: which number adds up through it, and what the shop wants it to reach.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { readKpiName, readWidget, type WidgetConfig } from '../shared/widget/config.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `DayConfig`, read and checked. */
export interface DayConfig extends WidgetConfig {
  readonly kpi: string;
  /** Drawn as a line; absent: none. */
  readonly target?: number;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): DayConfig {
  const saved = upgrade(raw);
  const target = readTarget(saved['target'] ?? '');
  return { ...readWidget(saved), kpi: readKpiName(saved['kpi'] ?? 'revenue', 'kpi'), ...(target === undefined ? {} : { target }) };
}

/** As it is typed: 7500, 7500.50 or 7500,50. */
function readTarget(saved: unknown): number | undefined {
  const text = String(saved).trim().replace(',', '.');
  if (text === '') return undefined;
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text)) throw new ConfigError('target', 'must be empty or a number', saved);
  return Number(text);
}
