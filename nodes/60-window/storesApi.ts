/**
 * `serveStores` answers `GET` and `POST /admin/<shop>/stores` with the API token: which stores there are, and to merge, retire or restore names.
 */
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { changeStores, listStores, type StoreChange, storesPath } from '../../engine/aggregate/storeNames.js';
import { messageOf, type Refusal } from '../../engine/base/errors.js';
import { isRecord } from '../../engine/base/json.js';
import type { Store } from '../../engine/store/store.js';
import { usableSecrets } from '../../engine/verify/secretStrength.js';
import { bearsToken } from '../shared/http/bearer.js';
import { takeBody } from '../shared/http/bodyReader.js';
import { serve } from '../shared/http/route.js';
import type { ShopPort } from '../shared/ports.js';

export interface StoresApi {
  readonly store: Store;
  readonly shop: Pick<ShopPort, 'tenant' | 'stores' | 'names'>;
  /** The names have changed: what is stored is to be counted anew. */
  readonly changed: () => Promise<void>;
}

const RETRY_AFTER_SECONDS = 5;
const MAX_BYTES = 1_048_576;
const MAX_STORES = 10_000;
const NO_CHANGE: Refusal = { path: '', rule: 'type', message: 'must be {"action": "merge", "stores": […], "into": …}, or retire or restore without into' };

/** The answer takes the routes away. */
export function serveStores(RED: NodeAPI, api: StoresApi): () => void {
  const path = storesPath(api.shop.tenant);
  const [token] = usableSecrets('shared', [process.env['BOTTEGA_API_TOKEN'] ?? '']);
  const guarded = (answer: (request: Request, response: Response) => Promise<void>) => async (request: Request, response: Response): Promise<void> => {
    response.set('Cache-Control', 'no-store');
    if (!bearsToken(request, token)) {
      response.status(401).set('WWW-Authenticate', 'Bearer').json({ errors: [{ path: 'authorization', rule: 'token', message: 'needs the API token' }] });
      return;
    }
    await answer(request, response).catch((error: unknown) => {
      response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS)).json({ errors: [{ path: '', rule: 'store', message: messageOf(error) }] });
    });
  };
  const routes = [
    serve(RED, 'get', path, guarded(async (_request, response) => { response.json(await listing(api)); })),
    serve(RED, 'post', path, guarded(async (request, response) => { await change(api, await jsonOf(request, response, path), response); })),
  ];
  return () => { for (const remove of routes) remove(); };
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

/** Node-RED's own parser may have read it before. */
async function jsonOf(request: Request, response: Response, path: string): Promise<unknown> {
  const parsed: unknown = request.body;
  if (parsed !== undefined) return parsed;
  const address = request.socket.remoteAddress ?? '';
  const bytes = await new Promise<Buffer>((resolve) => { takeBody(request, response, { path, address, maxBytes: MAX_BYTES }, resolve); });
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
