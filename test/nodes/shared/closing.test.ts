/** A store or a broker hangs: every node closes within 5 s all the same, and nothing counts as handled that was not stored. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { NodeAPI } from 'node-red';
import { scoped, type Store } from '../../../engine/store/store.js';
import { acquire, type Backend, release } from '../../../nodes/00-store/storeRegistry.js';
import shop from '../../../nodes/06-shop/shop.js';
import webhook from '../../../nodes/10-webhook/webhook.js';
import normalize from '../../../nodes/20-normalize/normalize.js';
import dedupe from '../../../nodes/30-dedupe/dedupe.js';
import outbox from '../../../nodes/40-outbox/outbox.js';
import deadletter from '../../../nodes/45-deadletter/deadletter.js';
import inbox from '../../../nodes/50-inbox/inbox.js';
import listen from '../../../nodes/55-listen/listen.js';
import window from '../../../nodes/60-window/window.js';
import alert from '../../../nodes/70-alert/alert.js';
import notify from '../../../nodes/75-notify/notify.js';
import query from '../../../nodes/80-query/query.js';
import database from '../../../nodes/83-database/database.js';
import monitor from '../../../nodes/90-monitor/monitor.js';
import { registerNode, type SavedForm } from '../../../nodes/shared/node.js';
import type { BrokerPort, Health, MessageListener, StorePort } from '../../../nodes/shared/ports.js';
import { readManifest } from '../../support/nodeRed.js';
import { shopifyOrder } from '../../support/payloads.js';
import { memoryStore } from '../../support/shopStore.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';
import { until } from '../../support/waiting.js';

const OK: Health = { state: 'ok' };
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const LIMIT_MS = 5_000;
const DIRECTORY = 'a directory on a disk that hangs';

/** What a store or a broker holds and never answers. */
const held: string[] = [];
const subscriptions: { filter: string; listener: MessageListener }[] = [];

/** Acknowledged, by node. */
const done: string[] = [];

function never(what: string): Promise<never> {
  held.push(what);
  return new Promise(() => undefined);
}

/** `reads`: whether it still answers what it is asked. */
function hangingStore(inner: Store, reads: 'answers' | 'hangs'): Backend {
  return {
    health: () => OK,
    watch: (listener) => {
      listener(OK);
      return () => undefined;
    },
    warnings: () => [],
    watchWarnings: () => () => undefined,
    sweep: () => never('sweep'),
    read: (keys) => (reads === 'answers' ? inner.read(keys) : never('read')),
    scan: (range, limit) => (reads === 'answers' ? inner.scan(range, limit) : never('scan')),
    commit: () => never('commit'),
    close: () => never('close'),
  };
}

const hangingBroker: BrokerPort = {
  health: () => OK,
  watch: (listener) => {
    listener(OK);
    return () => undefined;
  },
  publish: (topic) => never(`publish ${topic}`),
  publishAll: () => never('publishAll'),
  subscribe: (filter, listener) => {
    subscriptions.push({ filter, listener });
    return () => never('unsubscribe');
  },
};

/** Config nodes as ours, around what hangs. */
function hangingPorts(backend: () => Backend): (RED: NodeAPI) => void {
  return (RED) => {
    registerNode(RED, {
      type: 'bottega-store',
      readConfig: (saved: SavedForm) => saved,
      open: () => {
        const shared = acquire(DIRECTORY, backend);
        const port: StorePort = {
          of: (tenant) => scoped(shared.store, `${tenant}/`), reach: 'own', warnings: () => [], health: () => OK, watch: (listener) => shared.backend.watch(listener),
        };
        return { port, close: () => release(shared) };
      },
    });
    registerNode(RED, { type: 'bottega-broker', readConfig: (saved: SavedForm) => saved, open: () => ({ port: hangingBroker, close: () => never('close broker') }) });
  };
}

const at = (): string => new Date().toISOString();
const sale = (): object => ({
  specversion: '1.0', id: 'sale-1', source: 'urn:test', type: 'sale', subject: 'receipt/1', time: at(), data: { store: 'milano', amount: '10.00' },
});
const value = (): object => ({
  name: 'revenue', window: { size: '1h', start: new Date(Date.now() - 3_600_000).toISOString(), end: at() }, store: '_', channel: '_', value: 10, unit: 'EUR',
  count: 1, status: 'final', revision: 1, updatedAt: at(),
});
const order = (): object => ({
  topic: 'shopify/orders/create', payload: Buffer.from(JSON.stringify(shopifyOrder({ id: 1, at: Date.now(), total: '10.00' }))),
  intake: { provider: 'shopify', trust: 'signed', receivedAt: Date.now(), headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-shop-domain': 'a.myshopify.com' } },
});
const rule = { name: 'Incasso basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '300' };
const ports = { store: 'store-1', shop: 'shop-1', broker: 'broker-1' };

/** Every node type that works with a store or a broker: its form, and a message that makes it ask for one. */
const NODES: Readonly<Record<string, { readonly form?: object; readonly message?: () => object }>> = {
  webhook: { form: { provider: 'events', path: '/in/events' } },
  normalize: { form: { provider: 'shopify' }, message: order },
  dedupe: { message: () => ({ payload: [sale()] }) },
  outbox: { message: () => ({ payload: [sale()] }) },
  deadletter: { message: () => ({ payload: sale() }) },
  inbox: { form: { footfall: 'total' } },
  listen: {},
  window: { message: () => ({ payload: [sale()] }) },
  alert: { form: { version: 2, group: 0, rules: [rule] }, message: () => ({ payload: [value()] }) },
  notify: { form: { channel: 'webhook', url: 'http://127.0.0.1:9/' }, message: () => ({ payload: { id: 'n1', text: 'Incasso basso' } }) },
  query: { form: { path: '/kpi' }, message: () => ({ payload: {} }) },
  // Nobody answers there, so it never gets as far as the store.
  database: {},
  monitor: {},
};

const flow = [
  { id: 'store-1', type: 'bottega-store' },
  { id: 'broker-1', type: 'bottega-broker' },
  { id: 'shop-1', type: 'bottega-shop', tenant: 'shop', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
  ...Object.entries(NODES).map(([name, { form }]) => ({ id: name, type: `bottega-${name}`, ...ports, wires: [], ...form })),
];

interface TestNode {
  receive(message: object): void;
  close(): Promise<void>;
  _complete(message: object, error?: unknown): void;
}

/** Gives each node its message, waits until the store holds something of theirs, and closes all as a deploy does; answers how long each took. */
async function closeAll(): Promise<Map<string, number>> {
  const took = new Map<string, number>();
  for (const [name, { message }] of Object.entries(NODES)) {
    const node = helper.getNode(name) as TestNode;
    node._complete = (_message, error) => { if (error === undefined) done.push(name); };
    if (message !== undefined) for (let again = 0; again < 3; again += 1) node.receive(message());
  }
  for (const { filter, listener } of subscriptions) {
    if (filter.includes('/events/')) listener(filter, Buffer.from(JSON.stringify({ ...sale(), outboxid: 'o.1', outboxoffset: 1 })));
  }
  await until(() => held, () => held.length > 3);
  for (const { id } of flow) {
    const node = helper.getNode(id) as TestNode;
    const close = node.close.bind(node);
    node.close = async () => {
      const startedAt = performance.now();
      await close();
      took.set(id, performance.now() - startedAt);
    };
  }
  await helper.unload();
  return took;
}

describe('nodes behind a store and a broker that never answer', () => {
  eachInNodeRed();

  it('are all that this package has, but for widgets, which only read', () => {
    const own = new Set([...Object.keys(NODES), 'store', 'broker', 'shop']);
    assert.deepEqual(Object.keys(readManifest()['node-red'].nodes).filter((name) => !own.has(name) && !name.startsWith('ui-')), []);
  });

  for (const reads of ['answers', 'hangs'] as const) {
    it(`close within 5 s and acknowledge nothing, where the store ${reads === 'answers' ? 'still reads' : 'does nothing at all'}`, async function closes() {
      this.timeout(60_000);
      for (const list of [held, subscriptions, done]) list.length = 0;
      const inner = await memoryStore(Date.now);
      const nodes = [hangingPorts(() => hangingStore(inner, reads)), shop, webhook, normalize, dedupe, outbox, deadletter, inbox, listen, window, alert, notify, query, database, monitor];
      await helper.load(nodes, flow, { 'shop-1': { privacyKey: 'for tests' }, notify: { secret: SECRET }, database: { url: 'postgres://nobody@127.0.0.1:9/shop' } });
      const took = await closeAll();
      assert.deepEqual([...took.keys()].sort(), flow.map(({ id }) => id).sort());
      assert.deepEqual([...took].filter(([, ms]) => ms >= LIMIT_MS), []);
      // Nodes that store nothing of a message themselves: the sender waits for those behind them.
      const free = reads === 'answers' ? ['query', 'dedupe'] : [];
      assert.deepEqual([...new Set(done)].filter((name) => !free.includes(name)), [], 'acknowledged, though nothing was stored');
      assert.deepEqual(held.filter((what) => what.includes('/receipts/')), []);
    });
  }
});
