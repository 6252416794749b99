import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import { saleEvent, shopifyOrder } from '../support/payloads.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

describe('MQTT topics', () => {
  const data = temporaryData();
  const seen = new Map<string, { payload: any; retain: boolean }>(); // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever is published
  let product: RunningProduct;
  let client: MqttClient;

  before(async () => {
    product = await startProduct(data.path);
    client = await connect();
  });
  after(async () => {
    try {
      await client.endAsync();
    } finally {
      await product.stop();
      data.remove();
    }
  });

  async function connect(): Promise<MqttClient> {
    const connected = await connectAsync(`mqtt://127.0.0.1:${String(product.mqttPort)}`);
    connected.on('message', (topic, payload, { retain }) => { seen.set(topic, { payload: JSON.parse(payload.toString()), retain }); });
    await connected.subscribeAsync('bottega/shop/#', { qos: 1 });
    return connected;
  }

  const received = (topic: string, satisfies: (payload: any) => boolean): Promise<any> => // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
    until(() => seen.get(topic)?.payload, (payload) => payload !== undefined && satisfies(payload));

  it('carry canonical events and the KPI values they change', async () => {
    const now = Date.now();
    assert.equal((await product.post(product.senders.events(saleEvent({ id: 'mqtt-1', at: now, amount: '3.30' })))).status, 200);
    const published = await received('bottega/shop/events/milano-1/pos/sale', () => true);
    const event = Array.isArray(published) ? published[0] : published;
    assert.equal(event.id, 'mqtt-1');
    assert.equal(event.data.amount, '3.30');
    const value = await received('bottega/shop/kpi/revenue/1h/_/_', (payload) => payload.value === 3.3);
    assert.equal(value.value, 3.3);
    assert.equal(value.status, 'live');
    assert.equal(value.window.size, '1h');
    assert.equal((await received('bottega/shop/kpi/revenue/1h/milano-1/pos', (payload) => payload.value === 3.3)).unit, 'EUR');
  });

  it('keep the last KPI value for whoever comes late', async () => {
    await client.endAsync();
    seen.clear();
    client = await connect();
    assert.equal((await received('bottega/shop/kpi/revenue/1h/_/_', () => true)).value, 3.3);
    assert.equal(seen.get('bottega/shop/kpi/revenue/1h/_/_')?.retain, true);
  });

  it('name rejects with their reason, and of no person', async () => {
    const order = shopifyOrder({ id: 1, at: Date.now(), total: '1,00' });
    await product.post(product.senders.shopify('orders/paid', order, 'w-dead'));
    const dead = await received('bottega/shop/dead', () => true);
    const letter = Array.isArray(dead) ? dead[0] : dead;
    assert.equal(letter.provider, 'shopify');
    assert.equal(typeof letter.reason, 'string');
    assert.ok(!JSON.stringify(dead).includes('cliente@example.it'));
  });

  it('take events of other programs too', async () => {
    const event = saleEvent({ id: 'mqtt-2', at: Date.now(), amount: '1.70' });
    await client.publishAsync('bottega/shop/events/milano-1/pos/sale', JSON.stringify(event), { qos: 1 });
    const last = await received('bottega/shop/kpi/revenue/1h/_/_', (payload) => payload.value === 5);
    // Where it fails, what the store counts says whether the event or its publication was lost.
    assert.equal(last.value, 5, JSON.stringify((await product.kpi('name=revenue&window=1h')).json));
  });
});
