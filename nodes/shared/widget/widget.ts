/**
 * `WidgetSpec` is what one widget declares; `registerWidget` gives all of them the same server side: who views it, what moves, what is read.
 */
import type { NodeAPI } from 'node-red';
import type { KpiTopic } from '../../../engine/event/topic.js';
import { raiseWarning } from '../raisedWarnings.js';
import type { BrokerPort, ShopPort, StorePort } from '../ports.js';
import { type NodeContext, type NodeSpec, portOf, registerNode, type SavedForm } from '../node.js';
import type { WidgetConfig } from './config.js';
import { joinDashboard } from './dashboard.js';
import { MAX_VIEWERS, WidgetFeed } from './feed.js';
import { LiveValues } from './liveValues.js';
import { WidgetReader } from './reader.js';
import { type Choice, eventOf, type ShopWords, type Trouble } from './wire.js';

/** `Reading` is what a widget reads for one choice. `since`: see `WidgetReader`. */
export interface Reading {
  readonly shop: ShopPort;
  readonly reader: WidgetReader;
  readonly since: number;
  readonly now: number;
}

/** `ViewSpec`: one choice of a viewer. `key`: the same for choices that mean the same; `topics`: the numbers that move it, live. */
export interface ViewSpec {
  readonly key: string;
  readonly topics: readonly KpiTopic[];
  read(reading: Reading): Promise<unknown>;
}

/** `WidgetSpec` declares a widget: its form, what the browser gets of it, and what a viewer sees. */
export interface WidgetSpec<C extends WidgetConfig> {
  readonly type: `ui-bottega-${string}`;
  readConfig(saved: SavedForm): C;
  /** Besides title, colors and size. */
  props(config: C): Readonly<Record<string, unknown>>;
  view(config: C, choice: Choice): ViewSpec;
}

/** One per shop node and store, for as long as they live: their objects are new after each deploy. */
const readers = new WeakMap<ShopPort, WeakMap<StorePort, WidgetReader>>();
const lives = new WeakMap<BrokerPort, Map<string, LiveValues>>();
/** From here on `/health` says that a widget will soon refuse. */
const MANY_VIEWERS = Math.floor(MAX_VIEWERS * 0.8);

/** `registerWidget` registers the widget's node type; call it with the `RED` of the node's own file. */
export function registerWidget<C extends WidgetConfig>(RED: NodeAPI, spec: WidgetSpec<C>): void {
  const node: NodeSpec<C> = { type: spec.type, readConfig: (saved) => spec.readConfig(saved), open: (context) => openWidget(spec, context) };
  registerNode(RED, node);
}

function openWidget<C extends WidgetConfig>(spec: WidgetSpec<C>, { RED, node, config, status, now }: NodeContext<C>): { close(): void } {
  const shop = portOf<ShopPort>(RED, config.shop, 'shop');
  const storePort = portOf<StorePort>(RED, config.store, 'store');
  const broker = portOf<BrokerPort>(RED, config.broker, 'broker');
  const reader = readerOf(shop, storePort, now);
  const place = storePort.reach === 'own' && !countsHere(RED) ? 'elsewhere' : 'here';
  const troubles = (): Trouble[] => [
    ...(broker.health().state === 'ok' ? [] : ['broker' as const]), ...(place === 'here' ? [] : ['elsewhere' as const]),
  ];
  const feed = new WidgetFeed({
    event: eventOf(node.id), live: liveOf(broker, shop.tenant, now), shop: wordsOf(shop), now, troubles,
    warn: (text) => { node.warn(text); },
    changed: () => { show(); },
    sourceOf: (choice) => {
      const view = spec.view(config, choice);
      // In a store that nobody here writes to, zeros would be read.
      const read = (since: number): Promise<unknown> => (place === 'elsewhere' ? Promise.resolve(null) : view.read({ shop, reader, since, now: now() }));
      return { key: view.key, source: { topics: view.topics, read } };
    },
  });
  const props = { ...spec.props(config), title: config.title, colors: config.colors, follows: config.follows };
  const joined = joinDashboard(RED, node, config, props, (viewer, message) => { feed.take(viewer, message); });
  const show = (): void => {
    const many = { cause: 'widget.viewers', message: `${node.id}: ${String(feed.viewers)} of ${String(MAX_VIEWERS)} viewers` };
    raiseWarning(node, ...(feed.viewers < MANY_VIEWERS ? [] : [many]));
    if (joined.file === 'unknown') status.broken('unserved');
    else if (feed.refused > 0) status.waiting('refused', { count: feed.viewers, refused: feed.refused });
    else status.ok('viewers', { count: feed.viewers });
  };
  show();
  const unwatch = [broker.watch(() => { feed.refresh(); }), storePort.watch(() => { feed.refresh(); })];
  return {
    close: () => {
      for (const end of unwatch) end();
      joined.leave();
      feed.close();
      raiseWarning(node);
    },
  };
}

function readerOf(shop: ShopPort, storePort: StorePort, now: () => number): WidgetReader {
  const ofShop = readers.get(shop) ?? new WeakMap<StorePort, WidgetReader>();
  readers.set(shop, ofShop);
  const reader = ofShop.get(storePort) ?? new WidgetReader(shop, storePort.of(shop.tenant), now);
  ofShop.set(storePort, reader);
  return reader;
}

function liveOf(broker: BrokerPort, tenant: string, now: () => number): LiveValues {
  const ofBroker = lives.get(broker) ?? new Map<string, LiveValues>();
  lives.set(broker, ofBroker);
  const live = ofBroker.get(tenant) ?? new LiveValues(broker, tenant, now);
  ofBroker.set(tenant, live);
  return live;
}

function wordsOf({ calendar, currency, stores }: ShopPort): ShopWords {
  return { zone: calendar.clock.zone, currency, stores: stores.map(({ id, name }) => ({ id, name })) };
}

/** Whether a window node of this process adds up; a front has none. */
function countsHere(RED: NodeAPI): boolean {
  let counts = false;
  RED.nodes.eachNode(({ type }) => { counts ||= type === 'bottega-window'; });
  return counts;
}
