/** Is every number right while workers are updated one after the other? Real processes, mosquitto and Redis; the new worker counts one number more. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mosquitto } from '../support/mosquitto.js';
import { shopifyOrder } from '../support/payloads.js';
import { type Ended, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { until } from '../support/waiting.js';

const TAKINGS = { name: 'incasso_lordo', type: 'sale', value: 'amount', show: 'sum', where: [] };
const TOKEN = 'una-chiave-per-tutti';

describe('a rolling update', () => {
  const folders = new Map(['edge', 'worker1', 'worker2', 'front'].map((name) => [name, temporaryData()]));
  const running = new Map<string, RunningProduct>();
  const ended: Ended[] = [];
  let broker: Mosquitto;
  let redis: RedisServer;
  let sold = 0;

  const of = (name: string): RunningProduct => running.get(name) ?? assert.fail(`${name} does not run`);
  const start = async (name: string): Promise<void> => {
    const shared = { BOTTEGA_ROLE: name.replace(/\d$/, ''), MQTT_URL: broker.url, BOTTEGA_API_TOKEN: TOKEN, BOTTEGA_PRIVACY_KEY: 'lo-stesso-segreto-in-ogni-processo' };
    running.set(name, await startProduct(folders.get(name)?.path ?? '', { ...shared, ...(name === 'edge' ? {} : { REDIS_URL: redis.url }) }));
  };
  const stop = async (name: string): Promise<void> => { ended.push(await of(name).stop()); };
  /** The owner adds a number in the editor. */
  const addKpi = (name: string): void => {
    const path = join(folders.get(name)?.path ?? '', 'flows.json');
    const flow = JSON.parse(readFileSync(path, 'utf8')) as { readonly type: string }[];
    writeFileSync(path, JSON.stringify(flow.map((node) => (node.type === 'bottega-window' ? { ...node, kpis: [TAKINGS] } : node))));
  };
  /** Sells for 10.00 each, one after the other. */
  const sell = async (howMany: number): Promise<void> => {
    for (const until = sold + howMany; sold < until; sold += 1) {
      const order = of('edge').senders.shopify('orders/paid', shopifyOrder({ id: sold + 1, at: Date.now(), total: '10.00' }), `w-${String(sold)}`);
      assert.equal((await of('edge').post(order)).status, 200);
    }
  };
  const valueOf = async (name: string): Promise<unknown> => (await of('front').kpi(`name=${name}&window=1d`)).json.rows?.[0]?.value;
  const reaches = async (name: string, expected: number): Promise<void> => {
    assert.equal(await until(() => valueOf(name), (value) => value === expected), expected, name);
  };

  before(async () => {
    [broker, redis] = await Promise.all([Mosquitto.start(), startRedis()]);
    await Promise.all(['edge', 'worker1', 'front'].map(start));
  });
  after(async () => {
    await Promise.all([...running.values()].map((product) => product.stop('SIGKILL')));
    await Promise.all([broker.stop(), redis.dispose()]);
    for (const folder of folders.values()) folder.remove();
  });

  it('has the old numbers right while an old and a new worker count side by side', async () => {
    await sell(20);
    await start('worker2');
    await stop('worker2');
    addKpi('worker2');
    await Promise.all([start('worker2'), sell(40)]);
    await sell(30);
    await reaches('revenue', sold * 10);
    await reaches('orders', sold);
  });

  it('has the new number right for all that was ever sold, once the last worker is new', async () => {
    await stop('worker1');
    addKpi('worker1');
    await sell(10);
    await start('worker1');
    await sell(10);
    await reaches(TAKINGS.name, sold * 10);
    await reaches('revenue', sold * 10);
  });

  it('meets no definitions that nobody knows, and refuses nothing', async () => {
    for (const name of ['worker1', 'worker2']) await stop(name);
    const said = ended.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    assert.doesNotMatch(said, /unknown generation|contended|refused|Error/i);
  });
});
