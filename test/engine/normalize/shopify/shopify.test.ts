/** Shopify deliveries as facts: one order one sale, refunds once, whatever topics and order they come in. */
import assert from 'node:assert/strict';
import { mergeEvent, type Fact, factKey, fieldOf } from '../../../../engine/fact/fact.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import type { NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { pseudonymOf } from '../../../../engine/privacy/pseudonym.js';
import { contextOf, fixture, KEY, only, rules, send } from '../../../fixtures/normalizing.js';

type Body = Record<string, unknown>;

const order = (change: Body = {}): Body => ({ ...fixture('shopify-order'), ...change });
const shopify = (topic: string, body: unknown): NormalizedBody => send({ provider: 'shopify', topic, body });
const saleIn = (change: Body, topic = 'orders/updated'): ShopEvent => only(shopify(topic, order(change)));

/** The facts of all events, by subject. */
function facts(...outcomes: readonly NormalizedBody[]): Map<string, Fact> {
  const merged = new Map<string, Fact>();
  for (const event of outcomes.flatMap(({ events }) => events)) merged.set(factKey(event), mergeEvent(merged.get(factKey(event)), event, 'EUR'));
  return merged;
}

describe('normalize shopify', () => {
  it('says an order in full', () => {
    const { id, ...event } = only(shopify('orders/create', order()));
    assert.match(id, /^[\w-]{22}$/);
    assert.deepEqual(event, {
      specversion: '1.0', source: 'urn:bottega:shopify:lampade.myshopify.com', type: 'sale', subject: 'order/6110000000417',
      time: '2026-11-20T09:15:30.000Z', sequence: '2026-11-20T09:15:34.001Z', recordedtime: '2026-11-22T12:00:00.000Z',
      data: {
        store: 'bergamo', channel: 'online', status: 'completed', amount: '89.90', currency: 'EUR', quantity: 3, payment: 'card',
        campaign: { source: 'instagram', medium: 'paid_social', name: 'Natale26' }, customer: event.data.customer,
        lines: [{ amount: '59.90', name: 'Lampada', product: 'LAMP-7', quantity: 1 }, { amount: '30.00', name: 'Lampadina', product: 'BULB-2', quantity: 2 }],
      },
    });
    assert.match(String(event.data.customer), /^h1:[\w-]{22}$/);
  });

  const statuses: readonly (readonly [string | null, string | null, string])[] = [
    ['paid', null, 'completed'], ['partially_refunded', null, 'completed'], ['refunded', null, 'completed'],
    ['refunded', '2026-11-20T12:00:00+01:00', 'completed'],
    ['paid', '2026-11-20T12:00:00+01:00', 'completed'], ['voided', null, 'cancelled'], ['voided', '2026-11-20T12:00:00+01:00', 'cancelled'],
    ['pending', '2026-11-20T12:00:00+01:00', 'cancelled'], [null, '2026-11-20T12:00:00+01:00', 'cancelled'],
    ['pending', null, 'open'], ['authorized', null, 'open'], ['partially_paid', null, 'open'], [null, null, 'open'],
  ];
  for (const [financial_status, cancelled_at, expected] of statuses) {
    it(`takes ${String(financial_status)}${cancelled_at === null ? '' : ' and cancelled'} for ${expected}`, () => {
      assert.equal(saleIn({ financial_status, cancelled_at }).data.status, expected);
    });
  }

  it('orders versions of one second by status', () => {
    const sequences = [saleIn({ financial_status: 'pending' }), saleIn({}), saleIn({ financial_status: 'voided' })].map(({ sequence }) => sequence);
    assert.deepEqual(sequences, ['2026-11-20T09:15:34.000Z', '2026-11-20T09:15:34.001Z', '2026-11-20T09:15:34.002Z']);
    const fine = [saleIn({ updated_at: '2026-11-20T09:15:34.250Z', financial_status: 'pending' }), saleIn({ updated_at: '2026-11-20T09:15:34.250Z' })];
    const [open, paid] = fine.map(({ sequence }) => sequence.slice(0, -1));
    assert.ok(String(open) < String(paid), `${String(open)} < ${String(paid)}`);
  });

  it('ends in the same fact whatever comes first', () => {
    const created = shopify('orders/create', order({ financial_status: 'pending' }));
    const paid = shopify('orders/paid', order());
    const [forward, backward] = [facts(created, paid), facts(paid, created)];
    assert.deepEqual([...forward], [...backward]);
    assert.deepEqual([...forward.values()].map((fact) => fieldOf(fact, 'status')), ['completed']);
  });

  it('gives a redelivery and the same body under another topic one id', () => {
    assert.equal(saleIn({}, 'orders/create').id, saleIn({}, 'orders/paid').id);
    assert.notEqual(saleIn({ total_price: '1.00', total_price_set: null }).id, saleIn({}).id);
  });

  const channels: readonly (readonly [Body, Body])[] = [
    [{ source_name: 'pos', location_id: 80901 }, { channel: 'pos', store: 'bergamo' }],
    [{ source_name: 'shopify_draft_order', location_id: 5 }, { channel: 'phone', store: 'bergamo' }],
    [{ source_name: '16818700289', location_id: 'AT-01' }, { channel: 'online', store: 'asti' }],
    [{ source_name: null, location_id: null }, { channel: 'online', store: 'bergamo' }],
  ];
  for (const [change, expected] of channels) {
    it(`records ${JSON.stringify(change)} as ${JSON.stringify(expected)}`, () => {
      const { channel, store } = saleIn(change).data;
      assert.deepEqual({ channel, store }, expected);
    });
  }

  it('says service time for the till only, and only where both ends are known', () => {
    const closed_at = '2026-11-20T10:20:00+01:00';
    assert.deepEqual([saleIn({ closed_at }).data.openedAt, saleIn({ source_name: 'pos' }).data.openedAt], [undefined, undefined]);
    const { openedAt, closedAt } = saleIn({ source_name: 'pos', closed_at }).data;
    assert.deepEqual({ openedAt, closedAt }, { openedAt: '2026-11-20T09:15:32.000Z', closedAt: '2026-11-20T09:20:00.000Z' });
    assert.equal(saleIn({ source_name: 'pos', closed_at: '2026-11-20T09:00:00+01:00' }).data.closedAt, undefined);
  });

  const campaigns: readonly (readonly [string | null, string | null, unknown])[] = [
    ['/?utm_source=newsletter', null, { source: 'newsletter' }],
    ['https://lampade.example/?utm_medium=cpc&utm_campaign=Saldi%202026', null, { medium: 'cpc', name: 'Saldi 2026' }],
    ['/', 'https://l.instagram.com/x', { source: 'instagram', medium: 'social' }], [null, 'https://m.facebook.com/', { source: 'facebook', medium: 'social' }],
    [null, 'https://www.google.com/search', { source: 'google.com', medium: 'referral' }], [null, 'https://lampade.myshopify.com/cart', undefined],
    [null, null, undefined],
    ['/?utm_source=mario%40posta.example&utm_campaign=%2B393475550142', null, undefined], ['http://[bad', 'also bad', undefined],
    [`/?utm_source=${'x'.repeat(300)}`, null, undefined],
    ['/?utm_source=%00%E0%A4%A', null, { source: '\ufffd%a' }],
  ];
  for (const [landing_site, referring_site, expected] of campaigns) {
    it(`reads a campaign from ${String(landing_site).slice(0, 60)} and ${String(referring_site)}`, () => {
      assert.deepEqual(saleIn({ landing_site, referring_site }).data.campaign, expected);
    });
  }

  const payments: readonly (readonly [unknown, string | undefined])[] = [
    [['cash'], 'cash'], [['Cash on Delivery (COD)'], 'cash'], [['gift_card'], 'voucher'], [['Bonifico bancario'], 'transfer'], [['paypal'], 'other'],
    [['shopify_payments', 'gift_card'], 'other'],
    [['shopify_payments', 'shopify_payments'], 'card'], [[], undefined], ['cash', undefined], [[null, 5], undefined],
  ];
  for (const [payment_gateway_names, expected] of payments) {
    it(`takes ${JSON.stringify(payment_gateway_names)} for ${String(expected)}`, () => { assert.equal(saleIn({ payment_gateway_names }).data.payment, expected); });
  }

  it('prefers the shop currency, and falls back to the plain total', () => {
    const presented = { shop_money: { amount: '50.00', currency_code: 'EUR' }, presentment_money: { amount: '54.10', currency_code: 'USD' } };
    assert.equal(saleIn({ total_price: '54.10', currency: 'EUR', total_price_set: presented }).data.amount, '50.00');
    assert.equal(saleIn({ total_price_set: undefined }).data.amount, '89.90');
  });

  it('keeps ids that JSON numbers cannot hold', () => {
    const text = '{"id":820000000000000123,"refunds":[],"created_at":"2026-11-20T09:15:30Z","financial_status":"paid","total_price":"1.00","note":"-99999999999999999","x":0.12345678901234567}';
    assert.equal(only(shopify('orders/create', text)).subject, 'order/820000000000000123');
    const global = text.replace('"refunds"', '"admin_graphql_api_id":"gid://shopify/Order/820000000000000124","refunds"');
    assert.equal(only(shopify('orders/create', global)).subject, 'order/820000000000000124');
  });

  const refusals: readonly (readonly [Body, string])[] = [
    [{ total_price_set: null, total_price: 'molto' }, '/total_price pattern'],
    [{ total_price_set: null, total_price: null }, '/total_price required'],
    [{ total_price_set: null, currency: 'USD' }, '/currency currency.foreign'], [{ id: null, admin_graphql_api_id: null }, '/id required'],
    [{ processed_at: '2026-11-20 10:15' }, '/processed_at minLength'],
    [{ processed_at: null, created_at: '2026-02-30T10:00:00+01:00' }, '/created_at instant'],
    [{ processed_at: '2026-11-23T10:00:00+01:00' }, '/processed_at time.future'], [{ processed_at: '2025-01-01T10:00:00+01:00' }, '/processed_at time.past'],
  ];
  for (const [change, expected] of refusals) {
    it(`refuses ${JSON.stringify(change)}: ${expected}`, () => {
      const outcome = shopify('orders/create', order(change));
      assert.deepEqual([outcome.events.length, outcome.refused], [0, 1]);
      assert.ok(rules(outcome).includes(expected), rules(outcome).join());
    });
  }

  const ignored: readonly (readonly [string, unknown, string])[] = [
    ['orders/create', order({ test: true }), 'test'], ['products/update', {}, 'topic'], ['carts/create', {}, 'topic'],
    ['inventory_levels/update', {}, 'topic'], ['app/uninstalled', {}, 'topic'],
    ['orders/edited', { order_edit: { id: 1, order_id: 2 } }, 'topic'], ['customers/data_request', {}, 'privacy'],
    ['checkouts/delete', { id: 5 }, 'checkout.deleted'], ['refunds/create', { id: 5, transactions: [] }, 'refund.empty'],
    ['refunds/create', { id: 5, transactions: [{ kind: 'refund', status: 'success', amount: '1.00', test: true }] }, 'test'],
  ];
  for (const [topic, body, reason] of ignored) {
    it(`ignores ${topic} for ${reason}`, () => {
      const outcome = shopify(topic, body);
      assert.deepEqual([outcome.events, outcome.refusals, outcome.ignored], [[], [], [{ index: 0, reason }]]);
    });
  }

  it('keeps what does not say what it is about', () => {
    const outcome = shopify('', order());
    assert.deepEqual([outcome.events.length, outcome.refused, outcome.ignored.length, rules(outcome)], [0, 1, 0, [' topic.missing']]);
  });

  it('turns a request to forget a customer into orders: their pseudonym, and each order that is named', () => {
    const headers = { 'triggered-at': '2026-11-22T11:40:00.123456789Z' };
    const outcome = send({ provider: 'shopify', topic: 'customers/redact', body: fixture('shopify-redact'), headers });
    const said = outcome.events.map(({ type, source, subject, time, data: { customer, store } }) => ({ type, source, subject, time, customer, store }));
    const common = { type: 'erasure', source: 'urn:bottega:shopify:lampade.myshopify.com', time: '2026-11-22T11:40:00.123Z', store: 'bergamo' };
    assert.deepEqual(said, [
      { ...common, subject: undefined, customer: pseudonymOf('ginevra.colombo@posta.example', KEY) }, { ...common, subject: 'order/6110000000417', customer: undefined },
    ]);
    assert.deepEqual([outcome.erasures, outcome.ignored, outcome.refused], [[0], [], 0]);
    // Shopify's repetition of the request is the same, a later request another.
    assert.deepEqual(send({ provider: 'shopify', topic: 'customers/redact', body: fixture('shopify-redact'), headers }).events, outcome.events);
    assert.notEqual(shopify('customers/redact', fixture('shopify-redact')).events[0]?.id, outcome.events[0]?.id);
  });

  it('forgets nobody but the orders that are named where a customer has no address, and everybody of a shop that is gone', () => {
    const subjects = ({ events }: NormalizedBody): unknown[] => events.map(({ subject, data: { customer } }) => [subject, customer]);
    assert.deepEqual(subjects(shopify('customers/redact', { shop_domain: 'lampade.myshopify.com', customer: { id: 5 }, orders_to_redact: [1, 2] })), [['order/1', undefined], ['order/2', undefined]]);
    assert.deepEqual(subjects(shopify('shop/redact', { shop_id: 5, shop_domain: 'lampade.myshopify.com' })), [[undefined, undefined]]);
    assert.deepEqual(rules(shopify('shop/redact', [])), [' type']);
  });

  it('understands topic and action in two headers, and the message topic alone', () => {
    const inTwo = send({ provider: 'shopify', body: order(), headers: { 'shopify-topic': 'orders', 'shopify-action': 'create', 'shopify-shop-domain': 'x.myshopify.com' } });
    assert.equal(only(inTwo).type, 'sale');
    assert.equal(only(send({ provider: 'shopify', body: order(), headers: { 'x-shopify-topic': 'Orders/Create' } })).type, 'sale');
  });

  it('knows a checkout, finished or not', () => {
    const checkout = fixture('shopify-checkout');
    const { type, subject, data } = only(shopify('checkouts/create', checkout));
    const { status, amount, campaign } = data;
    assert.deepEqual({ type, subject, status, amount, campaign }, { type: 'checkout', subject: 'checkout/35500000000019', status: 'open', amount: '89.90', campaign: { source: 'pinterest', medium: 'social' } });
    assert.equal(only(shopify('checkouts/update', { ...checkout, completed_at: '2026-11-20T10:15:00+01:00' })).data.status, 'completed');
    assert.equal(only(shopify('checkouts/delete', checkout)).data.status, 'cancelled');
  });

  describe('refunds', () => {
    const refund = fixture('shopify-refund');
    const alone = (): NormalizedBody => shopify('refunds/create', refund);

    it('are the sum of what was given back, to the cent', () => {
      const { type, subject, time, data } = only(alone());
      assert.deepEqual({ type, subject, time, data }, {
        type: 'refund', subject: 'refund/921000000088', time: '2026-11-21T15:00:05.000Z', data: {
          store: 'bergamo', channel: 'online', status: 'completed', amount: '15.10', currency: 'EUR', refersTo: 'order/6110000000417',
          payments: [{ by: 'card', amount: '15.00' }, { by: 'voucher', amount: '0.10' }], lines: [{ amount: '15.00', quantity: 1 }], x_quality: 'lines.sum',
        },
      });
    });

    it('go back by the means that their transactions name', () => {
      const { transactions } = refund as unknown as { transactions: readonly object[] };
      assert.equal(only(shopify('refunds/create', { ...refund, transactions: transactions.slice(0, 1) })).data.payment, 'card');
    });

    it('are the same event inside their order', () => {
      const [sale, inside] = shopify('orders/updated', order({ financial_status: 'partially_refunded', refunds: [refund] })).events;
      assert.deepEqual([sale?.data.status, sale?.data.amount, inside?.id], ['completed', '89.90', only(alone()).id]);
      assert.deepEqual(inside, only(alone()));
    });

    it('belong to the store and channel of their order, whichever arrives first', () => {
      const inOrder = shopify('orders/updated', order({ source_name: 'pos', location_id: 'AT-01', refunds: [refund] }));
      const [forward, backward] = [facts(alone(), inOrder), facts(inOrder, alone())];
      assert.deepEqual([...forward].sort(), [...backward].sort());
      const fact = [...forward.values()].find(({ type }) => type === 'refund');
      assert.deepEqual(fact && ['channel', 'store', 'amount'].map((field) => fieldOf(fact, field)), ['pos', 'asti', 1510]);
    });

    it('grow when another transaction settles, in the same second too', () => {
      const transactions = refund['transactions'] as Body[];
      const partly = shopify('refunds/create', { ...refund, transactions: transactions.slice(0, 1) });
      for (const outcomes of [[partly, alone()], [alone(), partly]]) {
        assert.deepEqual([...facts(...outcomes).values()].map((fact) => fieldOf(fact, 'amount')), [1510]);
      }
    });

    it('without money change nothing inside an order, and bad ones are refused with their place', () => {
      const empty = shopify('orders/updated', order({ refunds: [{ ...refund, transactions: [] }] }));
      assert.deepEqual([empty.events.length, empty.ignored.length, empty.refused], [1, 0, 0]);
      const transaction = { kind: 'refund', status: 'success' };
      const bad = (transactions: Body[]): string[] => rules(shopify('orders/updated', order({ refunds: [{ ...refund, transactions }] })));
      assert.deepEqual(bad([{ ...transaction, amount: '1e3' }]), ['/refunds/0/transactions number.form']);
      assert.deepEqual(bad([{ ...transaction, amount: '1', currency: 'EUR' }, { ...transaction, amount: '1', currency: 'USD' }]), ['/refunds/0/transactions currency.mixed']);
      assert.deepEqual(bad([{ ...transaction, amount: '1', currency: 'USD' }]), ['/refunds/0/transactions currency.foreign']);
      assert.deepEqual(rules(shopify('refunds/create', { transactions: [] })), ['/id required']);
    });
  });

  it('does not read what it must not trust', () => {
    const polluted = '{"__proto__":{"id":1,"total_price":"5.00"},"constructor":{"prototype":{"x":1}},"financial_status":"paid"}';
    assert.deepEqual(rules(shopify('orders/create', polluted)), ['/id required']);
    assert.equal(({} as { total_price?: unknown }).total_price, undefined);
    assert.deepEqual(rules(shopify('orders/create', '[]')), [' type']);
    assert.deepEqual(rules(send({ provider: 'shopify', topic: 'orders/create', body: '{"a":', context: contextOf() })), [' json']);
  });
});
