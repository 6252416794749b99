/** Filters: what there is to choose, what is chosen by the page's address, and what a choice writes there. */
import assert from 'node:assert/strict';
import type { FiltersData } from '../../nodes/93-ui-filters/view.js';
import type { Choice } from '../../nodes/shared/widget/wire.js';
import { daysChosen, filtersOf, periodChosen, type ShownFilters } from '../../widgets/filters/filters.js';
import texts from '../../widgets/filters/locales/index.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const SHOP = { zone: 'Europe/Rome', currency: 'EUR', stores: [{ id: 'milano', name: 'Milano Centro' }] };
const DATA: FiltersData = { stores: ['milano', 'roma'], channels: ['online', 'pos', 'mercato'] };
const shown = (choice: Choice = {}, data: FiltersData | null = DATA): ShownFilters => filtersOf({ data, shop: SHOP, choice, standard: 'today' }, italian);

describe('filters', () => {
  it('offer the shop’s stores and those that were counted, and channels by their names', () => {
    const { stores, channels, periods, isChosen } = shown();
    assert.deepEqual(stores.map(({ value, name }) => [value, name]), [['', 'Tutti'], ['milano', 'Milano Centro'], ['roma', 'roma']]);
    assert.deepEqual(channels.map(({ name }) => name), ['Tutti', 'Online', 'In negozio', 'mercato']);
    assert.deepEqual([periods.map(({ name }) => name).join(), isChosen], ['Oggi,Ieri,7 giorni,30 giorni,Libero', false]);
  });

  it('do not ask where there is one place only, unless another is chosen', () => {
    const one = { stores: ['milano'], channels: ['pos'] };
    assert.deepEqual([shown({}, one).stores, shown({}, one).channels], [[], []]);
    assert.deepEqual(shown({ store: 'gone' }, one).stores.map(({ value }) => value), ['', 'milano', 'gone']);
  });

  it('offer the usual channels where nobody knows which there are', () => {
    assert.deepEqual(shown({}, null).channels.map(({ value }) => value), ['', 'pos', 'online', 'delivery', 'phone']);
  });

  const CHOICES: readonly [choice: Choice, expected: readonly string[]][] = [
    [{}, ['today', '', '', '']], [{ period: '7d', compare: 'lastYear', store: 'roma' }, ['7d', 'lastYear', 'roma', '']],
    [{ from: '2026-11-01', to: '2026-11-07' }, ['free', '', '', '']], [{ period: 'constructor', compare: 'toString' }, ['today', '', '', '']], [{ channel: 'pos' }, ['today', '', '', 'pos']],
  ];
  for (const [choice, expected] of CHOICES) {
    it(`read ${JSON.stringify(choice)}`, () => {
      const { period, compare, store, channel } = shown(choice);
      assert.deepEqual([period, compare, store, channel], expected);
    });
  }

  it('write a period, or days of one’s own that are in order', () => {
    assert.deepEqual(periodChosen('7d', 'today'), { period: '7d', from: '', to: '' });
    assert.deepEqual(periodChosen('today', 'today'), { period: '', from: '', to: '' });
    assert.deepEqual([periodChosen('today', '30d'), periodChosen('30d', '30d')], [{ period: 'today', from: '', to: '' }, { period: '', from: '', to: '' }]);
    assert.equal(filtersOf({ data: DATA, shop: SHOP, choice: {}, standard: '30d' }, italian).period, '30d');
    assert.deepEqual(daysChosen('2026-11-01', '2026-11-01'), { change: { from: '2026-11-01', to: '2026-11-01', period: '' } });
    assert.deepEqual([daysChosen('', '2026-11-01'), daysChosen('2026-11-02', '2026-11-01')], [{ wrong: 'missing' }, { wrong: 'order' }]);
  });
});

describe('component of the filters', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (asks: string): Promise<string> => components.draw('filters/PageFilters.vue', { props: { title: '', asks, colors: 'house' }, initial: stateOf(DATA) });

  it('draws each question with its label, and only those that are wanted', async () => {
    const [all, place, time] = [await draw('all'), await draw('place'), await draw('time')];
    assert.match(all, /<legend>Period<\/legend>.*<span>Store<\/span>.*<span>Channel<\/span>.*<span>Compared with<\/span>/);
    assert.ok(place.includes('<span>Store</span>') && !place.includes('<legend>'), place);
    assert.ok(time.includes('<legend>') && !time.includes('<span>Store</span>'), time);
  });
});
