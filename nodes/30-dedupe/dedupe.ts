/**
 * Was this event here before? New ones pass; those already stored leave by the side door.
 */
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { type DedupeConfig, readConfig } from './config.js';
import { Deduplicator } from './deduplicator.js';
import { memoryOf } from './seenIds.js';

const spec: NodeSpec<DedupeConfig> = {
  type: 'bottega-dedupe',
  readConfig,
  open(context) {
    const { RED, config, now, node } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const warn = (error: unknown): void => { node.warn(messageOf(error)); };
    const memory = memoryOf(storePort, shop.tenant, { ...config, now, warn });
    const doorkeeper = new Deduplicator(context, memory);
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') doorkeeper.show();
      else context.status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => doorkeeper.handle(jobs),
      close: async () => {
        unwatch();
        doorkeeper.show.cancel();
        await memory.close().catch(warn);
      },
    };
  },
};

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
