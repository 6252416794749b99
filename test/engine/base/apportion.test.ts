/** Shares of a whole number of cents that add up to it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { apportion } from '../../../engine/base/apportion.js';

describe('apportion', () => {
  const cases: [what: string, total: number, weights: readonly number[], shares: readonly number[]][] = [
    ['the largest remainder has the cent', 100, [1, 1, 1], [34, 33, 33]],
    ['two cents to the two largest', 10, [1, 2, 4], [1, 3, 6]],
    ['an article that came back', 90, [200, -50, 100], [72, -18, 36]],
    ['nothing to share', 0, [1, 2], [0, 0]],
    ['nothing to share by', 5, [0, 0], [0, 0]],
    ['no parts', 5, [], []],
  ];
  for (const [what, total, weights, shares] of cases) it(what, () => { assert.deepEqual(apportion(total, weights), shares); });

  it('adds up, and is at most a cent from the exact share', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 300 }), (total, weights) => {
      const whole = weights.reduce((sum, weight) => sum + weight, 0);
      const shares = apportion(total, weights);
      assert.equal(shares.reduce((sum, share) => sum + share, 0), whole === 0 ? 0 : total);
      for (const [index, share] of shares.entries()) assert.ok(whole === 0 || Math.abs(share - (total * (weights[index] ?? 0)) / whole) <= 1);
    }));
  });
});
