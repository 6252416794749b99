/**
 * `InboxConfig` is the saved form of an inbox node, parsed once: which events come in, shared with whom, and how many at once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { SECOND } from '../../engine/base/time.js';
import { atVersion, filled, readWhole } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface InboxConfig {
  readonly shop: unknown;
  readonly broker: unknown;
  /** Workers of the same group share the events. */
  readonly group?: string;
  /** Whether numbers on `…/in/footfall/<store>` are counted here; exactly one inbox (or group) may do so. */
  readonly footfall: 'count' | 'total' | 'ignore';
  /** Where the last total of each footfall counter is kept; absent: running totals cannot be counted. */
  readonly store?: unknown;
  readonly maxUnderWay: number;
  readonly deadlineMs: number;
}

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

/** `readConfig` parses a saved form; throws `ConfigError`. */
export function readConfig(raw: SavedForm): InboxConfig {
  const saved = upgrade(raw);
  const group = saved['group'] ?? '';
  if (typeof group !== 'string' || !/^[A-Za-z0-9_-]{0,40}$/.test(group)) throw new ConfigError('group', 'must be up to 40 letters, digits, hyphens or underscores', group);
  return {
    shop: saved['shop'],
    broker: saved['broker'],
    ...present({ group: group === '' ? undefined : group }),
    ...readFootfall(saved),
    maxUnderWay: readWhole(saved['maxUnderWay'] ?? 5_000, 'maxUnderWay', 1, 100_000),
    deadlineMs: readWhole(saved['deadline'] ?? 30, 'deadline', 1, 600) * SECOND,
  };
}

function readFootfall(saved: SavedForm): Pick<InboxConfig, 'footfall' | 'store'> {
  const footfall = saved['footfall'] ?? 'count';
  if (footfall !== 'count' && footfall !== 'total' && footfall !== 'ignore') throw new ConfigError('footfall', 'must be count, total or ignore', footfall);
  const store = filled(saved['store']);
  if (footfall === 'total' && store === undefined) throw new ConfigError('store', 'is needed to remember the last total of each counter', saved['store']);
  return { footfall, ...present({ store }) };
}
