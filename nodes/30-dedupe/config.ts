/**
 * How long are events remembered? The saved form, parsed once.
 */
import { ConfigError } from '../../engine/errors.js';
import { HOUR, MINUTE } from '../../engine/time.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface DedupeConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** From its storing on, an event is a repeat for so long. */
  readonly memoryMs: number;
  /** A delivery that never ends (a crash) blocks nobody for longer. */
  readonly reservationMs: number;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  const version = saved['version'] ?? VERSION;
  if (typeof version !== 'number' || version > VERSION) throw new ConfigError('version', `must be at most ${String(VERSION)}`, version);
  return saved;
}

export function readConfig(raw: Saved): DedupeConfig {
  const saved = upgrade(raw);
  return {
    store: saved['store'],
    shop: saved['shop'],
    memoryMs: readNumber(saved['memory'] ?? 48, 'memory', 1, 720) * HOUR,
    reservationMs: readNumber(saved['reservation'] ?? 2, 'reservation', 1, 60) * MINUTE,
  };
}

function readNumber(saved: unknown, field: string, least: number, most: number): number {
  const value = saved === '' ? NaN : Number(saved);
  if (!Number.isFinite(value) || value < least || value > most) {
    throw new ConfigError(field, `must be a number from ${String(least)} to ${String(most)}`, saved);
  }
  return value;
}
