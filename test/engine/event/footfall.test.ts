/** Running totals of people counters: who came in, whatever was repeated, overtaken or begun anew. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { takeTotal, visitOf, visitStored, waitingVisits } from '../../../engine/event/footfall.js';
import { parseEvent, type ShopEvent } from '../../../engine/event/event.js';
import type { Store } from '../../../engine/store/store.js';
import { memoryStore } from '../../support/shopStore.js';

const NOW = Date.UTC(2026, 10, 22, 12);
let made = 0;

function visit(people: number): ShopEvent | undefined {
  const parsed = parseEvent(visitOf('milano', people, { people, of: 'total' }, String(made += 1), NOW), { now: NOW, currency: 'EUR' });
  return parsed.outcome === 'event' ? parsed.event : undefined;
}

async function peopleSince(store: Store, counter: string, total: number): Promise<number> {
  return (await takeTotal(store, counter, total, visit))?.data.quantity ?? 0;
}

describe('people since the last total', () => {
  const rows: [what: string, totals: readonly number[], people: readonly number[]][] = [
    ['begin with the first total', [1_500, 1_503, 1_503, 1_510], [0, 3, 0, 7]],
    ['are not counted twice where a message was overtaken', [100, 110, 105, 112], [0, 10, 0, 2]],
    ['go on where a counter began anew', [100, 110, 4, 9], [0, 10, 4, 5]],
    ['are all those of a time in which nobody listened', [100, 900], [0, 800]],
  ];
  for (const [what, totals, expected] of rows) {
    it(what, async () => {
      const store = await memoryStore();
      const people: number[] = [];
      for (const total of totals) people.push(await peopleSince(store, 'milano', total));
      assert.deepEqual(people, expected);
    });
  }

  it('add up to the last total minus the first, by any number of workers, in any order and with repetitions', async () => {
    const totals = fc.uniqueArray(fc.integer({ min: 1_001, max: 1_900 }), { minLength: 1, maxLength: 20 });
    await fc.assert(fc.asyncProperty(totals.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 }))), async ([some, mixed]) => {
      const store = await memoryStore();
      await peopleSince(store, 'milano', 1_000);
      const people = await Promise.all(mixed.map((total) => peopleSince(store, 'milano', total)));
      assert.equal(people.reduce((sum, count) => sum + count, 0), Math.max(...some) - 1_000);
    }), { numRuns: 50 });
  });

  it('wait with their total until the flow has stored them, over a restart too, and are sent on as they were', async () => {
    const store = await memoryStore();
    await peopleSince(store, 'milano', 100);
    const first = await takeTotal(store, 'milano', 103, visit);
    const second = await takeTotal(store, 'milano', 110, visit);
    assert.deepEqual((await waitingVisits(store)).map((waiting) => [waiting.counter, waiting.visit]), [['milano', first], ['milano', second]]);
    await visitStored(store, 'milano', first?.id ?? '');
    await visitStored(store, 'milano', 'another');
    assert.deepEqual((await waitingVisits(store)).map((waiting) => waiting.visit), [second]);
    await visitStored(store, 'milano', second?.id ?? '');
    assert.deepEqual([await waitingVisits(store), await peopleSince(store, 'milano', 111)], [[], 1]);
  });

  it('are counted with a later total where no visit can be made of them, or too many wait', async () => {
    const store = await memoryStore();
    await peopleSince(store, 'milano', 100);
    assert.equal(await takeTotal(store, 'milano', 103, () => undefined), undefined);
    assert.equal(await peopleSince(store, 'milano', 104), 4);
    let people = 4;
    for (let total = 105; total <= 300; total += 1) people += await peopleSince(store, 'milano', total);
    const waiting = await waitingVisits(store);
    assert.deepEqual([people, waiting.length], [103, 100]);
    for (const { counter, visit: { id } } of waiting) await visitStored(store, counter, id);
    assert.equal(people + await peopleSince(store, 'milano', 301), 201);
  });
});
