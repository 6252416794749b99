/** The dead letter node with a real store and a real broker: what cannot be used is kept, published and passed on, and never in the open. */
import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import helper from 'node-red-node-test-helper';
import type { DeadLetter } from '../../../engine/deadletter/deadLetter.js';
import { ConfigError } from '../../../engine/base/errors.js';
import { type Entry, prefixRange } from '../../../engine/store/store.js';
import storeNode from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import { readConfig, upgrade } from '../../../nodes/45-deadletter/config.js';
import deadletter from '../../../nodes/45-deadletter/deadletter.js';
import type { ShopPort, StorePort } from '../../../nodes/shared/ports.js';
import type { InputMessage } from '../../../nodes/shared/node.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eventually } from '../../support/waiting.js';
import { accepts, freePort } from '../../support/ports.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';
import { unseal } from '../../../engine/privacy/seal.js';

interface TestNode {
  on(event: string, listener: (message: InputMessage) => void): void;
  receive(message: object): void;
  port: unknown;
  status: { lastCall: { args: [{ text: string; fill: string }] } };
}

const letter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  id: 'a', provider: 'shopify', topic: 'orders/create', reason: 'json', path: '', message: 'not JSON', receivedAt: new Date().toISOString(), kind: 'dead', index: 0, sealed: 'c2VjcmV0', ...change,
});
const open = ({ sealed: _sealed, ...rest }: DeadLetter): unknown => rest;

describe('deadletter node', () => {
  let client: MqttClient | undefined;
  afterEach(async () => {
    await client?.endAsync(true);
    client = undefined;
  });
  const home = eachInNodeRed();

  eachInEnvironment({ BOTTEGA_PRIVACY_KEY: 'a test key of a test shop, long enough' });

  async function load(extra: readonly object[] = [], change: object = {}): Promise<(id: string) => TestNode> {
    await helper.load([storeNode, broker, shop, deadletter] as never, [
      { id: 'store', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop', type: 'bottega-shop', tenant: 'prova', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
      { id: 'dead', type: 'bottega-deadletter', shop: 'shop', store: 'store', version: 1, wires: [['main'], ['side']], ...change },
      { id: 'main', type: 'helper' }, { id: 'side', type: 'helper' }, ...extra,
    ] as never);
    return (id) => helper.getNode(id) as TestNode;
  }

  const next = (node: TestNode): Promise<InputMessage> => new Promise((resolve) => { node.on('input', resolve); });
  const shelved = async (node: (id: string) => TestNode, prefix = 'x/'): Promise<Entry[]> => (node('store').port as StorePort).of('prova').scan(prefixRange(prefix), 100);

  it('stores letters, their content apart, and passes on the open part', async () => {
    const node = await load();
    const arriving = next(node('main'));
    const [one, two] = [letter(), letter({ id: 'b' })];
    node('dead').receive({ payload: [one, two], reason: 'json', topic: 'shopify/orders/create' });
    const { payload, topic } = await arriving;
    assert.deepEqual([payload, topic], [[open(one), open(two)], 'shopify/orders/create']);
    const millis = String(Date.parse(one.receivedAt)).padStart(13, '0');
    assert.deepEqual((await shelved(node)).map(({ key }) => key)[0], `x/${millis}/a`);
    assert.deepEqual((await shelved(node, 'y/')).map(({ value }) => value), ['c2VjcmV0', 'c2VjcmV0']);
  });

  it('only counts what was ignored', async () => {
    const node = await load();
    const arriving = next(node('side'));
    node('dead').receive({ payload: [letter({ kind: 'ignored', reason: 'topic' })], reason: 'topic' });
    const { payload, reason } = await arriving;
    assert.deepEqual([(payload as DeadLetter[])[0]?.reason, reason, await shelved(node)], ['topic', 'ignored', []]);
    await eventually(() => Promise.resolve(node('dead').status.lastCall.args[0].text === 'deadletter.status.countsIgnored' ? true : undefined));
  });

  it('makes letters of what other nodes send away, sealed with the key of the shop', async () => {
    const node = await load();
    const arriving = next(node('main'));
    node('dead').receive({ payload: { id: 'e1', nome: 'Ginevra' }, reason: 'time.future', intake: { provider: 'pos' }, topic: 'pos' });
    const { payload } = await arriving;
    const { provider, reason, kind } = payload as DeadLetter;
    assert.deepEqual({ provider, reason, kind }, { provider: 'pos', reason: 'time.future', kind: 'dead' });
    assert.ok(!JSON.stringify(payload).includes('Ginevra'));
    const [content] = await shelved(node, 'y/');
    const opened = unseal(content?.value as string, (node('shop').port as ShopPort).privacyKey);
    assert.equal(opened.outcome === 'plain' && opened.plain.toString(), '{"id":"e1","nome":"Ginevra"}');
    const repeated = next(node('side'));
    node('dead').receive({ payload: [{ id: 'e2' }], reason: 'duplicate' });
    assert.deepEqual(((await repeated).payload as DeadLetter[]).map((said) => said.reason), ['duplicate']);
  });

  it('publishes on the broker, without the content', async () => {
    const port = await freePort();
    const node = await load([{ id: 'broker', type: 'bottega-broker', kind: 'embedded', port, version: 1 }], { broker: 'broker' });
    await eventually(async () => (await accepts(port) ? true : undefined));
    client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`);
    const published: [string, unknown][] = [];
    client.on('message', (topic, payload) => { published.push([topic, JSON.parse(payload.toString())]); });
    await client.subscribeAsync('bottega/#', { qos: 1 });
    const [one, two] = [letter(), letter({ id: 'b' })];
    node('dead').receive({ payload: [one, two, letter({ kind: 'ignored' })] });
    const seen = await eventually(() => Promise.resolve(published.length >= 2 ? published : undefined));
    assert.deepEqual(seen, [['bottega/prova/dead', open(one)], ['bottega/prova/dead', open(two)]]);
  });

  it('keeps letters while the broker is away, and says so', async () => {
    const away = await freePort();
    const node = await load([{ id: 'broker', type: 'bottega-broker', kind: 'external', url: `mqtt://127.0.0.1:${String(away)}`, version: 1 }], { broker: 'broker' });
    const arriving = next(node('main'));
    node('dead').receive({ payload: [letter()] });
    await arriving;
    assert.equal((await shelved(node)).length, 1);
    await eventually(() => Promise.resolve(node('dead').status.lastCall.args[0].text === 'deadletter.status.unpublished' ? true : undefined));
  });

  it('fails where it cannot store, so that nobody is answered 200', async () => {
    const node = await load();
    await (node('store').port as StorePort).of('prova').read([]);
    const failed = new Promise<unknown>((resolve) => { node('dead').on('call:error', resolve); });
    const passed: unknown[] = [];
    node('main').on('input', (message) => { passed.push(message); });
    // A closed store answers every commit with `store.closed`.
    await (helper.getNode('store') as { close(): Promise<void> }).close();
    node('dead').receive({ payload: [letter()] });
    assert.ok(await failed);
    assert.deepEqual(passed, []);
  });
});

describe('deadletter form', () => {
  it('reads what it saves', () => {
    const saved = { id: 'd', type: 'bottega-deadletter', shop: 's', store: 't', broker: '' };
    assert.deepEqual(readConfig(saved), { shop: 's', store: 't' });
    assert.deepEqual(readConfig({ ...saved, broker: 'b', version: 1 }), { shop: 's', store: 't', broker: 'b' });
    assert.deepEqual(upgrade(saved), saved);
    assert.throws(() => readConfig({ ...saved, version: 9 }), (error) => error instanceof ConfigError && error.field === 'version');
  });
});
