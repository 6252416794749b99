/** Does whatever is long let others have their turn? By the number of steps, which no slow machine changes; how long one may take is the fuzzer's to say. */
import assert from 'node:assert/strict';
import { normalizeSteps } from '../../../engine/normalize/normalize.js';
import { contextOf, NOW } from '../../fixtures/normalizing.js';

const COUNT = 2_000;
const time = '2026-11-22T10:00:00Z';
const many = <T>(make: (index: number) => T): T[] => Array.from({ length: COUNT }, (_each, index) => make(index));
const money = (amount: string): object => ({ shop_money: { amount, currency_code: 'EUR' } });

const order = {
  id: 1, created_at: time, updated_at: time, financial_status: 'refunded', currency: 'EUR', total_price: '4000.00', total_price_set: money('4000.00'),
  refunds: many((id) => ({ id: id + 1, created_at: time, transactions: [{ kind: 'refund', status: 'success', amount: '1.00', amount_set: money('1.00') }], refund_line_items: [] })),
};
const wooOrder = { id: 1, status: 'completed', date_created_gmt: time, total: '9000.00', currency: 'EUR', refunds: many((id) => ({ id: id + 1, total: '-1.00' })) };
const HEADING = 'data;numero;negozio;totale';
const csvRow = (index: number, rest = ''): string => `22/11/2026 10:00;${String(index)};asti;1,00${rest}`;

const BODIES: readonly (readonly [name: string, provider: string, body: unknown, headers: Readonly<Record<string, string>>])[] = [
  ['receipts in one array', 'pos', many(() => ({ number: 1 })), {}],
  ['events in one array', 'events', many(() => ({ specversion: '1.0' })), {}],
  ['notices of HubSpot', 'hubspot', many((id) => ({ subscriptionType: 'contact.creation', objectId: id, occurredAt: NOW })), {}],
  ['refunds of one order of Shopify', 'shopify', order, { topic: 'orders/updated', 'shop-domain': 'lampade.myshopify.com' }],
  ['refunds of one order of WooCommerce', 'woocommerce', wooOrder, { topic: 'order.updated', source: 'https://a.example/' }],
  ['rows of a table', 'batch', [HEADING, ...many((index) => csvRow(index))].join('\n'), { 'content-type': 'text/csv' }],
  ['the same receipt again and again', 'batch', [`${HEADING};stato`, ...many(() => csvRow(1, ';pagato'))].join('\n'), { 'content-type': 'text/csv' }],
];

describe('normalizing in turns', () => {
  for (const [name, provider, body, headers] of BODIES) {
    it(`rests between ${name}`, () => {
      const steps = normalizeSteps(typeof body === 'string' ? body : JSON.stringify(body), { provider, headers, receivedAt: NOW }, contextOf());
      let count = 0;
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) count += 1;
      assert.ok(count >= COUNT - 1, `${String(count)} steps`);
      assert.ok(step.value.events.length + step.value.refused + step.value.ignored.length > 0);
    });
  }

  it('rests while the cells of a ragged table are read, whose quotes may span the pieces', () => {
    const quoted = `22/11/2026 10:00;Q;asti;"${'x'.repeat(20_000)}\n1";`;
    const text = [HEADING, ...many((index) => csvRow(index, ';'.repeat(index % 7))), quoted, ...many((index) => csvRow(COUNT + index, ';'.repeat(index % 5)))].join('\r\n');
    const steps = normalizeSteps(text, { provider: 'batch', headers: { 'content-type': 'text/csv' }, receivedAt: NOW }, contextOf());
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const { events, refusals } = step.value;
    assert.deepEqual([events.length, refusals.map(({ index }) => index)], [2 * COUNT, [COUNT]]);
  });

  it('refuses a table whose quote never closes, however long it is', () => {
    const steps = normalizeSteps(`${HEADING}\n${csvRow(1, ';"')}\n${many((index) => csvRow(index)).join('\n')}`, { provider: 'batch', headers: {}, receivedAt: NOW }, contextOf());
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    assert.deepEqual(step.value.refusals.map(({ rule }) => rule), ['csv.form']);
  });
});
