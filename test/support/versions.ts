/** What may senders say of one thing, and how may it come in? Arbitrary versions that meet, for property tests. */
import fc from 'fast-check';
import type { ShopEvent } from '../../engine/event/event.js';
import { MINUTE } from '../../engine/base/time.js';
import { event, NOW } from './events.js';

const instants = fc.integer({ min: 0, max: 47 * 60 }).map((minutes) => new Date(NOW - minutes * MINUTE).toISOString());
const sequences = fc.integer({ min: 0, max: 6 }).map((step) => new Date(NOW - 7_000 + step * 1_000).toISOString());

/** Versions of few subjects, so that they meet: partial, contradicting, with equal sequences and even equal ids. */
export const versions: fc.Arbitrary<ShopEvent> = fc
  .record({
    type: fc.constantFrom('sale' as const, 'refund' as const, 'visit' as const, 'ticket' as const, 'lead' as const, 'payment' as const),
    subject: fc.constantFrom('a', 'b', 'c'),
    source: fc.constantFrom('urn:x', 'urn:y'),
    id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    time: instants,
    sequence: sequences,
    data: fc.record(
      {
        store: fc.constantFrom('milano', 'roma'),
        channel: fc.constantFrom('online', 'pos'),
        status: fc.constantFrom('open' as const, 'completed' as const, 'cancelled' as const),
        amount: fc.integer({ min: 0, max: 99_999 }).map((cents) => (cents / 100).toFixed(2)),
        quantity: fc.integer({ min: 0, max: 9 }),
        payment: fc.constantFrom('card', 'cash'),
        openedAt: fc.constant('2026-11-22T10:00:00Z'),
        closedAt: fc.constant('2026-11-22T10:20:00Z'),
      },
      { requiredKeys: ['store', 'amount'] },
    ),
  })
  .map((said) => event(said));

/** The events in arrays, cut at these places. */
export function cut(events: readonly ShopEvent[], cuts: readonly number[]): ShopEvent[][] {
  const bounds = [0, ...[...cuts].map((at) => at % (events.length + 1)).sort((a, b) => a - b), events.length];
  return bounds.slice(1).map((end, index) => events.slice(bounds[index], end));
}

const cents = (max: number): fc.Arbitrary<string> => fc.integer({ min: 0, max }).map((amount) => (amount / 100).toFixed(2));
const line = fc.record(
  {
    product: fc.constantFrom('sku-1', 'sku/2', 'è'), category: fc.constantFrom('pizza', 'bar'), quantity: fc.integer({ min: 1, max: 4 }),
    amount: cents(9_999), discount: cents(500), vatRate: fc.constantFrom('4', '10', '22'),
  },
  { requiredKeys: ['amount', 'product'] },
);

/** The same of sales and refunds, with lines or without. */
export const linedVersions: fc.Arbitrary<ShopEvent> = fc
  .record({
    type: fc.constantFrom('sale' as const, 'sale' as const, 'refund' as const),
    subject: fc.constantFrom('order/1', 'order/2', 'order/3'),
    source: fc.constantFrom('urn:x', 'urn:y'),
    id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    time: instants,
    sequence: sequences,
    data: fc.record(
      {
        store: fc.constantFrom('milano', 'roma'),
        status: fc.constantFrom('open' as const, 'completed' as const, 'cancelled' as const, 'voided' as const),
        amount: cents(99_999),
        payment: fc.constantFrom('card', 'cash', 'satispay'),
        payments: fc.constant([{ by: 'card', amount: '5.00' }, { by: 'voucher', amount: '2.50' }]),
        taxes: fc.constantFrom([{ rate: '10', amount: '1.27' }], [{ rate: '10', amount: '0.90' }, { rate: '22', amount: '1.80' }], []),
        shipping: cents(999),
        staff: fc.constantFrom('s1:anna', 's1:bruno'),
        lines: fc.array(line, { maxLength: 5 }),
      },
      { requiredKeys: ['store', 'amount', 'status'] },
    ),
  })
  .map((said) => event(said));
