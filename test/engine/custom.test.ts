/** Numbers of the user's own: what the form may say, and what they count. */
import assert from 'node:assert/strict';
import { kpiOf, measureOf, readCustomKpis } from '../../engine/custom.js';
import { mergeEvent } from '../../engine/fact.js';
import { evaluate } from '../../engine/kpi.js';
import { contributionsOf } from '../../engine/measure.js';
import { event } from '../support/events.js';

const gift = { name: 'gift_cards', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'x_gift', op: 'is', value: 'yes' }] };

function shown(saved: object): number | null {
  const [custom] = readCustomKpis([saved]);
  assert.ok(custom !== undefined);
  const sums: Record<string, number> = {};
  for (const said of [{ subject: '1', data: { amount: '10.00', x_gift: 'yes' } }, { subject: '2', data: { amount: '4.00', x_gift: 'yes' } }, { subject: '3', data: { amount: '1.00' } }]) {
    for (const { field, value } of contributionsOf(mergeEvent(undefined, event(said), 'EUR'), [measureOf(custom)])) sums[field] = (sums[field] ?? 0) + value;
  }
  return evaluate(kpiOf(custom), sums, 'EUR');
}

describe('custom KPIs', () => {
  const counted: [saved: object, expected: number][] = [
    [gift, 14],
    [{ ...gift, show: 'count' }, 2],
    [{ ...gift, show: 'average' }, 7],
    [{ ...gift, where: [{ field: 'x_gift', op: 'unknown' }] }, 1],
    [{ ...gift, where: [] }, 15],
    [{ ...gift, value: 'one', where: [{ field: 'x_gift', op: 'isNot', value: 'yes' }] }, 1],
  ];
  for (const [saved, expected] of counted) it(`${JSON.stringify(saved)} is ${String(expected)}`, () => { assert.equal(shown(saved), expected); });

  const refused: [saved: unknown, field: string][] = [
    ['x', 'kpis'],
    [[null], 'kpis[0]'],
    [[{ ...gift, name: 'Gift cards' }], 'kpis[0].name'],
    [[{ ...gift, name: 'revenue' }], 'kpis[0].name'],
    [[gift, gift], 'kpis[1].name'],
    [[{ ...gift, type: 'sold' }], 'kpis[0].type'],
    [[{ ...gift, value: 'profit' }], 'kpis[0].value'],
    [[{ ...gift, where: [{ field: '__proto__', op: 'known' }] }], 'kpis[0].where[0].field'],
    [[{ ...gift, where: [{ field: 'status', op: 'is', value: '' }] }], 'kpis[0].where[0].value'],
  ];
  for (const [saved, field] of refused) it(`refuse ${JSON.stringify(saved)}`, () => { assert.throws(() => readCustomKpis(saved), { name: 'ConfigError', field }); });
});
