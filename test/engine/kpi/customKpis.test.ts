/** Numbers of the user's own: what the form may say, and what they count. */
import assert from 'node:assert/strict';
import { kpisOf, measureOf, readCustomKpis } from '../../../engine/kpi/customKpis.js';
import { readDefinitions, writeDefinitions } from '../../../engine/kpi/storedDefinitions.js';
import { factKey, mergeEvent } from '../../../engine/fact/fact.js';
import { evaluate } from '../../../engine/kpi/evaluate.js';
import { compile, contributionsOf } from '../../../engine/kpi/contribution.js';
import { KPIS, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { parseEvent } from '../../../engine/event/event.js';
import { event, NOW } from '../../support/events.js';
import { memoryStore } from '../../support/shopStore.js';

const gift = { name: 'gift_cards', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'x_gift', op: 'is', value: 'yes' }] };

const RECEIVED = [
  { subject: '1', data: { amount: '10.00', x_gift: 'yes', x_guests: 3, openedAt: '2026-11-22T10:00:00Z', closedAt: '2026-11-22T10:45:00Z' } },
  { subject: '2', data: { amount: '4.00', x_gift: 'yes', x_guests: 1.5, openedAt: '2026-11-22T10:00:00Z', closedAt: '2026-11-22T10:05:00Z' } },
  { subject: '3', data: { amount: '1.00', x_guests: 'many' } },
];

const PIZZAS = { product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 3, amount: '21.00', discount: '1.50' };
const LINED = [
  { subject: '4', data: { amount: '26.00', discount: '1.50', lines: [PIZZAS, { product: 'sku-2', name: 'Acqua', category: 'bar', amount: '5.00' }] } },
  { subject: '5', data: { amount: '14.00', lines: [{ ...PIZZAS, quantity: 2, amount: '14.00' }] } },
  { subject: '6', data: { amount: '9.00' } },
];

/** The last of the rows, over the three sales. */
function shown(...saved: object[]): number | null {
  return shownOf(RECEIVED, saved);
}

function shownOf(received: readonly object[], saved: readonly object[]): number | null {
  const custom = readCustomKpis(saved);
  const measures = [...MEASURES, ...custom.map(measureOf)];
  const sums: Record<string, number> = {};
  for (const said of received) {
    for (const { field, value } of contributionsOf(mergeEvent(undefined, event(said), 'EUR'), measures)) sums[field] = (sums[field] ?? 0) + value;
  }
  const kpi = kpisOf(custom).at(-1);
  assert.ok(kpi !== undefined);
  return evaluate(kpi, sums, 'EUR').value;
}

describe('custom KPIs', () => {
  const counted: [saved: object, expected: number][] = [
    [gift, 14],
    [{ ...gift, show: 'count' }, 2],
    [{ ...gift, show: 'average' }, 7],
    [{ ...gift, where: [{ field: 'x_gift', op: 'unknown' }] }, 1],
    [{ ...gift, where: [] }, 15],
    [{ ...gift, value: 'one', where: [{ field: 'x_gift', op: 'isNot', value: 'yes' }] }, 1],
    [{ ...gift, where: [{ field: 'duration', op: 'above', value: '30' }] }, 10],
    [{ ...gift, where: [{ field: 'duration', op: 'atMost', value: '30' }] }, 4],
    [{ ...gift, where: [{ field: 'x_guests', op: 'above', value: '1' }, { field: 'x_guests', op: 'atMost', value: '2.5' }] }, 4],
  ];
  const margherita = { name: 'margherita', type: 'sale', value: 'quantity', show: 'sum', where: [{ field: 'product', op: 'is', value: 'Margherita' }] };
  const ofLines: [what: string, saved: readonly object[], expected: number][] = [
    ['the pieces of an article by its name', [margherita], 5],
    ['the pieces of an article by its number', [{ ...margherita, where: [{ field: 'product', op: 'is', value: 'sku-1' }] }], 5],
    ['what a category came to', [{ ...margherita, value: 'amount', where: [{ field: 'category', op: 'is', value: 'bar' }] }], 5],
    ['what all other articles came to', [{ ...margherita, value: 'amount', where: [{ field: 'product', op: 'isNot', value: 'sku-1' }] }], 5],
    ['the sales with an article', [{ ...margherita, value: 'one' }], 2],
    ['its discounts', [{ ...margherita, value: 'discount' }], 3],
    ['the discounts of the day by what was sold', [{ ...margherita, value: 'discount', show: 'per', per: 'gross_revenue', where: [] }], 0.061224],
  ];
  for (const [what, saved, expected] of ofLines) it(`count ${what}`, () => { assert.equal(shownOf(LINED, saved), expected); });

  it('refuse what no line has', () => {
    for (const value of ['duration', 'x_gift']) assert.throws(() => readCustomKpis([{ ...margherita, value }]), { name: 'ConfigError', field: 'kpis[0].value' });
    assert.throws(() => readCustomKpis([{ ...margherita, where: [{ field: 'product', op: 'known' }] }]), { name: 'ConfigError', field: 'kpis[0].where[0].op' });
  });

  const sources: [value: string, op: string, expected: boolean][] = [
    ['shopify', 'is', true], ['Shopify', 'is', true], ['urn:bottega:shopify:mia.example', 'is', true], ['urn:bottega:shopify:altra.example', 'is', false], ['cassa', 'is', false],
    ['shopify', 'isNot', false], ['pos', 'isNot', true],
  ];
  for (const [value, op, isCounted] of sources) {
    it(`count ${isCounted ? '' : 'nothing '}of a Shopify sale where source ${op} ${value}, whatever the system of record is`, () => {
      const measures = readCustomKpis([{ ...gift, where: [{ field: 'source', op, value }] }]).map(measureOf);
      const sale = event({ source: 'urn:bottega:shopify:mia.example', subject: '1', data: { amount: '10.00' } });
      for (const records of op === 'is' ? [[], [{ store: '*', channel: '*', source: 'cassa' }]] : [[]]) {
        const sums: Record<string, number> = {};
        compile(measures, records)(mergeEvent(undefined, sale, 'EUR'), 1, () => sums, factKey(sale));
        assert.equal(sums['u_gift_cards'], isCounted ? 1_000 : undefined);
      }
    });
  }

  const spellings: readonly (readonly [asked: string, sent: string])[] = [
    ['Verit\u00e0', 'Verit\u00e0'], ['Verit\u00e0', 'Verita\u0300'], ['Verit\u00e0', 'Verit\u00e0\u200b'], ['Verita\u0300', 'Verit\u00e0'], ['Verit\u00e0\u200b ', ' Verit\u00e0'], ['yes', 'y\u00ades'],
  ];
  for (const [asked, sent] of spellings) {
    it(`compare texts as they are read: ${JSON.stringify([asked, sent])}`, () => {
      const parsed = parseEvent(event({ subject: '1', data: { amount: '10.00', x_gift: sent } }), { now: NOW, currency: 'EUR' });
      assert.ok(parsed.outcome === 'event');
      for (const [op, expected] of [['is', 1], ['isNot', 0]] as const) {
        const measures = readCustomKpis([{ ...gift, value: 'one', where: [{ field: 'x_gift', op, value: asked }] }]).map(measureOf);
        assert.equal(contributionsOf(mergeEvent(undefined, parsed.event, 'EUR'), measures).filter(({ field }) => field === 'u_gift_cards').length, expected, op);
      }
    });
  }

  it('meet facts that a former release kept as they were sent', () => {
    const measures = readCustomKpis([{ ...gift, value: 'one', where: [{ field: 'x_gift', op: 'is', value: 'Verit\u00e0' }] }]).map(measureOf);
    const kept = mergeEvent(undefined, event({ subject: '1', data: { amount: '10.00', x_gift: 'Verita\u0300' } }), 'EUR');
    assert.equal(contributionsOf(kept, measures).filter(({ field }) => field === 'u_gift_cards').length, 1);
  });

  const guests = { name: 'guests', type: 'sale', value: 'x_guests', show: 'sum', where: [] };
  const each = { ...gift, name: 'gift_each', show: 'per', per: 'guests' };

  it('adds up and averages a field of the sender’s own, where it is a number', () => {
    assert.equal(shown(guests), 4.5);
    assert.equal(shown({ ...guests, show: 'average' }), 2.25);
  });

  it('divides by another number, of its own or a usual one', () => {
    assert.equal(shown(guests, each), 3.11);
    assert.equal(shown({ ...gift, show: 'per', per: 'orders' }), 4.67);
    assert.equal(shown({ ...gift, show: 'per', per: 'gross_revenue' }), 0.933333);
    assert.equal(shown({ ...guests, show: 'per', per: 'orders' }), 1.5);
  });

  it('reads the same in every process: what is written down is what was said', async () => {
    const store = await memoryStore();
    const saved = [guests, each, { ...gift, name: 'slow', where: [{ field: 'duration', op: 'above', value: '30' }, { field: 'social', op: 'is', value: 'true' }] }];
    await store.commit(writeDefinitions(readCustomKpis(saved), { incompleteAfterMs: 45 * 60_000 }));
    const { kpis, incompleteAfterMs } = await readDefinitions(store);
    assert.deepEqual(kpis, [...KPIS, ...kpisOf(readCustomKpis(saved))]);
    assert.equal(incompleteAfterMs, 45 * 60_000);
    assert.deepEqual((await readDefinitions(await memoryStore())).incompleteAfterMs, 0);
  });

  it('keeps a number of the shop\'s own whose name became a usual one later', async () => {
    const store = await memoryStore();
    const own = readCustomKpis([{ ...gift, name: 'tips' }]);
    await store.commit(writeDefinitions(own, { incompleteAfterMs: 0 }));
    const { kpis } = await readDefinitions(store);
    assert.deepEqual(kpis.filter(({ name }) => name === 'tips'), kpisOf(own));
    assert.throws(() => readCustomKpis([{ ...gift, name: 'orders' }]), { name: 'ConfigError' });
  });

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
    [[{ ...gift, where: [{ field: 'duration', op: 'above', value: 'long' }] }], 'kpis[0].where[0].value'],
    [[{ ...gift, where: [{ field: 'status', op: 'above', value: '1' }] }], 'kpis[0].where[0].field'],
    [[{ ...gift, show: 'per' }], 'kpis[0].per'],
    [[{ ...gift, show: 'per', per: 'profit' }], 'kpis[0].per'],
    [[{ ...gift, show: 'per', per: 'gift_cards' }], 'kpis[0].per'],
    [[{ ...gift, show: 'per', per: 'average_ticket' }], 'kpis[0].per'],
    [[{ ...gift, show: 'per', per: 'open_quotes' }], 'kpis[0].per'],
    [[{ ...gift, name: 'a', show: 'per', per: 'b' }, { ...gift, name: 'b', show: 'per', per: 'a' }], 'kpis[0].per'],
    [[{ ...gift, where: [{ field: 'channel', op: 'is', value: 'online' }, { field: 'channel', op: 'is', value: 'pos' }] }], 'kpis[0].where[1]'],
    [[{ ...gift, where: [{ field: 'channel', op: 'isNot', value: 'online' }, { field: 'channel', op: 'is', value: 'online' }] }], 'kpis[0].where[1]'],
    [[{ ...gift, where: [{ field: 'payment', op: 'known' }, { field: 'payment', op: 'unknown' }] }], 'kpis[0].where[1]'],
    [[{ ...gift, where: [{ field: 'payment', op: 'unknown' }, { field: 'payment', op: 'is', value: 'card' }] }], 'kpis[0].where[1]'],
    [[{ ...gift, where: [{ field: 'duration', op: 'above', value: '30' }, { field: 'duration', op: 'atMost', value: '20' }] }], 'kpis[0].where[1]'],
  ];
  for (const [saved, field] of refused) it(`refuse ${JSON.stringify(saved)}`, () => { assert.throws(() => readCustomKpis(saved), { name: 'ConfigError', field }); });
});
