/** Stored facts: what was written by former releases is read, and what is written is read back as it was. */
import assert from 'node:assert/strict';
import { decodeFact, encodeFact } from '../../../engine/fact/factCodec.js';
import { type Fact, factOf, fieldOf, linesOf, mergeFacts } from '../../../engine/fact/fact.js';
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
  lines: [{ product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10' }, { amount: '-1.00' }],
  staff: 's1:abc',
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

  const lines: readonly (readonly [what: string, lines: readonly object[], text: string])[] = [
    ['all that is known', [{ product: 'a', name: 'b', category: 'c', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10', cost: '3.00' }],
      '[[1400,2000,"a","b","c","10",100,300]]'],
    ['a product alone', [{ product: 'sku-1', amount: '14.00' }], '[[1400,1000,"sku-1"]]'],
    ['a rate alone', [{ vatRate: '4', amount: '1.00', quantity: 0.25 }], '[[100,250,0,0,0,"4"]]'],
    ['a cost of nothing', [{ amount: '1.00', cost: '0.00' }], '[[100,1000,0,0,0,0,0,0]]'],
    ['what comes back', [{ amount: '-1.00', quantity: -1 }], '[[-100,-1000]]'],
    ['nothing', [{ amount: '0.00', quantity: 0 }], '[[0,0]]'],
    ['no line any more', [], '[]'],
  ];
  for (const [what, said, text] of lines) {
    it(`writes lines short, and reads them back: ${what}`, () => {
      const known = fact({ amount: '42.50', lines: said, staff: 's1:abc' });
      const stored = encodeFact({ generation: 'g1', fact: known });
      assert.ok(stored.includes(`\nb${text}\n`), stored);
      assert.deepEqual(decodeFact(stored).fact, known);
    });
  }

  it('takes the lines of the latest version that has any, as a whole, in any order', () => {
    const at = (id: string, data: Record<string, unknown>): Fact => fact({ amount: '42.50', ...data }, { id, sequence: `2026-11-22T09:0${id}:00.000Z` });
    const versions = [at('1', { lines: [{ product: 'a', amount: '40.00' }, { amount: '2.50' }] }), at('2', { lines: [{ product: 'b', amount: '42.50' }] }), at('3', {})];
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (const order of orders) {
      const merged = order.reduce<Fact | undefined>((known, index) => mergeFacts(known, versions[index] ?? at('1', {})), undefined);
      assert.deepEqual(merged === undefined ? undefined : linesOf(merged)?.map(({ product }) => product), ['b'], order.join());
    }
    assert.deepEqual(linesOf(mergeFacts(at('4', { lines: [] }), mergeFacts(versions[0], versions[1] ?? at('1', {})))), []);
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
