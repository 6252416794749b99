/** Do an edge, two workers and a front make one product? Real processes, a real mosquitto and a real Redis; a worker is killed under way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { formatInstant, MINUTE } from '../../engine/base/time.js';
import { request } from '../support/http.js';
import { Mosquitto } from '../support/mosquitto.js';
import { shopifyOrder, shopifyRefund } from '../support/payloads.js';
import { type RunningProduct, runToEnd, startProduct, temporaryData } from '../support/product.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { until } from '../support/waiting.js';

/** What the product publishes, as far as the test reads it. */
interface Published {
  readonly topic: string;
  readonly value: number | null;
  readonly status: string;
  readonly revision: number;
  readonly state: string;
  readonly window: { readonly start: string; readonly end: string };
}

const TOKEN = 'una-chiave-per-tutti';
const ORDERS = 120;
const REVENUE = 'bottega/shop/kpi/revenue/1d/_/_';

describe('roles', () => {
  const folders = new Map(['edge', 'worker1', 'worker2', 'front'].map((name) => [name, temporaryData()]));
  const running = new Map<string, RunningProduct>();
  const published: Published[] = [];
  let broker: Mosquitto;
  let redis: RedisServer;
  let client: MqttClient;
  const started: RunningProduct[] = [];

  const start = async (name: string): Promise<RunningProduct> => {
    const shared = { BOTTEGA_ROLE: name.replace(/\d$/, ''), MQTT_URL: broker.url, BOTTEGA_API_TOKEN: TOKEN, BOTTEGA_PRIVACY_KEY: 'lo-stesso-segreto-in-ogni-processo' };
    const product = await startProduct(folders.get(name)?.path ?? '', { ...shared, ...(name === 'edge' ? {} : { REDIS_URL: redis.url }) });
    running.set(name, product);
    started.push(product);
    return product;
  };
  const of = (name: string): RunningProduct => running.get(name) ?? assert.fail(`${name} does not run`);
  const last = (topic: string): Published | undefined => published.findLast((one) => one.topic === topic);

  before(async () => {
    [broker, redis] = await Promise.all([Mosquitto.start(), startRedis({ settings: ['--appendonly', 'yes'] })]);
    client = await connectAsync(broker.url);
    client.on('message', (topic, payload) => { if (payload.length > 0) published.push({ topic, ...JSON.parse(payload.toString()) as Omit<Published, 'topic'> }); });
    await client.subscribeAsync(['bottega/shop/kpi/#', 'bottega/shop/alert/#'], { qos: 1 });
    await Promise.all([...folders.keys()].map(start));
  });
  after(async () => {
    await client.endAsync(true);
    await Promise.all(started.map((product) => product.stop('SIGKILL')));
    await Promise.all([broker.stop(), redis.dispose()]);
    for (const folder of folders.values()) folder.remove();
  });

  /** Posts orders of 10.01, 10.02 …, so many at a time; answers their sum in cents. */
  async function sell(from: number, to: number, at: number): Promise<number> {
    const edge = of('edge');
    const ids = Array.from({ length: to - from }, (_, index) => from + index);
    const answers = await Promise.all(ids.map((id) => edge.post(edge.senders.shopify('orders/paid', shopifyOrder({ id, at, total: (10 + id / 100).toFixed(2) }), `w-${String(id)}`))));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    return ids.reduce((sum, id) => sum + 1_000 + id, 0);
  }

  it('adds up to the cent at the front, although a worker is killed under way', async () => {
    const at = Date.now();
    let cents = await sell(0, ORDERS / 2, at);
    const [second] = await Promise.all([sell(ORDERS / 2, ORDERS, at), of('worker1').stop('SIGKILL')]);
    cents += second;
    const revenue = async (): Promise<unknown> => (await of('front').kpi('name=revenue&window=1d')).json.rows[0]?.value;
    assert.equal(await until(revenue, (value) => value === cents / 100), cents / 100);
    assert.equal((await of('front').kpi('name=orders&window=1d')).json.rows[0]?.value, ORDERS);
    assert.equal((await until(() => last(REVENUE), (one) => one?.value === cents / 100))?.value, cents / 100);
    await start('worker1');
    assert.equal((await until(() => last(REVENUE), (one) => one?.value === cents / 100))?.value, cents / 100);
  });

  it('keeps the right last value on the broker', async () => {
    const { rows } = (await of('front').kpi('name=revenue,orders,average_ticket&window=1d')).json as { rows: { name: string; value: number; revision: number }[] };
    const late = await connectAsync(broker.url);
    const retained = new Map<string, Published>();
    late.on('message', (topic, payload) => { retained.set(topic, JSON.parse(payload.toString()) as Published); });
    await late.subscribeAsync('bottega/shop/kpi/+/1d/_/_', { qos: 1 });
    for (const { name, value, revision } of rows) {
      const kept = await until(() => retained.get(`bottega/shop/kpi/${name}/1d/_/_`), (one) => one !== undefined);
      assert.deepEqual([kept?.value, kept?.revision], [value, revision], name);
    }
    await late.endAsync(true);
  });

  it('publishes each end of a window once, by one of the workers', async () => {
    // As if the last window but one had just been closed: the next tick of either worker closes the last one.
    const five = 5 * MINUTE;
    const end = Math.floor((Date.now() - 5_000) / five) * five;
    const ended = (): Published[] => published.filter(({ topic, status, window }) => (
      topic.startsWith('bottega/shop/kpi/orders/5m/') && status !== 'live' && window.end === formatInstant(end)));
    // A sale in it, so that it has something to say just after midnight too: of the shop, its store, its channel, and both.
    await sell(ORDERS, ORDERS + 1, end - MINUTE);
    await until(() => new Set(ended().map(({ topic }) => topic)).size, (topics) => topics >= 4);
    const former = ended().length;
    const mark = JSON.stringify({ from: end - 2 * five, end: end - five, claimedAt: Date.now(), state: 'told' }); // vocabulary-ok: as stored
    await redis.cli('set', 'bottega:{shop}:w/5m', mark);
    const finals = (): Published[] => ended().slice(former);
    await until(() => finals().length, (count) => count > 0);
    await until(async () => JSON.parse(await redis.cli('get', 'bottega:{shop}:w/5m')).state, (state) => state === 'told'); // vocabulary-ok: as stored
    // Both workers have ticked after it by now; the second would have published by then.
    const since = Date.now();
    await until(() => Date.now() - since, (passed) => passed > 2_500);
    const topics = finals().map(({ topic }) => topic);
    assert.ok(topics.includes('bottega/shop/kpi/orders/5m/_/_'));
    assert.deepEqual(topics, [...new Set(topics)]);
  });

  it('warns once, at the front', async () => {
    const edge = of('edge');
    assert.equal((await edge.post(edge.senders.shopify('refunds/create', shopifyRefund(9_000, 1, Date.now(), '450.00'), 'w-refund'))).status, 200);
    const firing = (): Published[] => published.filter(({ topic, state }) => topic === 'bottega/shop/alert/Resi alti/_' && state === 'firing');
    await until(() => firing().length, (count) => count > 0);
    const after = await of('front').kpi('name=refunds&window=1d');
    assert.equal(after.json.rows[0]?.value, 450);
    assert.equal(firing().length, 1);
  });

  it('shows health, and the dashboard only where it belongs', async () => {
    for (const name of running.keys()) assert.equal((await of(name).get('/health')).json.status, 'ok', name);
    assert.equal((await of('front').get('/dashboard/')).status, 200);
    assert.equal((await of('worker1').get('/dashboard/')).status, 404);
    assert.equal((await request(`${of('worker1').url}/in/shopify`, { method: 'POST' })).status, 404);
    assert.equal(readFileSync(join(folders.get('front')?.path ?? '', 'role'), 'utf8'), 'front\n');
  });

  it('refuses the data directory of another role', async () => {
    const path = folders.get('edge')?.path ?? '';
    await of('edge').stop();
    const { code, stderr } = await runToEnd({ PORT: '0', BOTTEGA_DATA: path, BOTTEGA_ROLE: 'front', MQTT_URL: broker.url });
    assert.equal(code, 1);
    assert.match(stderr, /^BOTTEGA_ROLE: .*directory.*\("front"\)$/m);
  });

  it('works on the broker of an edge, shared by two workers', async () => {
    const data = ['edge', 'worker', 'worker', 'front'].map((role) => ({ role, ...temporaryData() }));
    const [edge, ...others] = data;
    const cash = await startProduct(edge?.path ?? '', { BOTTEGA_ROLE: 'edge' });
    const shared = { BOTTEGA_API_TOKEN: TOKEN, MQTT_URL: `mqtt://127.0.0.1:${String(cash.mqttPort)}`, REDIS_URL: `${redis.url}/1` };
    const rest = await Promise.all(others.map(({ role, path }) => startProduct(path, { BOTTEGA_ROLE: role, ...shared })));
    const orders = Array.from({ length: 40 }, (_, id) => cash.senders.shopify('orders/paid', shopifyOrder({ id: id + 1, at: Date.now(), total: '2.50' }), `w-${String(id)}`));
    assert.deepEqual([...new Set((await Promise.all(orders.map((order) => cash.post(order)))).map(({ status }) => status))], [200]);
    const revenue = async (): Promise<unknown> => (await rest[2]?.kpi('name=revenue&window=1d'))?.json.rows[0]?.value;
    assert.equal(await until(revenue, (value) => value === 100), 100);
    const received = async (worker: RunningProduct | undefined): Promise<number> => (
      Number(/^bottega_events_total\{source="mqtt",outcome="received"\} (\d+)/m.exec((await worker?.get('/metrics'))?.text ?? '')?.[1] ?? 0));
    const shares = await Promise.all([received(rest[0]), received(rest[1])]);
    await Promise.all([cash, ...rest].map((product) => product.stop('SIGKILL')));
    for (const folder of data) folder.remove();
    // On a slow machine an outbox sends again, so one may have received more than there are.
    assert.ok(shares.every((count) => count > 0), `each has its share: ${String(shares)}`);
  });

  it('a front without Redis says what it lacks, and answers no false zeros', async () => {
    const data = temporaryData();
    const front = await startProduct(data.path, { BOTTEGA_ROLE: 'front', MQTT_URL: broker.url, BOTTEGA_API_TOKEN: TOKEN });
    const { status, json } = await front.kpi('name=revenue&window=1d');
    const { stderr } = await front.stop();
    data.remove();
    assert.deepEqual([status, json.errors[0].rule], [503, 'store.elsewhere']);
    assert.match(stderr, /REDIS_URL is not set/);
  });
});
