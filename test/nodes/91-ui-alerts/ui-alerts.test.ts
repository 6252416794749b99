/** The node of the alerts' widget: beside an alert node, whose alerts it shows and commands, and at a front that has only the broker. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import alert from '../../../nodes/70-alert/alert.js';
import { readConfig } from '../../../nodes/91-ui-alerts/config.js';
import type { AlertsData } from '../../../nodes/91-ui-alerts/source.js';
import uiAlerts from '../../../nodes/91-ui-alerts/ui-alerts.js';
import type { BrokerPort } from '../../../nodes/shared/ports.js';
import { MAX_ALERTS_SHOWN } from '../../../nodes/shared/widget/alertReader.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'w', type: 'ui-bottega-alerts', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
const RULE = { name: 'Incasso alto', kpi: 'revenue', size: '1h', op: 'above', threshold: '40', recovery: '', group: 'store', evaluate: 'live' };

describe('form of the alerts’ widget', () => {
  it('reads what was saved, with defaults', () => {
    assert.deepEqual([readConfig(saved).shows, readConfig({ ...saved, shows: 'open' }).shows], ['all', 'open']);
  });
  for (const fields of [{ shows: 'none' }, { version: 2 }]) {
    it(`refuses ${JSON.stringify(fields)} by name`, () => { assert.throws(() => readConfig({ ...saved, ...fields }), names(Object.keys(fields)[0] ?? '')); });
  }
});

describe('node of the alerts’ widget', () => {
  eachInNodeRed();

  async function load(nodes: readonly object[]): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' }, { id: 'g', type: 'ui-group' },
    ];
    await helper.load([broker, store, shop, alert, new FakeDashboard().module, uiAlerts] as never, [...configuration, ...nodes] as never);
  }

  const alertNode = (id: string, rule: object = RULE): object => ({ id, type: 'bottega-alert', version: 2, group: 0, shop: 'shop', store: 'store', broker: 'broker', rules: [rule], wires: [[], []] });
  const value = (fields: object = {}): object => {
    const start = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    const window = { size: '1h', start: start.toISOString(), end: new Date(start.getTime() + 3_600_000).toISOString() };
    return { name: 'revenue', window, store: 'milano', channel: '_', value: 50, unit: 'EUR', count: 1, status: 'live', revision: 1, updatedAt: new Date().toISOString(), ...fields };
  };
  const send = (viewer: FakeViewer, message: object): void => { assert.equal(handOver(viewer, 'w', message), 'ours'); };
  const seen = (viewer: FakeViewer, check: (data: AlertsData) => boolean): Promise<AlertsData> => (
    eventually(() => viewer.states.map(({ data }) => data as AlertsData | null).filter((data) => data !== null).find(check))
  );

  it('shows rules and alerts of the alert node, and carries out what a viewer commands', async () => {
    await load([saved, alertNode('a'), alertNode('b', { ...RULE, name: 'Altra' })]);
    const viewer = new FakeViewer();
    send(viewer, { bottega: 'view', choice: {}, serial: 1 });
    assert.deepEqual((await seen(viewer, ({ rules }) => rules.length === 2)).rules.map(({ node, name }) => [node, name]), [['a', 'Incasso alto'], ['b', 'Altra']]);
    (helper.getNode('a') as { receive(message: object): void }).receive({ payload: value() });
    const { alerts, place, history } = await seen(viewer, (data) => data.alerts.length > 0);
    assert.deepEqual([place, alerts.map(({ node, rule, store: of, state }) => [node, rule, of, state]), history.length], ['here', [['a', 'Incasso alto', 'milano', 'firing']], 1]);
    send(viewer, { bottega: 'command', command: { node: 'a', acknowledge: 'Incasso alto', store: 'milano' }, serial: 2 });
    await seen(viewer, (data) => data.alerts[0]?.acknowledgedAt !== undefined);
    for (const [serial, command] of [[3, { node: 'b', acknowledge: 'Incasso alto', store: 'milano' }], [4, { node: 'constructor', acknowledge: 'x' }], [5, { node: 'a', list: 'true' }]] as const) {
      send(viewer, { bottega: 'command', command, serial });
      assert.deepEqual(await eventually(() => viewer.messages.find((message) => message.kind === 'answer' && message.serial === serial)), { kind: 'answer', serial, outcome: 'refused' });
    }
  });

  it('shows of a chosen store its own alerts, and those about all', async () => {
    await load([saved, alertNode('a'), alertNode('b', { ...RULE, name: 'Tutti', group: 'all' })]);
    for (const fields of [{}, { store: 'roma' }]) (helper.getNode('a') as { receive(message: object): void }).receive({ payload: value(fields) });
    (helper.getNode('b') as { receive(message: object): void }).receive({ payload: value({ store: '_' }) });
    const viewer = new FakeViewer();
    send(viewer, { bottega: 'view', choice: { store: 'roma' }, serial: 1 });
    const { alerts } = await seen(viewer, (data) => data.alerts.length >= 2);
    assert.deepEqual(alerts.map(({ store: of }) => of).sort(), ['_', 'roma']);
  });

  it('at a front without an alert node, shows what the broker keeps, no more than there may be, and nothing that is no notice', async () => {
    await load([saved]);
    const port = portIn('broker') as BrokerPort;
    await eventually(() => (port.health().state === 'ok' ? true : undefined));
    const notice = { id: 'n', rule: 'R', state: 'inactive', cause: 'threshold', store: 'milano', since: '2026-11-28T10:00:00.000Z', at: '2026-11-28T10:00:00.000Z', text: 'R: x', unit: 'EUR', value: 5 };
    const publish = (topic: string, body: string): Promise<void> => port.publish(`bottega/prova/alert/${topic}`, body, { retain: true });
    await publish('Aperto/milano', JSON.stringify({ ...notice, rule: 'Aperto', state: 'firing' }));
    for (const body of ['{', 'null', '[]', '{"rule": "x"}']) await publish('Rotto/milano', body);
    for (let index = 0; index < MAX_ALERTS_SHOWN; index++) await publish(`R/${String(index)}`, JSON.stringify({ ...notice, store: String(index) }));
    const viewer = new FakeViewer();
    send(viewer, { bottega: 'view', choice: {}, serial: 1 });
    const { place, alerts, rules } = await seen(viewer, (data) => data.alerts.length === MAX_ALERTS_SHOWN);
    assert.deepEqual([place, alerts[0]?.rule, rules], ['elsewhere', 'Aperto', []]);
    await publish('Aperto/milano', '');
    await seen(viewer, (data) => data.alerts.length > 0 && data.alerts.every(({ rule }) => rule === 'R'));
  });
});
