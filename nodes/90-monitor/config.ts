/**
 * `MonitorConfig` is what the monitor watches, and how often it reports: the saved form, parsed once.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { usableSecrets } from '../../engine/verify/secretStrength.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

/** `MonitorConfig` holds ids of configuration nodes; without `broker` none is watched. */
export interface MonitorConfig {
  readonly store: unknown;
  readonly shop: unknown;
  readonly broker?: string;
  readonly intervalMs: number;
  /** Who has it may scrape the shop's numbers; absent: nobody may. */
  readonly token?: string;
}

const INTERVAL_S = 1;

/** `upgrade` brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(
  raw: SavedForm, _secrets: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string | undefined>> = process.env,
): MonitorConfig {
  const saved = upgrade(raw);
  const { broker } = saved;
  const [token] = usableSecrets('shared', [env['BOTTEGA_API_TOKEN'] ?? '']);
  const seconds = Number(saved['interval'] ?? INTERVAL_S);
  if (!(seconds >= 0.1 && seconds <= 3_600)) throw new ConfigError('interval', 'must be a number of seconds from 0.1 to 3600', saved['interval']);
  return {
    store: saved['store'],
    shop: saved['shop'],
    intervalMs: Math.round(seconds * 1_000),
    ...(typeof broker === 'string' && broker !== '' ? { broker } : {}),
    ...(token === undefined ? {} : { token }),
  };
}
