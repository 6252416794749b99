/**
 * `NormalizeConfig` is the saved form, parsed once: whose language this node translates, and how the till writes.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { type OwnColumns, readColumns } from '../../engine/normalize/mapping/columns.js';
import type { Stages } from '../../engine/normalize/draft/collector.js';
import { type ProviderName, PROVIDERS } from '../../engine/normalize/normalize.js';
import { isRecord } from '../../engine/base/json.js';
import { readMapping, type SavedMapping, upgradeMapping } from '../../engine/normalize/mapping/fieldMapping.js';
import { parseShops } from '../../engine/verify/knownShops.js';
import { atVersion } from '../shared/configFields.js';
import type { SavedForm } from '../shared/node.js';

export const VERSION = 2;

export interface NormalizeConfig {
  readonly shop: unknown;
  /** Absent: as the webhook says in `msg.intake.provider`. */
  readonly provider?: ProviderName;
  readonly stages: Stages;
  /** Checked; its zone may still be the shop's. */
  readonly mapping: SavedMapping;
  /** What the columns of files are called, beside the usual headings. */
  readonly columns: OwnColumns;
  /** Shops of Shopify, WooCommerce and HubSpot that may speak; none: the first of each. */
  readonly shops: readonly string[];
}

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: SavedForm): SavedForm {
  let form = atVersion(saved, VERSION);
  // 2: kinds of documents instead of words for returns; numbers begin again at midnight or never; what a till takes back is voided.
  if (form['version'] !== 2 && isRecord(form['mapping'])) form = { ...form, mapping: upgradeMapping(form['mapping']) };
  return form;
}

export function readConfig(raw: SavedForm): NormalizeConfig {
  const saved = upgrade(raw);
  const provider = readProvider(saved['provider'] ?? '');
  return {
    shop: saved['shop'],
    stages: {
      won: readList(saved['wonStages'] ?? 'closedwon', 'wonStages'),
      lost: readList(saved['lostStages'] ?? 'closedlost', 'lostStages'),
      closedTicket: readList(saved['closedStages'] ?? '4', 'closedStages'),
    },
    mapping: readSavedMapping(saved['mapping'] ?? {}),
    columns: readColumns(saved['columns'] ?? ''),
    shops: readShops(saved['shops'] ?? ''),
    ...(provider === undefined ? {} : { provider }),
  };
}

function readProvider(saved: unknown): ProviderName | undefined {
  const provider = PROVIDERS.find((known) => known === saved);
  if (provider === undefined && saved !== '') throw new ConfigError('provider', `must be empty or one of ${PROVIDERS.join(', ')}`, saved);
  return provider;
}

function readShops(saved: unknown): readonly string[] {
  const shops = typeof saved === 'string' ? parseShops(saved) : undefined;
  if (shops === undefined) throw new ConfigError('shops', 'must be names such as my-shop.myshopify.com, one per line', saved);
  return shops;
}

/** Names of stages with commas between them. */
function readList(saved: unknown, field: string): readonly string[] {
  if (typeof saved !== 'string' && typeof saved !== 'number') throw new ConfigError(field, 'must be names with commas between them', saved);
  return String(saved).split(',').map((stage) => stage.trim()).filter((stage) => stage !== '');
}

function readSavedMapping(saved: unknown): SavedMapping {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) throw new ConfigError('mapping', 'must be an object', saved);
  const mapping = saved as SavedMapping;
  readMapping(mapping, 'UTC');
  return mapping;
}
