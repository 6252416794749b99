/** Is it said when the disk gives back other bytes than it was given? The database reads over them in silence. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { damageBytes } from '../support/damage.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

interface HealthAnswer {
  readonly status: string;
  readonly warnings?: readonly { readonly cause: string; readonly message: string }[];
}

describe('a damaged log of the embedded store', () => {
  const data = temporaryData();
  const note = join(data.path, 'bottega-store-damage.json');
  let product: RunningProduct | undefined;
  after(async () => {
    await product?.stop();
    data.remove();
  });

  const warningsOf = async (running: RunningProduct): Promise<HealthAnswer['warnings']> => (JSON.parse((await running.get('/health')).text) as HealthAnswer).warnings ?? [];

  it('is said on /health with the time since when events may be lost, until it is acknowledged', async () => {
    const first = await startProduct(data.path);
    for (let order = 1; order <= 60; order += 1) {
      const { status } = await first.post(first.senders.events([sale(order)]));
      assert.equal(status, 200);
    }
    await first.stop('SIGKILL');
    const store = join(data.path, 'bottega-store');
    const log = readdirSync(store).find((name) => name.endsWith('.log')) ?? '';
    assert.ok(damageBytes(join(store, log), 20_000) > 40_000, 'a log worth the name');
    product = await startProduct(data.path);
    const [warning] = await warningsOf(product) ?? [];
    assert.equal(warning?.cause, 'store.damaged');
    assert.match(warning.message, /events that came between 2\d{3}-\S+Z and 2\d{3}-\S+Z may be lost/);
    assert.ok(existsSync(note));
    rmSync(note);
    const running = product;
    assert.deepEqual(await until(() => warningsOf(running), (warnings) => warnings?.length === 0), []);
  });
});

function sale(order: number): object {
  const time = new Date().toISOString();
  return {
    specversion: '1.0', id: `damage-${String(order)}`, source: 'urn:bottega:test', type: 'sale', subject: `order/${String(order)}`, time,
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '10.00', currency: 'EUR' },
  };
}
