/** The listen node on a real broker: retained and live numbers come in, what is none or was overtaken leaves by the second output. */
import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import helper from 'node-red-node-test-helper';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { readConfig } from '../../../nodes/55-listen/config.js';
import broker from '../../../nodes/05-broker/broker.js';
import listen from '../../../nodes/55-listen/listen.js';
import shop from '../../../nodes/06-shop/shop.js';
import { Mosquitto } from '../../support/mosquitto.js';
import { eventually } from '../../support/waiting.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

interface Received {
  readonly payload: unknown;
  readonly reason?: string;
}

describe('listen node', () => {
  let mosquitto: Mosquitto;
  let client: MqttClient;

  before(async () => {
    mosquitto = await Mosquitto.start();
    client = await mqtt.connectAsync(mosquitto.url);
  });
  after(async () => {
    await client.endAsync(true);
    await mosquitto.stop();
  });
  eachInNodeRed();
  const orders = (value: number, revision: number, tenant = 'prova'): [string, string] => {
    const window = { size: '1h', start: '2026-11-22T09:00:00.000Z', end: '2026-11-22T10:00:00.000Z' };
    const kpi = { name: 'orders', window, store: '_', channel: '_', value, unit: 'count', count: value, status: 'live', revision, updatedAt: '2026-11-22T09:10:00.000Z' };
    return [`bottega/${tenant}/kpi/orders/1h/_/_`, JSON.stringify(kpi)];
  };
  const publish = ([topic, text]: [string, string], retain = false): Promise<unknown> => client.publishAsync(topic, text, { qos: 1, retain });

  async function load(): Promise<{ main: Received[]; side: Received[] }> {
    await helper.load([broker, shop, listen] as never, [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'external', url: mosquitto.url },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' },
      { id: 'listen', type: 'bottega-listen', version: 1, shop: 'shop', broker: 'broker', wires: [['main'], ['side']] },
      { id: 'main', type: 'helper' }, { id: 'side', type: 'helper' },
    ]);
    const received: { main: Received[]; side: Received[] } = { main: [], side: [] };
    for (const output of ['main', 'side'] as const) {
      (helper.getNode(output) as { on(event: string, listener: (message: Received) => void): void }).on('input', (message) => { received[output].push(message); });
    }
    return received;
  }
  const valuesOf = (messages: readonly Received[]): unknown[] => messages.flatMap(({ payload }) => (payload as KpiValue[]).map(({ value }) => value));
  const reasonsOf = (messages: readonly Received[]): unknown[] => messages.map(({ reason }) => reason);

  it('reads its form', () => {
    const saved = { id: 'l', type: 'bottega-listen', shop: 's', broker: 'b' };
    assert.deepEqual(readConfig(saved), { shop: 's', broker: 'b' });
    assert.throws(() => readConfig({ ...saved, version: 2 }), { name: 'ConfigError', field: 'version' });
  });

  it('begins with what the broker kept, and goes on with what comes', async () => {
    await publish(orders(3, 3), true);
    const { main, side } = await load();
    await eventually(() => (valuesOf(main).includes(3) ? true : undefined));
    await publish(orders(99, 9, 'altri'));
    await publish(orders(5, 5));
    await publish(orders(4, 4));
    await publish(orders(6, 6));
    await eventually(() => (valuesOf(main).includes(6) ? true : undefined));
    assert.deepEqual(valuesOf(main), [3, 5, 6]);
    assert.deepEqual([valuesOf(side), [...new Set(reasonsOf(side))]], [[4], ['kpi.overtaken']]);
    assert.ok(main.every(({ payload }) => Array.isArray(payload)));
  });

  it('takes no part of what is no number', async () => {
    const { main, side } = await load();
    await eventually(() => (main.length > 0 ? true : undefined));
    await publish(['bottega/prova/kpi/orders/1h/_/_', '{"name":"orders"}']);
    await publish(['bottega/prova/kpi/orders/1h/_/_', '']);
    await publish(['bottega/prova/kpi/revenue/1h/_/_', orders(7, 7)[1]]);
    await eventually(() => (side.length === 2 ? true : undefined));
    assert.deepEqual(reasonsOf(side), ['kpi.malformed', 'kpi.malformed']);
    assert.deepEqual(valuesOf(main), [3]);
  });
});
