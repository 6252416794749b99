/** A running shop is asked what it keeps, of whom and of one customer, by `bottega-store` as by any program with the token. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { formatInstant, SECOND } from '../../../engine/base/time.js';
import { request } from '../../support/http.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';

const ROOT = join(__dirname, '../../..');
const TOKEN = 'chiave-di-prova-lunga';
const CUSTOMER = 'h1:ginevraginevraginevra0';
const FLOW: FlowNode[] = [
  { id: 'store', type: 'bottega-store', version: 1 },
  { id: 'theshop', type: 'bottega-shop', version: 1, tenant: 'shop', stores: [{ id: 'milano', name: 'Milano', aliases: [] }] },
  { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
  { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['window'], []] },
  { id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'theshop', wires: [[], []] },
];

interface RanCommand { readonly code: number; readonly stdout: string; readonly stderr: string }

describe('bottega-store processing-record and subject-export', () => {
  let runtime: Runtime;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

  before(async () => {
    runtime = await start(FLOW, { env: { BOTTEGA_API_TOKEN: TOKEN } });
    const sale = {
      specversion: '1.0', id: '1', source: 'urn:cassa', type: 'sale', subject: 'order/1', time: formatInstant(Date.now() - SECOND),
      data: { store: 'milano', amount: '10.00', customer: CUSTOMER },
    };
    assert.equal((await request(`${runtime.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) })).status, 200);
  });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  function run(...typed: string[]): Promise<RanCommand> {
    const args = ['--import', 'tsx', join(ROOT, 'cli/store.ts'), ...typed, '--url', runtime.url, '--lang', 'it'];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: ROOT, env: { ...process.env, BOTTEGA_API_TOKEN: TOKEN } }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  it('print the record of what is stored', async () => {
    const { code, stdout, stderr } = await run('processing-record');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^# Registro delle attività di trattamento\n[^]*`urn:cassa`[^]*\| 400 giorni \| 1 \|/);
  });

  it('print what is kept of a customer, and refuse what names nobody', async () => {
    const { code, stdout } = await run('subject-export', CUSTOMER);
    const { facts } = JSON.parse(stdout) as { facts: { subject: string; fields: { amount: string } }[] };
    assert.deepEqual([code, facts.map(({ subject, fields }) => [subject, fields.amount])], [0, [['order/1', '10.00']]]);
    assert.deepEqual([(await run('subject-export', 'Ginevra')).code, (await run('subject-export')).code, (await run('processing-record', 'x')).code], [1, 2, 2]);
  });

  it('answer nobody without the token', async () => {
    for (const [path, options] of [['processing-record', {}], ['subject-export', { method: 'POST', body: JSON.stringify({ customer: CUSTOMER }) }]] as const) {
      const { status, text } = await request(`${runtime.url}/admin/shop/${path}`, options);
      assert.equal(status, 401);
      assert.doesNotMatch(text, /order/);
    }
  });
});
