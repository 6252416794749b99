/** Numbers by product, category, rate and means: they add up to the whole, and what has no detail is a row of its own. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EventData, ShopEvent } from '../../../engine/event/event.js';
import type { Dimension } from '../../../engine/kpi/dimension.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { type MemberQuestion, readMemberRows, type MemberValue } from '../../../engine/read/memberRows.js';
import { answerMembers } from '../../../engine/query/memberAnswer.js';
import { parseQuestion, toCsv } from '../../../engine/query/kpiQuery.js';
import type { Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, numbersAt, receive, shop } from '../../support/shopStore.js';
import { linedVersions } from '../../support/versions.js';

const DAY = calendar.windowAt('1d', NOW);
const PIZZA = { product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10' };
const WINE = { product: 'sku-2', name: 'Chianti', category: 'vino', amount: '12.20', vatRate: '22' };

const sale = (number: string, data: Partial<EventData>, more = {}): ShopEvent => event({ subject: `order/${number}`, data, ...more });

async function rowsOf(store: Store, question: Partial<MemberQuestion> & { dimension: Dimension }): Promise<readonly MemberValue[]> {
  const read = await readMemberRows(store, { size: '1d', spans: [DAY], ...question }, { ...shop, kpis: KPIS }, NOW);
  return read.outcome === 'rows' ? read.rows : assert.fail(read.outcome);
}

/** "sku-1 Margherita 14". */
function shown(rows: readonly MemberValue[], name: string): string[] {
  return rows.filter((row) => row.name === name).map(({ member: { key, label }, value }) => `${String(key)} ${label} ${String(value)}`);
}

describe('numbers by member', () => {
  it('say what sold, the largest first, with a row for what has no detail', async () => {
    const store = await memoryStore();
    await receive(store, [sale('1', { amount: '26.20', lines: [PIZZA, WINE] }), sale('2', { amount: '19.00', shipping: '5.00', lines: [PIZZA] }), sale('3', { amount: '8.00' })]);
    const rows = await rowsOf(store, { dimension: 'product' });
    assert.deepEqual(shown(rows, 'revenue'), ['sku-1 Margherita 28', 'sku-2 Chianti 12.2', 'null senza dettaglio 13']);
    assert.deepEqual(shown(rows, 'units'), ['sku-1 Margherita 4', 'sku-2 Chianti 1']);
    assert.deepEqual(shown(rows, 'net_sales'), ['sku-1 Margherita 25.46', 'sku-2 Chianti 10']);
    assert.deepEqual(shown(rows, 'orders'), ['sku-1 Margherita 2', 'sku-2 Chianti 1']);
    assert.deepEqual(shown(await rowsOf(store, { dimension: 'category' }), 'taxes'), ['pizza pizza 2.54', 'vino vino 2.2']);
    assert.deepEqual(await numbersAt(store, '1d').then(({ units, units_per_order, net_sales }) => ({ units, units_per_order, net_sales })), { units: 5, units_per_order: 2.5, net_sales: 35.46 });
  });

  it('of sales without lines are unknown, never zero', async () => {
    const store = await memoryStore();
    await receive(store, [sale('1', { amount: '8.00' })]);
    assert.deepEqual(shown(await rowsOf(store, { dimension: 'product' }), 'revenue'), ['null senza dettaglio 8']);
    assert.deepEqual(shown(await rowsOf(store, { dimension: 'product' }), 'units'), []);
    assert.equal((await numbersAt(store, '1d'))['units'], null);
  });

  it('keep the history of a product that is renamed, under its last name', async () => {
    const store = await memoryStore();
    await receive(store, [sale('2', { amount: '14.00', lines: [{ ...PIZZA, name: 'Regina' }] }, { time: '2026-11-22T11:20:00Z' })]);
    await receive(store, [sale('1', { amount: '14.00', lines: [PIZZA] }, { time: '2026-11-22T09:00:00Z' })]);
    assert.deepEqual(shown(await rowsOf(store, { dimension: 'product' }), 'revenue'), ['sku-1 Regina 28']);
  });

  it('follow corrections, voids and refunds', async () => {
    const store = await memoryStore();
    await receive(store, [sale('1', { amount: '26.20', lines: [PIZZA, WINE] }), sale('2', { amount: '12.20', lines: [WINE] })]);
    await receive(store, [
      sale('1', { amount: '14.00', lines: [PIZZA] }, { sequence: '2026-11-22T11:30:00Z' }), sale('2', { status: 'voided' }, { sequence: '2026-11-22T11:30:00Z' }),
      event({ type: 'refund', subject: 'refund/1', data: { amount: '7.00', lines: [{ ...PIZZA, quantity: 1, amount: '7.00' }] } }),
    ]);
    const rows = await rowsOf(store, { dimension: 'product' });
    assert.deepEqual(shown(rows, 'revenue'), ['sku-1 Margherita 7']);
    assert.deepEqual(shown(rows, 'refunds'), ['sku-1 Margherita 7']);
  });

  it('of the top are as many as asked, the others one', async () => {
    const store = await memoryStore();
    await receive(store, ['a', 'b', 'c', 'd'].map((product, index) => sale(product, { amount: `${String(index + 1)}.00`, lines: [{ product, amount: `${String(index + 1)}.00` }] })));
    assert.deepEqual(shown(await rowsOf(store, { dimension: 'product', top: 2 }), 'revenue'), ['d d 4', 'c c 3', '… … 3']);
  });

  it('are of one store where it is asked for', async () => {
    const store = await memoryStore();
    await receive(store, [sale('1', { amount: '14.00', lines: [PIZZA] }), sale('2', { store: 'roma', amount: '12.20', lines: [WINE] })]);
    const rows = await rowsOf(store, { dimension: 'product', store: 'roma' });
    assert.deepEqual(shown(rows, 'revenue'), ['sku-2 Chianti 12.2']);
    assert.equal(rows[0]?.store, 'roma');
  });

  it('add up to the revenue and net sales of the shop to the cent', async () => {
    await fc.assert(fc.asyncProperty(fc.array(linedVersions, { minLength: 1, maxLength: 25 }), fc.constantFrom<Dimension>('product', 'category', 'rate', 'payment', 'staff'), async (events, dimension) => {
      const store = await memoryStore();
      await receive(store, events);
      const spans = calendar.windowsBetween('1d', NOW - 3 * 86_400_000, NOW + 1, 10);
      const sums: Record<string, number> = {};
      const rows = await rowsOf(store, { dimension, spans });
      const isUnknown = rows.some(({ name, value }) => name === 'net_sales' && value === null);
      for (const { name, value } of rows) if (name === 'revenue' || name === 'net_sales') sums[name] = (sums[name] ?? 0) + Math.round((value ?? 0) * 100);
      const whole = { revenue: 0, net_sales: 0 };
      for (const { start } of spans) {
        const { revenue, net_sales: net } = await numbersAt(store, '1d', { at: start });
        whole.revenue += Math.round((revenue ?? 0) * 100);
        whole.net_sales += Math.round((net ?? 0) * 100);
      }
      assert.equal(sums['revenue'] ?? 0, whole.revenue);
      if (dimension !== 'payment' && !isUnknown) assert.equal(sums['net_sales'] ?? 0, whole.net_sales);
    }), { numRuns: 100 });
  });
});

describe('questions by member', () => {
  const refused: [raw: Record<string, unknown>, path: string, rule: string][] = [
    [{ group: 'product,store' }, 'group', 'enum'],
    [{ group: 'product,category' }, 'group', 'enum'],
    [{ group: 'products' }, 'group', 'enum'],
    [{ group: 'product', window: '15m' }, 'window', 'enum'],
    [{ group: 'product', window: 'auto' }, 'window', 'enum'],
    [{ group: 'product', name: 'footfall' }, 'name', 'enum'],
    [{ group: 'rate', name: 'units' }, 'name', 'enum'],
    [{ group: 'product', top: '0' }, 'top', 'range'],
    [{ group: 'product', top: 'ten' }, 'top', 'range'],
    [{ group: 'store', top: '5' }, 'top', 'enum'],
    [{ group: 'product', compare: 'usual' }, 'compare', 'enum'],
  ];
  for (const [raw, path, rule] of refused) {
    it(`refuse ${JSON.stringify(raw)}`, () => {
      const parsed = parseQuestion(raw, KPIS, calendar, NOW);
      assert.ok(parsed.outcome === 'refused' && parsed.refusals.some((refusal) => refusal.path === path && refusal.rule === rule), JSON.stringify(parsed));
    });
  }

  it('are answered with the same member of the day before, and as CSV', async () => {
    const store = await memoryStore();
    await receive(store, [sale('1', { amount: '14.00', lines: [PIZZA] }), sale('2', { amount: '21.00', lines: [{ ...PIZZA, amount: '21.00' }] }, { time: '2026-11-21T11:00:00Z' })]);
    const parsed = parseQuestion({ group: 'product', top: '5', name: 'revenue', window: '1d', compare: 'previous' }, KPIS, calendar, NOW);
    assert.ok(parsed.outcome === 'question' && parsed.question.split !== undefined);
    const revenue = KPIS.filter(({ name }) => name === 'revenue');
    const answered = await answerMembers(store, parsed.question, parsed.question.split, { ...shop, kpis: revenue }, NOW);
    assert.ok(answered.outcome === 'rows');
    const [row] = answered.rows;
    assert.deepEqual([row?.value, row?.comparison?.value, row?.member], [14, 21, { by: 'product', key: 'sku-1', label: 'Margherita' }]);
    assert.ok(toCsv(answered.rows).endsWith(',21.00,1,sku-1,Margherita,\r\n'), toCsv(answered.rows));
  });
});
