/** The node of the sources' widget: beside a window node and a monitor, and at a front that has only the broker. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import window from '../../../nodes/60-window/window.js';
import monitor from '../../../nodes/90-monitor/monitor.js';
import { readConfig } from '../../../nodes/92-ui-sources/config.js';
import { MAX_SOURCES_SHOWN, type SourcesData } from '../../../nodes/92-ui-sources/source.js';
import uiSources from '../../../nodes/92-ui-sources/ui-sources.js';
import type { BrokerPort } from '../../../nodes/shared/ports.js';
import { raiseWarning } from '../../../nodes/shared/raisedWarnings.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { event } from '../../support/shop.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const saved = { id: 'w', type: 'ui-bottega-sources', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
const windowNode = { id: 'win', type: 'bottega-window', version: 1, shop: 'shop', store: 'store', broker: 'broker', wires: [[], []] };
const monitorNode = { id: 'mon', type: 'bottega-monitor', version: 1, shop: 'shop', store: 'store', broker: 'broker', wires: [[]] };

describe('form of the sources’ widget', () => {
  it('refuses what is newer than itself, by name', () => { assert.throws(() => readConfig({ ...saved, version: 2 }), names('version')); });
  it('has colors of its own by default', () => { assert.equal(readConfig(saved).colors, 'house'); });
});

describe('node of the sources’ widget', () => {
  eachInNodeRed();

  async function load(nodes: readonly object[]): Promise<void> {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' }, { id: 'g', type: 'ui-group' },
    ];
    await helper.load([broker, store, shop, window, monitor, new FakeDashboard().module, uiSources] as never, [...configuration, ...nodes] as never);
  }

  const seen = (viewer: FakeViewer, check: (data: SourcesData) => boolean): Promise<SourcesData> => {
    handOver(viewer, 'w', { bottega: 'view', choice: {}, serial: viewer.messages.length });
    return eventually(() => viewer.states.map(({ data }) => data as SourcesData | null).filter((data) => data !== null).find(check));
  };

  it('shows who sent, how much today, and what the monitor says is wrong', async () => {
    const owner = {};
    raiseWarning(owner, { cause: 'clock.slow', message: 'slow' });
    try {
      await load([windowNode, monitorNode, saved]);
      const payload = [1, 2, 3].map((index) => event(`s-${String(index)}`, 'sale', { amount: '1.00' }));
      (helper.getNode('win') as { receive(message: object): void }).receive({ payload });
      const { sources, causes, place, missed } = await seen(new FakeViewer(), (data) => data.sources.length > 0 && data.causes.length > 0);
      assert.deepEqual([place, sources.map(({ today }) => today), missed], ['here', [3], []]);
      assert.ok(causes.some(({ cause }) => cause === 'clock.slow'), JSON.stringify(causes));
    } finally {
      raiseWarning(owner);
    }
  });

  it('shows the last ones of very many, and says how many more there are', async () => {
    await load([windowNode, saved]);
    const payload = Array.from({ length: MAX_SOURCES_SHOWN + 2 }, (_, index) => ({ ...event(`m-${String(index)}`, 'sale', { amount: '1.00' }), source: `urn:bottega:events:${String(index)}` }));
    (helper.getNode('win') as { receive(message: object): void }).receive({ payload });
    const viewer = new FakeViewer();
    const { sources } = await seen(viewer, (data) => data.more > 0);
    assert.equal(sources.length, MAX_SOURCES_SHOWN);
  });

  it('at a front without the workers’ store, shows who is missed, and says that the rest lies elsewhere', async () => {
    await load([saved]);
    const port = portIn('broker') as BrokerPort;
    await eventually(() => (port.health().state === 'ok' ? true : undefined));
    const notice = { id: 'n', rule: 'Fonti assenti', state: 'noData', cause: 'noData', store: 'urn%3Ax', source: 'urn:x', since: '2026-11-28T10:00:00.000Z', at: '2026-11-28T10:00:00.000Z', text: 'x', unit: 'count', value: null };
    await port.publish('bottega/prova/alert/Fonti assenti/urn%3Ax', JSON.stringify(notice), { retain: true });
    await port.publish('bottega/prova/alert/Incasso/milano', JSON.stringify({ ...notice, state: 'firing', source: undefined, store: 'milano' }), { retain: true });
    const { place, missed, sources } = await seen(new FakeViewer(), (data) => data.missed.length > 0);
    assert.deepEqual([place, missed.map(({ source }) => source), sources], ['elsewhere', ['urn:x'], []]);
  });
});
