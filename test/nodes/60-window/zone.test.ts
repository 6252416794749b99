/**
 * A shop that moves to another time zone, in a real Node-RED: its history is restated exactly, or the deploy is refused by name.
 */
import assert from 'node:assert/strict';
import { formatInstant, SECOND } from '../../../engine/base/time.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const flows = (zone: string): FlowNode[] => [
  { id: 'store', type: 'bottega-store', version: 1 },
  { id: 'theshop', type: 'bottega-shop', version: 1, zone },
  { id: 'in', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/events', wires: [['normalize'], []] },
  { id: 'normalize', type: 'bottega-normalize', version: 1, shop: 'theshop', wires: [['window'], []] },
  { id: 'window', type: 'bottega-window', version: 1, store: 'store', shop: 'theshop', wires: [[], []] },
  { id: 'query', type: 'bottega-query', version: 1, store: 'store', shop: 'theshop', path: '/kpi', wires: [[], []] },
];

describe('a shop in another zone', () => {
  let runtime: Runtime;
  const headers = { Authorization: 'Bearer chiave', 'Content-Type': 'application/json' };

  before(async () => { runtime = await start(flows('Europe/Rome'), { env: { BOTTEGA_API_TOKEN: 'chiave' } }); });
  after(async () => { assert.equal(await runtime.stop(), 0); });

  const sell = async (id: string): Promise<number> => {
    const sale = {
      specversion: '1.0', id, source: 'urn:prova', type: 'sale', subject: `order/${id}`, time: formatInstant(Date.now() - SECOND),
      data: { store: 'negozio', amount: '10.00' },
    };
    return (await fetch(`${runtime.url}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) })).status;
  };
  const sold = (id: string): Promise<true> => eventually(async () => (await sell(id) === 200 ? true : undefined));
  const revenue = async (): Promise<number> => {
    const { rows } = await (await fetch(`${runtime.url}/kpi?name=revenue&window=1d`, { headers })).json() as { rows: { value: number | null }[] };
    return rows.reduce((sum, { value }) => sum + (value ?? 0), 0);
  };

  it('takes none whose hours begin in the middle of those that are kept, and loses nothing', async () => {
    await sold('a');
    await runtime.deploy(flows('Asia/Kolkata'));
    await runtime.logged(/zone: must have its hours where Europe\/Rome has them, by which the past was summed \("Asia\/Kolkata"\)/);
    assert.equal(await sell('b'), 503);
  });

  it('takes one that is off by full hours, with the same sums', async () => {
    await runtime.deploy(flows('America/New_York'));
    await sold('b');
    assert.equal(await revenue(), 20);
  });
});
