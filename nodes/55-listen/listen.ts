/**
 * Listen node: the KPI values that workers publish enter the flow as if a window node were here; what was overtaken on its way does not.
 */
import type { NodeAPI } from 'node-red';
import { kpiFilter } from '../../engine/event/topic.js';
import type { BrokerPort, ShopPort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { throttle } from '../shared/throttle.js';
import { type ListenConfig, readConfig } from './config.js';
import { Subscriber } from './subscriber.js';

const STATUS_MS = 500;

const spec: NodeSpec<ListenConfig> = {
  type: 'bottega-listen',
  readConfig,
  open({ RED, config, status, out, now }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const broker = portOf<BrokerPort>(RED, config.broker, 'broker');
    const subscriber = new Subscriber({ out, now, changed: () => { show(); } });
    const show = throttle(() => {
      const health = broker.health();
      if (health.state === 'waiting') status.waiting('broker', { message: health.message });
      else status.ok('counts', { received: subscriber.received, overtaken: subscriber.overtaken });
    }, STATUS_MS);
    const unwatch = broker.watch(() => { show(); });
    const end = broker.subscribe(kpiFilter(shop.tenant), (topic, payload) => { subscriber.take(topic, payload); });
    return {
      close: async () => {
        unwatch();
        subscriber.close();
        show.cancel();
        await end();
      },
    };
  },
};

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
