/**
 * Where are dead letters kept, and who is told? The saved form, parsed once.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface DeadLetterConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: nothing is published. */
  readonly broker?: unknown;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: SavedForm): DeadLetterConfig {
  const saved = upgrade(raw);
  const broker = saved['broker'];
  return { store: saved['store'], shop: saved['shop'], ...(broker === undefined || broker === '' ? {} : { broker }) };
}
