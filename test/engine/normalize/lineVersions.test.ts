/** Lines of versions of one order: whatever their order and however often each comes, the facts end the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { versionsOf } from '../../../engine/aggregate/fold.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { type Fact, linesOf } from '../../../engine/fact/fact.js';
import { encodeFact } from '../../../engine/fact/factCodec.js';
import { type Sent, send } from '../../fixtures/normalizing.js';

const AT = '2026-11-20T09:15:3';
const item = (id: number, quantity: number, more: object = {}): object => ({ id, sku: `a${String(id)}`, title: `Articolo ${String(id)}`, quantity, price: '10.00', ...more });
const shopify = (second: number, body: object, topic = 'orders/updated'): Sent => ({
  provider: 'shopify', topic,
  body: { id: 5, created_at: `${AT}0Z`, updated_at: `${AT}${String(second)}Z`, currency: 'EUR', financial_status: 'paid', taxes_included: true, ...body },
});
const returned = { id: 9, line_item_id: 1, quantity: 1, subtotal: '10.00', line_item: item(1, 2) };
const refund = {
  id: 7, order_id: 5, created_at: `${AT}4Z`, processed_at: `${AT}4Z`, refund_line_items: [returned],
  transactions: [{ id: 1, kind: 'refund', status: 'success', amount: '10.00', currency: 'EUR', gateway: 'manual' }],
};
const woo = (second: number, body: object): Sent => ({
  provider: 'woocommerce', topic: 'order.updated', headers: { source: 'https://te.example/' },
  body: { id: 6, status: 'completed', currency: 'EUR', date_created_gmt: '2026-11-20T11:31:10', date_modified_gmt: `2026-11-20T11:31:1${String(second)}`, ...body },
});
const wooItem = (quantity: number): object => ({ id: 1, sku: 'te', name: 'Tè', quantity, total: `${String(quantity)}.00`, total_tax: '0.00' });

const VERSIONS: readonly Sent[] = [
  shopify(1, { total_price: '20.00', line_items: [item(1, 2)] }, 'orders/create'),
  shopify(2, { total_price: '40.00', line_items: [item(1, 2), item(2, 2)] }),
  shopify(3, { total_price: '40.00', current_total_price: '30.00', line_items: [item(1, 2), item(2, 2, { current_quantity: 1 })] }),
  shopify(4, { total_price: '40.00', current_total_price: '20.00', financial_status: 'partially_refunded', refunds: [refund], line_items: [item(1, 2, { current_quantity: 1 }), item(2, 2, { current_quantity: 1 })] }),
  { provider: 'shopify', topic: 'refunds/create', body: refund },
  woo(1, { total: '2.00', line_items: [wooItem(2)] }), woo(2, { total: '3.00', line_items: [wooItem(3)] }), woo(3, { total: '3.00', line_items: [wooItem(3)], refunds: [{ id: 8, total: '-3.00' }] }),
];

const said: readonly (readonly ShopEvent[])[] = VERSIONS.map((version) => send(version).events);

function facts(events: readonly ShopEvent[]): ReadonlyMap<string, Fact> {
  return new Map([...versionsOf(events, 'EUR')].flatMap(([key, { fact }]) => (fact === undefined ? [] : [[key, fact]])));
}

function textOf(events: readonly ShopEvent[]): string {
  return [...facts(events)].map(([key, fact]) => `${key}\n${encodeFact({ generation: '', fact })}`).sort().join('\n\n');
}

describe('lines of versions', () => {
  it('end the same in any order and any repetition', () => {
    const expected = textOf(said.flat());
    fc.assert(fc.property(fc.shuffledSubarray([...said, ...said, ...said], { minLength: 2 * said.length + 1 }), (deliveries) => {
      fc.pre(said.every((delivery) => deliveries.includes(delivery)));
      assert.equal(textOf(deliveries.flat()), expected);
    }), { numRuns: 300 });
  });

  it('are those of the latest version, and the refund takes its own', () => {
    const known = [...facts(said.flat())].map(([key, fact]) => [key.split('/').slice(3).join('/'), linesOf(fact)?.map(({ product, quantity }) => [product, quantity])]);
    assert.deepEqual(Object.fromEntries(known), {
      'order/5': [['a1', 2_000], ['a2', 1_000]], 'refund/7': [['a1', 1_000]], 'order/6': [['te', 3_000]], 'refund/8': [['te', 3_000]],
    });
  });
});
