/**
 * A shop with names that should never have been stores, in a real Node-RED: what is one too many is refused to its sender, and `bottega-store` puts right
 * what was counted.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { formatInstant, SECOND } from '../../../engine/base/time.js';
import { request } from '../../support/http.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const ROOT = join(__dirname, '../../..');
const FLOW: FlowNode[] = [
  { id: 'store', type: 'bottega-store', version: 1 },
  { id: 'theshop', type: 'bottega-shop', version: 1, tenant: 'il negozio (1)', stores: [{ id: 'milano', name: 'Milano', aliases: ['12'] }] },
  { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
  { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['window'], []] },
  { id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'theshop', wires: [[], []] },
  { id: 'query', type: 'bottega-query', version: 1, store: 'store', shop: 'theshop', path: '/kpi', wires: [[], []] },
];
const TOKEN = 'una chiave di prova';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('bottega-store stores', () => {
  let runtime: Runtime;
  const headers = { authorization: 'Bearer chiave-di-prova-lunga', 'content-type': 'application/json' };

  before(async () => { runtime = await start(FLOW, { env: { BOTTEGA_API_TOKEN: 'chiave-di-prova-lunga', BOTTEGA_MAX_STORES: '3' } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  const sell = (store: string): ReturnType<typeof request> => {
    const time = formatInstant(Date.now() - SECOND);
    const sale = { specversion: '1.0', id: store, source: 'urn:cassa', type: 'sale', subject: `order/${store}`, time, data: { store, amount: '10.00' } };
    return request(`${runtime.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) });
  };
  const revenues = async (): Promise<string> => {
    const { json } = await request(`${runtime.url}/kpi?name=revenue&window=1d&group=store`, { headers });
    const rows = json.rows as { store: string; value: number | null }[];
    return rows.map(({ store, value }) => `${store} ${String(value)}`).sort().join(', ');
  };
  const run = (...args: string[]): Promise<Ran> => new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', BOTTEGA_API_TOKEN: 'chiave-di-prova-lunga' };
    const command = ['--import', 'tsx', join(ROOT, 'cli/store.ts'), 'stores', ...args, '--url', runtime.url, '--shop', 'il negozio (1)'];
    const child = execFile(process.execPath, command, { cwd: ROOT, env }, (_error, stdout, stderr) => { resolve({ code: child.exitCode ?? -1, stdout, stderr }); });
  });
  const reads = (expected: string): Promise<true> => eventually(async () => (await revenues() === expected ? true : undefined), expected);

  it('lists what counts; a store too many is refused, and its sender learns it', async () => {
    await eventually(async () => (await sell('milano')).status === 200, 'the first sale');
    for (const store of ['12', 'o1', 'o2', 'o3']) assert.equal((await sell(store)).status, 200, store);
    const { status, json } = await sell('o4');
    assert.deepEqual([status, json.errors[0].rule, json.errors[0].path], [422, 'store.tooMany', '/data/store']);
    await reads('milano 20, o1 10, o2 10, o3 10');
    const { code, stdout } = await run();
    assert.deepEqual([code, stdout.split('\n')], [0, [
      'milano\tdeclared\tpos', 'o1\tnot declared\tpos', 'o2\tnot declared\tpos', 'o3\tnot declared\tpos', '3 not declared, of 3 that may be', '',
    ]]);
  });

  it('merges, and the place is free at once', async () => {
    assert.deepEqual(await run('merge', 'o1', 'o2', '--into', '12'), { code: 0, stdout: '2 names changed; the sums follow within minutes\n', stderr: '' });
    assert.equal((await sell('o4')).status, 200);
    await reads('milano 40, o3 10, o4 10');
  });

  it('retires all that nobody declared, and takes it back by name', async () => {
    assert.match((await run('retire', '--undeclared')).stdout, /^2 names changed/);
    await reads('altri 20, milano 40');
    assert.match((await run('restore', 'o1', 'o3')).stdout, /^2 names changed/);
    await reads('altri 10, milano 30, o1 10, o3 10');
  });

  it('says what cannot be, and changes nothing', async () => {
    const refused = await run('merge', 'o1', 'nowhere', '--into', 'milano', '--lang', 'it');
    assert.deepEqual([refused.code, refused.stdout, refused.stderr], [1, '', '"nowhere" was never counted\n']);
    for (const args of [['merge', 'o1'], ['retire'], ['burn', 'o1'], ['list', '--nonsense']]) assert.equal((await run(...args)).code, 2, args.join(' '));
    const path = `${runtime.url}/admin/il%20negozio%20%281%29/stores`;
    assert.equal((await request(path)).status, 401);
    assert.equal((await request(path, { method: 'POST', headers: { ...headers, authorization: `Bearer ${TOKEN}` }, body: '{}' })).status, 401);
    for (const body of ['{', '{}', '{"action":"merge","stores":["o1"]}', '{"action":"retire","stores":[1]}']) {
      const { status } = await request(path, { method: 'POST', headers, body });
      assert.ok(status === 422 || status === 400, `${body}: ${String(status)}`);
    }
    await reads('altri 10, milano 30, o1 10, o3 10');
  });
});
