import assert from 'node:assert/strict';
import { retryDelay } from '../../../engine/base/retry.js';

describe('retryDelay', () => {
  const cases: readonly [attempt: number, random: number, delay: number][] = [
    [0, 0, 125], [0, 0.5, 188], [1, 0, 250], [6, 0, 8_000], [7, 0, 15_000], [1e9, 0.999999, 30_000],
  ];
  for (const [attempt, random, delay] of cases) {
    it(`waits ${String(delay)} ms before retry ${String(attempt)} at ${String(random)}`, () => { assert.equal(retryDelay(attempt, random), delay); });
  }

  it('keeps to the first and the last wait it is given', () => {
    const backoff = { firstMs: 100, lastMs: 10_000 };
    assert.deepEqual([0, 6, 7, 40].map((attempt) => retryDelay(attempt, 0, backoff)), [50, 3_200, 5_000, 5_000]);
  });
});
