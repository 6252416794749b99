/**
 * `WindowConfig` is what the user asked this window node to add up, and how often to emit it: the saved form, parsed once.
 */
import { type Needed, NEEDED } from '../../engine/read/adaptive/windowSize.js';
import { type CustomKpi, readCustomKpis } from '../../engine/kpi/customKpis.js';
import { ConfigError } from '../../engine/base/errors.js';
import type { PresetSettings } from '../../engine/kpi/builtinKpis.js';
import { MINUTE } from '../../engine/base/time.js';
import { isWindowSize, type WindowSize } from '../../engine/calendar/windowAssigner.js';
import { atVersion, readNumber } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 1;

export interface WindowConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: KPIs leave by the first output only. */
  readonly broker?: unknown;
  readonly sizes: readonly WindowSize[];
  /** Absent: no windows of chosen sizes. */
  readonly auto?: Needed;
  readonly comparison: 'on' | 'off';
  readonly presets: PresetSettings;
  readonly intervalMs: number;
  readonly graceMs: number;
  readonly kpis: readonly CustomKpi[];
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: SavedForm): WindowConfig {
  const saved = upgrade(raw);
  return {
    store: saved['store'],
    shop: saved['shop'],
    ...(saved['broker'] === undefined || saved['broker'] === '' ? {} : { broker: saved['broker'] }),
    ...readSizes(saved),
    comparison: readComparison(saved['comparison'] ?? 'on'),
    presets: { incompleteAfterMs: Math.round(readNumber(saved['incompleteAfter'] ?? 0, 'incompleteAfter', 0, MAX_INCOMPLETE_MINUTES) * MINUTE) },
    intervalMs: readNumber(saved['interval'] ?? 50, 'interval', 20, 60_000),
    graceMs: readNumber(saved['grace'] ?? 5, 'grace', 0, 300) * 1_000,
    kpis: readCustomKpis(saved['kpis']),
  };
}

const DEFAULT_SIZES = ['5m', '15m', '1h', '1d'];
/** Windows whose size is chosen anew every hour; in the form one more size. */
const AUTO = 'auto';
/** An order cannot be found to be late after its facts have expired, nor days before anybody would care. */
const MAX_INCOMPLETE_MINUTES = 1_440;

function readSizes(saved: SavedForm): Pick<WindowConfig, 'sizes' | 'auto'> {
  const said = saved['sizes'] ?? DEFAULT_SIZES;
  const isKnown = (size: unknown): size is string => typeof size === 'string' && (size === AUTO || isWindowSize(size));
  if (!Array.isArray(said) || said.length === 0 || !said.every(isKnown)) throw new ConfigError('sizes', 'must name at least one known window', said);
  const sizes = said.filter(isWindowSize);
  if (!said.includes(AUTO)) return { sizes };
  return {
    sizes,
    auto: {
      counts: readNumber(saved['neededCounts'] ?? NEEDED.counts, 'neededCounts', 1, MAX_NEEDED),
      ratios: readNumber(saved['neededRatios'] ?? NEEDED.ratios, 'neededRatios', 1, MAX_NEEDED),
    },
  };
}

const MAX_NEEDED = 100_000;

function readComparison(saved: unknown): WindowConfig['comparison'] {
  if (saved !== 'on' && saved !== 'off') throw new ConfigError('comparison', 'must be on or off', saved);
  return saved;
}
