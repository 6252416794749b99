/**
 * What have the outboxes sent? Events from the broker enter the flow; what the flow has stored is receipted.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { keyedDigest, seal } from '../../engine/privacy.js';
import { eventsFilter, footfallFilter } from '../../engine/topic.js';
import type { BrokerPort, ShopPort } from '../ports.js';
import { portOf, registerRoom, type Room } from '../runtime.js';
import { throttle } from '../throttle.js';
import { type ArrivalContext, readEvents, readFootfall } from './arrivals.js';
import { Collector } from './collector.js';
import { type InboxConfig, readConfig } from './config.js';

const STATUS_MS = 500;
const IV_BYTES = 12;

const room: Room<InboxConfig> = {
  type: 'bottega-inbox',
  readConfig,
  open({ RED, node, config, status, out, now }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const broker = portOf<BrokerPort>(RED, config.broker, 'broker');
    const arrivals = (): ArrivalContext => ({
      now: now(), currency: shop.currency,
      name: (text) => keyedDigest(text, shop.privacyKey),
      seal: (text) => seal(Buffer.from(text), shop.privacyKey, randomBytes(IV_BYTES)),
    });
    const show = throttle(() => {
      const health = broker.health();
      if (health.state === 'waiting') status.waiting('broker', { message: health.message });
      else status.ok('counts', { received: collector.received, dead: collector.dead, underWay: collector.underWay });
    }, STATUS_MS);
    const [, side] = (node as { wires?: string[][] }).wires ?? [];
    const sideDoor = (side ?? []).length > 0 ? 'wired' : 'unwired';
    const collector = new Collector({ RED, config, out, now, sideDoor, tenant: shop.tenant, broker, arrivals, changed: () => { show(); } });
    const shared = config.group === undefined ? {} : { group: config.group };
    const unwatch = broker.watch(() => { show(); });
    const ends = [
      broker.subscribe(eventsFilter(shop.tenant), (topic, payload) => { collector.take(readEvents(topic, payload, arrivals())); }, shared),
    ];
    if (config.footfall === 'count') {
      // A kept number would be counted anew at each reconnection.
      ends.push(broker.subscribe(footfallFilter(shop.tenant), (topic, payload) => {
        collector.take(readFootfall(topic, payload, randomUUID(), arrivals()));
      }, { ...shared, retained: 'skip' }));
    }
    return {
      close: async () => {
        collector.close();
        unwatch();
        await Promise.all(ends.map((end) => end()));
        show.cancel();
      },
    };
  },
};

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
