/** What each KPI of a shop is said to count: built-in, its own, only some, and names that no KPI has. */
import assert from 'node:assert/strict';
import { KPIS, kpisWithOwn } from '../../../engine/kpi/builtinKpis.js';
import { kpisOf, readCustomKpis } from '../../../engine/kpi/customKpis.js';
import { DESCRIPTIONS } from '../../../engine/kpi/descriptions.js';
import { asksDescriptions, type DescribedKpis, describeKpis } from '../../../engine/query/describe.js';

function describeWith(rows: readonly object[], raw: Record<string, unknown>): DescribedKpis {
  const custom = readCustomKpis(rows);
  return describeKpis(raw, { kpis: kpisWithOwn(kpisOf(custom)), custom }, 'EUR');
}

describe('descriptions of KPIs', () => {
  it('are asked for by a text, even an empty one', () => {
    const asked = [{ describe: '' }, { describe: 'yes' }, {}, { describe: ['', ''] }, { describe: false }].map(asksDescriptions);
    assert.deepEqual(asked, [true, true, false, false, false]);
  });

  it('are those of all built-in numbers, then of the shop\'s own', () => {
    const described = describeWith([{ name: 'gifts', type: 'sale', value: 'one', show: 'count' }], { describe: '' });
    assert.ok(described.outcome === 'descriptions');
    assert.deepEqual(described.kpis.map(({ name }) => name), [...KPIS.map(({ name }) => name), 'gifts']);
    for (const { name, description } of described.kpis.slice(0, -1)) assert.deepEqual(description, DESCRIPTIONS[name], name);
  });

  const units: [name: string, unit: string][] = [['revenue', 'EUR'], ['orders', 'count'], ['conversion', 'ratio'], ['service_time', 'seconds']];
  it('are only of those that are named, with the unit of the rows', () => {
    const described = describeWith([], { describe: '', name: units.map(([name]) => name).join(',') });
    assert.ok(described.outcome === 'descriptions');
    assert.deepEqual(new Map(described.kpis.map(({ name, unit }) => [name, unit])), new Map(KPIS.flatMap(({ name }) => units.filter(([asked]) => asked === name))));
  });

  const own: [row: object, unit: string, en: string, it: string][] = [
    [{ type: 'sale', value: 'one', show: 'count' }, 'count', 'Number of sales.', 'Numero delle vendite.'],
    [{ type: 'visit', value: 'one', show: 'average' }, 'count', 'Number of visits.', 'Numero delle visite.'],
    [{ type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'channel', op: 'is', value: 'online' }, { field: 'x_gift', op: 'known' }] }, 'EUR',
      'Sum of the amounts of sales where `channel is online` and `x_gift known`.', 'Somma degli importi delle vendite con `channel is online` e `x_gift known`.'],
    [{ type: 'ticket', value: 'duration', show: 'average', where: [{ field: 'duration', op: 'above', value: '20' }] }, 'seconds',
      'Average of the times from open to close of tickets where `duration above 20`.',
      'Media dei tempi dall’apertura alla chiusura delle richieste di assistenza con `duration above 20`.'],
    [{ type: 'sale', value: 'x_bags', show: 'sum' }, 'count', 'Sum of `x_bags` of sales.', 'Somma di `x_bags` delle vendite.'],
    [{ type: 'waste', value: 'quantity', show: 'per', per: 'orders' }, 'ratio',
      'Sum of the quantities of waste, divided by `orders`.', 'Somma delle quantità degli scarti di magazzino, diviso per `orders`.'],
    // `tips` became a built-in name after shops could have taken it.
    [{ name: 'tips', type: 'payment', value: 'amount', show: 'sum' }, 'EUR', 'Sum of the amounts of payments.', 'Somma degli importi dei pagamenti.'],
  ];
  for (const [row, unit, en, italian] of own) {
    it(`of one's own: ${en}`, () => {
      const { name } = { name: 'mine', ...row };
      assert.deepEqual(describeWith([{ name, ...row }], { describe: '', name }), { outcome: 'descriptions', kpis: [{ name, unit, description: { en, it: italian } }] });
    });
  }

  const refused: [raw: Record<string, unknown>, path: string, rule: string][] = [
    [{ describe: '', name: 'revenue,profit' }, 'name', 'unknown'],
    [{ describe: '', name: ['revenue', 'orders'] }, 'name', 'type'],
  ];
  for (const [raw, path, rule] of refused) {
    it(`are refused to ${JSON.stringify(raw)}`, () => {
      const described = describeWith([], raw);
      assert.ok(described.outcome === 'refused');
      assert.deepEqual(described.refusals.map((refusal) => [refusal.path, refusal.rule]), [[path, rule]]);
    });
  }
});
