/**
 * `ListenConfig` is the saved form of a listen node, parsed once: whose numbers are received, and from which broker.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface ListenConfig {
  readonly shop: unknown;
  readonly broker: unknown;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` parses a saved form; throws `ConfigError`. */
export function readConfig(raw: SavedForm): ListenConfig {
  const { shop, broker } = upgrade(raw);
  return { shop, broker };
}
