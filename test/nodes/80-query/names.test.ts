/** Stores, channels, campaigns and KPIs by names that every JavaScript object knows something of: from what is sent to the answers of /kpi. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import supertest from 'supertest';
import storeNode from '../../../nodes/00-store/store.js';
import shop from '../../../nodes/06-shop/shop.js';
import normalize from '../../../nodes/20-normalize/normalize.js';
import window from '../../../nodes/60-window/window.js';
import alert from '../../../nodes/70-alert/alert.js';
import query from '../../../nodes/80-query/query.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
/** KPIs are written small. */
const KPIS = ['constructor', 'valueof'];
const TOKEN = 'test-token';

interface Row { readonly name: string; readonly store: string; readonly channel: string; readonly value: number | null }
interface TestNode { on(event: 'input', listener: (message: { payload: never }) => void): void; receive(message: object): void }

const sale = (name: string, index: number): object => ({
  specversion: '1.0', id: name, source: `urn:bottega:${name}:1`, type: 'sale', subject: `order/${name}`, time: new Date().toISOString(),
  data: { store: name, channel: name, amount: `${String(index + 1)}.00`, campaign: { source: name, medium: name, name }, [`x_${name}`]: name },
});
const receipt = (name: string, index: number): object => ({
  idNegozio: name, idCassa: name, numeroScontrino: String(index + 1), dataOra: new Date().toISOString(), totale: '10,00',
});

describe('/kpi of names that every object knows', () => {
  const home = eachInNodeRed();
  let httpNode: unknown;
  const observer = (RED: { httpNode: unknown }): void => { httpNode = RED.httpNode; };

  eachInEnvironment({ BOTTEGA_API_TOKEN: TOKEN });

  async function load(): Promise<(id: string) => TestNode> {
    const kpis = KPIS.map((name) => ({ name, type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'campaign.name', op: 'is', value: name === 'valueof' ? 'valueOf' : name }] }));
    const rules = NAMES.map((name) => ({ name, kpi: 'constructor', size: '1d', op: 'above', threshold: '0', live: true, group: 'store', channel: name }));
    const ports = { store: 'store-1', shop: 'shop-1' };
    await helper.load([observer, storeNode, shop, normalize, window, alert, query] as never, [
      { id: 'store-1', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop-1', type: 'bottega-shop', tenant: 'shop', zone: 'Europe/Rome', currency: 'EUR', version: 1, stores: [{ id: 'negozio', name: 'Negozio', aliases: ['__proto__'] }] },
      { id: 'events-1', type: 'bottega-normalize', provider: 'events', ...ports, wires: [['window'], []] },
      { id: 'till', type: 'bottega-normalize', provider: 'pos', mapping: { unknownStore: 'asSent' }, ...ports, wires: [['window'], []] },
      { id: 'window', type: 'bottega-window', sizes: ['1h', '1d'], interval: 20, kpis, ...ports, wires: [['alert'], []] },
      { id: 'alert', type: 'bottega-alert', version: 2, group: 0, rules, ...ports, wires: [['told'], []] }, // vocabulary-ok
      { id: 'query', type: 'bottega-query', path: '/kpi', ...ports, wires: [[], []] },
      { id: 'told', type: 'helper' }, // vocabulary-ok
    ], { 'shop-1': { privacyKey: 'for tests' } });
    return (id) => helper.getNode(id) as TestNode;
  }

  async function rows(asked: string): Promise<Row[]> {
    const { body } = await supertest(httpNode as never).get(`/kpi?${asked}`).set('Authorization', `Bearer ${TOKEN}`).expect(200);
    return (body as { rows: Row[] }).rows;
  }

  it('counts each of them by itself, and says so', async () => {
    const node = await load();
    const send = (id: string, body: object): void => { node(id).receive({ payload: Buffer.from(JSON.stringify(body)), intake: { provider: id === 'till' ? 'pos' : 'events', trust: 'token', receivedAt: Date.now(), headers: {} } }); };
    send('events-1', NAMES.map(sale));
    send('till', NAMES.map(receipt));
    const stored = NAMES.filter((name) => name !== '__proto__');
    await eventually(async () => (await rows('name=orders&window=1d'))[0]?.value === 10);
    const sums = new Map((await rows('name=revenue&window=1d&group=store')).map(({ store, value }) => [store, value]));
    assert.deepEqual([...sums].sort(), [...stored.map((name) => [name, NAMES.indexOf(name) + 11] as const), ['negozio', 12] as const].sort());
    const channels = new Map((await rows('name=revenue&window=1d&group=channel')).map(({ channel, value }) => [channel, value]));
    assert.deepEqual([...channels].sort(), [...NAMES.map((name, index) => [name, index + 1] as const), ['pos', 50] as const].sort());
    for (const [index, name] of NAMES.entries()) {
      assert.deepEqual((await rows(`name=revenue&window=1d&channel=${name}`)).map(({ value }) => value), [index + 1], name);
    }
    assert.deepEqual((await rows(`name=${KPIS.join()}&window=1d`)).map(({ name, value }) => [name, value]).sort(), [['constructor', 1], ['valueof', 5]]);
    const { body } = await supertest(httpNode as never).get(`/kpi?describe&name=${KPIS.join()}`).set('Authorization', `Bearer ${TOKEN}`).expect(200);
    assert.deepEqual((body as { kpis: { name: string; description: { en: unknown } }[] }).kpis.map(({ name, description }) => [name, typeof description.en]), KPIS.map((name) => [name, 'string']));
  });

  it('names a KPI in an alert as its owner does', async () => {
    const node = await load();
    const notices: { text: string; channel?: string }[] = [];
    node('told').on('input', ({ payload }) => { notices.push(...payload as { text: string }[]); }); // vocabulary-ok
    node('events-1').receive({ payload: Buffer.from(JSON.stringify(NAMES.map(sale))), intake: { provider: 'events', trust: 'token', receivedAt: Date.now(), headers: {} } });
    await eventually(() => notices.length > 0);
    assert.match(notices[0]?.text ?? '', /^constructor. constructor /);
    assert.doesNotMatch(notices[0]?.text ?? '', /native code|\[object/);
  });
});
