/**
 * How much may wait, and what counts as delivered? The saved form, parsed once.
 */
import { ConfigError } from '../../engine/errors.js';
import type { OutboxLimits } from '../../engine/outbox.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface OutboxConfig {
  readonly store: unknown;
  readonly shop: unknown;
  readonly broker: unknown;
  /** `receipt`: an inbox has stored it. `accepted`: the broker has taken it, for where no inbox listens. */
  readonly until: 'receipt' | 'accepted';
  readonly limits: OutboxLimits;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  const version = saved['version'] ?? VERSION;
  if (typeof version !== 'number' || version > VERSION) throw new ConfigError('version', `must be at most ${String(VERSION)}`, version);
  return saved;
}

export function readConfig(raw: Saved): OutboxConfig {
  const saved = upgrade(raw);
  const until = saved['until'] ?? 'receipt';
  if (until !== 'receipt' && until !== 'accepted') throw new ConfigError('until', 'must be receipt or accepted', until);
  return {
    store: saved['store'],
    shop: saved['shop'],
    broker: saved['broker'],
    until,
    limits: {
      maxEvents: readWhole(saved['maxEvents'] ?? 100_000, 'maxEvents', 1, 10_000_000),
      maxBytes: readWhole(saved['maxMegabytes'] ?? 256, 'maxMegabytes', 1, 65_536) * 1024 * 1024,
      maxInFlight: readWhole(saved['maxInFlight'] ?? 1_000, 'maxInFlight', 1, 10_000),
    },
  };
}

function readWhole(saved: unknown, field: string, least: number, most: number): number {
  const value = saved === '' ? NaN : Number(saved);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ConfigError(field, `must be a whole number from ${String(least)} to ${String(most)}`, saved);
  }
  return value;
}
