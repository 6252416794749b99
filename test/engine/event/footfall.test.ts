/** Running totals of door counters: who came in, whatever was repeated, overtaken or begun anew. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { peopleSince } from '../../../engine/event/footfall.js';
import { memoryStore } from '../../support/shopStore.js';

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
});
