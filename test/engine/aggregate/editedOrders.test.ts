/** Orders that were edited down after they were paid: in any order and repetition, whether the order or its refund says first that money went back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { send } from '../../fixtures/normalizing.js';
import { calendar, memoryStore, numbersAt, receive, stateOf } from '../../support/shopStore.js';

type Body = Record<string, unknown>;

const at = (hour: number): string => `2026-11-22T${String(hour).padStart(2, '0')}:00:00+01:00`;
const eventsOf = (topic: string, body: Body): readonly ShopEvent[] => send({ provider: 'shopify', topic, body }).events;
const order = (hour: number, change: Body): readonly ShopEvent[] => eventsOf('orders/updated', {
  id: 6110000000900, created_at: at(8), processed_at: at(8), updated_at: at(hour), currency: 'EUR', taxes_included: true, financial_status: 'paid', source_name: 'web',
  total_price: '122.00', tax_lines: [{ rate: 0.22, price: '22.00' }], payment_gateway_names: ['shopify_payments'], ...change,
});
const record = (id: number, hour: number, change: Body): Body => ({ id, order_id: 6110000000900, created_at: at(hour), processed_at: at(hour), ...change });
const lines = (subtotal: string): Body => ({ refund_line_items: [{ line_item_id: 1, quantity: 1, subtotal }] });
const given = (amount: string): Body => ({ transactions: [{ kind: 'refund', status: 'success', amount, currency: 'EUR', gateway: 'shopify_payments' }] });

const edit = record(51, 9, lines('61.00'));
const back = record(52, 10, given('61.00'));
const paid = order(8, { current_total_price: '122.00', total_outstanding: '0.00' });
const edited = order(9, { current_total_price: '61.00', total_outstanding: '-61.00', refunds: [edit] });
const refunded = eventsOf('refunds/create', back);
const settled = order(10, { financial_status: 'partially_refunded', current_total_price: '61.00', total_outstanding: '0.00', refunds: [edit, back] });

async function numbersAfter(batches: readonly (readonly ShopEvent[])[]): Promise<Record<string, number | null>> {
  const store = await memoryStore();
  for (const batch of batches) await receive(store, batch);
  return numbersAt(store, '1d', { at: calendar.windowAt('1d', Date.parse(at(12))).start });
}

const pick = (numbers: Record<string, number | null>, expected: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(expected).map((name) => [name, numbers[name]]));

describe('an order that was edited down after it was paid', () => {
  const failed = { transactions: [{ kind: 'refund', status: 'failure', amount: '61.00' }, { kind: 'refund', status: 'failure', amount: '61.00' }] };
  const rows: [what: string, said: readonly (readonly ShopEvent[])[], expected: Record<string, number>][] = [
    ['is worth what is left of it', [paid, edited], { revenue: 61, gross_revenue: 61, taxes: 11 }],
    ['is what was paid, once its refund is known', [paid, edited, refunded], { revenue: 61, gross_revenue: 122, refunds: 61, orders: 1, average_ticket: 122, card_share: 1 }],
    ['is the same once it knows the refund itself', [paid, edited, refunded, settled], { revenue: 61, gross_revenue: 122, refunds: 61, orders: 1 }],
    ['gives a part back', [edited, eventsOf('refunds/create', record(52, 10, given('20.00')))], { revenue: 61, gross_revenue: 81, refunds: 20 }],
    ['gives more back than edits took out', [edited, eventsOf('refunds/create', record(52, 10, given('70.00')))], { revenue: 52, gross_revenue: 122, refunds: 70 }],
    ['gives back in two parts', [edited, ...['30.00', '31.00'].map((amount, index) => eventsOf('refunds/create', record(52 + index, 10, given(amount))))],
      { revenue: 61, gross_revenue: 122, refunds: 61 }],
    ['takes goods back beside it', [edited, eventsOf('refunds/create', record(54, 11, { ...lines('30.00'), ...given('30.00') }))], { revenue: 31, gross_revenue: 61, refunds: 30 }],
    ['fails to give it back', [edited, refunded, eventsOf('refunds/create', record(52, 10, failed))], { revenue: 61, gross_revenue: 61, refunds: 0 }],
    ['may not say what is owed', [order(9, { current_total_price: '61.00', refunds: [edit] }), refunded], { revenue: 61, gross_revenue: 122, refunds: 61 }],
    ['was edited before it was paid', [order(9, { current_total_price: '61.00', total_outstanding: '0.00', refunds: [edit] }), refunded], { revenue: 0, gross_revenue: 61, refunds: 61 }],
  ];
  for (const [what, said, expected] of rows) {
    it(`${what}, in any order`, async () => {
      for (const batches of [said, said.toReversed(), [said.flat()], [...said, ...said]]) assert.deepEqual(pick(await numbersAfter(batches), expected), expected);
    });
  }

  it('is worth the same all along, and ends in the same facts, in any order and repetition', async () => {
    const said = [paid, edited, refunded, settled];
    await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...said), { maxLength: 6 }), fc.shuffledSubarray(said, { minLength: 4 }), async (before, rest) => {
      const store = await memoryStore();
      const known = new Set<readonly ShopEvent[]>();
      for (const batch of [...before, ...rest]) {
        await receive(store, batch);
        known.add(batch);
        const { revenue } = await numbersAt(store, '1d');
        const isPaidOnly = known.has(paid) && !known.has(edited) && !known.has(settled) && !known.has(refunded);
        const isRefundOnly = !known.has(paid) && !known.has(edited) && !known.has(settled);
        assert.equal(revenue, isPaidOnly ? 122 : isRefundOnly ? -61 : 61);
      }
      const once = await memoryStore();
      await receive(once, said.flat());
      assert.deepEqual(await stateOf(store), await stateOf(once));
    }), { numRuns: 60 });
  });
});
