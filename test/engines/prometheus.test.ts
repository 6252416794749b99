/** A real Prometheus scrapes the whole product: what it does, and the shop's numbers that were asked for. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { freePort } from '../support/ports.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { eventually } from '../support/waiting.js';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describe('a real Prometheus', function () {
  this.timeout(240_000);
  const data = temporaryData();
  const folder = temporaryData();
  let product: RunningProduct;
  let prometheus: ChildProcess;
  let url: string;

  before(async () => {
    product = await startProduct(data.path);
    const port = String(await freePort());
    url = `http://127.0.0.1:${port}`;
    const scrape = (job: string, more: object): object => ({ job_name: job, scrape_interval: '1s', static_configs: [{ targets: [product.url.replace('http://', '')] }], ...more });
    // JSON is YAML.
    writeFileSync(join(folder.path, 'prometheus.yml'), JSON.stringify({ scrape_configs: [
      scrape('process', {}), scrape('stranger', { params: { kpi: ['revenue'] } }),
      scrape('shop', { authorization: { credentials: product.secrets['BOTTEGA_API_TOKEN'] }, params: { kpi: ['revenue,orders'], window: ['1d'], group: ['store'] } }),
    ] }));
    const args = [`--config.file=${join(folder.path, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder.path, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
    prometheus = spawn('prometheus', args, { stdio: 'ignore' });
    await eventually(async () => (await request(`${url}/-/ready`)).status === 200, 'Prometheus');
  });

  after(async () => {
    const gone = once(prometheus, 'exit');
    prometheus.kill('SIGTERM');
    await gone;
    await product.stop();
    for (const each of [data, folder]) each.remove();
  });

  const ask = async (query: string): Promise<readonly Sample[]> => (
    (await request(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)).json as { data: { result: readonly Sample[] } }
  ).data.result;

  it('reads the shop’s numbers with the API token, and no stranger does', async () => {
    const at = new Date().toISOString();
    const sale = { specversion: '1.0', id: 'r1', source: 'urn:till', type: 'sale', subject: 'receipt/1', time: at, data: { store: 'milano-1', channel: 'pos', amount: '42.50' } };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${product.secrets['BOTTEGA_API_TOKEN'] ?? ''}` };
    assert.equal((await request(`${product.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) })).status, 200);
    const revenue = await eventually(async () => (await ask('bottega_kpi{job="shop",name="revenue"}'))[0], 'the number in Prometheus');
    const { store, channel, unit, window } = revenue.metric;
    assert.deepEqual([Number(revenue.value[1]), store, channel, unit, window], [42.5, 'milano-1', '_', 'EUR', '1d']);
    assert.equal((await ask('bottega_kpi{name="orders"}'))[0]?.value[1], '1');
    const up = await eventually(async () => (await ask('up')).length === 3 && ask('up'), 'all three scrapes');
    assert.deepEqual(Object.fromEntries(up.map(({ metric, value }) => [metric['job'], value[1]])), { process: '1', shop: '1', stranger: '0' });
    assert.ok((await ask('bottega_events_total{job="process",outcome="accepted"}')).length > 0);
  });

  it('is refused what no KPI is called', async () => {
    const headers = { authorization: `Bearer ${product.secrets['BOTTEGA_API_TOKEN'] ?? ''}` };
    assert.equal((await request(`${product.url}/metrics?kpi=nonsense`, { headers })).status, 400);
    assert.equal((await request(`${product.url}/metrics?kpi=revenue&since=ever`, { headers })).status, 400);
  });
});
