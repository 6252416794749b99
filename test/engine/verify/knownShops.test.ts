/**
 * Which shop may speak where the platform signs the body and not the shop's name? The first, those that stood here before, or those that were listed.
 */
import assert from 'node:assert/strict';
import { factSources } from '../../../engine/fact/factSources.js';
import { KnownShops, parseShops, pin, type PinnedShops, readPins } from '../../../engine/verify/knownShops.js';
import { SAMPLE_SHOP } from '../../../engine/verify/samples/payloads.js';
import { SeenBodies } from '../../../engine/verify/seenBodies.js';
import { SHOP_DOMAIN } from '../../../launcher/simulator/shop.js';
import { memoryStore } from '../../support/shopStore.js';

const [MINE, OTHER, WOO, TILL] = ['urn:bottega:shopify:mia.myshopify.com', 'urn:bottega:shopify:altra.myshopify.com', 'urn:bottega:woocommerce:mia.example', 'urn:bottega:pos:cassa'];
const [SAMPLE, DEMO] = [`urn:bottega:shopify:${SAMPLE_SHOP}`, `urn:bottega:shopify:${SHOP_DOMAIN}`];
const none: PinnedShops = new Map();

describe('known shops', () => {
  const cases: readonly (readonly [name: string, listed: readonly string[], pinned: PinnedShops, asked: readonly (readonly [string, boolean])[]])[] = [
    ['the first of each platform', [], none, [[MINE, true], [OTHER, false], [MINE, true], [WOO, true], ['urn:bottega:woocommerce:x.example', false]]],
    ['those that are pinned', [], new Map([['shopify', [MINE, OTHER]]]), [[MINE, true], [OTHER, true], ['urn:bottega:shopify:unknown', false], [WOO, true]]],
    ['those that are listed, whatever was pinned', ['altra.myshopify.com', '4711'], new Map([['shopify', [MINE]]]), [[MINE, false], [OTHER, true], ['urn:bottega:hubspot:4711', true], ['urn:bottega:hubspot:47', false]]],
    ['what is tried before the real shop speaks, and not after it', [], none, [[SAMPLE, true], [DEMO, true], [MINE, true], [SAMPLE, false], [DEMO, false]]],
    ['every till and program, which have keys of their own', ['mia.myshopify.com'], none, [[TILL, true], ['https://cassa.example', true]]],
  ];
  for (const [name, listed, pinned, asked] of cases) {
    it(name, () => {
      const known = new KnownShops(listed, pinned);
      for (const [source, admitted] of asked) assert.equal(known.admits(source), admitted, source);
    });
  }

  it('are listed as people write them', () => {
    assert.deepEqual(parseShops(' Mia.myshopify.com\nhttps://www.mia.it/negozio, 4711 '), ['mia.myshopify.com', 'www.mia.it', '4711']);
    for (const text of ['mia shop!', 'è.it', 'a'.repeat(201)]) assert.equal(parseShops(text), undefined, text);
  });

  it('of an installation that has facts are all that stand in them; of two processes the quicker one\'s', async () => {
    const store = await memoryStore();
    const fact = (type: string, source: string, subject: string): { key: string; value: string } => ({ key: `f/${type}/${encodeURIComponent(source)}/${subject}`, value: '{}' });
    await store.commit([fact('sale', MINE, 'order/1'), fact('sale', MINE, 'order/2'), fact('refund', OTHER, 'refund/1'), fact('sale', TILL, 'receipt/1'), fact('sale', DEMO, 'order/1')], 'stored');
    assert.deepEqual((await factSources(store)).sort(), [TILL, OTHER, MINE, DEMO].sort());
    const pinned = await readPins(store, () => factSources(store));
    assert.deepEqual([[...pinned.get('shopify') ?? []].sort(), pinned.get('woocommerce'), pinned.get('hubspot')], [[OTHER, MINE].sort(), [], []]);
    // What comes into the facts later is not pinned by that.
    await store.commit([fact('sale', 'urn:bottega:shopify:terza.myshopify.com', 'order/3')], 'stored');
    assert.deepEqual((await readPins(store, () => factSources(store))).get('shopify'), pinned.get('shopify'));
    assert.deepEqual([await pin(store, 'woocommerce', [WOO]), await pin(store, 'woocommerce', ['urn:bottega:woocommerce:x.example'])], [[WOO], [WOO]]);
  });
});

describe('seen bodies', () => {
  it('are known after a restart; a store that is away gets them later', async () => {
    const [store, before, after] = [await memoryStore(), new SeenBodies(), new SeenBodies()];
    before.judge('{"id":1}', 'orders mia');
    await assert.rejects(before.save({ commit: () => Promise.reject(new Error('away')) }, 0));
    before.judge('{"id":2}', 'orders mia');
    assert.equal(before.unsaved, 2);
    await before.save(store, Date.now());
    assert.equal(before.unsaved, 0);
    await after.load(store);
    assert.deepEqual(['{"id":1}', '{"id":2}', '{"id":3}'].map((body) => after.judge(body, 'order.restored mia')), ['other', 'other', 'first']);
  });

  it('have the meaning they came with first, as long as they are remembered', () => {
    const bodies = new SeenBodies(2);
    const steps: readonly (readonly [string, string, string])[] = [
      ['{"id":1}', 'orders mia', 'first'], ['{"id":1}', 'orders mia', 'again'], ['{"id":1}', 'order.deleted mia', 'other'], ['{"id":1}', 'orders altra', 'other'], ['{"id":1}', 'orders mia', 'again'],
      ['{"id":2}', 'orders mia', 'first'], ['{"id":3}', 'orders mia', 'first'], ['{"id":1}', 'orders altra', 'first'],
    ];
    for (const [body, meaning, expected] of steps) assert.equal(bodies.judge(body, meaning), expected, `${body} ${meaning}`);
  });
});
