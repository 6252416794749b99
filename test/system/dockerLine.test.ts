/** Does the line of docker/compose.yaml count? Edge, two workers and front with the environment of their services, on the broker and the store configured there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfiguredRedis, DockerFolder, readCompose, startBroker } from '../support/docker.js';
import type { Mosquitto } from '../support/mosquitto.js';
import { post, request } from '../support/http.js';
import { saleEvent } from '../support/payloads.js';
import { type RunningProduct, startProduct } from '../support/product.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/waiting.js';

describe('the line of docker/compose.yaml', () => {
  const root = mkdtempSync(join(tmpdir(), 'bottega-line-'));
  const folder = new DockerFolder();
  const products: RunningProduct[] = [];
  let broker: Mosquitto;
  let redis: ConfiguredRedis;
  let intakePort = 0;

  before(async () => {
    folder.makeSecrets();
    // What the access list refuses is logged at this level only.
    [broker, redis, intakePort] = await Promise.all([startBroker(folder, root, ['log_type debug']), ConfiguredRedis.start(folder, root), freePort()]);
    for (const [role, name] of [['edge', 'MQTT_URL'], ['worker', 'MQTT_URL'], ['worker', 'REDIS_URL'], ['front', 'MQTT_URL'], ['front', 'REDIS_URL']] as const) {
      const url = folder.read(`secrets/${role}/${name}`).replace('@mosquitto:8883', `@127.0.0.1:${String(broker.port)}`).replace('@redis:6379', `@127.0.0.1:${String(redis.port)}`);
      folder.write(`secrets/${role}/${name}`, url);
    }
  });
  after(async () => {
    await Promise.all(products.map((product) => product.stop()));
    await Promise.all([broker.stop(), redis.end('SIGTERM')]);
    folder.remove();
    rmSync(root, { recursive: true, force: true });
  });

  async function start(role: string, copy = 1): Promise<RunningProduct> {
    const compose = readCompose(folder.settings());
    const environment = Object.entries(compose.services[role]?.environment ?? {}).filter(([, value]) => value !== '');
    const files = folder.secretFiles(compose, role);
    const here = Object.fromEntries(environment.map(([name, value]) => [name, files[value] ?? value]));
    const intake = role === 'edge' ? { BOTTEGA_INTAKE_PORT: String(intakePort) } : {};
    const data = join(root, `${role}-${String(copy)}`);
    const product = await startProduct(data, { ...here, ...intake, HOST: '127.0.0.1', BOTTEGA_DATA: data });
    // What stands in its files.
    Object.assign(product.secrets, { BOTTEGA_API_TOKEN: folder.secret('BOTTEGA_API_TOKEN') });
    products.push(product);
    return product;
  }

  it('takes events at the edge, adds them up in the workers and answers at the front', async () => {
    const edge = await start('edge');
    const intake = `http://127.0.0.1:${String(intakePort)}`;
    const [front] = await Promise.all([start('front'), start('worker', 1), start('worker', 2)]);
    const at = Date.now();
    for (let id = 0; id < 20; id += 1) {
      const answer = await post(intake, edge.senders.events(saleEvent({ id: `line-${String(id)}`, at, amount: '1.10' })));
      assert.equal(answer.status, 200, answer.text);
    }
    const revenue = async (): Promise<number | undefined> => {
      const { json } = await front.kpi('name=revenue&window=1d');
      return (json?.rows as { value: number }[] | undefined)?.at(-1)?.value;
    };
    assert.equal(await until(revenue, (value) => value === 22), 22);
    // The port of the webhooks has no editor.
    for (const path of ['/', '/dashboard', '/auth/signin', '/flows', '/kpi', '/metrics', '/in/../']) assert.equal((await request(intake + path)).status, 404, path);
    assert.equal((await request(`${intake}/health`)).status, 200);
    for (const product of products) assert.deepEqual((await product.get('/health')).json, { status: 'ok' });
  });

  it('is refused nothing by broker and store', async () => {
    assert.deepEqual(broker.logs().split('\n').filter((line) => /denied/i.test(line)), []);
    const stopped = await Promise.all(products.splice(0).map((product) => product.stop()));
    for (const { code, stderr } of stopped) {
      assert.equal(code, 0);
      assert.doesNotMatch(stderr, /NOPERM|not authorized|\[error\]/i);
    }
  });
});
