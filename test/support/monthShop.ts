/** A shop of four stores, whose tills number their receipts in three ways, and one of which has a system of record: its flow, and all that it is sent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chance, chanceOf } from '../../launcher/simulator/chance.js';
import { type SignedRequest, tokenRequest } from '../../launcher/simulator/sign.js';
import type { Month } from './batch.js';
import { orderMonth } from './monthOrders.js';
import { type Spans, spansBefore } from './monthSpans.js';
import { ALIASES, type Delivery, tillDeliveries } from './monthDeliveries.js';
import { type Restart, tillMonth } from './monthTills.js';
import type { RunningProduct } from './product.js';
import { MINUTE, Wall } from './wall.js';

export const MONTH_SHOP = { zone: 'Europe/Rome', cutoffHours: 4, incompleteAfterMs: 30 * MINUTE } as const;
const RESTARTS: readonly Restart[] = ['midnight', 'closing', 'never'];

export interface SentMonth { readonly month: Month; readonly spans: Spans; readonly deliveries: readonly Delivery[] }

/** The same seed at the same moment is the same month. */
export function sentMonth(now: number, seed: number): SentMonth {
  const [wall, chance] = [new Wall(MONTH_SHOP.zone), chanceOf(seed)];
  const spans = spansBefore(now, wall);
  const tills = tillMonth(spans, wall, now, chance);
  const orders = orderMonth(spans, wall, now, chance);
  const { sales, refunds, payments, visits, wastes } = orders;
  const month = { sales: [...tills.sales, ...sales], refunds: [...tills.refunds, ...refunds], annulments: tills.annulments, payments, visits, wastes, leads: [] };
  return { month, spans, deliveries: disordered([...tillDeliveries(tills.documents, chance), ...orders.deliveries], chance) };
}

/** Every seventh comes twice, and each whenever it may. */
function disordered(deliveries: readonly Delivery[], chance: Chance): Delivery[] {
  const all = deliveries.flatMap((delivery) => (chance.next() < 1 / 7 ? [delivery, delivery] : [delivery]));
  for (let place = all.length - 1; place > 0; place -= 1) {
    const other = chance.between(0, place);
    const [mine, theirs] = [all[place], all[other]];
    if (mine !== undefined && theirs !== undefined) [all[place], all[other]] = [theirs, mine];
  }
  return all;
}

interface FlowNode { readonly id: string; readonly type: string; readonly path?: string; readonly mapping?: object; readonly wires?: readonly (readonly string[])[] }

/** The flow of a template, with an intake of its own for each way of numbering. */
export function monthFlow(root: string): object[] {
  const flow = JSON.parse(readFileSync(join(root, 'flows/retail.json'), 'utf8')) as FlowNode[];
  const named = (type: string, path?: string): FlowNode => flow.find((node) => node.type === type && (path === undefined || node.path === path)) ?? { id: '', type };
  const normalize = named('bottega-normalize');
  const own = RESTARTS.flatMap((restart) => [
    ...['/in/pos', '/in/batch'].map((path) => ({ ...named('bottega-webhook', path), id: `${path}-${restart}`, path: `${path}-${restart}`, wires: [[`normalize-${restart}`], []] })),
    { ...normalize, id: `normalize-${restart}`, mapping: { ...normalize.mapping, receiptNumbers: restart } },
  ]);
  return [...flow.map((node) => ({ ...node, ...SETTINGS[node.type] })), ...own];
}

const SETTINGS: Readonly<Record<string, object>> = {
  'bottega-shop': {
    cutoff: '04:00', stores: Object.entries(ALIASES).map(([id, aliases]) => ({ id, name: id, aliases })), records: [{ store: 'bologna', channel: 'pos', source: 'cassa' }],
  },
  'bottega-window': { incompleteAfter: 30 },
};

/** How many posts are under way together: so they arrive in yet another order. */
const LANES = 8;
/** Pushes and events in one post. */
const TOGETHER = 12;

/** Answers how many elements were refused. */
export async function sendAll(product: RunningProduct, deliveries: readonly Delivery[]): Promise<number> {
  const posts = postsOf(deliveries).values();
  const lane = async (): Promise<number> => {
    let refused = 0;
    for (const post of posts) {
      const { status, json, text } = await product.post(requestOf(product, post));
      if (status !== 200) throw new Error(`${post.way} answered ${String(status)}: ${text}`);
      refused += Number(json.rejected);
    }
    return refused;
  };
  return (await Promise.all(Array.from({ length: LANES }, lane))).reduce((sum, refused) => sum + refused, 0);
}

/** What one sender has ready, together. */
function postsOf(deliveries: readonly Delivery[]): Delivery[] {
  const waiting = new Map<string, Delivery & { readonly body: unknown[] }>();
  const posts: Delivery[] = [];
  for (const delivery of deliveries) {
    if (delivery.way === 'batch' || delivery.way === 'shopify') {
      posts.push(delivery);
      continue;
    }
    const sender = `${delivery.way} ${delivery.restart ?? ''}`;
    const post = waiting.get(sender) ?? { ...delivery, body: [] };
    post.body.push(delivery.body);
    waiting.set(sender, post);
    if (post.body.length < TOGETHER) continue;
    posts.push(post);
    waiting.delete(sender);
  }
  return [...posts, ...waiting.values()];
}

let serial = 0;

function requestOf({ senders, secrets }: RunningProduct, { way, restart = 'never', topic = '', body }: Delivery): SignedRequest {
  serial += 1;
  switch (way) {
    case 'pos': return { ...senders.standard(body, `post-${String(serial)}`), path: `/in/pos-${restart}` };
    case 'events': return senders.events(body);
    case 'shopify': return senders.shopify(topic, body, `delivery-${String(serial)}`);
    case 'batch': {
      const { headers } = tokenRequest(secrets['BOTTEGA_API_TOKEN'] ?? '', '');
      return { path: `/in/batch-${restart}`, headers: { ...headers, 'content-type': 'text/csv' }, body: String(body) };
    }
  }
}
