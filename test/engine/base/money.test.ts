/** How much is it, exactly? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromMinor, toMinor } from '../../../engine/base/money.js';

describe('money', () => {
  const rows: [text: string, currency: string, minor: number | undefined][] = [
    ['42.50', 'EUR', 4_250], ['0', 'EUR', 0], ['-0', 'EUR', 0], ['586.45', 'EUR', 58_645], ['4.35', 'EUR', 435], ['1.10', 'EUR', 110],
    ['130.000000', 'EUR', 13_000], ['1250', 'JPY', 1_250], ['12.345', 'KWD', 12_345], ['999999999999.99', 'EUR', 99_999_999_999_999],
    ['12.345', 'EUR', 1_235], ['12.344999', 'EUR', 1_234], ['-12.345', 'EUR', -1_235], ['-12.344', 'EUR', -1_234], ['-0.005', 'EUR', -1], ['-0.004', 'EUR', 0],
    ['0.999', 'EUR', 100], ['12.5', 'JPY', 13], ['-12.5', 'JPY', -13], ['1.00049999', 'KWD', 1_000], ['9999999999999.995', 'EUR', 1_000_000_000_000_000], ['1e3', 'EUR', undefined], ['', 'EUR', undefined], ['NaN', 'EUR', undefined],
    ['1,50', 'EUR', undefined], ['007', 'EUR', undefined], ['.5', 'EUR', undefined], ['999999999999999', 'EUR', undefined],
  ];
  for (const [text, currency, minor] of rows) {
    it(`${text} ${currency} is ${String(minor)}`, () => { assert.equal(toMinor(text, currency), minor); });
  }

  it('comes back as it went', () => {
    fc.assert(fc.property(fc.integer(), fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, currency) => toMinor(fromMinor(minor, currency), currency) === minor));
  });
});
