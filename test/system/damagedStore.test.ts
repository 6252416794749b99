/** A store whose files are damaged: said by name, never taken for an empty one, and repaired by the command that is named. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { freePort } from '../support/ports.js';
import { ROOT, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

interface HealthAnswer {
  readonly status: string;
  readonly causes?: readonly { readonly cause: string; readonly message: string }[];
}

describe('an embedded store without its list of files', () => {
  const data = temporaryData();
  const store = join(data.path, 'bottega-store');
  const running: RunningProduct[] = [];
  after(async () => {
    await Promise.all(running.map((product) => product.stop()));
    data.remove();
  });

  it('is never ready, is repaired by the command that /health names, and then knows every sale', async () => {
    const first = await startProduct(data.path);
    for (let order = 1; order <= 30; order += 1) assert.equal((await first.post(first.senders.events([sale(order)]))).status, 200);
    assert.equal(await until(() => revenueOf(first), (revenue) => revenue === 300), 300);
    await first.stop();
    rmSync(join(store, 'CURRENT'));
    const port = await freePort();
    const url = `http://127.0.0.1:${String(port)}`;
    let state = 'starting';
    const starting = startProduct(data.path, { PORT: String(port) }).then((product) => {
      state = 'ready';
      running.push(product);
      return product;
    });
    const health = await until(() => healthOf(url), (answer) => answer.causes?.[0]?.cause === 'store.corrupt');
    const [, command = ''] = /stop the shop, then run: (bottega-store repair .*)$/.exec(health.causes?.[0]?.message ?? '') ?? [];
    assert.equal(command, `bottega-store repair ${store}`);
    const refused = await request(`${url}/in/shopify`, { method: 'POST', body: '{}' });
    assert.deepEqual([refused.status, state], [503, 'starting']);
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/store.js'), ...command.split(' ').slice(1), '--json'], { encoding: 'utf8' });
    const outcome = JSON.parse(stdout) as { state: string; records: Record<string, number> };
    assert.deepEqual([status, outcome.state, outcome.records['facts']], [0, 'repaired', 30]);
    const second = await starting;
    assert.equal(await until(() => revenueOf(second), (revenue) => revenue === 300), 300);
    await second.post(second.senders.events([sale(7), sale(31)]));
    assert.equal(await until(() => revenueOf(second), (revenue) => revenue === 310), 310);
  });
});

async function healthOf(url: string): Promise<HealthAnswer> {
  try {
    return JSON.parse((await request(`${url}/health`)).text) as HealthAnswer;
  } catch {
    return { status: 'silent' };
  }
}

async function revenueOf(product: RunningProduct): Promise<number | undefined> {
  const { rows } = JSON.parse((await product.kpi('name=revenue&window=1d')).text) as { rows?: readonly { readonly value: number }[] };
  return rows?.at(-1)?.value;
}

function sale(order: number): object {
  const time = new Date().toISOString();
  return {
    specversion: '1.0', id: `damage-${String(order)}`, source: 'urn:bottega:test', type: 'sale', subject: `order/${String(order)}`, time,
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '10.00', currency: 'EUR' },
  };
}
