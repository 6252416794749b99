/** AlertFlow loads an alert node into a Node-RED of the test's own: KPI values in, all that left by its outputs, and a broker that keeps what it is to retain. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { KpiStatus, KpiValue } from '../../engine/read/kpiValue.js';
import { formatInstant, HOUR, parseInstant, SECOND } from '../../engine/base/time.js';
import storeNode from '../../nodes/00-store/store.js';
import shopNode from '../../nodes/06-shop/shop.js';
import windowNode from '../../nodes/60-window/window.js';
import alertNode from '../../nodes/70-alert/alert.js';
import type { Notice } from '../../nodes/shared/alertPort.js';
import type { BrokerPort, StorePort } from '../../nodes/shared/ports.js';
import { NODE_RED } from './testNodeRed.js';

helper.init(NODE_RED);

export interface Received {
  readonly payload: Notice[];
  readonly reason?: string;
  readonly summary?: string;
}

interface TestNode { on(event: 'input', listener: (message: Received) => void): void; receive(message: object): void }

/** A loaded flow. */
export interface Loaded {
  readonly main: Received[];
  readonly side: Received[];
  readonly retained: Map<string, string>;
  readonly send: (payload: unknown) => void;
  readonly store: () => StorePort;
  /** Last status shown, and errors logged, of the alert node. */
  readonly shown: () => string;
}

const trueNow = Date.now;

/** The hour of the first value has just ended, and time goes on from there: rules are about the present. */
export function clockAt(at = NINE + HOUR + 5 * SECOND): void {
  const ahead = at - trueNow();
  Date.now = () => trueNow() + ahead;
}

/** Starts an empty Node-RED with a clock of its own; the answer ends both. */
export async function startEmpty(): Promise<() => Promise<void>> {
  clockAt();
  const directory = mkdtempSync(join(tmpdir(), 'bottega-alert-'));
  helper.settings({ userDir: directory });
  await new Promise<void>((resolve) => { helper.startServer(resolve); });
  return async () => {
    await helper.unload();
    await new Promise<void>((resolve) => { helper.stopServer(resolve); });
    rmSync(directory, { recursive: true, force: true });
    Date.now = trueNow;
  };
}

export async function unload(): Promise<void> {
  await helper.unload();
}

/** `others`: further nodes; `shop`: fields of the shop's form. */
export async function load(rules: readonly object[], fields: object = {}, { others = [], shop = {} }: { others?: object[]; shop?: object } = {}): Promise<Loaded> {
  const retained = new Map<string, string>();
  const flow = [
    { id: 'store', type: 'bottega-store', kind: 'embedded', directory: '', version: 1 },
    { id: 'shop', type: 'bottega-shop', version: 1, zone: 'Europe/Rome', stores: [{ id: 'milano', name: 'Milano', aliases: [] }], ...shop },
    { id: 'broker', type: 'test-broker' },
    { id: 'alert', type: 'bottega-alert', version: 2, group: 0, store: 'store', shop: 'shop', broker: 'broker', rules, wires: [['main'], ['side']], ...fields },
    { id: 'main', type: 'test-sink' },
    { id: 'side', type: 'test-sink' },
    ...others,
  ];
  const received = new Map<string, Received[]>([['main', []], ['side', []]]);
  await helper.load([storeNode, shopNode, testBroker(retained), testSink(received), windowNode, alertNode], flow, { shop: { privacyKey: 'for tests' } });
  const node = (id: string): TestNode => helper.getNode(id) as TestNode;
  const [main = [], side = []] = [received.get('main'), received.get('side')];
  return {
    main, side, retained,
    send: (payload) => { node('alert').receive({ payload }); },
    store: () => (helper.getNode('store') as { port: StorePort }).port,
    shown: () => {
      const calls = (helper.getNode('alert') as { status: { args?: [{ text?: string }][] } }).status.args ?? [];
      return calls.map(([{ text }]) => text ?? '').join(' | ');
    },
  };
}

export const NINE = parseInstant('2026-11-21T09:00:00+01:00') ?? 0;

/** The revenue of the hour that begins so many hours after nine. */
export function revenue(hour: number, value: number | null, status: KpiStatus = 'final', store = 'milano'): KpiValue {
  return {
    name: 'revenue', window: { size: '1h', start: formatInstant(NINE + hour * HOUR), end: formatInstant(NINE + (hour + 1) * HOUR) },
    store, channel: '_', value, unit: 'EUR', count: 3, status, revision: 1, updatedAt: formatInstant(NINE),
  };
}

export function said(messages: readonly Received[]): string[] {
  return messages.flatMap(({ payload }) => payload.map(({ text }) => text.replaceAll('\u00a0', ' ')));
}

/** Notes what arrives from its first moment on: what is sent at the start is there before `load` is over. */
function testSink(received: ReadonlyMap<string, Received[]>): (RED: NodeAPI) => void {
  return (RED) => {
    RED.nodes.registerType('test-sink', function (this: Node, saved: never) {
      RED.nodes.createNode(this, saved);
      this.on('input', (message) => { received.get(this.id)?.push(message as unknown as Received); });
    });
  };
}

/** Keeps retained messages; a real broker is the system tests' business. */
function testBroker(retained: Map<string, string>): (RED: NodeAPI) => void {
  const port: Pick<BrokerPort, 'publish' | 'health' | 'watch'> = {
    publish: (topic, payload) => { retained.set(topic, String(payload)); return Promise.resolve(); },
    health: () => ({ state: 'ok' }),
    watch: (listener) => { listener({ state: 'ok' }); return () => undefined; },
  };
  return (RED) => {
    RED.nodes.registerType('test-broker', function (this: never, saved: never) {
      RED.nodes.createNode(this, saved);
      (this as { port?: unknown }).port = port;
    });
  };
}
