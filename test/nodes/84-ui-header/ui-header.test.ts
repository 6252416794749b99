/** The node of the header: the name of the shop, the pages of its dashboard, the open alerts, and what the monitor says. */
import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import monitor from '../../../nodes/90-monitor/monitor.js';
import { readConfig } from '../../../nodes/84-ui-header/config.js';
import { type HeaderData, openingAt } from '../../../nodes/84-ui-header/source.js';
import uiHeader from '../../../nodes/84-ui-header/ui-header.js';
import { Opening, ALWAYS_OPEN } from '../../../engine/calendar/openingHours.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { LocalClock } from '../../../engine/base/time.js';
import type { BrokerPort } from '../../../nodes/shared/ports.js';
import { raiseWarning } from '../../../nodes/shared/raisedWarnings.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'w', type: 'ui-bottega-header', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };

describe('form of the header', () => {
  it('refuses what is newer than itself, by name', () => { assert.throws(() => readConfig({ ...saved, version: 2 }), names('version')); });
});

describe('opening state of the header', () => {
  const calendar = new Calendar(new LocalClock('Europe/Rome'), 240, []);
  const day = [{ from: 19 * 60, to: 25 * 60 }];
  const week = [[], day, day, day, day, day, day];
  const opening = new Opening(calendar, { ...ALWAYS_OPEN, week, holidays: 'closed', closures: [] });
  const at = (text: string): number => Date.parse(text);
  const TABLE: readonly [when: string, expected: object][] = [
    ['2026-11-28T20:00:00+01:00', { state: 'open', at: at('2026-11-29T01:00:00+01:00') }],
    ['2026-11-29T00:30:00+01:00', { state: 'open', at: at('2026-11-29T01:00:00+01:00') }],
    ['2026-11-28T12:00:00+01:00', { state: 'closed', at: at('2026-11-28T19:00:00+01:00') }],
    ['2026-12-25T12:00:00+01:00', { state: 'closed', at: at('2026-12-27T19:00:00+01:00'), holiday: 'Natale di Gesù' }],
  ];
  for (const [when, expected] of TABLE) it(when, () => { assert.deepEqual(openingAt(opening, at(when)), expected); });
  it('of a shop without hours', () => { assert.deepEqual(openingAt(new Opening(calendar), at('2026-11-28T12:00:00+01:00')), { state: 'always' }); });
});

/** Of Dashboard's pages and of alerts only what is saved matters here. */
function savedOnly(RED: NodeAPI): void {
  for (const type of ['ui-page', 'ui-bottega-alerts']) RED.nodes.registerType(type, function Saved(this: object, node: object) { RED.nodes.createNode(this as never, node as never); });
}

describe('node of the header', () => {
  eachInNodeRed();

  async function load(...more: readonly object[]): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova', name: 'Ada Lampade' }, { id: 'g', type: 'ui-group', page: 'p1' }, { id: 'g2', type: 'ui-group', page: 'p2' },
      { id: 'p1', type: 'ui-page', ui: 'base', name: 'Oggi', path: '/oggi', order: 2 }, { id: 'p2', type: 'ui-page', ui: 'base', name: 'Avvisi', path: '/avvisi', order: 1 },
      { id: 'p3', type: 'ui-page', ui: 'base', name: 'Nascosta', path: '/x', order: 3, visible: 'false' }, { id: 'p4', type: 'ui-page', ui: 'base', name: 'Spenta', path: '/y', order: 4, disabled: 'true' },
      { id: 'p5', type: 'ui-page', ui: 'other', name: 'Altrove', path: '/z', order: 5 }, { id: 'a', type: 'ui-bottega-alerts', group: 'g2' }, { id: 'b', type: 'ui-bottega-alerts', group: 'g', shows: 'open' },
    ];
    await helper.load([broker, store, shop, monitor, new FakeDashboard().module, savedOnly, uiHeader] as never, [...configuration, ...more] as never);
  }

  const seen = (viewer: FakeViewer, check: (data: HeaderData) => boolean): Promise<HeaderData> => {
    handOver(viewer, 'w', { bottega: 'view', choice: {}, serial: viewer.messages.length });
    return eventually(() => viewer.states.map(({ data }) => data as HeaderData | null).filter((data) => data !== null).find(check));
  };

  it('knows the shop and the pages beside its own, in order, without hidden ones', async () => {
    await load(saved);
    const { name, pages, opening, health } = await seen(new FakeViewer(), () => true);
    assert.deepEqual([name, opening, health], ['Ada Lampade', { state: 'always' }, 'unknown']);
    assert.deepEqual(pages, [{ name: 'Avvisi', path: '/avvisi', alerts: 'there' }, { name: 'Oggi', path: '/oggi', alerts: 'elsewhere' }]);
  });

  it('shows the name of its own form, and what the monitor says', async () => {
    const owner = {};
    raiseWarning(owner, { cause: 'store.repaired', message: 'repaired' });
    try {
      await load({ ...saved, title: 'Ada' }, { id: 'mon', type: 'bottega-monitor', version: 1, shop: 'shop', store: 'store', broker: 'broker', wires: [[]] });
      const { name, causes } = await seen(new FakeViewer(), ({ health, causes: found }) => health === 'ok' && found.length > 0);
      assert.deepEqual([name, causes.map(({ cause }) => cause).includes('store.repaired')], ['Ada', true]);
    } finally {
      raiseWarning(owner);
    }
  });

  it('counts alerts that are open, also those of another process', async () => {
    await load(saved);
    const port = portIn('broker') as BrokerPort;
    await eventually(() => (port.health().state === 'ok' ? true : undefined));
    const notice = { id: 'n', rule: 'Incasso', state: 'firing', cause: 'threshold', store: 'milano', since: '2026-11-28T10:00:00.000Z', at: '2026-11-28T10:00:00.000Z', text: 'x', unit: 'EUR', value: 1 };
    await port.publish('bottega/prova/alert/Incasso/milano', JSON.stringify(notice), { retain: true });
    await port.publish('bottega/prova/alert/Resi/milano', JSON.stringify({ ...notice, rule: 'Resi', state: 'resolved' }), { retain: true });
    assert.equal((await seen(new FakeViewer(), ({ alerts }) => alerts > 0)).alerts, 1);
  });
});
