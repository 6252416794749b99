/**
 * What could not be used? Everything that left by a side door for good, kept for a week with its reason.
 */
import type { NodeAPI } from 'node-red';
import type { BrokerPort, ShopPort, StorePort } from '../ports.js';
import { portOf, registerRoom, type Room } from '../runtime.js';
import { throttle } from '../throttle.js';
import { type DeadLetterConfig, readConfig } from './config.js';
import { Keeper } from './keeper.js';

const STATUS_MS = 500;

const room: Room<DeadLetterConfig> = {
  type: 'bottega-deadletter',
  readConfig,
  open(context) {
    const { RED, config, status } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const keeper = new Keeper({ store: storePort.of(shop.tenant), shop, now: () => context.now(), ...(broker === undefined ? {} : { broker }) });
    const show = throttle(() => {
      const health = storePort.health();
      const { stored, dropped, ignored, unpublished } = keeper.counts;
      const total = [...ignored.values()].reduce((sum, count) => sum + count, 0);
      if (health.state === 'waiting') status.waiting('store', { message: health.message });
      else if (unpublished !== undefined) status.waiting('unpublished', { stored, message: unpublished });
      else if (total === 0 && dropped === 0) status.ok('counts', { stored });
      else status.ok('countsIgnored', { stored, ignored: reasonsOf(ignored), dropped });
    }, STATUS_MS);
    const unwatch = storePort.watch(() => { show(); });
    return {
      batch: async (jobs) => {
        await keeper.handle(jobs);
        show();
      },
      close: () => {
        unwatch();
        show.cancel();
      },
    };
  },
};

/** "12 (topic 9, test 3)", the three commonest reasons. */
function reasonsOf(ignored: ReadonlyMap<string, number>): string {
  const total = [...ignored.values()].reduce((sum, count) => sum + count, 0);
  const common = [...ignored].sort(([, a], [, b]) => b - a).slice(0, 3).map(([reason, count]) => `${reason} ${String(count)}`);
  return common.length === 0 ? String(total) : `${String(total)} (${common.join(', ')})`;
}

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
