/**
 * What did the user ask this window node to add up, and how often to tell? The saved form, parsed once.
 */
import { type CustomKpi, readCustomKpis } from '../../engine/custom.js';
import { ConfigError } from '../../engine/errors.js';
import { isWindowSize, type WindowSize } from '../../engine/window.js';
import { atVersion, readNumber } from '../form.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface WindowConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: KPIs leave by the main door only. */
  readonly broker?: unknown;
  readonly sizes: readonly WindowSize[];
  readonly intervalMs: number;
  readonly graceMs: number;
  readonly kpis: readonly CustomKpi[];
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: Saved): WindowConfig {
  const saved = upgrade(raw);
  return {
    store: saved['store'],
    shop: saved['shop'],
    ...(saved['broker'] === undefined || saved['broker'] === '' ? {} : { broker: saved['broker'] }),
    sizes: readSizes(saved['sizes'] ?? ['5m', '15m', '1h', '1d']),
    intervalMs: readNumber(saved['interval'] ?? 100, 'interval', 20, 60_000),
    graceMs: readNumber(saved['grace'] ?? 5, 'grace', 0, 300) * 1_000,
    kpis: readCustomKpis(saved['kpis']),
  };
}

function readSizes(saved: unknown): WindowSize[] {
  const sizes = Array.isArray(saved) ? saved.filter((size): size is WindowSize => typeof size === 'string' && isWindowSize(size)) : [];
  if (sizes.length === 0 || sizes.length !== (saved as unknown[]).length) throw new ConfigError('sizes', 'must name at least one known window', saved);
  return sizes;
}
