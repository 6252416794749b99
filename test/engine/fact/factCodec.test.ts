/** Stored facts: what was written by former releases is read, and what is written is read back as it was. */
import assert from 'node:assert/strict';
import { decodeFact, encodeFact } from '../../../engine/fact/factCodec.js';
import { type Fact, factOf, fieldOf, mergeFacts } from '../../../engine/fact/fact.js';
import { parseEvent } from '../../../engine/event/event.js';
import { NOW } from '../../support/events.js';

const base = { specversion: '1.0', id: 'a', source: 'urn:x', type: 'sale', subject: 'receipt/1', time: '2026-11-22T09:00:00.000Z' };

function fact(data: Record<string, unknown>, more: Record<string, unknown> = {}): Fact {
  const parsed = parseEvent({ ...base, ...more, data: { store: 'milano', ...data } }, { now: NOW, currency: 'EUR' });
  assert.ok(parsed.outcome === 'event', JSON.stringify(parsed));
  return factOf(parsed.event, 'EUR');
}

const FULL = {
  amount: '42.50', channel: 'online', tip: '2.00', shipping: '4.90', giftCards: '10.00', discount: '1.00', refersTo: 'receipt/7', x_note: 'a=b', x_covers: 2,
  payments: [{ by: 'card', amount: '40.00' }, { by: 'voucher', amount: '2.50' }], taxes: [{ rate: '22', amount: '7.66' }],
};

describe('factCodec', () => {
  const stored: [what: string, text: string, field: string, value: unknown][] = [
    ['a plain sale', 'g1\tsale\t2026-11-22T09:00:00.000\ta\nsmilano\nt1795338000\na4250\npcard', 'amount', 4_250],
    ['fields of its own', 'g1\tsale\t2026-11-22T09:00:00.000\ta\nsmilano\nt1795338000\na4250\nx_covers=n2\nx_note=sa=b', 'x_note', 'a=b'],
    ['two writers', 'g1\tsale\t1\ta\t2\tb\nsmilano\n1t1795338930\n1a4250\n1x_ok=btrue', 'x_ok', true],
  ];
  for (const [what, text, field, value] of stored) {
    it(`reads ${what} as former releases wrote it, and writes the same`, () => {
      const known = decodeFact(text);
      assert.deepEqual([fieldOf(known.fact, 'store'), fieldOf(known.fact, field)], ['milano', value]);
      assert.equal(encodeFact(known), text);
    });
  }

  it('keeps everything an event may say', () => {
    const said = fact(FULL);
    assert.deepEqual(decodeFact(encodeFact({ generation: 'g1', fact: said })), { generation: 'g1', fact: said });
    assert.equal(fieldOf(said, 'tip'), 200);
    assert.deepEqual(fieldOf(said, 'payments'), [{ of: 'card', amount: 4_000 }, { of: 'voucher', amount: 250 }]);
    assert.equal(mergeFacts(decodeFact(encodeFact({ generation: 'g1', fact: said })).fact, fact(FULL)).by, undefined);
  });

  it('knows a repetition again, with shares of money too', () => {
    const known = decodeFact(encodeFact({ generation: 'g1', fact: fact(FULL) })).fact;
    assert.equal(mergeFacts(known, fact(FULL)), known);
  });

  it('merges what several versions say field by field', () => {
    const first = fact(FULL);
    const second = fact({ amount: '40.00', tip: '0.00', payments: [{ by: 'cash', amount: '40.00' }] }, { id: 'b', sequence: '2026-11-22T09:05:00.000Z' });
    const merged = mergeFacts(first, second);
    assert.deepEqual(encodeFact({ generation: '', fact: mergeFacts(second, first) }), encodeFact({ generation: '', fact: merged }));
    assert.deepEqual(decodeFact(encodeFact({ generation: '', fact: merged })).fact, merged);
    assert.deepEqual([fieldOf(merged, 'tip'), fieldOf(merged, 'shipping'), fieldOf(merged, 'payments')], [0, 490, [{ of: 'cash', amount: 4_000 }]]);
  });

  it('takes a voided sale back until something later says that it was paid', () => {
    const [paid, voided] = [fact({ amount: '42.50' }), fact({ status: 'voided' }, { id: 'b', sequence: '2026-11-22T09:05:00.000Z' })];
    const cancelled = fact({ status: 'cancelled', amount: '42.50' }, { id: 'c', sequence: '2026-11-22T09:06:00.000Z' });
    const restored = fact({ status: 'completed', amount: '42.50' }, { id: 'd', sequence: '2026-11-22T09:07:00.000Z' });
    assert.equal(fieldOf(mergeFacts(paid, voided), 'status'), 'voided');
    assert.equal(fieldOf(mergeFacts(mergeFacts(paid, voided), cancelled), 'status'), 'voided');
    assert.equal(fieldOf(mergeFacts(voided, mergeFacts(restored, paid)), 'status'), 'completed');
  });
});
