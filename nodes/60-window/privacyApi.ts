/**
 * `servePrivacy` answers `GET /admin/<shop>/processing-record` and `POST /admin/<shop>/subject-export` with the API token: what is kept of whom and
 * for how long, and all that is kept of one customer.
 */
import type { Response } from 'express';
import type { NodeAPI } from 'node-red';
import { adminPath } from '../../engine/aggregate/storeNames.js';
import type { Refusal } from '../../engine/base/errors.js';
import { isRecord } from '../../engine/base/json.js';
import { factSources } from '../../engine/fact/factSources.js';
import { countClasses, processingRecord } from '../../engine/library/processingRecord.js';
import { exportSubject, type SubjectName } from '../../engine/library/subjectExport.js';
import type { Store } from '../../engine/store/store.js';
import { serveAdmin } from '../shared/http/adminRoute.js';
import type { ShopPort } from '../shared/ports.js';

export interface PrivacyApi {
  readonly store: Store;
  readonly shop: Pick<ShopPort, 'tenant' | 'privacyKey' | 'currency'>;
  readonly now: () => number;
}

const NO_NAME: Refusal = { path: '', rule: 'type', message: 'must be {"email": …} or {"customer": "h1:…"}' };

/** The answer takes the routes away. An address comes in a body: those of requests are written into logs. */
export function servePrivacy(RED: NodeAPI, api: PrivacyApi): () => void {
  const routes = [
    serveAdmin(RED, adminPath(api.shop.tenant, 'processing-record'), {
      get: async (request, response) => { response.json({ record: await record(api, request.query['lang'] === 'it' ? 'it' : 'en') }); },
    }),
    serveAdmin(RED, adminPath(api.shop.tenant, 'subject-export'), { post: (body, response) => subject(api, body, response) }),
  ];
  return () => { for (const remove of routes) remove(); };
}

async function record({ store, shop, now }: PrivacyApi, language: 'en' | 'it'): Promise<string> {
  const [counts, sources] = [await countClasses(store), await factSources(store)];
  return processingRecord(language, counts, { shop: shop.tenant, sources, at: now() });
}

async function subject({ store, shop }: PrivacyApi, body: unknown, response: Response): Promise<void> {
  const name = nameIn(body);
  if (name === undefined) response.status(422).json({ errors: [NO_NAME] });
  else response.json(await exportSubject(store, name, shop));
}

function nameIn(body: unknown): SubjectName | undefined {
  if (!isRecord(body)) return undefined;
  const { email, customer } = body;
  if (typeof email === 'string' && email.includes('@')) return { email };
  return typeof customer === 'string' && /^h\d{1,3}:[\w-]{1,64}$/.test(customer) ? { customer } : undefined;
}
