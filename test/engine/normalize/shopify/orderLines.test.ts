/** What a Shopify order sold: discounts, VAT on top or in it, edits, what is no article, and what refunds take back. */
import assert from 'node:assert/strict';
import type { ShopEvent } from '../../../../engine/event/event.js';
import type { EventLine } from '../../../../engine/event/lines.js';
import { contextOf, send } from '../../../fixtures/normalizing.js';

const AT = '2026-11-20T09:15:30Z';
const order = { id: 5, created_at: AT, updated_at: AT, currency: 'EUR', financial_status: 'paid', taxes_included: true };
const vat = (rate: number, price: string): object => ({ title: 'IVA', rate, price });
const given = (amount: string): object => ({ id: 1, kind: 'refund', status: 'success', amount, currency: 'EUR', gateway: 'manual' });

const pizza = { id: 11, sku: 'PIZZA-1', product_id: 1, variant_id: 2, title: 'Margherita', name: 'Margherita - grande', price: '10.00', tax_lines: [vat(0.1, '1.82')] };
const wine = { id: 12, product_id: 3, variant_id: 4, title: 'Barbera', quantity: 1, price: '12.20', tax_lines: [vat(0.22, '2.20')] };

function events(body: object, topic = 'orders/updated'): readonly ShopEvent[] {
  const outcome = send({ provider: 'shopify', topic, body });
  assert.deepEqual(outcome.refusals, []);
  return outcome.events;
}

interface Sold {
  readonly lines: readonly EventLine[] | undefined;
  readonly quality: unknown;
}

function soldIn(body: object): Sold {
  const [sale] = events({ ...order, ...body });
  return { lines: sale?.data.lines, quality: sale?.data.x_quality };
}

describe('lines of a Shopify order', () => {
  const rows: readonly (readonly [what: string, body: object, lines: readonly EventLine[], quality?: string])[] = [
    ['two rates, by number of the article or else of its variant', { total_price: '32.20', line_items: [{ ...pizza, quantity: 2 }, wine] }, [
      { amount: '20.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 2, vatRate: '10' }, { amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '22' },
    ]],
    ['discounts of lines and of the whole order', {
      total_price: '15.00', line_items: [{ ...pizza, quantity: 2, total_discount: '9.00', discount_allocations: [{ amount: '3.00' }, { amount: '2.00' }] }],
    }, [{ amount: '15.00', discount: '5.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 2, vatRate: '10' }]],
    ['a discount that no allocation shares out', { total_price: '9.00', line_items: [{ ...pizza, quantity: 1, total_discount: '1.00' }] }, [
      { amount: '9.00', discount: '1.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 1, vatRate: '10' },
    ]],
    ['VAT on top, of discounts too, and of shipping', {
      total_price: '115.90', taxes_included: false, shipping_lines: [{ price: '5.00', tax_lines: [vat(0.22, '1.10')] }],
      line_items: [{ id: 1, sku: 'a', title: 'A', quantity: 1, price: '100.00', discount_allocations: [{ amount: '10.00' }], tax_lines: [vat(0.22, '19.80')] }],
    }, [{ amount: '109.80', discount: '12.20', name: 'A', product: 'a', quantity: 1, vatRate: '22' }]],
    ['shipping, what is taken off it, tip, gift card and duties beside them', {
      total_price: '47.20', total_tip_received: '3.00', current_total_duties_set: { shop_money: { amount: '2.00' } },
      shipping_lines: [{ price: '8.00', discount_allocations: [{ amount: '8.00' }] }, { price: '20.00', is_removed: true }], total_shipping_price_set: { shop_money: { amount: '8.00' } },
      line_items: [wine, { id: 13, title: 'Buono', gift_card: true, quantity: 1, price: '30.00' }, { id: 14, title: 'Tip', quantity: 1, price: '3.00', tip: {} }],
    }, [{ amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '22' }]],
    ['what an edit took out', {
      total_price: '30.00', current_total_price: '10.00', line_items: [{ ...pizza, quantity: 3, current_quantity: 1 }],
      refunds: [{ id: 1, created_at: AT, refund_line_items: [{ line_item_id: 11, quantity: 2, subtotal: '20.00' }] }],
    }, [{ amount: '10.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 1, vatRate: '10' }]],
    ['what an edit took out, and nothing but the quantity says so', {
      total_price: '30.00', current_total_price: '10.00', line_items: [{ ...pizza, quantity: 3, current_quantity: 1 }, { ...wine, current_quantity: 0 }],
    }, [{ amount: '10.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 1, vatRate: '10' }]],
    ['what a refund took back is sold', {
      total_price: '30.00', current_total_price: '10.00', financial_status: 'partially_refunded', line_items: [{ ...pizza, quantity: 3, current_quantity: 1 }],
      refunds: [{ id: 1, created_at: AT, transactions: [given('20.00')], refund_line_items: [{ line_item_id: 11, quantity: 2, subtotal: '20.00' }] }],
    }, [{ amount: '30.00', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 3, vatRate: '10' }]],
    ['something that staff typed in, of which its text is not kept', {
      total_price: '50.00', line_items: [{ id: 1, title: 'Torta per Ginevra, via Roma 3', quantity: 1, price: '50.00', tax_lines: [vat(0.1, '4.55')] }],
    }, [{ amount: '50.00', quantity: 1, vatRate: '10' }]],
    ['names that could name a person', {
      total_price: '20.00', line_items: [{ ...pizza, name: 'Incisione ginevra@example.it', quantity: 1 }, { ...pizza, name: 'Incisione RSSMRA85T10A562S', quantity: 1 }],
    }, [{ amount: '10.00', product: 'PIZZA-1', quantity: 1, vatRate: '10' }, { amount: '10.00', product: 'PIZZA-1', quantity: 1, vatRate: '10' }]],
    ['an order without VAT', { total_price: '12.20', total_tax: '0.00', line_items: [{ ...wine, tax_lines: [] }] }, [
      { amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '0' },
    ]],
    ['two taxes on one line', { total_price: '12.20', line_items: [{ ...wine, tax_lines: [vat(0.06, '0.60'), vat(0.02, '0.20')] }] }, [
      { amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '8' },
    ]],
    ['thirds of a cent, which add up', { total_price: '6.67', line_items: [1, 2].map((id) => ({ ...pizza, id, quantity: 3, current_quantity: 1, discount_allocations: [{ amount: '20.00' }] })) }, [
      { amount: '3.34', discount: '6.67', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 1, vatRate: '10' },
      { amount: '3.33', discount: '6.67', name: 'Margherita - grande', product: 'PIZZA-1', quantity: 1, vatRate: '10' },
    ]],
    ['a total that is another', { total_price: '99.00', line_items: [wine] }, [{ amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '22' }], 'lines.sum'],
  ];
  for (const [what, body, lines, quality] of rows) {
    it(what, () => { assert.deepEqual(soldIn(body), { lines, quality }); });
  }

  it('are sold by somebody, where the shop counts that', () => {
    const body = { ...order, total_price: '12.20', user_id: 80_001, line_items: [wine] };
    const counting = { ...contextOf(), staffPseudonym: (name: string) => `s1:${name}` };
    const staff = [contextOf(), counting].map((context) => send({ provider: 'shopify', topic: 'orders/updated', body, context }).events[0]?.data.staff);
    assert.deepEqual(staff, [undefined, 's1:80001']);
  });

  it('are absent where a body has none', () => { assert.equal(soldIn({ total_price: '9.00' }).lines, undefined); });
});

describe('lines of a Shopify refund', () => {
  const returned = (more: object): object => ({ id: 9, line_item_id: 12, quantity: 1, subtotal: '10.00', total_tax: '2.20', line_item: wine, ...more });
  const refund = (more: object): object => ({ id: 7, order_id: 5, created_at: AT, processed_at: AT, transactions: [given('12.20')], ...more });
  const barbera = { amount: '12.20', name: 'Barbera', product: '4', quantity: 1, vatRate: '22' };
  const rows: readonly (readonly [what: string, body: object, lines: readonly EventLine[] | undefined, quality?: string])[] = [
    ['with VAT in their prices', refund({ refund_line_items: [returned({ subtotal: '12.20' })] }), [barbera]],
    ['with VAT on top', refund({ refund_line_items: [returned({})] }), [barbera]],
    ['with postage beside them', refund({
      transactions: [given('17.20')], refund_line_items: [returned({ subtotal: 12.2 })], order_adjustments: [{ kind: 'shipping_refund', amount: '-5.00' }],
    }), [barbera]],
    ['without the article, whose line item is not there', refund({ refund_line_items: [returned({ subtotal: '12.20', line_item: undefined })] }), [{ amount: '12.20', quantity: 1 }]],
    ['without a value, by the price of the article', refund({ refund_line_items: [returned({ subtotal: undefined, total_tax: undefined })] }), [barbera]],
    ['that give back less than they are worth', refund({ transactions: [given('7.20')], refund_line_items: [returned({ subtotal: '12.20' })] }), [barbera], 'lines.sum'],
    ['of money alone', refund({ refund_line_items: [] }), undefined],
  ];
  for (const [what, body, lines, quality] of rows) {
    it(what, () => {
      const [event] = events(body, 'refunds/create');
      assert.deepEqual([event?.data.lines, event?.data.x_quality], [lines, quality]);
    });
  }

  it('are those of their order, where they come in it', () => {
    const inOrder = refund({ refund_line_items: [returned({ line_item: undefined })] });
    const body = { ...order, total_price: '12.20', taxes_included: false, line_items: [{ ...wine, price: '10.00' }], refunds: [inOrder] };
    const [sale, given1] = events(body);
    assert.deepEqual([sale?.data.lines, given1?.data.lines], [[barbera], [barbera]]);
  });
});
