/** Does the quick look at an event ever let in what the schema refuses, and does it see the events that come every day? */
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parseEvent } from '../../../engine/event/event.js';
import { EVENT_TYPES, eventSchema } from '../../../engine/event/schema.js';
import { isPlainlyValid } from '../../../engine/event/eventShape.js';
import { NOW } from '../../support/events.js';

const schema = new Ajv2020({ allErrors: true, strict: false }).compile(eventSchema);
const SALE = { specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: '2026-11-22T09:00:00.000Z', data: { store: 'milano-1', amount: '42.50' } };

const odd = fc.constantFrom<unknown>(
  undefined, null, true, 7, -1, 0.5, 1e7, 1e7 + 1, NaN, Infinity, '', '_', '#', 'a/b', 'A\u0092B', 'caffè', '😀', 'mi\udc00', 'a\ufffe', 'a\nb', ' x', '42.50', '042.50', '999999999.99',
  '1000000000.00', '1e3', '-1.00', 'EUR', 'eur', 'card', 'Card', 'h1:abc', 'h1:', '1.0', '2026-11-22T09:00:00Z', '2026-11-22', 'x'.repeat(20), 'x'.repeat(36), 'x'.repeat(65),
  'x'.repeat(256), 'x'.repeat(257), [], ['x'], {}, { source: 'instagram' }, { source: '' }, { source: 'è', other: 1 }, ...EVENT_TYPES, 'erasure', 'open', 'completed', 'voided',
);
const some = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> => fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 });
const inData = some(['store', 'channel', 'status', 'amount', 'currency', 'openedAt', 'closedAt', 'quantity', 'payment', 'campaign', 'customer', 'x_note', 'email', 'tip', 'payments', 'taxes', 'refersTo']);
const around = some(['specversion', 'id', 'source', 'type', 'subject', 'time', 'sequence', 'recordedtime', 'outboxid', 'outboxoffset', 'traceparent', 'Upper', 'data']);
const without = fc.subarray(['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'], { maxLength: 2 });

describe('plain events', () => {
  it('are all valid by the schema, whatever is changed, added or left out', () => {
    let plain = 0;
    fc.assert(fc.property(fc.constantFrom(...EVENT_TYPES, 'erasure'), inData, around, without, (type, data, attributes, missing) => {
      const event: Record<string, unknown> = { ...SALE, type, data: { ...SALE.data, ...data }, ...attributes };
      for (const name of missing) Reflect.deleteProperty(event, name);
      if (!isPlainlyValid(event)) return;
      plain += 1;
      assert.ok(schema(event), JSON.stringify({ event, errors: schema.errors }));
    }), { numRuns: 5_000 });
    assert.ok(plain > 50, `${String(plain)} of 5,000 were plain`);
  });

  for (const nothing of [undefined, null, 7, 'x', [], [SALE], {}]) {
    it(`are not ${nothing === undefined ? 'undefined' : JSON.stringify(nothing)}`, () => { assert.equal(isPlainlyValid(nothing), false); });
  }

  it('are what an outbox sends, and what is in doubt is left to the schema', () => {
    const parsed = parseEvent({ ...SALE, data: { ...SALE.data, channel: 'online', campaign: { source: 'instagram' }, customer: 'h1:abc', payment: 'card', quantity: 2, status: 'completed' } }, { now: NOW, currency: 'EUR' });
    assert.ok(parsed.outcome === 'event');
    assert.ok(isPlainlyValid(JSON.parse(JSON.stringify({ ...parsed.event, outboxid: 'o1.ab', outboxoffset: 7 }))));
    for (const data of [{ amount: 42.5 }, { store: 'caffè' }, { x_note: 'a' }]) {
      const event = { ...SALE, data: { ...SALE.data, ...data } };
      assert.deepEqual([isPlainlyValid(event), parseEvent(event, { now: NOW, currency: 'EUR' }).outcome], [false, 'event']);
    }
  });
});
