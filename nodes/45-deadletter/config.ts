/**
 * Where are dead letters kept, and who is told? The saved form, parsed once.
 */
import { atVersion } from '../form.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface DeadLetterConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: nothing is published. */
  readonly broker?: unknown;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: Saved): DeadLetterConfig {
  const saved = upgrade(raw);
  const broker = saved['broker'];
  return { store: saved['store'], shop: saved['shop'], ...(broker === undefined || broker === '' ? {} : { broker }) };
}
