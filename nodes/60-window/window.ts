/**
 * What are the shop's numbers now? Events become facts and slices in the store; the windows that moved leave as KPI values.
 */
import type { NodeAPI } from 'node-red';
import { kpiOf, measureOf } from '../../engine/custom.js';
import { KPIS, MEASURES } from '../../engine/presets.js';
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
    const measures = [...MEASURES, ...config.kpis.map(measureOf)];
    const kpis = [...KPIS, ...config.kpis.map(kpiOf)];
    const books = { calendar: shop.calendar, currency: shop.currency, graceMs: config.graceMs, kpis };
    const warn = (text: string): void => { node.warn(text); };
    const topicPrefix = `bottega/${shop.tenant}/kpi`;
    const writers = storePort.reach === 'shared' ? 'many' : 'one';
    const teller = new Teller({ store, books, settings: config, out, now, warn, topicPrefix, writers, ...(broker === undefined ? {} : { broker }) });
    const fold = new Fold({ store, books, measures, custom: config.kpis, now, status, warn, moved: (slices) => teller.moved(slices) });
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

export = (RED: NodeAPI): void => {
  registerRoom(RED, room);
};
