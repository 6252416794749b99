/**
 * What are the shop's numbers now? Events become facts and slices in the store; the windows that moved leave as KPI values.
 */
import type { NodeAPI } from 'node-red';
import { StoredWindowSizes } from '../../engine/read/adaptive/storedSizes.js';
import { Baseline } from '../../engine/read/baseline/baseline.js';
import { kpisOf, measureOf } from '../../engine/kpi/customKpis.js';
import { writeDefinitions } from '../../engine/kpi/storedDefinitions.js';
import { kpisWithOwn, measuresOf } from '../../engine/kpi/builtinKpis.js';
import type { EmitterSettings } from '../../engine/emit/emitter.js';
import type { ShopContext } from '../../engine/read/windowReader.js';
import type { Put, Store } from '../../engine/store/store.js';
import { messageOf } from '../../engine/base/errors.js';
import { MINUTE, SECOND } from '../../engine/base/time.js';
import type { SliceChange } from '../../engine/aggregate/slice.js';
import type { Measure } from '../../engine/kpi/measure.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { offerStation } from '../shared/shopNodes.js';
import { readConfig, type WindowConfig } from './config.js';
import { joinShop, type NodeDefinitions } from './shopDefinitions.js';
import { Fold } from './aggregator.js';
import { servePrivacy } from './privacyApi.js';
import { serveStores } from './storesApi.js';
import { Publisher } from './publisher.js';

const spec: NodeSpec<WindowConfig> = {
  type: 'bottega-window',
  readConfig,
  refused: 'kept',
  open({ RED, config, status, out, now, node }) {
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const store = storePort.of(shop.tenant);
    const presets = { ...config.presets, ...(shop.records.length > 0 && { records: shop.records }) };
    const kpis = kpisWithOwn(kpisOf(config.kpis), presets);
    const context = { calendar: shop.calendar, currency: shop.currency, graceMs: config.graceMs, kpis, ...presets };
    const warn = (text: string): void => { node.warn(text); };
    const log = (text: string): void => { node.log(text); };
    const settings = settingsOf(config, store, context, shop, storePort.reach === 'shared' ? 'many' : 'one');
    const parts = { ...(broker === undefined ? {} : { broker }), ...(storePort.clock === undefined ? {} : { clock: storePort.clock }) };
    const publisher = new Publisher({ store, shop: context, settings, out, now, warn, tenant: shop.tenant, ...parts });
    const fail = (error: unknown): void => { warn(messageOf(error)); };
    const member = joinShop(storePort, shop.tenant, definitionsOf(config, shop, node), {
      onChange: () => { fold.redefined().catch(fail); },
      onMoved: (slices) => { publisher.moved(slices).catch(fail); },
    });
    const measures = (): Measure[] => [...measuresOf(presets), ...member.kpis().map(measureOf)];
    const definitions = (): readonly Put[] => writeDefinitions(member.kpis(), presets);
    const moved = (slices: readonly SliceChange[]): Promise<void> => {
      member.moved(slices);
      return publisher.moved(slices);
    };
    const fold = new Fold({ store, shop: context, names: shop.names, stores: shop.stores, measures, definitions, now, status, warn, log, moved });
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') fold.opened().then(() => publisher.start()).catch((error: unknown) => { warn(String(error)); });
      else status.waiting('store', { message: health.message });
    });
    const unserve = [
      offerStation(shop.tenant, 'window', node), serveStores(RED, { store, shop, changed: () => fold.redefined() }), servePrivacy(RED, { store, shop, now }),
    ];
    return {
      batch: (jobs) => fold.handle(jobs),
      close: async () => {
        for (const remove of unserve) remove();
        unwatch();
        member.leave();
        await Promise.all([publisher.close(), fold.close()]);
      },
    };
  },
};

/** What all window nodes of a shop must agree on: they publish on the same topics. */
function definitionsOf({ kpis, presets, graceMs }: WindowConfig, { currency, calendar, records }: ShopPort, { id, name }: NodeName): NodeDefinitions {
  const named = records.map(({ store, channel, source }) => `, ${store}/${channel}: ${source}`).join('');
  const settings = {
    incompleteAfter: `${String(presets.incompleteAfterMs / MINUTE)} min`,
    grace: `${String(graceMs / SECOND)} s`,
    shop: `${currency}, ${calendar.meaning}${named}`,
  };
  return { id, name: name === undefined || name === '' ? id : name, kpis, settings };
}

interface NodeName {
  readonly id: string;
  readonly name?: string | undefined;
}

function settingsOf(config: WindowConfig, store: Store, context: ShopContext, { opening }: ShopPort, writers: 'one' | 'many'): EmitterSettings {
  const { sizes, intervalMs, auto, comparison } = config;
  return {
    sizes, intervalMs, writers, opening,
    ...(auto === undefined ? {} : { choices: new StoredWindowSizes(store, context, auto) }),
    ...(comparison === 'off' ? {} : { comparison: new Baseline(store, context, (at) => opening.holiday(at)) }),
  };
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
