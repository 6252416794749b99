/**
 * `serveStores` answers `GET` and `POST /admin/<shop>/stores` with the API token: which stores there are, and to merge, retire or restore names.
 */
import type { Response } from 'express';
import type { NodeAPI } from 'node-red';
import { changeStores, listStores, type StoreChange, storesPath } from '../../engine/aggregate/storeNames.js';
import type { Refusal } from '../../engine/base/errors.js';
import { isRecord } from '../../engine/base/json.js';
import type { Store } from '../../engine/store/store.js';
import { serveAdmin } from '../shared/http/adminRoute.js';
import type { ShopPort } from '../shared/ports.js';

export interface StoresApi {
  readonly store: Store;
  readonly shop: Pick<ShopPort, 'tenant' | 'stores' | 'names'>;
  /** The names have changed: what is stored is to be counted anew. */
  readonly changed: () => Promise<void>;
}

const MAX_STORES = 10_000;
const NO_CHANGE: Refusal = { path: '', rule: 'type', message: 'must be {"action": "merge", "stores": […], "into": …}, or retire or restore without into' };

/** The answer takes the routes away. */
export function serveStores(RED: NodeAPI, api: StoresApi): () => void {
  return serveAdmin(RED, storesPath(api.shop.tenant), {
    get: async (_request, response) => { response.json(await listing(api)); },
    post: async (body, response) => { await change(api, body, response); },
  });
}

async function listing({ store, shop }: StoresApi): Promise<object> {
  return { limit: shop.names.limits.stores, stores: await listStores(store, shop.stores) };
}

async function change(api: StoresApi, body: unknown, response: Response): Promise<void> {
  const asked = changeIn(body);
  if (asked === undefined) {
    response.status(422).json({ errors: [NO_CHANGE] });
    return;
  }
  const result = await changeStores(api.store, asked, api.shop.stores);
  if (result.outcome === 'refused') {
    response.status(422).json({ errors: result.refusals });
    return;
  }
  await api.changed();
  response.json({ changed: result.changed });
}

function changeIn(body: unknown): StoreChange | undefined {
  if (!isRecord(body)) return undefined;
  const { action, stores, into } = body;
  const isList = Array.isArray(stores) && stores.length > 0 && stores.length <= MAX_STORES && stores.every((name) => typeof name === 'string');
  if (!isList) return undefined;
  if (action === 'merge') return typeof into === 'string' ? { action, stores, into } : undefined;
  return action === 'retire' || action === 'restore' ? { action, stores } : undefined;
}
