/**
 * Which numbers does this shop have? Written down by those who count, for those who only read: query nodes, also in other processes.
 */
import { type CustomKpi, kpisOf, readCustomKpis } from './customKpis.js';
import { DEFAULT_SETTINGS, kpisWithOwn, type PresetSettings } from './builtinKpis.js';
import { type Put, type Store, textOf } from '../store/store.js';
import { type Kpi } from './kpi.js';

const CUSTOM_KEY = 'kpis';
const PRESETS_KEY = 'kpi-presets';

/** Every number, and what the usual ones depend on. */
export interface Definitions extends PresetSettings {
  readonly kpis: readonly Kpi[];
  /** The rows behind those of the shop's own. */
  readonly custom: readonly CustomKpi[];
}

/** The changes that write them down. */
export function writeDefinitions(custom: readonly CustomKpi[], presets: PresetSettings): Put[] {
  return [{ key: CUSTOM_KEY, value: JSON.stringify(custom) }, { key: PRESETS_KEY, value: JSON.stringify(presets) }];
}

export async function readDefinitions(store: Store): Promise<Definitions> {
  const [rows, presets] = (await store.read([CUSTOM_KEY, PRESETS_KEY])).map(textOf);
  const custom = rows === undefined ? [] : readCustomKpis(JSON.parse(rows));
  const settings = presets === undefined ? DEFAULT_SETTINGS : (JSON.parse(presets) as PresetSettings);
  return { ...settings, kpis: kpisWithOwn(kpisOf(custom), settings), custom };
}
