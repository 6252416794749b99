/** WooCommerce orders: dates in UTC, refunds without a time of their own, nothing personal. */
import assert from 'node:assert/strict';
import { type Fact, fieldOf, mergeEvent } from '../../../../engine/fact/fact.js';
import type { NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { fixture, only, rules, send } from '../../../fixtures/normalizing.js';

type Body = Record<string, unknown>;

const headers = { source: 'https://te.example/shop/' };
const order = (change: Body = {}): Body => ({ ...fixture('woocommerce-order'), refunds: [], ...change });
const woo = (body: unknown, topic = 'order.updated'): NormalizedBody => send({ provider: 'woocommerce', topic, body, headers });

describe('normalize woocommerce', () => {
  it('says an order in full', () => {
    const { id: _id, data: { customer, ...data }, ...event } = only(woo(order(), 'order.created'));
    assert.deepEqual(event, {
      specversion: '1.0', source: 'urn:bottega:woocommerce:te.example', type: 'sale', subject: 'order/8123', time: '2026-11-20T11:30:00.000Z', sequence: '2026-11-20T11:31:10.001Z',
      recordedtime: '2026-11-22T12:00:00.000Z',
    });
    assert.deepEqual(data, {
      store: 'bergamo', channel: 'online', status: 'completed', amount: '64.40', currency: 'EUR', quantity: 4, payment: 'card',
      campaign: { source: 'newsletter', medium: 'email' }, x_refunds: '', lines: [{ amount: '64.40', quantity: 4 }],
    });
    assert.match(String(customer), /^h1:/);
  });

  const paid = '2026-11-20T11:31:09';
  const statuses: readonly (readonly [string, string | null, string])[] = [
    ['processing', paid, 'completed'], ['completed', null, 'completed'], ['refunded', paid, 'completed'], ['pending', null, 'open'],
    ['on-hold', null, 'completed'], ['failed', null, 'voided'], ['pending', paid, 'voided'], ['pos-open', null, 'open'],
    ['cancelled', null, 'voided'], ['cancelled', paid, 'voided'], ['trash', null, 'voided'], ['in-preparazione', paid, 'completed'],
    ['in-preparazione', null, 'completed'],
  ];
  for (const [status, date_paid_gmt, expected] of statuses) {
    it(`takes ${status}${date_paid_gmt === null ? '' : ', paid,'} for ${expected}`, () => { assert.equal(only(woo(order({ status, date_paid_gmt }))).data.status, expected); });
  }

  it('keeps channels apart', () => {
    const channels = ['checkout', 'admin', 'pos', null].map((created_via) => only(woo(order({ created_via }))).data.channel);
    assert.deepEqual(channels, ['online', 'phone', 'pos', 'online']);
  });

  it('records a refund where it was first seen, whichever version comes first', () => {
    const refunds = fixture('woocommerce-order')['refunds'];
    const early = woo(order({ refunds }));
    const late = woo(order({ refunds, date_modified_gmt: '2026-11-21T08:00:00' }));
    assert.deepEqual(early.events.map(({ type, subject, data }) => [type, subject, data.amount]), [['sale', 'order/8123', '64.40'], ['refund', 'refund/8150', '16.10']]);
    for (const outcomes of [[early, late], [late, early]]) {
      let fact: Fact | undefined;
      for (const event of outcomes.flatMap(({ events }) => events)) if (event.type === 'refund') fact = mergeEvent(fact, event, 'EUR');
      assert.deepEqual(fact && [fieldOf(fact, 'time'), fieldOf(fact, 'amount')], [Date.UTC(2026, 10, 20, 11, 31, 10), 1610]);
    }
    assert.equal(woo(order({ refunds: [{ id: 1, total: '0.00' }] })).events.length, 1);
    assert.equal(woo(order({ refunds: [{ id: 1, total: '-1.235' }] })).events[1]?.data.amount, '1.24');
  });

  const others: readonly (readonly [string, unknown, string])[] = [
    ['product.updated', {}, 'topic'], ['action.woocommerce_add_to_cart', {}, 'topic'],
    ['order.created', order({ status: 'checkout-draft' }), 'order.draft'], ['', 'webhook_id=7', 'ping'],
  ];
  for (const [topic, body, reason] of others) {
    it(`ignores ${topic === '' ? 'the greeting' : topic} for ${reason}`, () => { assert.deepEqual(woo(body, topic).ignored, [{ index: 0, reason }]); });
  }

  const refused: readonly (readonly [Body, string])[] = [
    [{ id: null }, '/id required'], [{ total: '' }, '/total pattern'], [{ total: null }, '/total required'],
    [{ currency: 'GBP' }, '/currency currency.foreign'], [{ date_created_gmt: '20/11/2026' }, '/date_created_gmt required'],
    [{ date_created_gmt: '2024-11-20T11:30:00' }, '/date_created_gmt time.past'],
  ];
  for (const [change, rule] of refused) {
    it(`refuses ${JSON.stringify(change)}: ${rule}`, () => {
      const outcome = woo(order(change));
      assert.ok(rules(outcome).includes(rule), rules(outcome).join());
    });
  }
});
