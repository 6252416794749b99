/**
 * Which events come in, shared with whom, and how many at once? The saved form, parsed once.
 */
import { ConfigError } from '../../engine/errors.js';
import { SECOND } from '../../engine/time.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface InboxConfig {
  readonly shop: unknown;
  readonly broker: unknown;
  /** Workers of the same group share the events. */
  readonly group?: string;
  /** Whether numbers on `…/in/footfall/<store>` are counted here; exactly one inbox (or group) may do so. */
  readonly footfall: 'count' | 'ignore';
  readonly maxUnderWay: number;
  readonly deadlineMs: number;
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  const version = saved['version'] ?? VERSION;
  if (typeof version !== 'number' || version > VERSION) throw new ConfigError('version', `must be at most ${String(VERSION)}`, version);
  return saved;
}

export function readConfig(raw: Saved): InboxConfig {
  const saved = upgrade(raw);
  const group = saved['group'] ?? '';
  if (typeof group !== 'string' || !/^[A-Za-z0-9_-]{0,40}$/.test(group)) throw new ConfigError('group', 'must be up to 40 letters, digits, hyphens or underscores', group);
  const footfall = saved['footfall'] ?? 'count';
  if (footfall !== 'count' && footfall !== 'ignore') throw new ConfigError('footfall', 'must be count or ignore', footfall);
  return {
    shop: saved['shop'],
    broker: saved['broker'],
    ...(group === '' ? {} : { group }),
    footfall,
    maxUnderWay: readWhole(saved['maxUnderWay'] ?? 5_000, 'maxUnderWay', 1, 100_000),
    deadlineMs: readWhole(saved['deadline'] ?? 30, 'deadline', 1, 600) * SECOND,
  };
}

function readWhole(saved: unknown, field: string, least: number, most: number): number {
  const value = saved === '' ? NaN : Number(saved);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ConfigError(field, `must be a whole number from ${String(least)} to ${String(most)}`, saved);
  }
  return value;
}
