/** What pages of the shop report of their visitors: visits and checkouts, once each, without money and without names. */
import assert from 'node:assert/strict';
import { lettersOf } from '../../../../engine/deadletter/deadLetter.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { mergeEvent } from '../../../../engine/fact/fact.js';
import { compile } from '../../../../engine/kpi/contribution.js';
import { normalize, type NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { MEASURES } from '../../../../engine/kpi/builtinKpis.js';
import { formatInstant, HOUR, MINUTE } from '../../../../engine/base/time.js';
import { contextOf, NOW, only } from '../../../fixtures/normalizing.js';

const SITE = 'https://www.lampade.example';
const normalized = (body: unknown, receivedAt = NOW): NormalizedBody =>
  normalize(Buffer.from(JSON.stringify(body)), { provider: 'pixel', headers: {}, receivedAt }, { ...contextOf(), now: receivedAt });
const page = (change: object = {}): Record<string, unknown> => ({ event: 'visit', id: 'm-1', client: 'c-1', url: `${SITE}/luce`, referrer: '', ...change });
const web = (name: string, change: object = {}): Record<string, unknown> => ({
  id: `sh-${name}`, clientId: '3f0c-77', name, type: 'standard', seq: 3, timestamp: formatInstant(NOW - 1_000),
  context: { document: { location: { href: `${SITE}/?utm_source=Facebook&utm_medium=paid_social&utm_campaign=estate` }, referrer: 'https://m.facebook.com/' }, navigator: { userAgent: 'Mozilla/5.0' } },
  data: { checkout: { token: 'b1c2d3', email: 'ginevra@posta.example', phone: '347 555', order: { id: '77', customer: { id: '9' } }, totalPrice: { amount: 990, currencyCode: 'EUR' } } }, ...change,
});
const campaign = { source: 'facebook', medium: 'paid_social', name: 'estate' };

describe('pixel: visits', () => {
  it('are one person online, with where he came from', () => {
    const { id, recordedtime: _recorded, ...rest } = only(normalized(web('page_viewed')));
    assert.match(id, /^h1:[\w-]{22}$/);
    assert.deepEqual(rest, {
      specversion: '1.0', source: 'urn:bottega:pixel:web', type: 'visit', time: formatInstant(NOW - 1_000), sequence: formatInstant(NOW - 1_000),
      data: { store: 'bergamo', channel: 'online', quantity: 1, campaign, x_trust: 'untrusted' },
    });
  });

  const same: readonly (readonly [name: string, first: object, second: object, expected: 'once' | 'twice', laterMs?: number])[] = [
    ['the same message', page(), page(), 'once', HOUR], ['another page on the same day', page(), page({ id: 'm-2', url: `${SITE}/vasi` }), 'once'],
    ['another visitor', page(), page({ id: 'm-2', client: 'c-2' }), 'twice'], ['the next day', page(), page({ id: 'm-2' }), 'twice', 13 * HOUR],
    ['by another campaign', page(), page({ id: 'm-2', utm_source: 'google' }), 'twice'],
    ['without a visitor, another message', page({ client: null }), page({ client: null, id: 'm-2' }), 'twice'],
    ['without a visitor, the same message', page({ client: null }), page({ client: null }), 'once', HOUR],
    ['without any id, later', page({ client: null, id: null }), page({ client: null, id: null }), 'twice', 1], ['a product of the same visitor', web('page_viewed'), web('product_viewed'), 'once'],
    ['without any id, at the same time of its own', page({ client: null, id: null, time: NOW }), page({ client: null, id: null, time: NOW }), 'once', 5],
  ];
  for (const [name, first, second, expected, laterMs = 0] of same) {
    it(`${name}: ${expected}`, () => {
      const ids = new Set([only(normalized(first)).id, only(normalized(second, NOW + laterMs)).id]);
      assert.equal(ids.size, expected === 'once' ? 1 : 2);
    });
  }

  const ways: readonly (readonly [change: object, expected: object | 'inside' | undefined])[] = [
    [{}, undefined], [{ referrer: `${SITE}/vasi` }, 'inside'], [{ referrer: 'https://lampade.example/' }, 'inside'], [{ referrer: 'https://l.instagram.com/' }, { source: 'instagram', medium: 'social' }],
    [{ referrer: `${SITE}/`, utm_source: 'Newsletter' }, { source: 'newsletter' }], [{ campaign: { source: 'tiktok', name: 'Estate' } }, { source: 'tiktok', name: 'Estate' }],
    [{ campaign: 'estate' }, { name: 'estate' }], [{ url: 'luce', referrer: 'luce' }, undefined], [{ utm_source: 'ginevra@posta.example' }, undefined], [{ utm_source: '\ud800' }, 'unwritable' as never],
  ];
  for (const [change, expected] of ways) {
    it(`by ${JSON.stringify(change)}: ${JSON.stringify(expected)}`, () => {
      const outcome = normalized(page(change));
      if (expected === 'inside') assert.deepEqual(outcome.ignored, [{ index: 0, reason: 'page.inside' }]);
      else if (expected === ('unwritable' as never)) assert.deepEqual([outcome.events, outcome.refused, outcome.ignored], [[], 0, [{ index: 0, reason: 'page.form' }]]);
      else assert.deepEqual(only(outcome).data.campaign, expected);
    });
  }

  const clocks: readonly (readonly [said: unknown, expectedAt: number])[] = [
    [NOW - MINUTE, NOW - MINUTE], [String(NOW - MINUTE), NOW - MINUTE], [formatInstant(NOW + MINUTE), NOW + MINUTE], [NOW - 3 * MINUTE, NOW], [NOW + 3 * MINUTE, NOW], ['2026-03-02T10:00:00Z', NOW],
    ['ieri', NOW], [1e300, NOW], [undefined, NOW],
  ];
  for (const [said, at] of clocks) {
    it(`that say ${String(said)} were at ${formatInstant(at)}`, () => { assert.equal(only(normalized(page({ time: said }))).time, formatInstant(at)); });
  }

  it('belong to a store that is known', () => {
    assert.deepEqual(['AT-01', 'asti', 'roma', 7].map((store) => only(normalized(page({ store }))).data.store), ['asti', 'asti', 'bergamo', 'bergamo']);
  });
});

describe('pixel: checkouts', () => {
  const steps = ['checkout_started', 'payment_info_submitted', 'checkout_completed'].map((name) => only(normalized(web(name))));
  const merged = (events: readonly ShopEvent[]): unknown => events.reduce<ReturnType<typeof mergeEvent> | undefined>((fact, event) => mergeEvent(fact, event, 'EUR'), undefined);

  it('are one fact in whatever order its steps come', () => {
    assert.equal(new Set(steps.map(({ subject }) => subject)).size, 1);
    const orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]].map((order) => merged(order.flatMap((place) => steps[place] ?? [])));
    for (const fact of orders) assert.deepEqual(fact, orders[0]);
    assert.deepEqual(steps.map(({ data }) => [data.status, data['x_step'], data.openedAt !== undefined, data.closedAt !== undefined]), [
      ['open', 'started', true, false], ['open', 'continued', false, false], ['completed', 'completed', false, true],
    ]);
  });

  it('come in our own form too', () => {
    const [started, completed] = ['checkout', 'purchase'].map((event) => only(normalized({ event, checkout: 'cart-7' })));
    assert.deepEqual([started?.data.status, completed?.data.status, started?.subject === completed?.subject], ['open', 'completed', true]);
  });
});

describe('pixel: nobody is believed', () => {
  const names = ['page_viewed', 'product_viewed', 'checkout_started', 'checkout_completed', 'payment_info_submitted', 'cart_viewed'];
  const money = { amount: '990.00', totalPrice: 990, currency: 'EUR', type: 'sale', status: 'completed', quantity: 1e6, data: { amount: '990', checkout: { token: 'x', totalPrice: { amount: 990 } } } };

  it('about money', () => {
    const add = compile(MEASURES);
    const events = names.flatMap((name) => normalized([web(name), { ...page({ event: name }), ...money }]).events);
    assert.equal(events.length, 2 * names.length);
    for (const event of events) {
      assert.ok(event.type === 'visit' || event.type === 'checkout');
      assert.deepEqual([event.data.amount, event.data.currency, event.data['x_trust']], [undefined, undefined, 'untrusted']);
      const sums: Record<string, number> = {};
      add(mergeEvent(undefined, event, 'EUR'), 1, () => sums, '');
      assert.equal(sums[`=${event.type}`], 1);
      for (const measure of ['sales', 'refunded', 'card_paid', 'cash_paid', 'paid', 'wasted']) assert.equal(sums[measure], undefined);
    }
  });

  it('and nobody is named', () => {
    const outcome = normalized([...names.map((name) => web(name)), page({ email: 'ginevra@posta.example', client: 'c-77', id: 'ginevra-1' })]);
    const seen = JSON.stringify(outcome.events).toLowerCase();
    for (const text of ['ginevra', 'posta.example', '347', 'b1c2d3', '3f0c-77', 'c-77', 'mozilla', 'luce']) assert.ok(!seen.includes(text), text);
  });

  const unusable: readonly (readonly [body: unknown, reason: string])[] = [
    [{}, 'page.event'], [{ event: 'salame' }, 'page.event'], [{ name: 'toString' }, 'page.event'], [7, 'page.form'], [null, 'page.form'], ['visit', 'page.form'], [{ event: { $gt: '' } }, 'page.event'],
  ];
  for (const [body, reason] of unusable) {
    it(`${JSON.stringify(body)} is counted and not kept`, () => {
      const outcome = normalized(body);
      const letters = lettersOf(outcome, Buffer.from('x'), { provider: 'pixel', topic: '', receivedAt: NOW, name: () => 'n', seal: () => 'sealed' });
      assert.deepEqual([outcome.events, outcome.refused, letters.map((letter) => [letter.kind, letter.reason, letter.sealed])], [[], 0, [['ignored', reason, undefined]]]);
    });
  }

  it('with more than a few pages at once', () => {
    const outcome = normalized(Array.from({ length: 60 }, (_, n) => page({ client: `c-${String(n)}` })));
    assert.deepEqual([outcome.events.length, outcome.ignored], [50, [{ index: 50, reason: 'page.form' }]]);
  });
});
