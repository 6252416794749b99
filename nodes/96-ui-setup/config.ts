/**
 * `SetupConfig` is the saved form of the set-up: where it stands, and whose set-up it is.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';
import { readWidget, type WidgetConfig } from '../shared/widget/config.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

export type SetupConfig = WidgetConfig;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError`. */
export function readConfig(raw: SavedForm): SetupConfig {
  return readWidget(upgrade(raw));
}
