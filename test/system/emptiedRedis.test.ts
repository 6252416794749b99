/** A Redis that loses everything while the shop sells: said within seconds, no sale is refused, and what the senders send again is all there. */
import assert from 'node:assert/strict';
import { Mosquitto } from '../support/mosquitto.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { until } from '../support/waiting.js';

interface HealthAnswer {
  readonly status: string;
  readonly warnings?: readonly { readonly cause: string; readonly message: string }[];
}

describe('a Redis that was emptied', () => {
  const data = [temporaryData(), temporaryData()] as const;
  let redis: RedisServer;
  let product: RunningProduct | undefined;
  beforeEach(async () => { redis = await startRedis({ settings: ['--appendonly', 'yes'] }); });
  afterEach(async () => {
    await product?.stop();
    await redis.dispose();
  });
  after(() => { for (const each of data) each.remove(); });

  const sell = async (running: RunningProduct, from: number, to: number): Promise<void> => {
    for (let order = from; order <= to; order += 1) assert.equal((await running.post(running.senders.events([sale(order)]))).status, 200);
  };
  const emptied = async (running: RunningProduct): Promise<boolean> => {
    const { status, warnings = [] } = JSON.parse((await running.get('/health')).text) as HealthAnswer;
    return status === 'ok' && warnings.some(({ cause, message }) => cause === 'store.emptied' && message.startsWith('Redis 127.0.0.1:'));
  };

  it('is said on /health, and the numbers are whole once the senders have sent again', async () => {
    product = await startProduct(data[0].path, { REDIS_URL: redis.url });
    const running = product;
    await sell(running, 1, 20);
    assert.equal(await until(() => revenueOf(running), (revenue) => revenue === 200), 200);
    assert.equal(await emptied(running), false);
    await redis.cli('flushall');
    await sell(running, 21, 30);
    assert.equal(await until(() => emptied(running), (said) => said), true);
    assert.equal(await until(() => revenueOf(running), (revenue) => revenue === 100), 100);
    await sell(running, 1, 30);
    assert.equal(await until(() => revenueOf(running), (revenue) => revenue === 300), 300);
  });

  it('does not take with it what waits in the outbox and was read from there', async () => {
    const broker = await Mosquitto.start();
    await broker.kill();
    product = await startProduct(data[1].path, { REDIS_URL: redis.url, MQTT_URL: broker.url });
    const running = product;
    await sell(running, 1, 10);
    await redis.cli('flushall');
    assert.equal(await until(() => emptied(running), (said) => said), true);
    await broker.run();
    try {
      assert.equal(await until(() => revenueOf(running), (revenue) => revenue === 100), 100);
    } finally {
      await broker.stop();
    }
  });
});

async function revenueOf(product: RunningProduct): Promise<number | undefined> {
  const { rows } = JSON.parse((await product.kpi('name=revenue&window=1d')).text) as { rows?: readonly { readonly value: number }[] };
  return rows?.at(-1)?.value;
}

function sale(order: number): object {
  const time = new Date().toISOString();
  return {
    specversion: '1.0', id: `emptied-${String(order)}`, source: 'urn:bottega:test', type: 'sale', subject: `order/${String(order)}`, time,
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '10.00', currency: 'EUR' },
  };
}
