/**
 * A shop that names its system of record, another one, and none again, in a real Node-RED: its history is restated, and what is left out is counted.
 */
import assert from 'node:assert/strict';
import { formatInstant, SECOND } from '../../../engine/base/time.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const flows = (records: readonly object[]): FlowNode[] => [
  { id: 'store', type: 'bottega-store', version: 1 },
  { id: 'theshop', type: 'bottega-shop', version: 1, stores: [{ id: 'negozio', name: 'Negozio', aliases: ['12'] }], records },
  { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
  { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['window'], []] },
  { id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'theshop', wires: [[], []] },
  { id: 'query', type: 'bottega-query', version: 1, store: 'store', shop: 'theshop', path: '/kpi', wires: [[], []] },
];

describe('a shop whose sales come from two sources', () => {
  let runtime: Runtime;
  const headers = { Authorization: 'Bearer chiave', 'Content-Type': 'application/json' };

  before(async () => { runtime = await start(flows([]), { env: { BOTTEGA_API_TOKEN: 'chiave' } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  const sell = async (source: string, amount: string, payment: string): Promise<boolean> => {
    const time = formatInstant(Date.now() - SECOND);
    const sale = { specversion: '1.0', id: `${source}-1`, source, type: 'sale', subject: 'order/1', time, data: { store: 'negozio', amount, payment } };
    return (await fetch(`${runtime.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) })).status === 200;
  };
  const ask = async (query: string): Promise<Record<string, unknown>[]> => {
    const { rows, kpis } = await (await fetch(`${runtime.url}/kpi?${query}`, { headers })).json() as Record<'rows' | 'kpis', Record<string, unknown>[] | undefined>;
    return rows ?? kpis ?? [];
  };
  const numbers = async (): Promise<string> => {
    const rows = await ask('window=1d');
    return ['revenue', 'orders', 'card_share', 'other_sources'].map((name) => `${name} ${String(rows.find((row) => row['name'] === name)?.['value'])}`).join(', ');
  };
  const reads = (expected: string): Promise<true> => eventually(async () => (await numbers() === expected ? true : undefined));

  it('counts both until it says which of them counts', async () => {
    await eventually(async () => (await sell('urn:cassa', '30.00', 'cash') ? true : undefined));
    await eventually(async () => (await sell('urn:sito', '10.00', 'card') ? true : undefined));
    await reads('revenue 40, orders 2, card_share 0.25, other_sources undefined');
  });

  it('counts what the named one has sent and will send, however the store is called', async () => {
    await runtime.deploy(flows([{ store: '12', channel: '*', source: 'urn:cassa' }]));
    await reads('revenue 30, orders 1, card_share 0.25, other_sources 1');
    assert.deepEqual((await ask('describe&name=other_sources')).map(({ name, unit }) => [name, unit]), [['other_sources', 'count']]);
    await sell('urn:altro', '5.00', 'cash');
    await reads('revenue 30, orders 1, card_share 0.222222, other_sources 2');
  });

  it('counts what another one has sent when that is named instead', async () => {
    await runtime.deploy(flows([{ store: 'negozio', channel: 'pos', source: 'urn:sito' }]));
    await reads('revenue 10, orders 1, card_share 0.222222, other_sources 2');
  });

  it('counts all again when none is named', async () => {
    await runtime.deploy(flows([]));
    await reads('revenue 45, orders 3, card_share 0.222222, other_sources undefined');
  });
});
