/**
 * What were the numbers, then and there? Rows of KPI values for a message, and for `GET /kpi` with the API token.
 */
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { Baseline } from '../../engine/read/baseline/baseline.js';
import { messageOf, type Refusal } from '../../engine/base/errors.js';
import { type RawQuestion, toCsv } from '../../engine/query/kpiQuery.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import { bearsToken } from '../shared/http/bearer.js';
import { serve } from '../shared/http/route.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { answer, type QueryAnswer } from '../shared/answer.js';
import { type QueryConfig, readConfig } from './config.js';

const RETRY_AFTER_SECONDS = 5;
const CSV = 'text/csv; charset=utf-8';
const ELSEWHERE: QueryAnswer = { outcome: 'elsewhere' };
const NOT_HERE: Refusal = { path: '', rule: 'store.elsewhere', message: 'the numbers lie in the Redis of the workers: this process needs REDIS_URL to answer' };

const spec: NodeSpec<QueryConfig> = {
  type: 'bottega-query',
  credentials: { token: { type: 'password' } },
  readConfig,
  open({ RED, config, status, now }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const port = portOf<StorePort>(RED, config.store, 'store');
    const store = port.of(shop.tenant);
    const isElsewhere = config.answers === 'shared' && port.reach === 'own';
    const source = { shop, store, graceMs: config.graceMs, comparison: new Baseline(store, shop, (at) => shop.opening.holiday(at)) };
    const ask = (raw: RawQuestion): Promise<QueryAnswer> => (isElsewhere ? Promise.resolve(ELSEWHERE) : answer(raw, source, now()));
    const close = config.path === undefined ? undefined : serve(RED, 'get', config.path, (request, response) => respond(ask, config, request, response));
    if (isElsewhere) status.waiting('elsewhere');
    else if (config.path !== undefined && config.token === undefined) status.waiting('noToken');
    else status.ok(config.path === undefined ? 'ready' : 'serving', { path: config.path });
    return {
      async input(message, out) {
        const payload = message.payload;
        const asked = typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? (payload as RawQuestion) : {};
        const answered = await ask({ ...config.question, ...asked });
        if (answered.outcome === 'rows') out.primary({ ...message, payload: answered.rows });
        else if (answered.outcome === 'descriptions') out.primary({ ...message, payload: answered.kpis });
        else if (answered.outcome === 'elsewhere') out.secondary(message, NOT_HERE.rule);
        else out.secondary({ ...message, refusals: answered.refusals }, answered.refusals[0]?.rule ?? 'refused');
      },
      close: () => close?.(),
    };
  },
};

async function respond(ask: (raw: RawQuestion) => Promise<QueryAnswer>, config: QueryConfig, request: Request, response: Response): Promise<void> {
  response.set('Cache-Control', 'no-store');
  if (!bearsToken(request, config.token)) {
    response.status(401).set('WWW-Authenticate', 'Bearer').json({ errors: [{ path: 'authorization', rule: 'token', message: 'needs the API token' }] });
    return;
  }
  try {
    const answered = await ask(request.query);
    if (answered.outcome === 'refused') response.status(400).json({ errors: answered.refusals });
    else if (answered.outcome === 'elsewhere') response.status(503).json({ errors: [NOT_HERE] });
    else if (answered.outcome === 'descriptions') response.json({ kpis: answered.kpis });
    else if (wantsCsv(request)) response.type(CSV).send(toCsv(answered.rows));
    else response.json({ rows: answered.rows });
  } catch (error) {
    response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS)).json({ errors: [{ path: '', rule: 'store', message: messageOf(error) }] });
  }
}

/** Whether it would rather have CSV, with or without the name of its charset. */
function wantsCsv(request: Request): boolean {
  const best = request.accepts(['json', 'csv', CSV]);
  return best === 'csv' || best === CSV;
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
