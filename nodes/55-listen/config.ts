/**
 * Whose numbers are listened to, and on which broker? The saved form, parsed once.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface ListenConfig {
  readonly shop: unknown;
  readonly broker: unknown;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: SavedForm): ListenConfig {
  const { shop, broker } = upgrade(raw);
  return { shop, broker };
}
