/** The window and query nodes with a real store: what goes in as events comes out as numbers. */
import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import helper from 'node-red-node-test-helper';
import supertest from 'supertest';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { DESCRIPTIONS } from '../../../engine/kpi/descriptions.js';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import query from '../../../nodes/80-query/query.js';
import shop from '../../../nodes/06-shop/shop.js';
import storeNode from '../../../nodes/00-store/store.js';
import brokerNode from '../../../nodes/05-broker/broker.js';
import { readConfig } from '../../../nodes/60-window/config.js';
import window from '../../../nodes/60-window/window.js';
import { Mosquitto } from '../../support/mosquitto.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

const sale = (subject: string, amount: string, data: object = {}): object => ({
  specversion: '1.0', id: `${subject}/${amount}`, source: 'urn:test', type: 'sale', subject, time: new Date().toISOString(), data: { store: 'milano', amount, ...data },
});

interface TestNode {
  on(event: 'input', listener: (message: { payload: never; reason?: string }) => void): void;
  receive(message: object): void;
}

describe('the form of a window node', () => {
  const saved = { id: 'w', type: 'bottega-window', store: 's', shop: 'p' };

  it('has a default for everything, so that a flow of a former release goes on as it was', () => {
    const { sizes, auto, comparison, presets, intervalMs, graceMs } = readConfig(saved);
    assert.deepEqual({ sizes, auto, comparison, presets, intervalMs, graceMs }, {
      sizes: ['5m', '15m', '1h', '1d'], auto: undefined, comparison: 'on', presets: { incompleteAfterMs: 0 }, intervalMs: 50, graceMs: 5_000,
    });
    assert.deepEqual(readConfig({ ...saved, sizes: ['auto', 'shift'], neededCounts: '50' }).auto, { counts: 50, ratios: 100 });
  });

  const refused: [change: object, field: string][] = [
    [{ sizes: [] }, 'sizes'], [{ sizes: ['2h'] }, 'sizes'], [{ sizes: 'auto' }, 'sizes'], [{ sizes: ['auto'], neededRatios: 0 }, 'neededRatios'], [{ comparison: 'maybe' }, 'comparison'],
    [{ incompleteAfter: -1 }, 'incompleteAfter'], [{ incompleteAfter: 1_441 }, 'incompleteAfter'], [{ grace: -1 }, 'grace'], [{ version: 2 }, 'version'],
    [{ kpis: [{ name: 'x', type: 'sale', value: 'amount', show: 'per', per: 'profit', where: [] }] }, 'kpis[0].per'],
  ];
  for (const [change, field] of refused) it(`refuses ${JSON.stringify(change)}`, () => { assert.throws(() => readConfig({ ...saved, ...change }), { name: 'ConfigError', field }); });
});

describe('window and query nodes', () => {
  const home = eachInNodeRed();
  let httpNode: unknown;
  const observer = (RED: { httpNode: unknown }): void => { httpNode = RED.httpNode; };

  eachInEnvironment({ BOTTEGA_API_TOKEN: 'test-token' });
  function flow(change: object = {}): object[] {
    return [
      { id: 'store-1', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop-1', type: 'bottega-shop', tenant: 'shop', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
      { id: 'window', type: 'bottega-window', store: 'store-1', shop: 'shop-1', sizes: ['1h', '1d'], interval: 20, wires: [['values'], ['refused']], ...change },
      { id: 'query', type: 'bottega-query', store: 'store-1', shop: 'shop-1', path: '/kpi', wires: [['rows'], ['refusals']] },
      ...['values', 'refused', 'rows', 'refusals'].map((id) => ({ id, type: 'helper' })),
    ];
  }

  async function load(change: object = {}): Promise<(id: string) => TestNode> {
    await helper.load([observer, storeNode, shop, window, query] as never, flow(change));
    return (id) => helper.getNode(id) as TestNode;
  }

  /** The first value of that number that fulfils the wish. */
  function valueOf(node: TestNode, name: string, wish: (value: KpiValue) => boolean): Promise<KpiValue> {
    return new Promise((resolve) => {
      node.on('input', ({ payload }) => {
        const found = (payload as KpiValue[]).find((value) => value.name === name && value.store === '_' && value.channel === '_' && wish(value));
        if (found !== undefined) resolve(found);
      });
    });
  }

  it('emit the sum of what came in, whatever the duplicates', async () => {
    const node = await load();
    const total = valueOf(node('values'), 'revenue', ({ value, window: { size } }) => size === '1d' && value === 52.5);
    node('window').receive({ payload: [sale('1', '42.50'), sale('2', '10.00')] });
    node('window').receive({ payload: sale('1', '42.50') });
    const { unit, count, status } = await total;
    assert.deepEqual({ unit, count, status }, { unit: 'EUR', count: 2, status: 'live' });
  });

  it('count each its own number right where two of them share a shop', async () => {
    const gifts = { name: 'gifts', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'x_gift', op: 'is', value: 'yes' }] };
    const second = { id: 'second', type: 'bottega-window', store: 'store-1', shop: 'shop-1', sizes: ['1h', '1d'], interval: 20, kpis: [gifts], wires: [['others'], []] };
    const bags = { name: 'bags', type: 'sale', value: 'quantity', show: 'sum', where: [] };
    await helper.load([observer, storeNode, shop, window, query] as never, [...flow({ kpis: [bags] }), second, { id: 'others', type: 'helper' }] as never);
    const node = (id: string): TestNode => helper.getNode(id) as TestNode;
    const ofFirst = valueOf(node('values'), 'bags', ({ value, count, window: { size } }) => size === '1d' && value === 5 && count === 4);
    const ofSecond = valueOf(node('others'), 'gifts', ({ value, window: { size } }) => size === '1d' && value === 42.5);
    node('window').receive({ payload: [sale('1', '42.50', { quantity: 2, x_gift: 'yes' })] });
    node('second').receive({ payload: [sale('2', '10.00', { quantity: 3 }), sale('1', '42.50', { quantity: 2, x_gift: 'yes' })] });
    node('window').receive({ payload: [sale('3', '1.00', { quantity: 0 })] });
    node('second').receive({ payload: [sale('4', '1.00', { quantity: 0 })] });
    assert.deepEqual([(await ofFirst).count, (await ofSecond).count], [4, 1]);
  });

  it('are refused by name where two of them mean different things', async () => {
    const second = { id: 'second', type: 'bottega-window', name: 'Ristorazione', store: 'store-1', shop: 'shop-1', incompleteAfter: 30, wires: [[], []] };
    await helper.load([observer, storeNode, shop, window, query] as never, [...flow({ name: 'Commercio' }), second] as never);
    const logged = (helper as unknown as { log(): { args: [{ id?: string; msg?: unknown }][] } }).log().args.map(([{ id, msg }]) => `${id ?? ''}: ${String(msg)}`);
    assert.ok(logged.some((line) => line.startsWith('second:') && line.includes('incompleteAfter') && line.includes('"Commercio"')), logged.join('\n'));
  });

  it('let refused events out by the second output, with path and rule', async () => {
    const node = await load();
    const refused = new Promise<{ payload: unknown; reason?: string }>((resolve) => { node('refused').on('input', resolve); });
    node('window').receive({ payload: [{ nonsense: true }, sale('1', '1.00')] });
    const { payload, reason } = await refused;
    assert.deepEqual([payload, reason], [[{ nonsense: true }], 'required']);
  });

  it('answer messages and HTTP with the same rows', async () => {
    const node = await load();
    const total = valueOf(node('values'), 'revenue', ({ value }) => value === 42.5);
    node('window').receive({ payload: [sale('1', '42.50', { channel: 'online' })] });
    await total;
    const rows = new Promise<KpiValue[]>((resolve) => { node('rows').on('input', ({ payload }) => { resolve(payload); }); });
    node('query').receive({ payload: { name: 'revenue', window: '1d', group: 'channel' } });
    const [row] = await rows;
    const app = supertest(httpNode as never);
    const answered = await app.get('/kpi?name=revenue&window=1d&group=channel').set('Authorization', 'Bearer test-token').expect(200);
    assert.deepEqual(answered.body, { rows: [row] });
    assert.deepEqual([row?.value, row?.channel, row?.store], [42.5, 'online', '_']);
    await app.get('/kpi').expect(401);
    await app.get('/kpi').set('Authorization', 'Bearer wrong').expect(401);
    const refused = await app.get('/kpi?window=2h').set('Authorization', 'Bearer test-token').expect(400);
    assert.equal((refused.body as { errors: { path: string }[] }).errors[0]?.path, 'window');
    for (const accept of ['text/csv', 'text/csv; charset=utf-8', 'text/*']) {
      const csv = await app.get('/kpi?name=revenue&window=1d').set('Authorization', 'Bearer test-token').set('Accept', accept).expect(200);
      assert.match(csv.text, /^name,window,start.*\r\nrevenue,1d,/, accept);
    }
  });

  it('answer messages and HTTP what each number counts', async () => {
    const node = await load({ kpis: [{ name: 'gifts', type: 'sale', value: 'one', show: 'count', where: [] }] });
    const total = valueOf(node('values'), 'gifts', ({ value }) => value === 1);
    node('window').receive({ payload: [sale('1', '42.50')] });
    await total;
    const app = supertest(httpNode as never);
    const ask = (question: string): supertest.Test => app.get(`/kpi?${question}`).set('Authorization', 'Bearer test-token');
    const { body } = await ask('describe&name=revenue,gifts').expect(200) as { body: { kpis: unknown[] } };
    assert.deepEqual(body, { kpis: [
      { name: 'revenue', unit: 'EUR', description: DESCRIPTIONS['revenue'] },
      { name: 'gifts', unit: 'count', description: { en: 'Number of sales.', it: 'Numero delle vendite.' } },
    ] });
    const message = new Promise<unknown>((resolve) => { node('rows').on('input', ({ payload }) => { resolve(payload); }); });
    node('query').receive({ payload: { describe: '', name: 'revenue,gifts' } });
    assert.deepEqual(await message, body.kpis);
    const all = (await ask('describe').expect(200)).body as { kpis: unknown[] };
    assert.equal(all.kpis.length, KPIS.length + 1);
    assert.deepEqual((await ask('describe&name=profit').expect(400)).body, (await ask('name=profit').expect(400)).body);
    await app.get('/kpi?describe').expect(401);
  });

  it('show the present state at once after a restart', async () => {
    const first = await load();
    const total = valueOf(first('values'), 'revenue', ({ value }) => value === 42.5);
    first('window').receive({ payload: [sale('1', '42.50')] });
    await total;
    await helper.unload();
    // The node emits as soon as the store is open: listen by a wire that is there from the start.
    const state = new Promise<KpiValue[]>((resolve) => {
      helper.load([storeNode, shop, window, query, catcher(resolve)] as never, flow({ wires: [['caught'], []] }).concat({ id: 'caught', type: 'catcher' }) as never).catch(resolve);
    });
    assert.equal((await state).find(({ name, window: { size }, store }) => name === 'revenue' && size === '1d' && store === '_')?.value, 42.5);
  });

  it('publish windows of a chosen size under "auto", with the reason, and answer with them', async () => {
    const mosquitto = await Mosquitto.start();
    const client = await mqtt.connectAsync(mosquitto.url);
    const broker = { id: 'broker-1', type: 'bottega-broker', kind: 'external', url: mosquitto.url, version: 1 };
    await helper.load([observer, storeNode, brokerNode, shop, window, query] as never, [broker, ...flow({ sizes: ['auto'], broker: 'broker-1' })]);
    const published = new Promise<KpiValue>((resolve) => {
      client.on('message', (topic, payload) => {
        const value = JSON.parse(payload.toString()) as KpiValue;
        if (topic === 'bottega/shop/kpi/orders/auto/_/_' && value.value === 1) resolve(value);
        else assert.match(topic, /^bottega\/shop\/kpi\/\w+\/auto\//);
      });
    });
    await client.subscribeAsync('bottega/shop/kpi/#', { qos: 1 });
    (helper.getNode('window') as TestNode).receive({ payload: sale('1', '42.50') });
    const { window: { size }, adaptive, status } = await published;
    assert.deepEqual({ size, adaptive, status }, { size: '1h', adaptive: { size: '1h', reason: 'tooFew', expected: 0, needed: 30 }, status: 'live' });
    const answered = await supertest(httpNode as never).get('/kpi?name=orders&window=auto').set('Authorization', 'Bearer test-token').expect(200);
    assert.deepEqual((answered.body as { rows: KpiValue[] }).rows.map((row) => [row.value, row.adaptive?.size]), [[1, '1h']]);
    await client.endAsync(true);
    await mosquitto.stop();
  });

  it('count an order as incomplete after the time that the form says, also in answers', async () => {
    const node = await load({ incompleteAfter: 1 });
    const opened = new Date(Date.now() - 90_000).toISOString();
    const late = valueOf(node('values'), 'incomplete_orders', ({ value, window: { size } }) => size === '1d' && value === 1);
    node('window').receive({ payload: sale('1', '0.00', { status: 'open', openedAt: opened }) });
    assert.equal((await late).status, 'live');
    const answered = await supertest(httpNode as never).get('/kpi?name=incomplete_orders,open_orders&window=1d').set('Authorization', 'Bearer test-token').expect(200);
    assert.deepEqual((answered.body as { rows: KpiValue[] }).rows.map(({ name, value }) => [name, value]), [['open_orders', 1], ['incomplete_orders', 1]]);
  });

  it('stay inert and say why when the form is broken', async () => {
    const node = await load({ interval: 1 });
    const done = new Promise<unknown>((resolve) => { (node('window') as unknown as { on(e: string, l: (r: unknown) => void): void }).on('call:error', resolve); });
    node('window').receive({ payload: [sale('1', '1.00')] });
    assert.ok(await done);
  });

  it('answers no false zeros from a store of its own where a shared one is asked for', async () => {
    const node = (id: string): TestNode => helper.getNode(id) as TestNode;
    const change = (one: object): object => ((one as { id: string }).id === 'query' ? { ...one, answers: 'shared' } : one);
    await helper.load([observer, storeNode, shop, window, query] as never, flow().map(change));
    const refused = new Promise<string | undefined>((resolve) => { node('refusals').on('input', ({ reason }) => { resolve(reason); }); });
    node('query').receive({ payload: { name: 'revenue' } });
    assert.equal(await refused, 'store.elsewhere');
    const answered = await supertest(httpNode as never).get('/kpi?name=revenue').set('Authorization', 'Bearer test-token');
    assert.deepEqual([answered.status, answered.body.errors[0].rule], [503, 'store.elsewhere']);
  });
});

/** A node type that hands its first message to a test. */
function catcher(resolve: (values: KpiValue[]) => void): (RED: { nodes: { createNode(node: object, def: object): void; registerType(type: string, constructor: unknown): void } }) => void {
  return ({ nodes }) => {
    nodes.registerType('catcher', function Catcher(this: { on(event: string, listener: (message: { payload: KpiValue[] }) => void): void }, def: object) {
      nodes.createNode(this, def);
      this.on('input', ({ payload }) => { resolve(payload); });
    });
  };
}
