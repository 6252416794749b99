/**
 * `OutboxConfig` is the saved form of an outbox node, parsed once: how much may wait, and what counts as delivered.
 */
import { ConfigError } from '../../engine/base/errors.js';
import type { OutboxLimits } from '../../engine/delivery/outbox.js';
import { atVersion, readWhole } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface OutboxConfig {
  readonly store: unknown;
  readonly shop: unknown;
  readonly broker: unknown;
  /** `receipt`: an inbox has stored it. `accepted`: the broker has taken it, for where no inbox listens. */
  readonly until: 'receipt' | 'accepted';
  readonly limits: OutboxLimits;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` parses a saved form; throws `ConfigError`. */
export function readConfig(raw: SavedForm): OutboxConfig {
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
