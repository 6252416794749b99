/**
 * Whose numbers are listened to, and on which broker? The saved form, parsed once.
 */
import { atVersion } from '../form.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface ListenConfig {
  readonly shop: unknown;
  readonly broker: unknown;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: Saved): ListenConfig {
  const { shop, broker } = upgrade(raw);
  return { shop, broker };
}
