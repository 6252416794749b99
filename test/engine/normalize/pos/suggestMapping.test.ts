/** Which formats are offered for a value, and what do the examples become? */
import assert from 'node:assert/strict';
import { sampleOf, type SampleProvider } from '../../../../engine/verify/samples/payloads.js';
import { dateReadings, numberReadings } from '../../../../engine/normalize/pos/suggestMapping.js';
import { NOW, send } from '../../../fixtures/normalizing.js';

describe('formats offered for a value', () => {
  const numbers: readonly (readonly [unknown, Record<string, string>])[] = [
    ['1.234,50', { 'it-IT': '1234.50' }],
    ['1,234.50', { 'en-US': '1234.50' }],
    ["1'234.50", { 'it-CH': '1234.50' }],
    ['1.234', { 'it-IT': '1234' }],
    ['12,50', { 'it-IT': '12.50' }],
    [12.5, { '': '12.5' }],
    ['1250', { '': '1250', '2': '12.50' }],
    [1250, { '': '1250', '2': '12.50' }],
    ['dodici', {}],
    [true, {}],
  ];
  for (const [value, expected] of numbers) {
    it(`reads the amount ${JSON.stringify(value)}`, () => {
      const found = numberReadings(value, 'EUR').map(({ set, reads }) => [set.minorUnits === '' ? set.numbers : set.minorUnits, reads]);
      assert.deepEqual(Object.fromEntries(found), expected);
    });
  }

  const dates: readonly (readonly [unknown, Record<string, string>])[] = [
    ['2026-11-21T10:00:00Z', { '': '2026-11-21T10:00:00Z' }],
    ['21/11/2026 11:00', { 'it-IT': '2026-11-21T10:00:00Z' }],
    ['03/04/2026 10:00', { 'it-IT': '2026-04-03T08:00:00Z', 'en-US': '2026-03-04T09:00:00Z' }],
    [1_795_255_200, { '': '2026-11-21T10:00:00Z' }],
    ['20261121110000', { '': '2026-11-21T10:00:00Z' }],
    [46_347.5, { 'excel-1900': '2026-11-21T11:00:00Z' }],
    ['ieri', {}],
  ];
  for (const [value, expected] of dates) {
    it(`reads the date ${JSON.stringify(value)}`, () => {
      const found = dateReadings(value, 'Europe/Rome', NOW).map(({ set, reads }) => [set.dateKind === '' ? set.dates : set.dateKind, reads]);
      assert.deepEqual(Object.fromEntries(found), expected);
    });
  }
});

describe('examples of what senders send', () => {
  for (const provider of ['shopify', 'hubspot', 'woocommerce', 'pos', 'events'] as const satisfies readonly SampleProvider[]) {
    it(`become events: ${provider}`, () => {
      const { headers, body } = sampleOf(provider, 'real', NOW);
      const { events, refusals, ignored } = send({ provider, body, headers });
      assert.deepEqual([refusals, ignored], [[], []]);
      assert.ok(events.length > 0);
    });

    it(`count nowhere where they are harmless: ${provider}`, () => {
      const { headers, body } = sampleOf(provider, 'harmless', NOW);
      const { events, refusals, ignored } = send({ provider, body, headers });
      assert.deepEqual(refusals, []);
      if (events.length === 0) assert.equal(ignored.length, 1);
      else assert.deepEqual(events.map(({ type, data: { status, amount } }) => [type, status, amount]), [['sale', 'cancelled', '0.00']]);
    });
  }
});
