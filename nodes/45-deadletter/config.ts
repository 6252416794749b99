/**
 * `DeadLetterConfig` says where dead letters are kept and published: the saved form, parsed once.
 */
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

/** `VERSION` of the saved form. */
export const VERSION = 1;

/** `DeadLetterConfig` names the nodes that a dead-letter node works with. */
export interface DeadLetterConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: nothing is published. */
  readonly broker?: unknown;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` throws `ConfigError` with field, rule and value. */
export function readConfig(raw: SavedForm): DeadLetterConfig {
  const saved = upgrade(raw);
  const broker = saved['broker'];
  return { store: saved['store'], shop: saved['shop'], ...(broker !== undefined && broker !== '' && { broker }) };
}
