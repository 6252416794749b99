/**
 * Is the event safe? Stored before the sender is told so, then published until an inbox confirms that it has stored it too.
 */
import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { MINUTE } from '../../engine/base/time.js';
import { outboxDepth, resourceUp } from '../shared/metrics.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { type InputJob, portOf, registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import { type OutboxConfig, readConfig } from './config.js';
import { acceptedOf, encodeRecords } from './encode.js';
import { Relay } from './relay.js';
import { OutboxStore } from './outboxStore.js';

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
  open(context) {
    const { RED, config, now, node } = context;
    const ports: Ports = {
      shop: portOf<ShopPort>(RED, config.shop, 'shop'),
      store: portOf<StorePort>(RED, config.store, 'store'),
      broker: portOf<BrokerPort>(RED, config.broker, 'broker'),
    };
    const sender = new Relay({
      // New at each start: a receipt for a former run can never settle an offset of this one.
      id: `${node.id}.${randomBytes(6).toString('hex')}`,
      tenant: ports.shop.tenant, limits: config.limits, until: config.until, broker: ports.broker, storeHealth: ports.store,
      outboxStore: new OutboxStore(ports.store.of(ports.shop.tenant), node.id),
      random: Math.random, warn: (text) => { node.warn(text); }, changed: () => { show(); }, now,
    });
    const show = throttle(() => { showStatus(context, sender, ports); }, STATUS_MS);
    const aging = setInterval(show, AGE_MS);
    show();
    return {
      batch: (jobs) => handle(jobs, sender, now()),
      close: async () => {
        clearInterval(aging);
        show.cancel();
        await sender.close();
        outboxDepth.remove({ outbox: node.id });
        resourceUp.remove({ resource: `outbox ${node.id}` });
      },
    };
  },
};

async function handle(jobs: readonly InputJob[], sender: Relay, now: number): Promise<void> {
  const parcels = jobs.map(({ message }) => encodeRecords(message.payload, now));
  const drafts = parcels.flatMap(({ good }) => good);
  if (drafts.length > 0) await sender.append(drafts, parcels.reduce((sum, { bytes }) => sum + bytes, 0));
  parcels.forEach((parcel, index) => {
    const job = jobs[index];
    if (job === undefined) return;
    const { shape, good, refused } = parcel;
    if (refused.length > 0) job.out.secondary({ ...job.message, payload: shape === 'single' ? refused[0] : refused }, 'notEvent');
    if (refused.length === 0) job.out.primary(job.message);
    else if (good.length > 0) job.out.primary({ ...job.message, payload: acceptedOf(parcel) });
  });
}

function showStatus({ status, node, now }: NodeContext<OutboxConfig>, sender: Relay, { store, broker }: Ports): void {
  const { depth, oldestAt } = sender;
  outboxDepth.set({ outbox: node.id }, depth);
  resourceUp.set({ resource: `outbox ${node.id}` }, sender.freeSpace === 'full' ? 0 : 1);
  const [storeHealth, brokerHealth] = [store.health(), broker.health()];
  const age = oldestAt === undefined ? 0 : now() - oldestAt;
  const waiting = { depth, age: age < MINUTE ? `${String(Math.round(age / 1_000))} s` : `${String(Math.round(age / MINUTE))} min` };
  if (storeHealth.state === 'waiting') status.waiting('store', { message: storeHealth.message });
  else if (sender.freeSpace === 'full') status.waiting('full', waiting);
  else if (brokerHealth.state === 'waiting') status.waiting('broker', { message: brokerHealth.message, ...waiting });
  else if (depth > 0) status.ok('depth', waiting);
  else status.ok('empty');
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
