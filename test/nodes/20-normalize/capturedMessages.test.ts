/**
 * What can somebody do who has captured a genuine message and sends it again with other headers? The body is signed, topic and shop are not.
 */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { DeadLetter } from '../../../engine/deadletter/deadLetter.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import storeNode from '../../../nodes/00-store/store.js';
import shopNode from '../../../nodes/06-shop/shop.js';
import normalizeNode from '../../../nodes/20-normalize/normalize.js';
import type { InputMessage } from '../../../nodes/shared/node.js';
import { refusedShops, refusedShopWarnings } from '../../../nodes/shared/refusedShops.js';
import { eachInEnvironment } from '../../support/environment.js';
import { eventually } from '../../support/waiting.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

interface TestNode {
  on(event: 'input', listener: (message: InputMessage) => void): void;
  receive(message: object): void;
}

type Step = readonly [provider: string, headers: Readonly<Record<string, string>>, body: unknown, outcome: string];

const at = new Date().toISOString();
const order = (id = 31): object => ({ id, currency: 'EUR', financial_status: 'paid', total_price: '80.00', created_at: at, updated_at: at, refunds: [] });
const woo = (id = 61): object => ({ id, status: 'processing', currency: 'EUR', total: '70.00', date_created_gmt: at.slice(0, 19), date_modified_gmt: at.slice(0, 19), refunds: [] });
const shopify = (topic: string, domain = 'mia.myshopify.com'): Record<string, string> => ({ topic, 'shop-domain': domain });
const site = (topic: string, source = 'https://mia.example/'): Record<string, string> => ({ topic, source });
const notice = (portalId: number): object => ({ portalId, occurredAt: Date.parse(at), objectId: 1, subscriptionType: 'contact.creation' });
const redact = { shop_id: 1, shop_domain: 'mia.myshopify.com' };

const STORIES: readonly (readonly [name: string, shops: string, steps: readonly Step[]])[] = [
  ['an order under a topic that erases or deletes', '', [
    ['shopify', shopify('orders/paid'), order(), 'sale'], ['shopify', shopify('shop/redact'), order(), 'topic.body'], ['shopify', shopify('customers/redact'), order(), 'topic.body'],
    ['shopify', shopify('orders/delete'), order(), 'topic.body'], ['shopify', shopify('checkouts/delete'), order(), 'topic.body'], ['shopify', shopify('refunds/create'), order(), 'topic.body'],
    ['shopify', shopify('orders/updated'), order(), 'sale'],
  ]],
  ['one privacy request under the topic of another, or for another shop', 'mia.myshopify.com altra.myshopify.com', [
    ['shopify', shopify('shop/redact'), { ...redact, customer: { id: 1 }, orders_to_redact: [] }, 'topic.body'],
    ['shopify', shopify('customers/redact'), { ...redact, customer: { id: 1 }, orders_requested: [31], data_request: { id: 9 } }, 'topic.body'],
    ['shopify', shopify('customers/redact'), redact, 'topic.body'], ['shopify', shopify('shop/redact'), { shop_id: 1 }, 'topic.body'],
    ['shopify', shopify('shop/redact', 'altra.myshopify.com'), redact, 'topic.body'], ['shopify', { topic: 'shop/redact' }, redact, 'erasure'],
  ]],
  ['an order for another shop', '', [
    ['shopify', shopify('orders/paid'), order(), 'sale'], ['shopify', shopify('orders/paid', 'altra.myshopify.com'), order(), 'shop.unknown'], ['shopify', { topic: 'orders/paid' }, order(), 'shop.unknown'],
    ['shopify', shopify('shop/redact', 'altra.myshopify.com'), { ...redact, shop_domain: 'altra.myshopify.com' }, 'shop.unknown'], ['shopify', shopify('orders/paid'), order(32), 'sale'],
  ]],
  ['an order for another shop that is known too', 'mia.myshopify.com\nhttps://altra.myshopify.com/', [
    ['shopify', shopify('orders/paid'), order(), 'sale'], ['shopify', shopify('orders/paid', 'altra.myshopify.com'), order(), 'topic.replayed'],
    ['shopify', shopify('orders/paid', 'altra.myshopify.com'), order(33), 'sale'], ['shopify', shopify('orders/updated'), order(), 'sale'],
  ]],
  ['an order of WooCommerce under another topic, or for another site', '', [
    ['woocommerce', site('order.created'), woo(), 'sale'], ['woocommerce', site('order.deleted'), woo(), 'topic.body'], ['woocommerce', site('order.restored'), woo(), 'topic.replayed'],
    ['woocommerce', site('order.updated'), woo(), 'sale'], ['woocommerce', site('order.updated', 'https://altra.example'), woo(), 'shop.unknown'], ['woocommerce', site('order.deleted'), { id: 61 }, 'sale'],
    ['woocommerce', site('order.restored'), { id: 61 }, 'required'],
  ]],
  ['HubSpot notices of a portal that is not ours', '', [
    ['hubspot', {}, [notice(7)], 'lead'], ['hubspot', {}, [notice(666)], 'shop.unknown'], ['hubspot', {}, [notice(7)], 'lead'],
  ]],
];

describe('captured messages', () => {
  const home = eachInNodeRed();
  let received: string[] = [];
  const node = (id: string): TestNode => helper.getNode(id) as TestNode;
  eachInEnvironment({ BOTTEGA_PRIVACY_KEY: 'a test key of a test shop, long enough' });
  async function load(shops: string): Promise<void> {
    await helper.load([storeNode, shopNode, normalizeNode] as never, [
      { id: 'store', type: 'bottega-store', kind: 'embedded', directory: home.directory, version: 1 },
      { id: 'shop', type: 'bottega-shop', tenant: 'prova', zone: 'Europe/Rome', currency: 'EUR', version: 1 },
      { id: 'normalize', type: 'bottega-normalize', version: 2, shop: 'shop', shops, wires: [['main'], ['side']] }, { id: 'main', type: 'helper' }, { id: 'side', type: 'helper' },
    ] as never);
    node('main').on('input', ({ payload }) => { received.push((payload as ShopEvent[])[0]?.type ?? ''); });
    node('side').on('input', ({ payload }) => { if (received.length === 0) received.push((payload as DeadLetter[])[0]?.reason ?? ''); });
  }

  /** The type of the first event, or the reason why there is none. */
  async function outcomeOf(provider: string, headers: object, body: unknown): Promise<string> {
    received = [];
    node('normalize').receive({ payload: Buffer.from(JSON.stringify(body)), intake: { provider, headers, receivedAt: Date.now(), trust: 'signed' } });
    return eventually(() => received[0]);
  }

  for (const [name, shops, steps] of STORIES) {
    it(name, async () => {
      await load(shops);
      for (const [provider, headers, body, expected] of steps) assert.equal(await outcomeOf(provider, headers, body), expected, JSON.stringify([headers, body]));
    });
  }

  it('a restart changes nothing about who may speak', async () => {
    await load('');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid'), order()), 'sale');
    await helper.unload();
    await load('');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid', 'altra.myshopify.com'), order()), 'shop.unknown');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid'), order()), 'sale');
  });

  it('a restart changes nothing about what a body was', async () => {
    const both = 'mia.myshopify.com altra.myshopify.com';
    await load(both);
    assert.equal(await outcomeOf('shopify', shopify('orders/paid'), order()), 'sale');
    await helper.unload();
    await load(both);
    assert.equal(await outcomeOf('shopify', shopify('orders/paid', 'altra.myshopify.com'), order()), 'topic.replayed');
  });

  it('a shop that is listed later gets in what was refused before', async () => {
    await load('');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid'), order()), 'sale');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid', 'terza.myshopify.com'), order(34)), 'shop.unknown');
    await helper.unload();
    await load('mia.myshopify.com terza.myshopify.com');
    assert.equal(await outcomeOf('shopify', shopify('orders/paid', 'terza.myshopify.com'), order(34)), 'sale');
  });

  it('shows on the list of sources, and on /health, which shops were refused', () => {
    assert.match(refusedShopWarnings().map(({ cause, message }) => `${cause}: ${message}`).join(), /^shop\.unknown: .*urn:bottega:/);
    const names = refusedShops().map(({ source }) => source);
    for (const source of ['urn:bottega:shopify:altra.myshopify.com', 'urn:bottega:woocommerce:altra.example', 'urn:bottega:hubspot:666']) assert.ok(names.includes(source), source);
  });
});
