/**
 * `AlertsConfig` is the saved form of the alerts: all about them, or only what is open.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { oneOf, readWidget, type WidgetConfig } from '../shared/widget/config.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `AlertsConfig`, read and checked. `all`: with watched rules and history. */
export interface AlertsConfig extends WidgetConfig {
  readonly shows: 'all' | 'open';
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): AlertsConfig {
  const saved = upgrade(raw);
  return { ...readWidget(saved), shows: oneOf(saved['shows'] ?? 'all', 'shows', ['all', 'open']) };
}
