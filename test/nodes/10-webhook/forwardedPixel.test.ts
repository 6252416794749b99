/**
 * Under whose address does a visitor of the shop's pages count? Behind proxies that are named, under the one that they saw; nobody gets another address, and
 * with it a new allowance, by writing a header. Real runtimes.
 */
import assert from 'node:assert/strict';
import { request } from '../../support/http.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';

const FLOW: readonly FlowNode[] = [
  { id: 'w', type: 'bottega-webhook', version: 1, provider: 'pixel', path: '/in/pixel', perMinute: 2, deadline: 2, wires: [['sink'], []] },
  { id: 'sink', type: 'function', func: 'return null;', outputs: 0, wires: [] },
];

/** Two of one address come in, the third is refused; `POST` and picture count together. */
const VISITS: readonly (readonly [name: string, forwarded: readonly (string | undefined)[], expected: readonly number[]])[] = [
  ['each visitor by the address the proxy saw', ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2', '203.0.113.2'], [200, 200, 429, 200, 200]],
  ['whatever a visitor wrote before the proxy did', ['198.51.100.1, 203.0.113.3', '198.51.100.2, 203.0.113.3', '198.51.100.3, 203.0.113.3'], [200, 200, 429]],
  ['also where that was the name of a proxy', ['10.0.0.2, 203.0.113.4', '127.0.0.1, 203.0.113.4', '10.0.0.2,10.0.0.2, 203.0.113.4'], [200, 200, 429]],
  ['through a second proxy', ['203.0.113.5, 10.0.0.2', '198.51.100.9, 203.0.113.5, 10.0.0.2', '203.0.113.5'], [200, 200, 429]],
  ['a proxy nobody named stands for all behind it', ['203.0.113.6, 192.0.2.7', '203.0.113.7, 192.0.2.7', '203.0.113.8, 192.0.2.7'], [200, 200, 429]],
  ['one network of IPv6, of which a visitor has many addresses', ['2001:db8:1:2::1', '2001:db8:1:2::ffff', '2001:db8:1:2:3:4:5:6', '2001:db8:1:3::1'], [200, 200, 429, 200]],
  ['what is no address counts as the proxy itself', ['unknown', 'a.example', undefined, '203.0.113.10'], [200, 200, 429, 200]],
];

describe('webhook for pages: forwarded addresses', () => {
  let runtime: Runtime;
  afterEach(async () => { assert.equal(await runtime.stop(), 0); });

  async function statuses(forwarded: readonly (string | undefined)[]): Promise<number[]> {
    const answered: number[] = [];
    for (const [index, address] of forwarded.entries()) {
      const headers = { 'content-type': 'text/plain', ...(address === undefined ? {} : { 'x-forwarded-for': address }) };
      const isPicture = index % 2 === 1;
      const init = isPicture ? { method: 'GET', headers } : { method: 'POST', headers, body: '{"event":"visit"}' };
      answered.push((await request(`${runtime.url}/in/pixel${isPicture ? '.gif' : ''}`, init)).status);
    }
    return answered;
  }

  it('count behind named proxies, and a header gives nobody another allowance', async () => {
    runtime = await start(FLOW, { env: { BOTTEGA_TRUSTED_PROXIES: 'loopback, 10.0.0.2' } });
    for (const [name, forwarded, expected] of VISITS) assert.deepEqual(await statuses(forwarded), expected, name);
  });

  it('count for nothing where only other proxies are named', async () => {
    runtime = await start(FLOW, { env: { BOTTEGA_TRUSTED_PROXIES: '10.0.0.2' } });
    assert.deepEqual(await statuses(['203.0.113.1', '203.0.113.2', '203.0.113.3, 10.0.0.2', '10.0.0.2']), [200, 200, 429, 429]);
  });
});
