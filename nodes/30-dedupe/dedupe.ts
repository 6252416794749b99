/**
 * Was this event here before? New ones pass; those already stored leave by the side door.
 */
import type { NodeAPI } from 'node-red';
import type { ShopPort, StorePort } from '../ports.js';
import { portOf, registerRoom, type Room } from '../runtime.js';
import { type DedupeConfig, readConfig } from './config.js';
import { Doorkeeper } from './doorkeeper.js';

const room: Room<DedupeConfig> = {
  type: 'bottega-dedupe',
  readConfig,
  open(context) {
    const shop = portOf<ShopPort>(context.RED, context.config.shop, 'shop');
    const storePort = portOf<StorePort>(context.RED, context.config.store, 'store');
    const doorkeeper = new Doorkeeper(context, storePort.of(shop.tenant));
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') doorkeeper.show();
      else context.status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => doorkeeper.handle(jobs),
      close: () => {
        unwatch();
        doorkeeper.show.cancel();
      },
    };
  },
};

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
