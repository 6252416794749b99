/**
 * Dedupe node: new events pass; those already stored leave by the second output.
 */
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { type DedupeConfig, readConfig } from './config.js';
import { Deduplicator } from './deduplicator.js';
import { openSeenIds } from './seenIds.js';

const spec: NodeSpec<DedupeConfig> = {
  type: 'bottega-dedupe',
  readConfig,
  open(context) {
    const { RED, config, now, node } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const warn = (error: unknown): void => { node.warn(messageOf(error)); };
    const seenIds = openSeenIds(storePort, shop.tenant, { ...config, now, warn });
    const deduplicator = new Deduplicator(context, seenIds);
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') deduplicator.show();
      else context.status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => deduplicator.handle(jobs),
      close: async () => {
        unwatch();
        deduplicator.show.cancel();
        await seenIds.close().catch(warn);
      },
    };
  },
};

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
