/**
 * Outbox node: an event is stored before its sender gets an answer, then published until an inbox acknowledges that it has stored it too.
 */
import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { MINUTE } from '../../engine/base/time.js';
import { encodeEvents } from '../../engine/delivery/messageBatch.js';
import { OutboxStore } from '../../engine/delivery/outboxStore.js';
import { outboxDepth, resourceUp } from '../shared/metrics.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { type InputJob, itemsOf, portOf, registerNode, type NodeContext, type NodeSpec, sendParts } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import { type OutboxConfig, readConfig } from './config.js';
import { Relay } from './relay.js';

const STATUS_MS = 500;
const AGE_MS = 10_000;

interface Ports {
  readonly shop: ShopPort;
  readonly store: StorePort;
  readonly broker: BrokerPort;
}

const spec: NodeSpec<OutboxConfig> = {
  type: 'bottega-outbox',
  readConfig,
  refused: 'kept',
  open(context) {
    const { RED, config, now, node } = context;
    const ports: Ports = {
      shop: portOf<ShopPort>(RED, config.shop, 'shop'),
      store: portOf<StorePort>(RED, config.store, 'store'),
      broker: portOf<BrokerPort>(RED, config.broker, 'broker'),
    };
    const relay = new Relay({
      // New at each start: an acknowledgement of a former run can never settle an offset of this one.
      id: `${node.id}.${randomBytes(6).toString('hex')}`,
      tenant: ports.shop.tenant, limits: config.limits, until: config.until, broker: ports.broker, storeHealth: ports.store,
      outboxStore: new OutboxStore(ports.store.of(ports.shop.tenant), node.id),
      random: Math.random, warn: (text) => { node.warn(text); }, changed: () => { show(); }, now,
    });
    const show = throttle(() => { showStatus(context, relay, ports); }, STATUS_MS);
    const aging = setInterval(show, AGE_MS);
    show();
    return {
      batch: (jobs) => handle(jobs, relay, now()),
      close: async () => {
        clearInterval(aging);
        show.cancel();
        const closed = relay.close();
        outboxDepth.remove({ outbox: node.id });
        resourceUp.remove({ resource: `outbox ${node.id}` });
        await closed;
      },
    };
  },
};

async function handle(jobs: readonly InputJob[], relay: Relay, now: number): Promise<void> {
  const encoded = jobs.map(({ message }) => encodeEvents(itemsOf(message.payload), now));
  const drafts = encoded.flatMap((each) => each.drafts);
  if (drafts.length > 0) await relay.append(drafts, encoded.reduce((sum, { bytes }) => sum + bytes, 0));
  jobs.forEach((job, index) => {
    const { accepted = [], refused = [] } = encoded[index] ?? {};
    sendParts(job, accepted, refused, 'notEvent');
  });
}

function showStatus({ status, node, now }: NodeContext<OutboxConfig>, relay: Relay, { store, broker }: Ports): void {
  const { depth, oldestAt } = relay;
  outboxDepth.set({ outbox: node.id }, depth);
  resourceUp.set({ resource: `outbox ${node.id}` }, relay.freeSpace === 'full' ? 0 : 1);
  const [storeHealth, brokerHealth] = [store.health(), broker.health()];
  const age = oldestAt === undefined ? 0 : now() - oldestAt;
  const waiting = { depth, age: age < MINUTE ? `${String(Math.round(age / 1_000))} s` : `${String(Math.round(age / MINUTE))} min` };
  if (storeHealth.state === 'waiting') status.waiting('store', { message: storeHealth.message });
  else if (relay.freeSpace === 'full') status.waiting('full', waiting);
  else if (brokerHealth.state === 'waiting') status.waiting('broker', { message: brokerHealth.message, ...waiting });
  else if (depth > 0) status.ok('depth', waiting);
  else status.ok('empty');
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
