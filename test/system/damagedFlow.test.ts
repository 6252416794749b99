/** The launcher with a damaged flows.json: ready with the last good flow, or never ready; senders are asked to come again, never sent away. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damagedFiles } from '../../launcher/flowFile.js';
import { request } from '../support/http.js';
import { freePort } from '../support/ports.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

interface HealthAnswer {
  readonly status: string;
  readonly causes?: readonly { readonly cause: string; readonly message: string }[];
  readonly warnings?: readonly { readonly cause: string; readonly message: string }[];
}

const SENDERS = ['/in/shopify', '/in/hubspot', '/in/pos', '/in/events', '/in/batch', '/in/pixel'];

describe('a damaged flows.json', () => {
  const data = temporaryData();
  const [flow, backup] = [join(data.path, 'flows.json'), join(data.path, '.flows.json.backup')];
  const running: RunningProduct[] = [];
  before(async () => {
    const first = await startProduct(data.path);
    await first.stop();
    copyFileSync(flow, join(data.path, 'good'));
  });
  after(async () => {
    await Promise.all(running.map((product) => product.stop()));
    data.remove();
  });

  it('is replaced by the backup: the launcher is ready, and says so until the damaged file is deleted', async () => {
    copyFileSync(flow, backup);
    truncateSync(flow, 1_000);
    const product = await startProduct(data.path);
    running.push(product);
    const warnings = async (): Promise<HealthAnswer['warnings']> => (JSON.parse((await product.get('/health')).text) as HealthAnswer).warnings ?? [];
    const [warning] = await warnings() ?? [];
    const [aside = ''] = readdirSync(data.path).filter((name) => name.startsWith('flows.json.damaged-'));
    assert.equal(warning?.cause, 'flows.damaged');
    assert.ok(warning.message.includes(aside), warning.message);
    assert.equal(readFileSync(flow, 'utf8'), readFileSync(join(data.path, 'good'), 'utf8'));
    assert.equal((await product.post(product.senders.events([]))).status === 404, false);
    rmSync(join(data.path, aside));
    assert.deepEqual(await until(warnings, (now) => now?.length === 0), []);
    const { stderr } = await (running.pop() ?? product).stop();
    assert.match(stderr, /\[warn\] flows\.json is damaged, and kept as flows\.json\.damaged-\d{8}T\d{6}Z; \.flows\.json\.backup takes its place/);
  });

  const damages: [what: string, content: string][] = [['empty', ''], ['cut off', '[{"id":"n1",'], ['without nodes', '[]']];
  for (const [what, content] of damages) {
    it(`that is ${what}, without a backup: never ready, 503 to every sender, until a flow is deployed`, async () => {
      rmSync(backup, { force: true });
      for (const name of damagedFiles(data.path)) rmSync(join(data.path, name));
      writeFileSync(flow, content);
      const port = await freePort();
      const url = `http://127.0.0.1:${String(port)}`;
      let state = 'starting';
      const starting = startProduct(data.path, { PORT: String(port) }).then((product) => {
        state = 'ready';
        running.push(product);
        return product;
      });
      const health = await until(() => healthOf(url), (answer) => answer.status === 'down');
      assert.match(health.causes?.[0]?.message ?? '', /^flows\.json is damaged \(kept as flows\.json\.damaged-\S+\), and there is no backup that could be used/);
      // The editor is there once Node-RED has started: without its flow.
      await until(async () => (await request(`${url}/flows`)).status, (status) => status === 200);
      for (const path of SENDERS) {
        const { status, headers } = await request(url + path, { method: 'POST', body: '{}' });
        assert.deepEqual([status, Number(headers.get('retry-after')) > 0], [503, true], path);
      }
      assert.equal(state, 'starting');
      const deployed = await request(`${url}/flows`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'node-red-api-version': 'v1' }, body: readFileSync(join(data.path, 'good'), 'utf8'),
      });
      assert.equal(deployed.status, 204);
      const product = await starting;
      assert.equal((await product.post(product.senders.events([]))).status === 404, false);
      running.pop();
      await product.stop();
    });
  }
});

async function healthOf(url: string): Promise<HealthAnswer> {
  try {
    const { status, text } = await request(`${url}/health`);
    return status === 503 ? JSON.parse(text) as HealthAnswer : { status: String(status) };
  } catch {
    return { status: 'silent' };
  }
}
