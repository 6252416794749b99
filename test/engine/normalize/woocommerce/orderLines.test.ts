/** What a WooCommerce order sold: coupons, fees, gift cards as means of payment, and what refunds take back. */
import assert from 'node:assert/strict';
import type { ShopEvent } from '../../../../engine/event/event.js';
import type { EventLine } from '../../../../engine/event/lines.js';
import { send } from '../../../fixtures/normalizing.js';

const AT = '2026-11-20T11:31:10';
const TAX_LINES = [{ rate_id: 7, rate_percent: 22, tax_total: '0' }, { rate_id: 8, rate_percent: '10.0000' }, { rate_id: 9, rate_percent: 4 }];
const order = { id: 5, status: 'completed', currency: 'EUR', date_created_gmt: AT, date_modified_gmt: AT, tax_lines: TAX_LINES };
const taxed = (id: number, total: string): object => ({ total_tax: total, taxes: [{ id, total, subtotal: total }] });

const tea = { id: 1, sku: 'TE-1', product_id: 3, variation_id: 0, name: 'T&eacute; verde &#8211; <i>bio</i>', quantity: 2, subtotal: '20.00', subtotal_tax: '2.00', total: '20.00', ...taxed(8, '2.00') };
const cup = { id: 2, sku: '', product_id: 4, variation_id: 44, name: 'Tazza', quantity: 1, subtotal: '10.00', subtotal_tax: '2.20', total: '10.00', ...taxed(7, '2.20') };
const TEA = { amount: '22.00', name: 'Té verde – bio', product: 'TE-1', quantity: 2, vatRate: '10' };
const CUP = { amount: '12.20', name: 'Tazza', product: '44', quantity: 1, vatRate: '22' };

function events(body: object): readonly ShopEvent[] {
  const outcome = send({ provider: 'woocommerce', topic: 'order.updated', headers: { source: 'https://te.example/' }, body: { ...order, ...body } });
  assert.deepEqual(outcome.refusals, []);
  return outcome.events;
}

describe('lines of a WooCommerce order', () => {
  const rows: readonly (readonly [what: string, body: object, lines: readonly EventLine[] | undefined, quality?: string])[] = [
    ['two rates, by number of the article or else of its variation', { total: '34.20', line_items: [tea, cup] }, [TEA, CUP]],
    ['after a coupon', { total: '24.20', line_items: [{ ...tea, total: '10.91', ...taxed(8, '1.09') }, cup], coupon_lines: [{ code: 'dieci', discount: '9.09', discount_tax: '0.91' }] }, [
      { ...TEA, amount: '12.00', discount: '10.00' }, CUP,
    ]],
    ['paid with a gift card that lowers line items as a coupon does', {
      total: '12.00', line_items: [{ ...tea, total: '10.91', ...taxed(8, '1.09') }], coupon_lines: [{ code: 'x', discount_type: 'smart_coupon', discount: '9.09', discount_tax: '0.91' }],
    }, [TEA]],
    ['paid with a gift card that lowers the total alone', { total: '2.00', line_items: [tea] }, [TEA]],
    ['paid with a gift card that is a fee', { total: '12.00', line_items: [tea], fee_lines: [{ name: 'Gift card', total: '-10.00', total_tax: '0.00' }] }, [TEA]],
    ['a fee, whose text is not kept, and one that takes off', {
      total: '23.88', line_items: [tea], fee_lines: [{ name: 'Per Ginevra', total: '4.00', ...taxed(7, '0.88') }, { name: 'Sconto', total: '-3.00', total_tax: '0.00' }],
    }, [TEA, { amount: '4.88', quantity: 1, vatRate: '22' }, { amount: '-3.00', quantity: 1, vatRate: '0' }]],
    ['shipping, tip and gift cards sold beside them', {
      total: '72.10', shipping_total: '5.00', shipping_tax: '1.10', shipping_lines: [{ total: '5.00', total_tax: '1.10' }], fee_lines: [{ name: 'Mancia', total: '4.00', total_tax: '0.00' }],
      line_items: [tea, { id: 3, name: 'Buono regalo', product_id: 9, quantity: 1, total: '40.00', total_tax: '0.00' }],
    }, [TEA]],
    ['six decimals, which add up', {
      total: '20.01', line_items: [1, 2, 3].map((id) => ({ ...tea, id, sku: `t${String(id)}`, total: '6.063636', subtotal: '6.063636', subtotal_tax: '0.606364', ...taxed(8, '0.606364') })),
    }, [1, 2, 3].map((id) => ({ ...TEA, amount: '6.67', product: `t${String(id)}` }))],
    ['nothing that is taxed', { total: '20.00', line_items: [{ ...tea, subtotal_tax: '0.00', total_tax: '0.00', taxes: [] }] }, [{ ...TEA, amount: '20.00', vatRate: '0' }]],
    ['a rate that the order does not name', { total: '22.00', tax_lines: [], line_items: [tea] }, [{ amount: '22.00', name: 'Té verde – bio', product: 'TE-1', quantity: 2 }]],
    ['a total that is another', { total: '99.00', line_items: [tea] }, [TEA], 'lines.sum'],
    ['no line items', { total: '22.00' }, undefined],
  ];
  for (const [what, body, lines, quality] of rows) {
    it(what, () => {
      const [sale] = events(body);
      assert.deepEqual([sale?.data.lines, sale?.data.x_quality], [lines, quality]);
    });
  }
});

describe('lines of a WooCommerce refund', () => {
  const bought = { total: '40.30', shipping_total: '5.00', shipping_tax: '1.10', line_items: [tea, cup] };
  const rows: readonly (readonly [what: string, refunds: readonly object[], lines: readonly EventLine[] | undefined, shipping?: string])[] = [
    ['all of the order, where the only one gives back all', [{ id: 6, total: '-40.30' }], [TEA, CUP], '6.10'],
    ['unknown, where it says no more than a part', [{ id: 6, total: '-12.20' }], undefined],
    ['unknown, where several give back all', [{ id: 6, total: '-28.10' }, { id: 7, total: '-12.20' }], undefined],
    ['as it says itself', [{
      id: 6, total: '-18.30', line_items: [{ ...cup, quantity: -1, total: '-10.00', ...taxed(7, '-2.20') }], shipping_lines: [{ total: '-5.00', total_tax: '-1.10' }],
    }], [CUP], '6.10'],
  ];
  for (const [what, refunds, lines, shipping] of rows) {
    it(what, () => {
      const refund = events({ ...bought, refunds })[1]?.data;
      assert.deepEqual([refund?.lines, refund?.shipping, refund?.x_quality], [lines, shipping, undefined]);
    });
  }
});
