/** What a breakdown says: parts, shares, comparison, what is below zero, and each state of its data. */
import assert from 'node:assert/strict';
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { BreakdownData, BreakdownRow } from '../../nodes/87-ui-breakdown/view.js';
import texts from '../../widgets/breakdown/locales/index.js';
import { type BreakdownInput, breakdownOf, type BreakdownProps } from '../../widgets/breakdown/parts.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, DAY, FACTS, rowOf, stateOf } from '../support/widgetStates.js';

const PROPS: BreakdownProps = { title: '', kpi: 'revenue', by: 'channel', better: 'up', top: 8, colors: 'house' };
const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);

function part(name: string, value: number | null, former: number | null = null, fields: Partial<KpiRow> = {}): BreakdownRow {
  return { ...rowOf({ channel: name, value, comparison: { value: former, days: 4 }, ...fields }), part: name };
}

function dataOf(rows: readonly BreakdownRow[], fields: Partial<BreakdownData> = {}): BreakdownData {
  return { facts: FACTS, rows, stretch: 'today', days: DAY, compare: 'usual', ...fields };
}

function breakdown(data: BreakdownData | null | undefined, fields: Partial<BreakdownInput> = {}, props: Partial<BreakdownProps> = {}): ReturnType<typeof breakdownOf> {
  const state = data === undefined ? undefined : stateOf(data);
  return breakdownOf({ props: { ...PROPS, ...props }, state, live: [], link: state === undefined ? 'loading' : 'live', now: AT, words: italian, ...fields });
}

const plain = (text: string): string => text.replace(/\s/g, ' ');

describe('breakdown of a number', () => {
  it('shows the largest part first, with its share and what it was', () => {
    const shown = breakdown(dataOf([part('pos', 2_551.3, 2_500), part('online', 2_866.5, 2_000)]));
    assert.deepEqual([shown.state, shown.title, shown.stretch, shown.note], ['live', 'Fatturato per canale', 'oggi · sul solito', '']);
    assert.deepEqual(shown.parts.map(({ name, text, share, width, trend, former }) => [name, plain(text), plain(share), width, `${trend?.arrow ?? ''} ${trend?.size ?? ''}`, plain(former)]), [
      ['Online', '2.866,50 €', '52,9 % del totale', 100, '▲ 43 %', 'prima 2.000,00 €'],
      ['In negozio', '2.551,30 €', '47,1 % del totale', 89, '▲ 2 %', 'prima 2.500,00 €'],
    ]);
  });

  it('shows a part below zero as such, and shares of what is above', () => {
    const shown = breakdown(dataOf([part('pos', 100), part('online', -25)]));
    assert.deepEqual(shown.parts.map(({ text, share, width, sign }) => [plain(text), plain(share), width, sign]), [
      ['100,00 €', '100,0 % del totale', 100, 'above'], ['-25,00 €', 'sotto zero: torna più di quanto entra', 25, 'below'],
    ]);
    assert.equal(shown.note, 'le quote sono di ciò che sta sopra lo zero');
  });

  it('puts what is beyond the bars together, exactly', () => {
    const shown = breakdown(dataOf(['a', 'b', 'c', 'd'].map((name, index) => part(name, 0.1 * (4 - index), 0.1))), {}, { by: 'store', top: 3 });
    assert.deepEqual(shown.parts.map(({ name, raw, former }) => [name, raw, plain(former)]), [['a', '0.4', 'prima 0,10 €'], ['b', '0.30000000000000004', 'prima 0,10 €'], ['Altri (2)', '0.3', 'prima 0,20 €']]);
  });

  it('names stores as the shop does, means of payment by their words, and takes names of objects for names', () => {
    const state = (rows: readonly BreakdownRow[]) => stateOf(dataOf(rows), { shop: { zone: 'Europe/Rome', currency: 'EUR', stores: [{ id: 'mi', name: 'Milano' }] } });
    assert.deepEqual(breakdown(null, { state: state([part('mi', 1), part('constructor', 2)]) }, { by: 'store' }).parts.map(({ name }) => name), ['constructor', 'Milano']);
    assert.deepEqual(breakdown(dataOf([part('card', 2), part('cash', 1)]), {}, { by: 'payment' }).parts.map(({ name }) => name), ['Carta e digitale', 'Contanti']);
    assert.deepEqual(breakdown(dataOf([part('toString', 1)])).parts.map(({ name }) => name), ['toString']);
  });

  it('takes newer live values of today, also of a part that was not there, and none for other days', () => {
    const live = [rowOf({ channel: 'online', value: 50, revision: 9 }), rowOf({ channel: '_', value: 999, revision: 9 }), rowOf({ channel: 'phone', value: 7, name: 'orders' })] as never;
    assert.deepEqual(breakdown(dataOf([part('pos', 10)]), { live }).parts.map((each) => [each.part, each.raw]), [['online', '50'], ['pos', '10']]);
    assert.deepEqual(breakdown(dataOf([part('pos', 10)], { stretch: '7d' }), { live }).parts.map((each) => each.part), ['pos']);
    const front = stateOf<BreakdownData | null>(null, { troubles: ['elsewhere'] });
    assert.deepEqual(breakdown(null, { state: front, live }).parts.map((each) => each.part), ['online']);
  });

  const STATES: readonly [what: string, shown: () => ReturnType<typeof breakdownOf>, state: string, note: string, warning: string][] = [
    ['loading', () => breakdown(undefined), 'loading', 'Un momento…', ''],
    ['nothing sold today', () => breakdown(dataOf([part('pos', 0)])), 'nothing', 'Oggi ancora niente', ''],
    ['nothing in former days', () => breakdown(dataOf([], { stretch: '30d' })), 'nothing', 'Niente in questo periodo', ''],
    ['a number whose parts make no total', () => breakdown(dataOf([], { facts: { ...FACTS, adds: 'not' } })), 'nothing', 'Le parti di questo numero non fanno un totale: scegli un altro numero', ''],
    ['a number that is gone', () => breakdown({ rows: [], stretch: 'today', days: DAY, compare: 'usual' }), 'gone', 'Il negozio non ha più questo numero', ''],
    ['a front without live values', () => breakdown(null, { state: stateOf<BreakdownData | null>(null, { troubles: ['elsewhere'] }) }), 'unknown', 'La storia sta nell’archivio di chi conta', ''],
    ['no connection', () => breakdown(dataOf([part('pos', 1)]), { link: 'lost', now: AT + 300_000 }), 'old', '', 'Collegamento interrotto: dati di 5 min fa'],
  ];
  for (const [what, shown, state, note, warning] of STATES) {
    it(`says its state: ${what}`, () => { assert.deepEqual([shown().state, shown().note, shown().warning], [state, note, warning]); });
  }
});

describe('component of the breakdown', () => {
  const components = new Components();
  after(() => components.close());

  it('draws a list that says number, share and difference to eyes and screen readers', async () => {
    const html = await components.draw('breakdown/PartsPanel.vue', { props: PROPS, initial: stateOf(dataOf([part('pos', 75, 50), part('<b>', -25)])) });
    assert.match(html, /<li class="bw-above bw-part" data-part="pos"><span class="bw-name">In store<\/span><span class="bw-number" data-kpi="revenue" data-value="75">€75.00<\/span>/);
    assert.match(html, /<span class="bw-said">up<\/span> 50%<\/span><span class="bw-said">, before €50.00<\/span>/);
    assert.match(html, /<li class="bw-below bw-part" data-part="&lt;b&gt;"><span class="bw-name">&lt;b&gt;<\/span>/);
    assert.match(html, /<span class="bw-track" aria-hidden="true">/);
  });
});
