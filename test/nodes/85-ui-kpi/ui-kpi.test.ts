/** The card's node: its form, without Dashboard, beside a window node, and at a front that has only the broker. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import store from '../../../nodes/00-store/store.js';
import window from '../../../nodes/60-window/window.js';
import { readConfig } from '../../../nodes/85-ui-kpi/config.js';
import uiKpi from '../../../nodes/85-ui-kpi/ui-kpi.js';
import type { CardData } from '../../../nodes/85-ui-kpi/view.js';
import { readConfig as readDay } from '../../../nodes/86-ui-day/config.js';
import uiDay from '../../../nodes/86-ui-day/ui-day.js';
import type { DayData } from '../../../nodes/86-ui-day/view.js';
import type { BrokerPort } from '../../../nodes/shared/ports.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { event } from '../../support/shop.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'k', type: 'ui-bottega-kpi', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker', kpi: 'orders' };

describe('forms of widgets', () => {
  it('read what was saved, with defaults', () => {
    const { window: size, compare, better, line, only, follows, colors, layout, title } = readConfig(saved);
    assert.deepEqual([size, compare, better, line, only, follows, colors, title], ['1d', 'usual', 'up', 'hours', {}, 'page', 'house', '']);
    assert.deepEqual(layout, { width: 0, height: 0, order: 0, className: '' });
    assert.deepEqual(readConfig({ ...saved, onlyStore: 'milano', onlyChannel: 'pos', width: '3' }).only, { store: 'milano', channel: 'pos' });
    assert.deepEqual([readDay(saved).target, readDay({ ...saved, target: '7500,50' }).target, readDay({ ...saved, target: 1e3 }).target], [undefined, 7_500.5, 1_000]);
  });

  const BROKEN: [string, object][] = [
    ['kpi', { kpi: '' }], ['kpi', { kpi: 'Revenue!' }], ['window', { window: '2h' }], ['compare', { compare: 'tomorrow' }], ['better', { better: 'left' }], ['line', { line: 'weeks' }],
    ['onlyStore', { onlyStore: 'a/b' }], ['onlyChannel', { onlyChannel: '_' }], ['follows', { follows: 'all' }], ['colors', { colors: 'red' }], ['width', { width: -1 }], ['version', { version: 2 }],
  ];
  for (const [field, fields] of BROKEN) {
    it(`refuse ${JSON.stringify(fields)} by name`, () => { assert.throws(() => readConfig({ ...saved, ...fields }), names(field)); });
  }
  it('refuse a target that is no number', () => { assert.throws(() => readDay({ ...saved, target: 'molto' }), names('target')); });
});

describe('nodes of widgets', () => {
  eachInNodeRed();
  let dashboard: FakeDashboard;

  beforeEach(() => { dashboard = new FakeDashboard(); });

  async function load(nodes: readonly object[], modules: readonly unknown[] = [dashboard.module]): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) },
      { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' }, { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' },
    ];
    await helper.load([broker, store, shop, window, ...modules, uiKpi, uiDay] as never, [...configuration, ...nodes] as never);
  }

  const group = { id: 'g', type: 'ui-group' };
  const windowNode = { id: 'win', type: 'bottega-window', version: 1, shop: 'shop', store: 'store', broker: 'broker', wires: [[], []] };
  const view = (viewer: FakeViewer, id = 'k', choice = {}): void => { assert.equal(handOver(viewer, id, { bottega: 'view', choice, serial: viewer.messages.length }), 'ours'); };
  const lastError = (id: string): unknown => {
    const node = helper.getNode(id) as { error: { lastCall?: { args: unknown[] } } };
    return node.error.lastCall?.args[0];
  };

  it('say what is missing without Dashboard 2, and let the others work', async () => {
    await load([windowNode, saved], []);
    assert.match(String(lastError('k')), /group: must name a group of FlowFuse Dashboard 2: npm install @flowfuse\/node-red-dashboard/);
    assert.notEqual(portIn('store'), undefined);
    assert.equal(handOver(new FakeViewer(), 'k', { bottega: 'view', choice: {}, serial: 1 }), 'ours');
  });

  it('leave what is no message of ours to Dashboard', () => {
    for (const message of [null, 'x', 7, { payload: 1 }, []]) assert.equal(handOver(new FakeViewer(), 'k', message), 'foreign');
  });

  it('give the browser of their form only what it needs, and call open pages', async () => {
    await load([group, windowNode, { ...saved, onlyStore: 'milano' }]);
    const { props } = dashboard.widgets[0] ?? { props: {} };
    assert.deepEqual(Object.keys(props).sort(), ['better', 'className', 'colors', 'compare', 'follows', 'group', 'height', 'id', 'kpi', 'line', 'order', 'title', 'type', 'width', 'window', 'z']);
    assert.deepEqual(dashboard.emitted, [{ event: 'bottega:k', message: { kind: 'open' } }]);
  });

  it('show a sale that a window node counts, live and read from the store', async () => {
    await load([group, windowNode, saved, { ...saved, id: 'd', type: 'ui-bottega-day', kpi: 'revenue', target: '500' }]);
    const [card, day] = [new FakeViewer(), new FakeViewer()];
    view(card);
    view(day, 'd');
    await eventually(() => card.states[0]);
    (helper.getNode('win') as { receive(message: object): void }).receive({ payload: event('s-1', 'sale', { amount: '12.50' }) });
    const live = await eventually(() => card.messages.find((message) => message.kind === 'live'));
    assert.deepEqual(live.values.map(({ name, value }) => [name, value]), [['orders', 1]]);
    const read = await eventually(() => card.states.find(({ data }) => (data as CardData).row?.value === 1));
    const { facts, line } = read.data as CardData;
    assert.deepEqual([facts?.name, facts?.adds, line.at(-1)?.value, read.troubles], ['orders', 'up', 1, []]);
    const { row, soFar, days } = (await eventually(() => day.states.find(({ data }) => (data as DayData).row?.value === 12.5))).data as DayData;
    assert.deepEqual([row?.value, soFar.at(-1)?.value, days], [12.5, 12.5, 0]);
  });

  it('at a front that shares no store, show what the broker has, and say that history lies elsewhere', async () => {
    await load([group, saved]);
    const day = { size: '1d', start: new Date(Date.now() - 3_600_000).toISOString(), end: new Date(Date.now() + 3_600_000).toISOString() };
    const kpi = { name: 'orders', window: day, store: '_', channel: '_', value: 5, unit: 'count', count: 5, status: 'live', revision: 5, updatedAt: new Date().toISOString() };
    await eventually(() => ((portIn('broker') as BrokerPort).health().state === 'ok' ? true : undefined));
    await (portIn('broker') as BrokerPort).publish('bottega/prova/kpi/orders/1d/_/_', JSON.stringify(kpi), { retain: true });
    const viewer = new FakeViewer();
    view(viewer);
    const state = await eventually(() => viewer.states.find(({ live }) => live.length > 0) ?? (viewer.messages.some(({ kind }) => kind === 'live') ? viewer.states[0] : undefined));
    assert.deepEqual([state.data, state.troubles], [null, ['elsewhere']]);
    const values = viewer.messages.flatMap((message) => (message.kind === 'state' ? message.live : message.kind === 'live' ? message.values : [])).map(({ value }) => value);
    assert.ok(values.includes(5), JSON.stringify(values));
  });

  it('say so where the shop has no number of that name', async () => {
    await load([group, windowNode, { ...saved, kpi: 'constructor' }]);
    const viewer = new FakeViewer();
    view(viewer);
    assert.deepEqual((await eventually(() => viewer.states[0])).data, { line: [] });
  });
});
