/**
 * `DedupeConfig` is the saved form of a dedupe node, parsed once: how long and how many events are remembered.
 */
import { HOUR, MINUTE } from '../../engine/base/time.js';
import { atVersion, readNumber, readWhole } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface DedupeConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** From its storing on, an event is a repeat for so long. */
  readonly memoryMs: number;
  /** A delivery that never ends (a crash) blocks nobody for longer. */
  readonly reservationMs: number;
  /** Events remembered at most, where the store is this process's own: they are kept in main memory, about 150 bytes each. */
  readonly most: number;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` parses a saved form; throws `ConfigError`. */
export function readConfig(raw: SavedForm): DedupeConfig {
  const saved = upgrade(raw);
  return {
    store: saved['store'],
    shop: saved['shop'],
    memoryMs: readNumber(saved['memory'] ?? 48, 'memory', 1, 720) * HOUR,
    reservationMs: readNumber(saved['reservation'] ?? 2, 'reservation', 1, 60) * MINUTE,
    most: readWhole(saved['most'] ?? 200_000, 'most', 1_000, 10_000_000),
  };
}
