/** What is a canonical event, what is refused, and by which rule? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEvent, sequenceKey } from '../../../engine/event/event.js';
import { NOW } from '../../support/events.js';

const context = { now: NOW, currency: 'EUR' };
const sale = { specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: '2026-11-22T10:00:00+01:00', data: { store: 'milano', amount: '42.50' } };

function withData(change: Record<string, unknown>): unknown {
  return { ...sale, data: { ...sale.data, ...change } };
}

describe('canonical events', () => {
  it('get one canonical form', () => {
    const parsed = parseEvent({ ...withData({ amount: 42.5, quantity: 1.5, openedAt: '2026-11-22T09:00:00.5Z' }) as object, traceparent: 'x' }, context);
    assert.deepEqual(parsed, {
      outcome: 'event',
      event: {
        specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1',
        time: '2026-11-22T09:00:00.000Z', sequence: '2026-11-22T09:00:00.000Z',
        data: { amount: '42.50', currency: 'EUR', openedAt: '2026-11-22T09:00:00.500Z', quantity: 1.5, store: 'milano' },
      },
    });
  });

  it('may say what else was in the amount, how it was paid and what it was taxed', () => {
    const said = {
      tip: 2, shipping: '4.9', giftCards: '0', discount: '1.000', refersTo: 'receipt/7',
      payments: [{ by: 'card', amount: 40 }, { by: 'voucher', amount: '2.5' }], taxes: [{ rate: '22', amount: '7.66' }],
    };
    const parsed = parseEvent(withData(said), context);
    assert.ok(parsed.outcome === 'event');
    assert.deepEqual(parsed.event.data, {
      store: 'milano', amount: '42.50', currency: 'EUR', tip: '2.00', shipping: '4.90', giftCards: '0.00', discount: '1.00', refersTo: 'receipt/7',
      payments: [{ by: 'card', amount: '40.00' }, { by: 'voucher', amount: '2.50' }], taxes: [{ rate: '22', amount: '7.66' }],
    });
    assert.deepEqual(parseEvent(parsed.event, context), parsed);
  });

  it('need no amount to be voided', () => {
    for (const type of ['sale', 'refund', 'payment', 'waste']) {
      assert.equal(parseEvent({ ...sale, type, data: { store: 'milano', status: 'voided' } }, context).outcome, 'event', type);
      assert.equal(parseEvent({ ...sale, type, data: { store: 'milano', status: 'completed' } }, context).outcome, 'refused', type);
    }
  });

  const refused: [what: string, input: unknown, path: string, rule: string][] = [
    ['no object', 7, '', 'type'],
    ['a missing id', { ...sale, id: undefined }, '/id', 'required'],
    ['another specversion', { ...sale, specversion: '0.3' }, '/specversion', 'const'],
    ['an unknown type', { ...sale, type: 'sold' }, '/type', 'enum'],
    ['a sale without subject', { ...sale, subject: undefined }, '/subject', 'required'],
    ['a sale without amount', { ...sale, data: { store: 'milano' } }, '/data/amount', 'required'],
    ['no store', withData({ store: undefined }), '/data/store', 'required'],
    ['a store that is a wildcard', withData({ store: '#' }), '/data/store', 'pattern'],
    ['a store that means all', withData({ store: '_' }), '/data/store', 'pattern'],
    ['a store with a slash', withData({ store: 'a/b' }), '/data/store', 'pattern'],
    ['half a character in the source', { ...sale, source: 'urn:\ud800' }, '/source', 'pattern'],
    ['half a character in the store', withData({ store: 'mi\udc00' }), '/data/store', 'pattern'],
    ['a control character that brokers refuse in the store', withData({ store: 'A\u0092B' }), '/data/store', 'pattern'],
    ['a noncharacter in the channel', withData({ channel: 'a\ufffe' }), '/data/channel', 'pattern'],
    ['more money than a shop can take', withData({ amount: '1000000000.00' }), '/data/amount', 'pattern'],
    ['more money than a shop can take, as a number', withData({ amount: 1e9 }), '/data/amount', 'exclusiveMaximum'],
    ['more things than a shop can sell', withData({ quantity: 1e7 + 1 }), '/data/quantity', 'maximum'],
    ['open for eleven years', withData({ openedAt: '2015-11-22T10:00:00Z', closedAt: '2026-11-22T10:00:00Z' }), '/data/closedAt', 'span'],
    ['an offset of 25 hours', { ...sale, time: '2026-11-22T09:00:00+25:00' }, '/time', 'instant'],
    ['a line break in the id', { ...sale, id: 'a\nb' }, '/id', 'pattern'],
    ['an unknown field', withData({ email: 'a@b.it' }), '/data/email', 'additionalProperties'],
    ['a negative amount', withData({ amount: '-1.00' }), '/data/amount', 'pattern'],
    ['an exponent', withData({ amount: '1e3' }), '/data/amount', 'pattern'],
    ['a decimal comma', withData({ amount: '42,50' }), '/data/amount', 'pattern'],
    ['nineteen decimals', withData({ amount: '42.5000000000000000001' }), '/data/amount', 'pattern'],
    ['another currency', withData({ currency: 'USD' }), '/data/currency', 'currency.foreign'],
    ['a time without zone', { ...sale, time: '2026-11-22T10:00:00' }, '/time', 'minLength'],
    ['a day that does not exist', { ...sale, time: '2026-02-30T10:00:00Z' }, '/time', 'instant'],
    ['a till clock 6 minutes ahead', { ...sale, time: '2026-11-22T12:06:00Z' }, '/time', 'time.future'],
    ['last year and more', { ...sale, time: '2025-10-01T00:00:00Z' }, '/time', 'time.past'],
    ['closed before opened', withData({ openedAt: '2026-11-22T10:00:00Z', closedAt: '2026-11-22T09:59:59Z' }), '/data/closedAt', 'order'],
    ['a negative quantity', withData({ quantity: -1 }), '/data/quantity', 'minimum'],
    ['four decimals of quantity', withData({ quantity: 0.0005 }), '/data/quantity', 'precision'],
    ['a negative tip', withData({ tip: '-0.50' }), '/data/tip', 'pattern'],
    ['a payment without means', withData({ payments: [{ amount: '1.00' }] }), '/data/payments/0/by', 'required'],
    ['a VAT rate beyond all', withData({ taxes: [{ rate: '122', amount: '1.00' }] }), '/data/taxes/0/rate', 'pattern'],
    ['more means of payment than a purse has', withData({ payments: new Array(21).fill({ by: 'card', amount: '1.00' }) }), '/data/payments', 'maxItems'],
    ['a tip in another currency', { ...sale, type: 'visit', data: { store: 'milano', tip: '1.00', currency: 'USD' } }, '/data/currency', 'currency.foreign'],
    ['a line without an amount', withData({ lines: [{ product: 'a' }] }), '/data/lines/0/amount', 'required'],
    ['an unknown field of a line', withData({ lines: [{ amount: '1.00', email: 'a@b.it' }] }), '/data/lines/0/email', 'additionalProperties'],
    ['a line break in a name', withData({ lines: [{ amount: '1.00', name: 'a\nb' }] }), '/data/lines/0/name', 'pattern'],
    ['a product number of 129 characters', withData({ lines: [{ amount: '1.00', product: 'a'.repeat(129) }] }), '/data/lines/0/product', 'maxLength'],
    ['a VAT rate of a line beyond all', withData({ lines: [{ amount: '1.00', vatRate: 101 }] }), '/data/lines/0/vatRate', 'maximum'],
    ['four decimals of a line\'s quantity', withData({ lines: [{ amount: '1.00', quantity: 1.2345 }] }), '/data/lines/0/quantity', 'precision'],
    ['a negative discount of a line', withData({ lines: [{ amount: '1.00', discount: '-0.50' }] }), '/data/lines/0/discount', 'pattern'],
    ['a line that is more than a shop can take', withData({ lines: [{ amount: '-1000000000.00' }] }), '/data/lines/0/amount', 'pattern'],
    ['more lines than a receipt has', withData({ lines: new Array(10_001).fill({ amount: '1.00' }) }), '/data/lines', 'maxItems'],
    ['a person as staff', withData({ staff: 'Maria' }), '/data/staff', 'pattern'],
    ['an e-mail as customer', withData({ customer: 'maria@example.it' }), '/data/customer', 'pattern'],
  ];
  for (const [what, input, path, rule] of refused) {
    it(`refuse ${what}`, () => {
      const parsed = parseEvent(JSON.parse(JSON.stringify(input)) as unknown, context);
      assert.ok(parsed.outcome === 'refused' && parsed.refusals.some((refusal) => refusal.path === path && refusal.rule === rule), JSON.stringify(parsed));
    });
  }

  it('accept 5 minutes ahead and 400 days ago, to the millisecond', () => {
    for (const time of ['2026-11-22T12:05:00.000Z', '2025-10-18T12:00:00.000Z']) assert.equal(parseEvent({ ...sale, time }, context).outcome, 'event', time);
  });

  it('go by the clock of who recorded them where ours is behind', () => {
    const at = (time: string): unknown => ({ ...sale, time, recordedtime: '2026-11-22T13:00:00Z' });
    assert.equal(parseEvent(at('2026-11-22T13:05:00Z'), context).outcome, 'event');
    assert.equal(parseEvent(at('2026-11-22T13:05:01Z'), context).outcome, 'refused');
    assert.equal(parseEvent({ ...sale, time: '2026-11-22T12:05:00Z', recordedtime: '2026-11-22T11:00:00Z' }, context).outcome, 'event');
    assert.equal(parseEvent({ ...sale, time: '2026-11-24T12:00:00Z', recordedtime: '2030-01-01T00:00:00Z' }, context).outcome, 'refused');
  });

  it('never throw and never change when parsed again', () => {
    fc.assert(fc.property(fc.anything(), (input) => { parseEvent(input, context); }), { numRuns: 500 });
    const parsed = parseEvent(sale, context);
    assert.ok(parsed.outcome === 'event');
    assert.deepEqual(parseEvent(parsed.event, context), parsed);
  });
});

describe('sequences', () => {
  const rows: [earlier: string, later: string][] = [
    ['2', '10'],
    ['2026-11-22T09:15:31Z', '2026-11-22T09:15:31.120Z'],
    ['2026-11-22T09:15:31.120Z', '2026-11-22T09:15:31.120000001Z'],
    ['2026-11-22T10:15:31+01:00', '2026-11-22T09:15:32Z'],
  ];
  for (const [earlier, later] of rows) {
    it(`${earlier} is before ${later}`, () => {
      const [a, b] = [earlier, later].map((sequence) => {
        const parsed = parseEvent({ ...sale, sequence }, context);
        assert.ok(parsed.outcome === 'event');
        return sequenceKey(parsed.event.sequence);
      });
      assert.ok((a ?? '') < (b ?? ''), `${String(a)} < ${String(b)}`);
    });
  }
});
