/**
 * When should someone be told? KPI values become notices; each alert's state survives a restart.
 */
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/errors.js';
import type { BrokerPort, ShopPort, StorePort } from '../ports.js';
import { type Job, portOf, registerRoom, type Room, type RoomContext } from '../runtime.js';
import { understand } from './command.js';
import { type AlertConfig, readConfig } from './config.js';
import { Desk, type Happening } from './desk.js';
import { type Language, Writer } from './notice.js';
import { Herald } from './herald.js';

const room: Room<AlertConfig> = {
  type: 'bottega-alert',
  readConfig,
  open(context) {
    const { RED, config, node } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const herald = new Herald(context, new Writer(shop, config.language ?? languageOf(RED)), `bottega/${shop.tenant}/alert`, broker);
    const desk = new Desk({
      store: storePort.of(shop.tenant), rules: config.rules, owner: node.id,
      now: () => context.now(),
      tell: (news) => { herald.tell(news, desk.standing()); },
      forget: (gone) => { herald.forget(gone); },
      warn: (text) => { node.warn(text); },
    });
    const start = (): void => {
      desk.load().then(() => { herald.start(() => desk.standing()); }, (error: unknown) => { node.warn(messageOf(error)); });
    };
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') start();
      else context.status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => handle(jobs, desk, context),
      close: async () => {
        unwatch();
        herald.close();
        await desk.close();
      },
    };
  },
};

/** All that is understood goes in together; the rest leaves by the side door. */
async function handle(jobs: readonly Job[], desk: Desk, { config }: RoomContext<AlertConfig>): Promise<void> {
  const understood = jobs.map(({ message }) => understand(message.payload, config.rules));
  const origin = new Map<Happening, Job>();
  understood.forEach((one, index) => {
    const job = jobs[index];
    if (job !== undefined && one.outcome === 'happenings') for (const happening of one.happenings) origin.set(happening, job);
  });
  const refused = new Set((await desk.apply([...origin.keys()])).map((happening) => origin.get(happening)));
  jobs.forEach((job, index) => {
    const one = understood[index];
    if (one?.outcome === 'refused') job.out.side(job.message, one.reason);
    else if (refused.has(job)) job.out.side(job.message, 'alerts.tooMany');
  });
}

/** Node-RED's own language where it is one of ours; else Italian. */
function languageOf(RED: NodeAPI): Language {
  const lang: unknown = (RED.settings as { lang?: unknown }).lang;
  return typeof lang === 'string' && lang.startsWith('en') ? 'en' : 'it';
}

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
