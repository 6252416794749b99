/** The node that gives numbers to others, in a real Node-RED with a real PostgreSQL: sales come through its neighbours, the database comes and goes. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import helper from 'node-red-node-test-helper';
import storeNode from '../../nodes/00-store/store.js';
import shop from '../../nodes/06-shop/shop.js';
import normalize from '../../nodes/20-normalize/normalize.js';
import window from '../../nodes/60-window/window.js';
import database from '../../nodes/83-database/database.js';
import { raisedWarnings } from '../../nodes/shared/raisedWarnings.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { eachInNodeRed } from '../support/testNodeRed.js';
import { eventually } from '../support/waiting.js';

interface TestNode { receive(message: object): void }

describe('the node that gives numbers to others', function () {
  this.timeout(240_000);
  const home = eachInNodeRed();
  let server: PostgresServer;

  before(async () => { server = await startPostgres(); });
  after(() => server.dispose());

  async function load(url: string): Promise<(amount: string) => void> {
    const ports = { store: 'store-1', shop: 'shop-1' };
    await helper.load([storeNode, shop, normalize, window, database] as never, [
      { id: 'store-1', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop-1', type: 'bottega-shop', tenant: 'shop', zone: 'Europe/Rome', currency: 'EUR', version: 1, stores: [{ id: 'negozio', name: 'Negozio', aliases: [] }] },
      { id: 'events-1', type: 'bottega-normalize', provider: 'events', ...ports, wires: [['window'], []] },
      { id: 'window', type: 'bottega-window', sizes: ['1h', '1d'], interval: 20, ...ports, wires: [[], []] },
      { id: 'database', type: 'bottega-database', ...ports, wires: [] },
    ] as never, { database: { url } });
    const node = helper.getNode('events-1') as TestNode;
    return (amount) => {
      const said = { specversion: '1.0', id: randomUUID(), source: 'urn:test', type: 'sale', subject: `order/${randomUUID()}`, time: new Date().toISOString() };
      node.receive({ payload: { ...said, data: { store: 'negozio', channel: 'pos', amount } } });
    };
  }

  const revenue = async (): Promise<number | undefined> => {
    const [row] = await server.rows<{ revenue: string | null }>('SELECT revenue FROM bottega.days WHERE store IS NULL AND channel IS NULL');
    return row?.revenue === undefined || row.revenue === null ? undefined : Number(row.revenue);
  };

  it('brings sales there, says when nobody answers, and brings the rest afterwards', async () => {
    const sell = await load(server.url);
    sell('42.50');
    await eventually(async () => await revenue() === 42.5, 'the first sale in the database');
    await server.kill();
    sell('10.00');
    await eventually(() => raisedWarnings().some(({ cause }) => cause === 'database.away'), 'a warning on /health');
    await server.start();
    await eventually(async () => await revenue() === 52.5, 'the sale that was made meanwhile');
    await eventually(() => !raisedWarnings().some(({ cause }) => cause === 'database.away'), 'no warning any more');
    const sales = await server.rows('SELECT store, channel, revenue::float AS revenue FROM bottega.sales ORDER BY revenue');
    assert.deepEqual(sales, [{ store: 'negozio', channel: 'pos', revenue: 10 }, { store: 'negozio', channel: 'pos', revenue: 42.5 }]);
  });

  it('does nothing, and says so, where no database is named', async () => {
    await load('');
    const { status } = helper.getNode('database') as { status: { args: [{ text: string }][] } };
    assert.deepEqual(status.args.map(([{ text }]) => text).filter((text) => text.startsWith('database')), ['database.status.off']);
    assert.deepEqual(raisedWarnings().filter(({ cause }) => cause.startsWith('database')), []);
  });
});
