import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY, formatInstant } from '../../../engine/base/time.js';

describe('formatInstant', () => {
  it('writes what the platform writes, for any instant', () => {
    fc.assert(fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (at) => { assert.equal(formatInstant(at), new Date(at).toISOString()); }));
    for (const at of [0, -1, DAY - 1, DAY, 951_782_399_999, 1_795_000_000_123.7, -62_167_219_200_001, 253_402_300_800_000]) {
      assert.equal(formatInstant(at), new Date(at).toISOString());
    }
  });

  it('refuses what is none', () => {
    for (const at of [NaN, Infinity, 8.64e15 + DAY, -8.64e15 - DAY]) assert.throws(() => formatInstant(at), RangeError);
  });
});
