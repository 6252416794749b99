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
