/** Lines of a sale: their one form, what does not add up, and more of them than an event may have. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type EventData, parseEvent, type ShopEvent } from '../../../engine/event/event.js';
import type { EventLine } from '../../../engine/event/lines.js';
import { NOW } from '../../support/events.js';

const context = { now: NOW, currency: 'EUR' };
const sale = { specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: '2026-11-22T10:00:00+01:00' };

function parsed(data: Record<string, unknown>): ShopEvent {
  const result = parseEvent({ ...sale, data: { store: 'milano', ...data } }, context);
  assert.ok(result.outcome === 'event', JSON.stringify(result));
  return result.event;
}

/** The example of the published contract, with what it leaves open. */
const EXAMPLE = {
  specversion: '1.0', id: 'a', source: 'urn:bottega:shopify:mia-bottega.myshopify.com', type: 'sale',
  subject: 'order/5678', time: '2026-11-22T09:15:30.000Z', sequence: '2026-11-22T09:15:31.120Z', recordedtime: '2026-11-22T09:15:32.001Z',
  data: {
    store: 'milano-1', channel: 'online', status: 'completed', amount: '42.50', currency: 'EUR',
    openedAt: '2026-11-22T09:10:00.000Z', closedAt: '2026-11-22T09:15:30.000Z', quantity: 3, payment: 'card',
    payments: [{ by: 'card', amount: '40.00' }, { by: 'voucher', amount: '2.50' }],
    lines: [{ product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10' }],
    taxes: [{ rate: '10', amount: '1.27' }], discount: '1.00', tip: '2.00', shipping: '0.00', giftCards: '0.00', staff: 's1:abc', refersTo: 'receipt/7',
    campaign: { source: 'instagram', medium: 'social', name: 'natale' }, customer: 'h1:abc',
  },
};

describe('lines of an event', () => {
  it('are as the contract shows them', () => {
    const result = parseEvent(EXAMPLE, context);
    assert.ok(result.outcome === 'event', JSON.stringify(result));
    assert.deepEqual(result.event, { ...EXAMPLE, data: { ...EXAMPLE.data, x_quality: 'lines.sum' } });
  });

  const forms: readonly (readonly [what: string, sent: object, line: EventLine])[] = [
    ['numbers', { amount: 14, quantity: 2, discount: 1, vatRate: 10, cost: 4.5 }, { amount: '14.00', cost: '4.50', discount: '1.00', quantity: 2, vatRate: '10' }],
    ['more decimals than the currency has', { amount: '1.005', cost: '0.994' }, { amount: '1.01', cost: '0.99', quantity: 1 }],
    ['a rate with zeros', { amount: '1.00', vatRate: '10.00' }, { amount: '1.00', quantity: 1, vatRate: '10' }],
    ['a rate of half a percent', { amount: '1.00', vatRate: '5.50' }, { amount: '1.00', quantity: 1, vatRate: '5.5' }],
    ['what comes back in exchange', { amount: '-3.00', quantity: -1 }, { amount: '-3.00', quantity: -1 }],
    ['nothing, of both signs', { amount: '-0.00', quantity: -0 }, { amount: '0.00', quantity: 0 }],
    ['names that read the same', { amount: '1.00', name: ' Caffe\u0300\u200b\u00a0 lungo', product: 'a\u00ad1', category: 'bar ' }, {
      amount: '1.00', category: 'bar', name: 'Caff\u00e8 lungo', product: 'a1', quantity: 1,
    }],
  ];
  for (const [what, sent, line] of forms) {
    it(`have one form: ${what}`, () => { assert.deepEqual(parsed({ amount: '1.00', lines: [sent] }).data.lines, [line]); });
  }

  const sums: readonly (readonly [what: string, data: Partial<Record<keyof EventData, unknown>>, quality: string | undefined])[] = [
    ['lines alone', { amount: '5.00', lines: [{ amount: '2.00' }, { amount: '3.00' }] }, undefined],
    ['shipping and tip beside them', { amount: '10.00', shipping: '4.00', tip: '1.00', lines: [{ amount: '5.00' }] }, undefined],
    ['gift cards and duties beside them', { amount: '10.00', giftCards: '4.00', x_duties_minor: 100, lines: [{ amount: '5.00' }] }, undefined],
    ['an exchange', { amount: '2.00', lines: [{ amount: '5.00' }, { amount: '-3.00', quantity: -1 }] }, undefined],
    ['no lines', { amount: '5.00', lines: [] }, undefined],
    ['a cent more', { amount: '5.00', lines: [{ amount: '5.01' }] }, 'lines.sum'],
    ['a tip that is forgotten', { amount: '5.00', tip: '1.00', lines: [{ amount: '5.00' }] }, 'lines.sum'],
    ['a doubt of the sender beside it', { amount: '5.00', x_quality: 'time.gap', lines: [{ amount: '5.01' }] }, 'lines.sum,time.gap'],
    ['no place for it beside the sender\'s words', { amount: '5.00', x_quality: 'z'.repeat(250), lines: [{ amount: '5.01' }] }, 'lines.sum'],
  ];
  for (const [what, data, quality] of sums) {
    it(`add up or are flagged: ${what}`, () => { assert.equal(parsed(data).data.x_quality, quality); });
  }

  it('are counted, and not flagged, where an event has no field left for a flag', () => {
    const own = Object.fromEntries(Array.from({ length: 36 }, (_nothing, index) => [`x_${String(index)}`, index]));
    const event = parsed({ currency: 'EUR', amount: '5.00', lines: [{ amount: '1.00' }], ...own });
    assert.deepEqual(parseEvent(event, context), { outcome: 'event', event });
  });

  it('are added up where they are more than 300: those of one article, then what comes last', () => {
    const line = (index: number, more: object = {}): object => ({ product: `p${String(index)}`, amount: '1.00', discount: '0.10', cost: '0.40', ...more });
    const few = parsed({ amount: '602.00', lines: [...Array.from({ length: 301 }, (_nothing, index) => line(index % 2)), { amount: '301.00' }] });
    assert.deepEqual(few.data, {
      amount: '602.00', currency: 'EUR', store: 'milano', x_quality: 'lines.many',
      lines: [
        { amount: '151.00', cost: '60.40', discount: '15.10', product: 'p0', quantity: 151 },
        { amount: '150.00', cost: '60.00', discount: '15.00', product: 'p1', quantity: 150 }, { amount: '301.00', quantity: 1 },
      ],
    });
    const many = parsed({ amount: '302.00', lines: Array.from({ length: 302 }, (_nothing, index) => line(index, index === 301 ? { cost: undefined } : {})) });
    assert.equal(many.data.lines?.length, 300);
    assert.deepEqual(many.data.lines[298], { amount: '1.00', cost: '0.40', discount: '0.10', product: 'p298', quantity: 1 });
    assert.deepEqual(many.data.lines[299], { amount: '3.00', discount: '0.30', quantity: 3 });
    assert.deepEqual(parseEvent(many, context), { outcome: 'event', event: many });
  });

  it('keep their sums whatever their number, and never change when parsed again', () => {
    const line = fc.record({
      product: fc.integer({ min: 0, max: 400 }).map(String), amount: fc.integer({ min: -1_000, max: 10_000 }).map((minor) => (minor / 100).toFixed(2)),
      quantity: fc.integer({ min: -3, max: 9_000 }).map((thousandths) => thousandths / 1_000),
    });
    fc.assert(fc.property(fc.array(line, { maxLength: 700 }), (lines) => {
      const event = parsed({ amount: '1.00', lines });
      const sum = (summed: readonly EventLine[]): [minor: number, thousandths: number] => [
        summed.reduce((minor, { amount }) => minor + Math.round(Number(amount) * 100), 0),
        summed.reduce((thousandths, { quantity = 1 }) => thousandths + Math.round(quantity * 1_000), 0),
      ];
      assert.deepEqual(sum(event.data.lines ?? []), sum(lines));
      assert.ok((event.data.lines ?? []).length <= 300);
      assert.deepEqual(parseEvent(event, context), { outcome: 'event', event });
      assert.equal(JSON.stringify(parseEvent(event, context)), JSON.stringify({ outcome: 'event', event }));
    }), { numRuns: 60 });
  });
});
