/** A table in words, in the order that was chosen, and as the file that a spreadsheet reads. */
import assert from 'node:assert/strict';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import type { TableData } from '../../nodes/89-ui-table/view.js';
import type { KpiFacts } from '../../nodes/shared/widget/reader.js';
import { csvOf, fileNameOf } from '../../widgets/table/csv.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import texts from '../../widgets/table/locales/index.js';
import { type TableInput, tableOf, type TableOrder, type TableProps } from '../../widgets/table/table.js';
import { Components } from '../support/components.js';
import { AT, DAY, FACTS, hour, rowOf, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);
const props: TableProps = { title: '', kpis: ['revenue', 'returns_rate', 'constructor'], colors: 'house' };
const RATE: KpiFacts = { name: 'returns_rate', unit: 'ratio', description: { en: 'Returns.', it: 'Resi.' }, adds: 'not' };
const span = (at: number): { start: number; end: number } => ({ start: hour(at), end: hour(at + 1) });

function data(fields: Partial<TableData> = {}): TableData {
  return {
    stretch: 'today', days: DAY, by: 'hour', columns: [{ name: 'revenue', facts: FACTS }, { name: 'returns_rate', facts: RATE }, { name: 'constructor' }],
    rows: [{ key: '1', span: span(9), cells: [1_234.5, 0.125, null] }, { key: '2', span: span(10), cells: [-20, null, null] }, { key: '3', span: span(11), cells: [300, 0.5, null] }],
    total: [1_514.5, 0.2, null], ...fields,
  };
}

function input(fields: Partial<TableInput> = {}): TableInput {
  return { props, state: stateOf(data()), live: [], link: 'live', now: AT, words: italian, order: { by: 'rows', direction: 'ascending' }, ...fields };
}

describe('table in words', () => {
  it('has a line per hour, the names of the numbers, and the total of the store', () => {
    const { title, first, columns, rows, total, state, stretch } = tableOf(input());
    assert.deepEqual([title, first, columns.map((column) => column.title), state, stretch], ['Ora per ora', 'Ora', ['Fatturato', 'Quota di resi', 'constructor'], 'live', 'oggi']);
    assert.deepEqual(rows.map(({ name, cells }) => [name, ...cells.map(({ text }) => text.replace('\u00a0', ' '))]), [
      ['09:00–10:00', '1.234,50 €', '12,5 %', '–'], ['10:00–11:00', '-20,00 €', '–', '–'], ['11:00–12:00', '300,00 €', '50,0 %', '–'],
    ]);
    assert.deepEqual(total.map(({ raw }) => raw), ['1514.5', '0.2', '']);
    assert.deepEqual(rows.map(({ cells }) => cells[0]?.sign), ['above', 'below', 'above']);
  });

  const ORDERS: readonly [TableOrder, string][] = [
    [{ by: 'rows', direction: 'descending' }, '3 2 1'], [{ by: 0, direction: 'descending' }, '1 3 2'], [{ by: 0, direction: 'ascending' }, '2 3 1'],
    [{ by: 1, direction: 'descending' }, '3 1 2'], [{ by: 1, direction: 'ascending' }, '1 3 2'], [{ by: 2, direction: 'descending' }, '1 2 3'],
  ];
  for (const [order, keys] of ORDERS) {
    it(`is sorted by ${String(order.by)} ${order.direction}, the unknown last`, () => { assert.equal(tableOf(input({ order })).rows.map(({ key }) => key).join(' '), keys); });
  }

  it('moves the total of today with the live value, and no other', () => {
    const live = [rowOf({ value: 2_000 }) as KpiValue];
    assert.equal(tableOf(input({ live })).total[0]?.raw, '2000');
    assert.equal(tableOf(input({ live, state: stateOf(data({ stretch: '7d' })) })).total[0]?.raw, '1514.5');
  });

  it('names stores and channels as people do', () => {
    const rows = [{ key: 'milano', cells: [1, 0, null] }];
    const shop = { zone: 'Europe/Rome', currency: 'EUR', stores: [{ id: 'milano', name: 'Milano centro' }] };
    assert.equal(tableOf(input({ state: stateOf(data({ by: 'store', rows }), { shop }) })).rows[0]?.name, 'Milano centro');
    assert.equal(tableOf(input({ state: stateOf(data({ by: 'channel', rows: [{ key: 'pos', cells: [1, 0, null] }] })) })).rows[0]?.name, 'In negozio');
  });

  it('says differently that there is nothing, or no such number, or nothing yet', () => {
    assert.equal(tableOf(input({ state: stateOf(data({ rows: [], total: [0, null, null] })) })).note, 'Oggi ancora niente');
    assert.equal(tableOf(input({ state: stateOf(data({ rows: [], total: [null], columns: [{ name: 'x' }] })) })).state, 'gone');
    assert.equal(tableOf(input({ state: undefined, link: 'loading' })).state, 'loading');
  });
});

describe('table as a file', () => {
  it('is what an Italian spreadsheet reads: semicolons, decimal commas, cents', () => {
    assert.equal(csvOf(data(), italian), [
      '\ufeffOra;Fatturato (EUR);Quota di resi (%);constructor', '2026-11-28 09:00;1234,50;12,50;', '2026-11-28 10:00;-20,00;;', '2026-11-28 11:00;300,00;50,00;', 'Totale;1514,50;20,00;', '',
    ].join('\r\n'));
  });
  it('is what an English one reads', () => { assert.match(csvOf(data(), english), /^\ufeffHour,Revenue \(EUR\),Returns rate \(%\),constructor\r\n2026-11-28 09:00,1234\.50,12\.50,\r\n/); });
  it('has the decimals of the currency, and runs nothing', () => {
    const yen = data({ by: 'store', columns: [{ name: 'revenue', facts: { ...FACTS, unit: 'JPY' } }], rows: [{ key: '=HYPERLINK("x;y")', cells: [1_500] }], total: [1_500] });
    assert.ok(csvOf(yen, italian).includes('"\'=HYPERLINK(""x;y"")";1500\r\nTotale;1500\r\n'), csvOf(yen, italian));
  });
  it('is named by what it is and of which days', () => {
    assert.equal(fileNameOf(data(), italian), 'bottega-ore-2026-11-28.csv');
    assert.equal(fileNameOf(data({ by: 'day', days: { start: DAY.start - 6 * 86_400_000, end: DAY.end } }), english), 'bottega-days-2026-11-22_2026-11-28.csv');
  });
});

describe('component of the table', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (initial?: object): Promise<string> => components.draw('table/TablePanel.vue', { props, ...(initial === undefined ? {} : { initial }) });

  it('draws heads that sort, and a total below the lines', async () => {
    const html = await draw(stateOf(data()));
    for (const part of ['aria-sort="ascending"', '<th scope="row">09:00–10:00</th>', '<tfoot>', 'data-kpi="revenue" data-value="1514.5"', 'download="bottega-hours-2026-11-28.csv"']) assert.ok(html.includes(part), part);
  });
  it('has no table and no file while there is nothing', async () => {
    const html = await draw(stateOf(data({ rows: [], total: [0, null, null] })));
    assert.ok(!html.includes('<table') && !html.includes('download') && html.includes('Nothing yet today'), html);
    assert.match(await draw(), /aria-busy="true"/);
  });
  it('takes text for text', async () => {
    const html = await draw(stateOf(data({ by: 'store', rows: [{ key: '<img src=x>', cells: [1, 0, null] }] })));
    assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img'), html);
  });
});
