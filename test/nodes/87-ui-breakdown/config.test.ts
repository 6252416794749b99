/** The form of a breakdown, and which days a viewer's choice means. */
import assert from 'node:assert/strict';
import { readConfig } from '../../../nodes/87-ui-breakdown/config.js';
import { breakdownView } from '../../../nodes/87-ui-breakdown/view.js';
import { names } from '../../support/testNodeRed.js';

const saved = { id: 'b', type: 'ui-bottega-breakdown', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker', kpi: 'revenue' };

describe('form of a breakdown', () => {
  it('reads what was saved, with defaults', () => {
    const { kpi, by, period, compare, better, top } = readConfig(saved);
    assert.deepEqual([kpi, by, period, compare, better, top], ['revenue', 'channel', 'today', 'usual', 'up', 8]);
    assert.equal(readConfig({ ...saved, top: '50' }).top, 50);
  });

  const BROKEN: [string, object][] = [
    ['kpi', { kpi: 'x y' }], ['by', { by: 'product' }], ['period', { period: '90d' }], ['compare', { compare: 'tomorrow' }], ['better', { better: 'left' }],
    ['top', { top: '0' }], ['top', { top: '51' }], ['top', { top: 'all' }], ['version', { version: 2 }],
  ];
  for (const [field, fields] of BROKEN) it(`refuses ${JSON.stringify(fields)} by name`, () => { assert.throws(() => readConfig({ ...saved, ...fields }), names(field)); });

  const CHOICES: [what: string, fields: object, choice: Record<string, string>, key: string, topics: string[]][] = [
    ['nothing chosen', {}, {}, '_/_/usual/today', ['revenue/1d/_/+']],
    ['by store, of a channel', { by: 'store' }, { channel: 'online' }, '_/online/usual/today', ['revenue/1d/+/online']],
    ['its own channel alone', { onlyChannel: 'pos' }, { channel: 'online' }, '_/pos/usual/today', ['revenue/1d/_/pos']],
    ['other days, which do not move', {}, { period: '7d', compare: 'lastYear' }, '_/_/lastYear/7d', []],
    ['days of one’s own', {}, { from: '2026-11-01', to: '2026-11-15' }, '_/_/usual/2026-11-01/2026-11-15', []],
    ['days the wrong way round', {}, { from: '2026-11-15', to: '2026-11-01' }, '_/_/usual/today', ['revenue/1d/_/+']],
    ['what is no choice', {}, { period: 'constructor', compare: '__proto__' }, '_/_/usual/today', ['revenue/1d/_/+']],
    ['a form that follows nothing', { follows: 'nothing' }, { period: '7d', channel: 'pos' }, '_/_/usual/today', ['revenue/1d/_/+']],
    ['payments', { by: 'payment' }, {}, '_/_/usual/today', ['revenue/1d/_/_', 'card_share/1d/_/_']],
  ];
  for (const [what, fields, choice, key, topics] of CHOICES) {
    it(`shows ${what}`, () => {
      const view = breakdownView(readConfig({ ...saved, ...fields }), choice);
      assert.deepEqual([view.key, view.topics.map(({ name, window, store, channel }) => `${name}/${window}/${store}/${channel}`)], [key, topics]);
    });
  }
});
