/**
 * What are the shop's numbers now? Events become facts and slices in the store; the windows that moved leave as KPI values.
 */
import type { NodeAPI } from 'node-red';
import { Choices } from '../../engine/choices.js';
import { Comparison } from '../../engine/comparison.js';
import { kpisOf, measureOf } from '../../engine/custom.js';
import { writeDefinitions } from '../../engine/definitions.js';
import { KPIS, measuresOf } from '../../engine/presets.js';
import type { PublicationSettings } from '../../engine/publication.js';
import type { Books } from '../../engine/reading.js';
import type { Store } from '../../engine/store/store.js';
import type { BrokerPort, ShopPort, StorePort } from '../ports.js';
import { portOf, registerRoom, type Room } from '../runtime.js';
import { readConfig, type WindowConfig } from './config.js';
import { Fold } from './fold.js';
import { Teller } from './teller.js';

const room: Room<WindowConfig> = {
  type: 'bottega-window',
  readConfig,
  open({ RED, config, status, out, now, node }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const store = storePort.of(shop.tenant);
    const measures = [...measuresOf(config.presets), ...config.kpis.map(measureOf)];
    const kpis = [...KPIS, ...kpisOf(config.kpis)];
    const books = { calendar: shop.calendar, currency: shop.currency, graceMs: config.graceMs, kpis, ...config.presets };
    const warn = (text: string): void => { node.warn(text); };
    const log = (text: string): void => { node.log(text); };
    const topicPrefix = `bottega/${shop.tenant}/kpi`;
    const settings = settingsOf(config, store, books, shop, storePort.reach === 'shared' ? 'many' : 'one');
    const parts = { ...(broker === undefined ? {} : { broker }), ...(storePort.clock === undefined ? {} : { clock: storePort.clock }) };
    const teller = new Teller({ store, books, settings, out, now, warn, topicPrefix, ...parts });
    const definitions = writeDefinitions(config.kpis, config.presets);
    const fold = new Fold({ store, books, measures, definitions, now, status, warn, log, moved: (slices) => teller.moved(slices) });
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') fold.opened().then(() => teller.start()).catch((error: unknown) => { warn(String(error)); });
      else status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => fold.handle(jobs),
      close: async () => {
        unwatch();
        await teller.close();
        await fold.close();
      },
    };
  },
};

function settingsOf(config: WindowConfig, store: Store, books: Books, { opening }: ShopPort, writers: 'one' | 'many'): PublicationSettings {
  const { sizes, intervalMs, auto, comparison } = config;
  return {
    sizes, intervalMs, writers,
    ...(auto === undefined ? {} : { choices: new Choices(store, books, auto) }),
    ...(comparison === 'off' ? {} : { comparison: new Comparison(store, books, (at) => opening.holiday(at)) }),
  };
}

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
