import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { type EmbeddedListener, EmbeddedPort } from '../../../nodes/05-broker/embeddedPort.js';
import { embeddedSettings } from '../../support/embeddedBroker.js';
import { eventually } from '../../support/waiting.js';
import { freePort } from '../../support/ports.js';

const ROUNDS = 100;

/** aedes gives each message a number and takes a smaller one that follows a larger one for a repetition. */
describe('embedded broker: kept and passing messages at once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bottega-order-'));
  const received: string[] = [];
  let port: EmbeddedPort;
  let client: MqttClient;
  let listener: EmbeddedListener['state'] = 'shut';

  before(async () => {
    const tcp = await freePort();
    port = new EmbeddedPort(embeddedSettings({ folder: join(folder, 'kept'), port: tcp, report: (error) => { received.push(String(error)); } }),
      { words: (cause) => cause, listener: ({ state }) => { listener = state; }, random: () => 0 });
    await eventually(() => (port.health().state === 'ok' && listener === 'open') || undefined);
    client = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(tcp)}`, { reconnectPeriod: 0 });
    client.on('message', (topic, payload) => { received.push(`${topic}=${payload.toString()}`); });
    await client.subscribeAsync('#', { qos: 1 });
  });
  after(async () => {
    await client.endAsync(true);
    await port.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => { received.length = 0; });

  const arrived = (sent: readonly string[]): Promise<true> => (
    eventually(() => received.length >= sent.length || undefined, () => `${String(received.length)} of ${String(sent.length)} messages`));

  it('all reach a client, each topic in the order in which it was published', async () => {
    const sent: string[] = [];
    const publishing: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [topic, retain] of [['kpi/a', true], ['kpi/b', true], ['events/a', false], ['kpi/a', true], ['receipts/a', false]] as const) {
        const payload = String(sent.length);
        sent.push(`${topic}=${payload}`);
        publishing.push(port.publish(topic, payload, { retain }));
      }
    }
    await Promise.all(publishing);
    await arrived(sent);
    assert.deepEqual(received, sent);
  });

  it('also while clients publish', async () => {
    const sent = Array.from({ length: ROUNDS }, (_, index) => [`kpi/c=${String(index)}`, `from/client=${String(index)}`]).flat();
    await Promise.all(sent.map((message) => {
      const [topic = '', payload = ''] = message.split('=');
      return topic === 'kpi/c' ? port.publish(topic, payload, { retain: true }) : client.publishAsync(topic, payload, { qos: 1 });
    }));
    await arrived(sent);
    for (const topic of ['kpi/c', 'from/client']) {
      assert.deepEqual(received.filter((message) => message.startsWith(topic)), sent.filter((message) => message.startsWith(topic)));
    }
  });

  it('numbers are kept in memory, the newest of each topic, until they are cleared', async () => {
    const topic = 'bottega/shop/kpi/revenue/1d/_/_';
    const kept = async (): Promise<string[]> => {
      const late = await mqtt.connectAsync(`mqtt://127.0.0.1:${String(client.options.port)}`, { reconnectPeriod: 0 });
      const found: string[] = [];
      late.on('message', (from, payload) => { found.push(`${from}=${payload.toString()}`); });
      await late.subscribeAsync(['bottega/shop/kpi/#', 'kpi/end'], { qos: 1 });
      await eventually(() => found.includes('kpi/end=.') || undefined);
      await late.endAsync(true);
      return found.filter((message) => message.startsWith('bottega'));
    };
    for (const payload of ['1', '2']) await port.publish(topic, payload, { retain: true });
    await port.publish('kpi/end', '.', { retain: true });
    assert.deepEqual(await kept(), [`${topic}=2`]);
    assert.ok((await files(join(folder, 'kept'))).every((content) => !content.includes(topic)));
    await port.publish(topic, '', { retain: true });
    assert.deepEqual(await kept(), []);
  });
});

/** What lies in the broker's database. */
async function files(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
}
