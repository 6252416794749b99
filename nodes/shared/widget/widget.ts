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
import { type Choice, type CommandAnswer, type CommandOutcome, eventOf, type ShopWords, type Trouble, type ViewerRights } from './wire.js';

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

/** `WidgetForm` is a widget's form, and what the browser gets of it. */
export interface WidgetForm<C extends WidgetConfig> {
  readonly type: `ui-bottega-${string}`;
  readConfig(saved: SavedForm): C;
  /** Besides title, colors and size. */
  props(config: C): Readonly<Record<string, unknown>>;
}

/** `WidgetParts` are what a widget that shows no numbers may ask. `changed`: all that is seen is read anew. */
export interface WidgetParts<C extends WidgetConfig> {
  readonly RED: NodeAPI;
  readonly config: C;
  readonly shop: ShopPort;
  readonly storePort: StorePort;
  readonly broker: BrokerPort;
  readonly now: () => number;
  /** Whether the store is the one that is written to: `elsewhere` nothing is in it. */
  readonly place: 'here' | 'elsewhere';
  readonly changed: () => void;
}

/** `WidgetSource` reads what is no number, wherever it lies, and takes the viewers' commands. */
export interface WidgetSource {
  view(choice: Choice): { readonly key: string; readonly topics?: readonly KpiTopic[]; readonly read: (since: number) => Promise<unknown> };
  readonly command?: (command: Choice, rights: ViewerRights) => Promise<CommandOutcome | CommandAnswer>;
  close(): void;
}

/** `WidgetSpec` declares a widget: what a viewer sees are the numbers of a `view`, or what a source of its own reads. */
export type WidgetSpec<C extends WidgetConfig> = WidgetForm<C> & (
  | { view(config: C, choice: Choice): ViewSpec }
  | { source(parts: WidgetParts<C>): WidgetSource }
);

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
  const place = storePort.reach === 'own' && !countsHere(RED) ? 'elsewhere' : 'here';
  const parts = { RED, config, shop, storePort, broker, now, place, changed: () => { feed.refresh(); } } as const;
  const source = 'source' in spec ? spec.source(parts) : numbersOf(spec, parts, readerOf(shop, storePort, now));
  const troubles = (): Trouble[] => [
    ...(broker.health().state === 'ok' ? [] : ['broker' as const]), ...(place === 'here' || 'source' in spec ? [] : ['elsewhere' as const]),
  ];
  const feed: WidgetFeed = new WidgetFeed({
    event: eventOf(node.id), live: liveOf(broker, shop.tenant, now), shop: wordsOf(shop), now, troubles,
    warn: (text) => { node.warn(text); },
    changed: () => { show(); },
    sourceOf: (choice) => {
      const { key, topics = [], read } = source.view(choice);
      return { key, source: { topics, read } };
    },
    ...(source.command === undefined ? {} : { command: source.command }),
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
      source.close();
      feed.close();
      raiseWarning(node);
    },
  };
}

/** In a store that nobody here writes to, zeros would be read. */
function numbersOf<C extends WidgetConfig>(
  spec: { view(config: C, choice: Choice): ViewSpec }, { config, shop, place, now }: WidgetParts<C>, reader: WidgetReader,
): WidgetSource {
  return {
    view: (choice) => {
      const view = spec.view(config, choice);
      const read = (since: number): Promise<unknown> => (place === 'elsewhere' ? Promise.resolve(null) : view.read({ shop, reader, since, now: now() }));
      return { key: view.key, topics: view.topics, read };
    },
    close: () => undefined,
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
