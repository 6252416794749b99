/** What a chart says and draws: points in words, what was before, what leaves the drawing, and keys. */
import assert from 'node:assert/strict';
import type { ChartData, ChartPoint } from '../../nodes/88-ui-chart/view.js';
import { type ChartInput, chartOf, type ChartProps } from '../../widgets/chart/chart.js';
import texts from '../../widgets/chart/locales/index.js';
import { type ChartInk, mixed, optionOf } from '../../widgets/chart/option.js';
import { capOf } from '../../widgets/chart/outlier.js';
import { stepOf } from '../../widgets/chart/step.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, DAY, FACTS, hour, rowOf, stateOf } from '../support/widgetStates.js';

const PROPS: ChartProps = { title: '', kpi: 'revenue', shape: 'bars', colors: 'house' };
const INK: ChartInk = { ink: '#000000', soft: '#111111', line: '#eeeeee', brand: '#00aa00', leaf: '#00cc00', ghost: '#999999', bad: '#cc0000', card: '#ffffff', font: 'Inter' };
const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);

function point(at: number, value: number | null, former: number | null = null, count = 2): ChartPoint {
  return { start: hour(at), end: hour(at + 1), value, former, count };
}

function dataOf(points: readonly ChartPoint[], fields: Partial<ChartData> = {}): ChartData {
  return { facts: FACTS, points, stretch: 'today', days: DAY, compare: 'usual', size: '1h', ...fields };
}

function chart(data: ChartData | null | undefined, fields: Partial<ChartInput> = {}, props: Partial<ChartProps> = {}): ReturnType<typeof chartOf> {
  const state = data === undefined ? undefined : stateOf(data);
  return chartOf({ props: { ...PROPS, ...props }, state, live: [], link: state === undefined ? 'loading' : 'live', now: AT, words: italian, ...fields });
}

const plain = (text: string): string => text.replace(/\s/g, ' ');

describe('chart of a number', () => {
  it('says each point, what was before, and what is to come', () => {
    const shown = chart(dataOf([point(10, 1_010, 690, 14), point(17, 650, 600, 1), point(18, null, 720, 0)]));
    assert.deepEqual([shown.state, shown.title, shown.stretch, shown.former, shown.beyond], ['live', 'Fatturato per ora', 'oggi', 'il solito', '']);
    assert.deepEqual(shown.points.map(({ label, said, isNow }) => [label, plain(said.join(' · ')), isNow]), [
      ['10', '10:00–11:00: 1.010,00 € · di solito 690,00 € · da 14 movimenti', false],
      ['17', '17:00–18:00: 650,00 € · di solito 600,00 € · da un movimento', true],
      ['18', '18:00–19:00: deve ancora venire · di solito 720,00 €', false],
    ]);
  });

  it('moves the open window at once, and shows a front what is live', () => {
    const window = { size: '1h', start: new Date(hour(17)).toISOString(), end: new Date(hour(18)).toISOString() };
    const live = [rowOf({ window: window as never, value: 700 }), rowOf({ value: 9_999 })] as never;
    assert.deepEqual(chart(dataOf([point(16, 1), point(17, 2, 5)]), { live }).points.map(({ value, former }) => [value, former]), [[1, null], [700, 5]]);
    assert.deepEqual(chart(null, { state: stateOf<ChartData | null>(null, { troubles: ['elsewhere'] }), live }).points.map(({ value }) => value), [700]);
  });

  const CAPS: [what: string, values: (number | null)[], cap: object][] = [
    ['nothing far beyond', [100, 120, 300, 80], {}],
    ['one far beyond', [100, 120, 4_000, 80], { most: 150 }],
    ['two far beyond', [100, 4_100, 4_000, 80, 90], { most: 130 }],
    ['too few to know what is common', [1, 4_000], {}],
    ['far below zero', [-10, -9, -8, -900], { least: -13 }],
    ['unknown and nothing', [null, 0, null], {}],
  ];
  for (const [what, values, cap] of CAPS) it(`ends the axis: ${what}`, () => { assert.deepEqual(capOf(values), cap); });

  it('says which value leaves the drawing', () => {
    const shown = chart(dataOf([100, 120, 4_000, 80].map((value, index) => point(9 + index, value))));
    assert.equal(plain(shown.beyond), 'Esce dal disegno: 11:00–12:00: 4.000,00 €');
    assert.equal(chart(dataOf([point(9, 1), point(10, 2)])).beyond, '');
  });

  it('says days by their names, and a map by weekday and hour', () => {
    const day = { start: DAY.start, end: DAY.end, value: 5, former: 4, count: 1 };
    const days = chart(dataOf([day], { size: '1d', stretch: '7d', compare: 'previous', days: { start: DAY.start - 6 * 86_400_000, end: DAY.end } }));
    assert.deepEqual([days.title, plain(days.points[0]?.said.join(' · ') ?? '')], ['Fatturato per giorno', 'sabato 28 novembre: 5,00 € · prima 4,00 € · da un movimento']);
    const heat = chart(dataOf([], { heat: [{ weekday: 0, hour: 8, value: 0, days: 4 }, { weekday: 0, hour: 9, value: 12.5, days: 4 }, { weekday: 6, hour: 9, value: 1, days: 1 }], compare: 'nothing' }), {}, { shape: 'heat' });
    assert.deepEqual([heat.columns, heat.rows[0], heat.points.map(({ said, place }) => [plain(said.join(' · ')), place])], [
      ['9'], 'lun', [['lunedì 09:00–10:00: 12,50 € · media di 4 giorni', [0, 0]], ['domenica 09:00–10:00: 1,00 € · un giorno solo', [0, 6]]],
    ]);
  });

  it('says that nothing came, that it waits, or that the number is gone', () => {
    assert.deepEqual([chart(dataOf([point(9, 0)])).note, chart(undefined).note, chart({ points: [], stretch: 'today', days: DAY, compare: 'usual', size: '1h' }).note],
      ['Oggi ancora niente', 'Un momento…', 'Il negozio non ha più questo numero']);
  });
});

describe('drawing of a chart', () => {
  const theme = { ink: INK, width: 600, rough: String, tip: String };
  interface Bars { series: { data: { value: number; itemStyle: { color: string } }[] }[]; yAxis: { max?: number } }

  it('draws what is below zero in red, the open window in the brand’s color, and no more than the axis has', () => {
    const option = optionOf(chart(dataOf([point(9, 100), point(10, -20), point(11, 4_000), point(12, 90), point(17, 80)])), theme) as unknown as Bars;
    assert.deepEqual(option.series[0]?.data.map(({ value, itemStyle }) => [value, itemStyle.color]), [[100, '#00cc00'], [-20, '#cc0000'], [130, '#00cc00'], [90, '#00cc00'], [80, '#00aa00']]);
    assert.equal(option.yAxis.max, 130);
  });

  it('has a ghost only where there is something to compare with', () => {
    const seriesOf = (compare: ChartData['compare']): number => (optionOf(chart(dataOf([point(9, 1, 2)], { compare })), theme) as unknown as Bars).series.length;
    assert.deepEqual([seriesOf('usual'), seriesOf('nothing')], [2, 1]);
  });

  it('mixes colors as style sheets and browsers write them', () => {
    const table = [['#000000', 'rgb(100, 200, 50)', 0.5, 'rgb(50, 100, 25)'], ['#ffffff', '#000000', 0, 'rgb(255, 255, 255)'], ['#fff', '#1A6', 0, 'rgb(255, 255, 255)'], ['#fff', '#1A6', 1, 'rgb(17, 170, 102)']] as const;
    for (const [from, to, share, expected] of table) {
      assert.equal(mixed(from, to, share), expected);
    }
  });

  const KEYS: [key: string, shape: 'bars' | 'heat', from: number | undefined, to: number | undefined][] = [
    ['ArrowRight', 'bars', 1, 2], ['ArrowRight', 'bars', 5, 5], ['ArrowLeft', 'bars', 0, 0], ['ArrowDown', 'bars', 3, 2], ['ArrowDown', 'heat', 0, 3], ['ArrowUp', 'heat', 1, 0],
    ['Home', 'bars', 4, 0], ['End', 'bars', undefined, 5], ['ArrowLeft', 'bars', undefined, 5], ['a', 'bars', 1, undefined], ['constructor', 'bars', 1, undefined],
  ];
  for (const [key, shape, from, to] of KEYS) {
    it(`${key} leads from ${String(from)} to ${String(to)} in ${shape}`, () => {
      const points = Array.from({ length: 6 }, () => ({ label: '', said: [], value: 1, former: null, isNow: false }));
      assert.equal(stepOf(key, { points, shape, columns: ['9', '10', '11'] }, from), to);
    });
  }
});

describe('component of the chart', () => {
  const components = new Components();
  after(() => components.close());

  it('has a table of its values for screen readers, and takes text for text', async () => {
    const html = await components.draw('chart/ChartPanel.vue', { props: { ...PROPS, title: '<i>x</i>' }, initial: stateOf(dataOf([point(10, 5, 4)])) });
    assert.match(html, /role="slider" tabindex="0" aria-label="&lt;i&gt;x&lt;\/i&gt;"/);
    assert.match(html, /<tr data-kpi="revenue" data-point="10" data-value="5" data-former="4"><td>10:00–11:00: €5.00<\/td><td>usually €4.00<\/td>/);
  });
});
