/** (e) How many signed orders a second come in? Verified, normalized, stored and counted, against a bare Node-RED that only answers. */
import { formatInstant } from '../engine/base/time.js';
import { shopifyRequest, type SignedRequest } from '../launcher/simulator/sign.js';
import { startProduct, temporaryData } from '../test/support/product.js';
import { type Runtime, start } from '../test/support/runtime.js';
import { Poster } from './post.js';
import { median, percentile, report } from './report.js';
import { orderOf } from './traffic.js';

const ROUNDS = 5;
const REQUESTS = 1_000;
const CONNECTIONS = 4;

interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

export async function intake(): Promise<void> {
  const data = temporaryData();
  const product = await startProduct(data.path);
  const bare = await startBare();
  try {
    const pairs: (readonly [Figures, Figures])[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const orders = ordersOf(round * REQUESTS, product.secrets['SHOPIFY_WEBHOOK_SECRET'] ?? '');
      const theirs = await measure(bare.url, orders.map((order) => ({ ...order, path: '/bare' })));
      const ours = await measure(product.url, orders);
      // The first round warms both up.
      if (round > 0) pairs.push([ours, theirs]);
    }
    for (const [name, unit] of [['rate', 'requests/s'], ['p50', 'ms'], ['p99', 'ms']] as const) reportFigure(name, unit, pairs);
  } finally {
    await Promise.all([product.stop(), bare.stop()]);
    data.remove();
  }
}

function reportFigure(name: keyof Figures, unit: string, pairs: readonly (readonly [Figures, Figures])[]): void {
  report({
    bench: `intake/8 kB orders, ${String(CONNECTIONS)} connections/${name}`, unit,
    value: median(pairs.map(([ours]) => ours[name])),
    ratio: median(pairs.map(([ours, theirs]) => ours[name] / theirs[name])),
    baseline: median(pairs.map(([, theirs]) => theirs[name])),
  });
}

function startBare(): Promise<Runtime> {
  const change = { t: 'set', p: 'payload', pt: 'msg', to: '{"accepted":1,"duplicates":0,"rejected":0}', tot: 'json' };
  return start([
    { id: 'in', type: 'http in', url: '/bare', method: 'post', wires: [['change']] },
    { id: 'change', type: 'change', rules: [change], wires: [['out']] },
    { id: 'out', type: 'http response', wires: [] },
  ], { settings: { nodesDir: [] } });
}

function ordersOf(from: number, secret: string): SignedRequest[] {
  const now = Date.now();
  return Array.from({ length: REQUESTS }, (_order, index) => {
    const id = 9_000_000_000 + (from + index) * 10;
    const body = JSON.stringify(orderOf({ id, at: now - 60_000, total: '42.50' }));
    return shopifyRequest({ secret, topic: 'orders/paid', shop: 'prova.myshopify.com', webhookId: String(id), triggeredAt: formatInstant(now), body });
  });
}

/** Each connection sends its next request when the last is answered. */
async function measure(url: string, requests: readonly SignedRequest[]): Promise<Figures> {
  const poster = new Poster(url, CONNECTIONS);
  const times: number[] = [];
  let next = 0;
  const connection = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const { status, ms, text } = await poster.post(request);
      if (status !== 200) throw new Error(`answered ${String(status)} ${text}`);
      times.push(ms);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const rate = requests.length / ((performance.now() - startedAt) / 1_000);
  poster.close();
  return { rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
