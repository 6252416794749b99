/** A backup that is made while the shop sells: restored, it starts, knows what was sold until one instant, and with what the senders send again it knows all. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { ROOT, type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { until } from '../support/waiting.js';

interface Outcome {
  readonly path: string;
  readonly records: number;
  readonly aside?: string;
}

/** In its own process, while this one goes on selling. */
async function command(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/store.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => { said.stdout += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { said.stderr += chunk.toString(); });
  const [status] = await once(child, 'close') as [number];
  return { status, ...said };
}

describe('a backup under load', () => {
  const [data, backups] = [temporaryData(), temporaryData()];
  let product: RunningProduct | undefined;
  after(async () => {
    await product?.stop();
    data.remove();
    backups.remove();
  });

  it('is made while sales come, restored, and completed by the senders', async () => {
    product = await startProduct(data.path);
    const selling = product;
    let sold = 0;
    const sellOne = async (): Promise<void> => {
      assert.equal((await selling.post(selling.senders.events([sale(sold + 1)]))).status, 200);
      sold += 1;
    };
    while (sold < 50) await sellOne();
    await until(() => revenueOf(selling), (revenue) => revenue === 500);
    let making: 'under way' | 'done' = 'under way';
    const backup = command('backup', backups.path, '--data', data.path, '--url', selling.url, '--json').finally(() => { making = 'done'; });
    const isUnderWay = (): boolean => making === 'under way';
    while (isUnderWay()) await sellOne();
    const { status, stdout, stderr } = await backup;
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal((await request(`${selling.url}/admin/backup`, { method: 'POST' })).status, 401);
    const soldByThen = sold;
    const { path, records } = JSON.parse(stdout) as Outcome;
    assert.ok(records > 50, String(records));
    assert.deepEqual(readdirSync(backups.path), [path.slice(backups.path.length + 1)]);
    assert.match(path, /bottega-\d{8}T\d{6}Z$/);
    assert.deepEqual([statSync(path).mode & 0o777, statSync(join(path, 'secrets.json')).mode & 0o777], [0o700, 0o600]);
    while (sold < soldByThen + 20) await sellOne();
    assert.match((await command('restore', path, '--data', data.path, '--lang', 'en')).stderr, /is in use: stop the shop first/);
    await selling.stop();
    const restored = JSON.parse((await command('restore', path, '--data', data.path, '--json')).stdout) as Outcome;
    assert.ok(statSync(join(restored.aside ?? '', 'bottega-store')).isDirectory());
    product = await startProduct(data.path);
    const again = product;
    const revenue = await until(() => revenueOf(again), (now) => now !== undefined && now >= 500) ?? 0;
    assert.ok(revenue % 10 === 0 && revenue >= 500 && revenue <= soldByThen * 10, `${String(revenue)} of ${String(soldByThen * 10)}`);
    for (let order = 1; order <= sold; order += 1) assert.equal((await again.post(again.senders.events([sale(order)]))).status, 200);
    assert.equal(await until(() => revenueOf(again), (now) => now === sold * 10), sold * 10);
  });

  it('needs no shop that runs, and says what is missing', async () => {
    await product?.stop();
    product = undefined;
    const { status, stdout } = await command('backup', backups.path, '--data', data.path, '--lang', 'it');
    assert.match(stdout, /bottega-\d{8}T\d{6}Z: \d+ dati dell’archivio/);
    assert.equal(status, 0);
    const nothing = await command('backup', backups.path, '--data', join(data.path, 'nowhere'), '--lang', 'en');
    assert.deepEqual([nothing.status, /there is no embedded store/.test(nothing.stderr)], [2, true]);
    const wrong = await command('restore', data.path, '--data', data.path, '--lang', 'en');
    assert.deepEqual([wrong.status, /is no backup/.test(wrong.stderr)], [2, true]);
  });
});

async function revenueOf(product: RunningProduct): Promise<number | undefined> {
  const { rows } = JSON.parse((await product.kpi('name=revenue&window=1d')).text) as { rows?: readonly { readonly value: number }[] };
  return rows?.at(-1)?.value;
}

function sale(order: number): object {
  const time = new Date().toISOString();
  return {
    specversion: '1.0', id: `backup-${String(order)}`, source: 'urn:bottega:test', type: 'sale', subject: `order/${String(order)}`, time,
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '10.00', currency: 'EUR' },
  };
}
