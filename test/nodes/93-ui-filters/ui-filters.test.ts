/** The node of the filters, and the card that follows them: what was counted may be chosen, and other days than today are shown. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import store from '../../../nodes/00-store/store.js';
import broker from '../../../nodes/05-broker/broker.js';
import shop from '../../../nodes/06-shop/shop.js';
import window from '../../../nodes/60-window/window.js';
import uiKpi from '../../../nodes/85-ui-kpi/ui-kpi.js';
import type { CardData } from '../../../nodes/85-ui-kpi/view.js';
import { readConfig } from '../../../nodes/93-ui-filters/config.js';
import uiFilters from '../../../nodes/93-ui-filters/ui-filters.js';
import type { FiltersData } from '../../../nodes/93-ui-filters/view.js';
import { handOver } from '../../../nodes/shared/widget/dashboard.js';
import { FakeDashboard, FakeViewer } from '../../support/fakeDashboard.js';
import { freePort } from '../../support/ports.js';
import { event } from '../../support/shop.js';
import { eachInNodeRed, names } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const common = { version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
const saved = { id: 'f', type: 'ui-bottega-filters', ...common };

describe('form of the filters', () => {
  it('reads what was saved, and refuses what is none by name', () => {
    assert.deepEqual([readConfig(saved).asks, readConfig({ ...saved, asks: 'time' }).asks], ['all', 'time']);
    assert.throws(() => readConfig({ ...saved, asks: 'x' }), names('asks'));
  });
});

describe('node of the filters', () => {
  eachInNodeRed();

  it('offers what was counted; the card of the day follows period and comparison, one that follows nothing does not', async () => {
    const configuration = [
      { id: 'broker', type: 'bottega-broker', version: 1, kind: 'embedded', port: String(await freePort()) }, { id: 'store', type: 'bottega-store', version: 1, kind: 'embedded' },
      { id: 'shop', type: 'bottega-shop', version: 1, tenant: 'prova' }, { id: 'g', type: 'ui-group' }, { id: 'win', type: 'bottega-window', ...common, wires: [[], []] },
      { id: 'k', type: 'ui-bottega-kpi', ...common, kpi: 'orders' }, { id: 'still', type: 'ui-bottega-kpi', ...common, kpi: 'orders', follows: 'nothing' },
    ];
    await helper.load([broker, store, shop, window, new FakeDashboard().module, uiKpi, uiFilters] as never, [...configuration, saved] as never);
    const day = 24 * 3_600;
    const payload = [
      event('y-1', 'sale', { amount: '1.00', channel: 'online' }, day), event('y-2', 'sale', { amount: '1.00' }, day), event('w-1', 'sale', { amount: '1.00' }, 4 * day), event('t-1', 'sale', { amount: '1.00' }, 0),
    ];
    (helper.getNode('win') as { receive(message: object): void }).receive({ payload });
    const seen = <D>(id: string, choice: object, check: (data: D) => boolean): Promise<D> => {
      const viewer = new FakeViewer();
      handOver(viewer, id, { bottega: 'view', choice, serial: 1 });
      return eventually(() => viewer.states.map(({ data }) => data as D | null).filter((data) => data !== null).find(check));
    };
    assert.deepEqual((await seen<FiltersData>('f', {}, ({ channels }) => channels.length === 2)).channels, ['online', 'pos']);
    const card = (choice: object, value: number): Promise<CardData> => seen<CardData>('k', choice, ({ row }) => row?.value === value);
    const yesterday = await card({ period: 'yesterday', compare: 'previous' }, 2);
    assert.deepEqual([yesterday.stretch, yesterday.compare, yesterday.row?.window.size], ['yesterday', 'previous', '1d']);
    const week = await card({ period: '7d' }, 4);
    assert.deepEqual([week.stretch, week.compare, week.line.length > 1], ['7d', 'previous', true]);
    const online = await card({ period: '7d', channel: 'online' }, 1);
    assert.equal(online.row?.channel, 'online');
    const today = await card({ compare: 'lastWeek' }, 1);
    assert.deepEqual([today.stretch, today.compare], [undefined, 'lastWeek']);
    const still = await seen<CardData>('still', { period: '7d', compare: 'lastYear' }, ({ row }) => row?.value === 1);
    assert.deepEqual([still.stretch, still.compare], [undefined, 'usual']);
  });
});
