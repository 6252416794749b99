/** Whose sales count where several sources send them: the form's rows, and which of them holds. */
import assert from 'node:assert/strict';
import { isOfRecord, providerOf, readRecords, type SystemOfRecord } from '../../../engine/kpi/systemOfRecord.js';

const row = (store: string, channel: string, source: string): SystemOfRecord => ({ store, channel, source });
const TILL = 'urn:bottega:pos:milano/1';
const SHOPIFY = 'urn:bottega:shopify:mia.myshopify.com';

describe('systems of record', () => {
  const read: [rows: unknown, read: readonly SystemOfRecord[]][] = [
    [undefined, []], [[], []],
    [[row(' milano ', 'pos', ' cassa ')], [row('milano', 'pos', 'cassa')]],
    [[row('_', '', 'shopify'), row('*', 'online', TILL)], [row('*', '*', 'shopify'), row('*', 'online', TILL)]],
    [[row('milano', 'pos', 'cassa'), row('milano', 'pos', 'square')], [row('milano', 'pos', 'cassa'), row('milano', 'pos', 'square')]],
  ];
  for (const [rows, records] of read) it(`reads ${JSON.stringify(rows)}`, () => { assert.deepEqual(readRecords(rows), { outcome: 'read', records }); });

  const refused: [rows: unknown, rule: string, where: string][] = [
    ['cassa', 'rows', ''], [[null], 'source', ''], [[row('milano', 'pos', ' ')], 'source', ''], [[row('a/b', 'pos', 'cassa')], 'store', 'a/b'],
    [[row('milano', 'a+b', 'cassa')], 'channel', 'a+b'], [[row('_', 'pos', 'cassa'), row('*', 'pos', 'cassa')], 'twice', '* pos cassa'],
    [[row('*', '*', 'x'.repeat(257))], 'source', 'x'.repeat(257)], [Array.from({ length: 51 }, (_, index) => row('*', '*', String(index))), 'many', '51'],
  ];
  for (const [rows, rule, where] of refused) {
    it(`refuses ${JSON.stringify(rows).slice(0, 80)}`, () => { assert.deepEqual(readRecords(rows), { outcome: 'refused', rule, where }); });
  }

  it('are as many as a form may have', () => {
    assert.equal(readRecords(Array.from({ length: 50 }, (_, index) => row('*', '*', String(index)))).outcome, 'read');
  });

  const counts: [records: readonly SystemOfRecord[], store: string, channel: string, source: string, counts: boolean][] = [
    [[], 'milano', 'pos', SHOPIFY, true],
    [[row('milano', 'pos', 'cassa')], 'milano', 'pos', TILL, true],
    [[row('milano', 'pos', 'Till')], 'milano', 'pos', TILL, true],
    [[row('milano', 'pos', 'cassa')], 'milano', 'pos', SHOPIFY, false],
    [[row('milano', 'pos', 'cassa')], 'milano', 'online', SHOPIFY, true],
    [[row('milano', 'pos', 'cassa')], 'monza', 'pos', SHOPIFY, true],
    [[row('*', 'pos', 'cassa')], 'monza', 'pos', SHOPIFY, false],
    [[row('*', '*', 'Shopify')], 'monza', 'online', SHOPIFY, true],
    [[row('*', '*', TILL)], 'milano', 'pos', TILL, true],
    [[row('*', '*', TILL)], 'milano', 'pos', 'urn:bottega:pos:milano/2', false],
    [[row('*', '*', 'urn:gestionale')], 'milano', 'pos', 'urn:gestionale', true],
    // The narrower row holds, the store before the channel; two of one place both count.
    [[row('*', '*', 'shopify'), row('milano', '*', 'cassa')], 'milano', 'pos', SHOPIFY, false],
    [[row('*', '*', 'shopify'), row('milano', '*', 'cassa')], 'monza', 'pos', SHOPIFY, true],
    [[row('*', 'pos', 'shopify'), row('milano', '*', 'cassa')], 'milano', 'pos', TILL, true],
    [[row('milano', '*', 'shopify'), row('milano', 'pos', 'cassa')], 'milano', 'pos', SHOPIFY, false],
    [[row('milano', 'pos', 'shopify'), row('milano', 'pos', 'cassa')], 'milano', 'pos', SHOPIFY, true],
  ];
  for (const [records, store, channel, source, expected] of counts) {
    it(`${expected ? 'count' : 'leave out'} ${source} in ${store}/${channel} by ${JSON.stringify(records.map((one) => Object.values(one).join(' ')))}`, () => {
      assert.equal(isOfRecord(records, { store, channel, source }), expected);
    });
  }

  it('know a provider by its source', () => {
    assert.deepEqual([TILL, SHOPIFY, 'urn:gestionale'].map(providerOf), ['pos', 'shopify', 'urn:gestionale']);
  });
});
