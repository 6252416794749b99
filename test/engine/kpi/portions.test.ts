/** What of one sale falls to which member: worked out by hand. */
import assert from 'node:assert/strict';
import type { EventData, EventType } from '../../../engine/event/event.js';
import { mergeEvent } from '../../../engine/fact/fact.js';
import { type Dimension, DIMENSIONS } from '../../../engine/kpi/dimension.js';
import { compilePortions } from '../../../engine/kpi/portions.js';
import { discountOf, grossSalesOf, netSalesOf, taxOf, unitsOf } from '../../../engine/kpi/saleMoney.js';
import { event } from '../../support/events.js';

const add = compilePortions(DIMENSIONS, [], {});

/** "10 a" and what is added to it. */
function addedTo(dimension: Dimension, data: Partial<EventData>, type: EventType = 'sale'): Record<string, number> {
  const added: Record<string, number> = {};
  add(mergeEvent(undefined, event({ type, data }), 'EUR'), 1, (asked) => (member) => new Proxy({}, {
    get: (_sums, field) => added[`${member} ${String(field)}`],
    set: (_sums, field, value: number) => {
      if (asked === dimension) added[`${member} ${String(field)}`] = value;
      return true;
    },
  }), 'f/sale/urn%3Atest/order/1');
  return added;
}

const PIZZAS = { product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10' };
const WINE = { product: 'sku-2', category: 'vino', amount: '12.20', vatRate: '22' };

describe('portions of a sale', () => {
  const cases: [what: string, dimension: Dimension, data: Partial<EventData>, added: Record<string, number>][] = [
    ['a line to its product, with its VAT and what its discount was without VAT', 'product', { amount: '14.00', lines: [PIZZAS] },
      { 'sku-1 n': 1, 'sku-1 a': 1_400, 'sku-1 q': 2_000, 'sku-1 d': 100, 'sku-1 t': 127, 'sku-1 x': 91 }],
    ['lines of one product to one order of it', 'product', { amount: '3.00', lines: [{ product: 'a', amount: '1.00' }, { product: 'a', amount: '2.00' }] },
      { 'a n': 1, 'a a': 300, 'a u': 300, 'a q': 2_000 }],
    ['a line without a number to its name, one without either to none', 'product', { amount: '3.00', lines: [{ name: 'Pane', amount: '1.00' }, { amount: '2.00' }] },
      { 'Pane n': 1, 'Pane a': 100, 'Pane u': 100, 'Pane q': 1_000 }],
    ['what was given away to no order', 'product', { amount: '0.00', lines: [{ product: 'a', amount: '0.00', discount: '5.00', vatRate: '4' }] },
      { 'a f': 1, 'a q': 1_000, 'a d': 500, 'a x': 481 }],
    ['stated VAT shared over the lines of its rate, to the cent', 'product',
      { amount: '3.00', taxes: [{ rate: '22', amount: '0.54' }], lines: ['a', 'b', 'c'].map((product) => ({ product, amount: '1.00' })) },
      { 'a n': 1, 'a a': 100, 'a t': 18, 'a q': 1_000, 'b n': 1, 'b a': 100, 'b t': 18, 'b q': 1_000, 'c n': 1, 'c a': 100, 'c t': 18, 'c q': 1_000 }],
    ['categories', 'category', { amount: '26.20', lines: [PIZZAS, WINE] },
      { 'pizza n': 1, 'pizza a': 1_400, 'pizza q': 2_000, 'pizza d': 100, 'pizza t': 127, 'pizza x': 91, 'vino n': 1, 'vino a': 1_220, 'vino q': 1_000, 'vino t': 220 }],
    ['rates of lines', 'rate', { amount: '26.20', lines: [PIZZAS, WINE] }, { '10 n': 1, '10 a': 1_400, '10 t': 127, '22 n': 1, '22 a': 1_220, '22 t': 220 }],
    ['shipping to the rate whose VAT is more than that of its lines', 'rate',
      { amount: '32.30', shipping: '6.10', taxes: [{ rate: '10', amount: '1.27' }, { rate: '22', amount: '3.30' }], lines: [PIZZAS, WINE] },
      { '10 n': 1, '10 a': 1_400, '10 t': 127, '22 n': 1, '22 a': 1_830, '22 t': 330, '22 b': 500 }],
    ['shipping to no rate where it may be of either', 'rate', { amount: '32.30', shipping: '6.10', lines: [PIZZAS, WINE] },
      { '10 n': 1, '10 a': 1_400, '10 t': 127, '22 n': 1, '22 a': 1_220, '22 t': 220 }],
    ['without lines all to the one rate', 'rate', { amount: '12.20', taxes: [{ rate: '22', amount: '2.20' }] }, { '22 n': 1, '22 a': 1_220, '22 t': 220 }],
    ['without lines to two rates whose VAT adds up to the amount', 'rate', { amount: '23.20', taxes: [{ rate: '10', amount: '1.00' }, { rate: '22', amount: '2.20' }] },
      { '10 n': 1, '10 a': 1_100, '10 t': 100, '22 n': 1, '22 a': 1_220, '22 t': 220 }],
    ['the rest to the rate of 0', 'rate', { amount: '20.00', taxes: [{ rate: '22', amount: '2.20' }, { rate: '0', amount: '0.00' }] },
      { '22 n': 1, '22 a': 1_220, '22 t': 220, '0 n': 1, '0 a': 780 }],
    ['to no rate where the VAT of two says another amount', 'rate', { amount: '50.00', taxes: [{ rate: '10', amount: '1.00' }, { rate: '22', amount: '2.20' }] }, {}],
    ['a payment to its means', 'payment', { amount: '5.00', payment: 'card' }, { 'card n': 1, 'card a': 500 }],
    ['payments share the revenue, without the tip', 'payment', { amount: '42.50', tip: '2.50', payments: [{ by: 'card', amount: '40.00' }, { by: 'voucher', amount: '2.50' }] },
      { 'card n': 1, 'card a': 3_765, 'voucher n': 1, 'voucher a': 235 }],
    ['cash without its change', 'payment', { amount: '5.00', payments: [{ by: 'cash', amount: '20.00' }] }, { 'cash n': 1, 'cash a': 500 }],
    ['what nobody says how it was paid to no means', 'payment', { amount: '10.00', payments: [{ by: 'card', amount: '4.00' }] }, { 'card n': 1, 'card a': 400 }],
    ['all of it to who sold', 'staff', { amount: '26.20', staff: 's1:anna', lines: [PIZZAS, WINE] },
      { 's1:anna n': 1, 's1:anna a': 2_620, 's1:anna d': 100, 's1:anna q': 3_000, 's1:anna t': 347, 's1:anna x': 91 }],
    ['an order without lines to who sold', 'staff', { amount: '5.00', staff: 's1:anna' }, { 's1:anna n': 1, 's1:anna a': 500, 's1:anna w': 500, 's1:anna u': 500 }],
    ['an order that is not paid to nobody', 'product', { amount: '14.00', status: 'open', lines: [PIZZAS] }, {}],
  ];
  for (const [what, dimension, data, added] of cases) it(what, () => { assert.deepEqual(addedTo(dimension, data), added); });

  it('a refund in capitals, without what only sales have', () => {
    assert.deepEqual(addedTo('product', { amount: '14.00', lines: [PIZZAS] }, 'refund'), { 'sku-1 N': 1, 'sku-1 A': 1_400, 'sku-1 T': 127 });
  });
});

describe('money of a sale with lines', () => {
  const cases: [what: string, data: Partial<EventData>, money: readonly (number | undefined)[]][] = [
    ['VAT as the rates of all lines say it', { amount: '26.20', lines: [PIZZAS, WINE] }, [347, 2_273, 2_364, 100, 3_000]],
    ['unknown where one line has no rate', { amount: '26.20', lines: [PIZZAS, { product: 'sku-2', amount: '12.20' }] }, [undefined, undefined, undefined, 100, 3_000]],
    ['stated VAT holds that of shipping, goods only theirs', { amount: '32.30', shipping: '6.10', taxes: [{ rate: '10', amount: '1.27' }, { rate: '22', amount: '3.30' }], lines: [PIZZAS, WINE] },
      [457, 2_273, 2_364, 100, 3_000]],
    ['a discount on the whole beside those of lines', { amount: '14.00', discount: '2.00', lines: [PIZZAS] }, [127, 1_273, 1_455, 200, 2_000]],
    ['without lines as before', { amount: '12.20', discount: '1.22', taxes: [{ rate: '22', amount: '2.20' }] }, [220, 1_000, 1_100, 122, undefined]],
    ['lines that were taken back', { amount: '12.20', lines: [] }, [undefined, undefined, undefined, undefined, undefined]],
  ];
  for (const [what, data, money] of cases) {
    it(what, () => {
      const fact = mergeEvent(undefined, event({ data }), 'EUR');
      assert.deepEqual([taxOf, netSalesOf, grossSalesOf, discountOf, unitsOf].map((read) => read(fact)), money);
    });
  }
});
