/**
 * `bottega-monitor` says how the shop's flow is doing: `GET /health`, `GET /metrics`, and a message for the dashboard whenever something changed.
 */
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import { Baseline } from '../../engine/read/baseline/baseline.js';
import type { AnswerSource } from '../shared/answer.js';
import { clockWarnings } from '../shared/clock.js';
import { offerHealth, type Report } from '../shared/healthReport.js';
import { registry } from '../shared/metrics.js';
import type { BrokerPort, ShopPort, StorePort, Warning } from '../shared/ports.js';
import { bearsToken } from '../shared/http/bearer.js';
import { serve } from '../shared/http/route.js';
import { refusedNameWarnings } from '../shared/refusedNames.js';
import { refusedShopWarnings } from '../shared/refusedShops.js';
import { turnedAwayWarnings } from '../shared/http/turnedAway.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { Ticker } from '../shared/ticker.js';
import { type MonitorConfig, readConfig } from './config.js';
import { fullOutboxes } from './collect.js';
import { healthCheck } from './health.js';
import { asksKpis, kpiMetrics } from './kpiMetrics.js';
import { Poller, shopCard } from './poller.js';

const GRACE_MS = 5_000;

const spec: NodeSpec<MonitorConfig> = {
  type: 'bottega-monitor',
  readConfig,
  open(context) {
    const { RED, config, status, out } = context;
    const now = (): number => context.now();
    const port = portOf<StorePort>(RED, config.store, 'store');
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const store = port.of(shop.tenant);
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const senders = (): readonly Warning[] => [
      ...clockWarnings(now()), ...turnedAwayWarnings(), ...refusedShopWarnings(), ...refusedNameWarnings(), ...launcherWarnings(RED),
    ];
    const check = healthCheck({ store, storeHealth: port, senders, fullOutboxes, ...(broker === undefined ? {} : { broker }) }, now);
    const comparison = new Baseline(store, shop, (at) => shop.opening.holiday(at));
    const source = { shop, store, graceMs: GRACE_MS, comparison };
    const observer = new Poller(store, shopCard(shop), check, now);
    let life: 'running' | 'closed' = 'running';
    const unserve = [serveHealth(RED, check), serveMetrics(RED, source, config.token, now), offerHealth(shop.tenant, check)];
    const ticker = new Ticker(config.intervalMs, 'now', async () => {
      const seen = await observer.poll();
      if (seen.change === 'none' || life === 'closed') return;
      show(status, seen.snapshot.health);
      out.primary({ topic: 'monitor', payload: seen.snapshot });
    }, (error) => { status.waiting('failing', { message: messageOf(error) }); });
    return {
      async close() {
        life = 'closed';
        for (const remove of unserve) remove();
        await ticker.stop();
      },
    };
  },
};

/** What `npm start` found when it started: in the settings it gave Node-RED. */
function launcherWarnings(RED: NodeAPI): readonly Warning[] {
  return (RED.settings as { readonly bottegaWarnings?: readonly Warning[] }).bottegaWarnings ?? [];
}

function serveHealth(RED: NodeAPI, check: () => Promise<Report>): () => void {
  return serve(RED, 'get', '/health', async (_request, response) => {
    const report = await check();
    response.status(report.status === 'ok' ? 200 : 503).set('Cache-Control', 'no-store');
    if (report.status === 'down') response.set('Retry-After', '5');
    response.json(report);
  });
}

/** What the process does is open to everybody; the shop's numbers are for who has the API token. */
function serveMetrics(RED: NodeAPI, source: AnswerSource, token: string | undefined, now: () => number): () => void {
  return serve(RED, 'get', '/metrics', async (request, response) => {
    response.set('Cache-Control', 'no-store');
    if (!asksKpis(request.query)) {
      response.set('Content-Type', registry.contentType).end(await registry.metrics());
      return;
    }
    if (!bearsToken(request, token)) {
      response.status(401).set('WWW-Authenticate', 'Bearer').json({ errors: [{ path: 'authorization', rule: 'token', message: 'needs the API token' }] });
      return;
    }
    const metrics = await kpiMetrics(request.query, source, now());
    if (metrics.outcome === 'refused') response.status(400).json({ errors: metrics.refusals });
    else response.set('Content-Type', registry.contentType).end(metrics.text);
  });
}

function show(status: Parameters<typeof spec.open>[0]['status'], health: Report): void {
  if (health.status === 'down') status.waiting('down', { message: health.causes[0]?.message });
  else if (health.warnings !== undefined) status.waiting('warned', { message: health.warnings[0]?.message });
  else status.ok('ok');
}

export = (RED: NodeAPI): void => { registerNode(RED, spec); };
