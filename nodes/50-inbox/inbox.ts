/**
 * Inbox node: events from the broker enter the flow; what the flow has stored is acknowledged to their outboxes.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import { keyedDigest } from '../../engine/privacy/pseudonym.js';
import { eventsFilter, footfallFilter } from '../../engine/event/topic.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { reaches, SECOND } from '../shared/shopNodes.js';
import { throttle } from '../shared/throttle.js';
import { type DecodeContext, decodeEvents, decodeFootfall, type Totals } from './decode.js';
import { InboxConsumer } from './consumer.js';
import { type InboxConfig, readConfig } from './config.js';
import { KeptTotals } from './keptTotals.js';
import { seal } from '../../engine/privacy/seal.js';

const STATUS_MS = 500;
const IV_BYTES = 12;

const spec: NodeSpec<InboxConfig> = {
  type: 'bottega-inbox',
  readConfig,
  refused: 'kept',
  open({ RED, node, config, status, out, now }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const broker = portOf<BrokerPort>(RED, config.broker, 'broker');
    const decodeContext = (): DecodeContext => ({
      now: now(), currency: shop.currency,
      name: (text) => keyedDigest(text, shop.privacyKey),
      seal: (text) => seal(Buffer.from(text), shop.privacyKey, randomBytes(IV_BYTES)),
    });
    const show = throttle(() => {
      const health = broker.health();
      if (health.state === 'waiting') status.waiting('broker', { message: health.message });
      else status.ok('counts', { received: consumer.received, dead: consumer.dead, underWay: consumer.underWay });
    }, STATUS_MS);
    const refusals = (): 'arrive' | 'vanish' => (reaches(node, SECOND, shop.tenant, 'deadletter') ? 'arrive' : 'vanish');
    const consumer = new InboxConsumer({ RED, config, out, now, refusals, tenant: shop.tenant, broker, decodeContext, changed: () => { show(); } });
    const shared = config.group === undefined ? {} : { group: config.group };
    const unwatch = broker.watch(() => { show(); });
    const ends = [
      broker.subscribe(eventsFilter(shop.tenant), (topic, payload) => { consumer.take(decodeEvents(topic, payload, decodeContext())); }, shared),
    ];
    if (config.footfall !== 'ignore') {
      const kept = config.store === undefined ? undefined : new KeptTotals({
        store: portOf<StorePort>(RED, config.store, 'store').of(shop.tenant),
        take: (read) => { consumer.take(read); },
        warn: (error) => { node.warn(messageOf(error)); },
      });
      const totals = totalsOf(config, kept);
      kept?.sendWaiting();
      ends.push(() => { kept?.close(); return Promise.resolve(); });
      // A kept number would be counted anew at each reconnection.
      ends.push(broker.subscribe(footfallFilter(shop.tenant), (topic, payload) => {
        decodeFootfall(topic, payload, randomUUID(), decodeContext(), totals).then(
          (read) => { consumer.take(read); },
          // A total that cannot be read now loses nobody: the next one counts them too.
          (error: unknown) => { node.warn(messageOf(error)); },
        );
      }, { ...shared, retained: 'skip' }));
    }
    return {
      close: async () => {
        consumer.close();
        unwatch();
        show.cancel();
        await Promise.all(ends.map((end) => end()));
      },
    };
  },
};

function totalsOf({ footfall }: InboxConfig, kept: KeptTotals | undefined): Totals {
  const bare = footfall === 'total' ? 'total' : 'since';
  return kept === undefined ? { bare } : { bare, since: (...counted) => kept.since(...counted) };
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
