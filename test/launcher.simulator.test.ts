import assert from 'node:assert/strict';
import { verifyHubSpot } from '../engine/intake/hubspot.js';
import { verifyJwt } from '../engine/intake/jwt.js';
import { verifyShopify } from '../engine/intake/shopify.js';
import { verifyStandardWebhook } from '../engine/intake/standard-webhooks.js';
import { verifyToken } from '../engine/intake/token.js';
import type { Signed } from '../engine/intake/verdict.js';
import { normalize } from '../engine/normalize/normalize.js';
import { formatInstant, HOUR, LocalClock } from '../engine/time.js';
import { chanceOf } from '../launcher/simulator/chance.js';
import { dayOf, type Happening } from '../launcher/simulator/day.js';
import { type Delivery, SHOP_DOMAIN, SimulatedShop } from '../launcher/simulator/shop.js';
import { hubspotRequest, shopifyRequest, type SignedRequest, standardRequest, tillRequest, tokenRequest } from '../launcher/simulator/sign.js';
import { contextOf } from './fixtures/normalizing.js';

const clock = new LocalClock('Europe/Rome');
const MIDNIGHT = Date.parse('2026-11-21T23:00:00Z');
const DAY_END = MIDNIGHT + 24 * HOUR;
const AFTER = DAY_END + HOUR;

function wholeDay(seed: number): { happening: Happening; delivery: Delivery }[] {
  const chance = chanceOf(seed);
  const shop = new SimulatedShop(clock, chance, 20_779_000_000);
  return dayOf(MIDNIGHT, DAY_END, clock, chance).flatMap((happening) => shop.deliveriesOf(happening).map((delivery) => ({ happening, delivery })));
}

describe('simulator: a day', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(wholeDay(7), wholeDay(7));
    assert.notDeepEqual(wholeDay(7), wholeDay(8));
  });

  it('has its peaks before lunch and after work, and a closed till at night', () => {
    const receipts = dayOf(MIDNIGHT, DAY_END, clock, chanceOf(1)).filter(({ kind }) => kind === 'receipt');
    const within = (from: number, to: number): number => receipts.filter(({ at }) => at >= MIDNIGHT + from * HOUR && at < MIDNIGHT + to * HOUR).length;
    assert.ok(within(11, 13) > 1.5 * within(13, 15));
    assert.ok(within(17, 19) > 1.5 * within(14, 16));
    assert.equal(within(0, 7), 0);
  });

  it('sends every kind of news, in events that the product understands to the last one', () => {
    const deliveries = wholeDay(3);
    assert.deepEqual([...new Set(deliveries.map(({ happening }) => happening.kind))].sort(), ['browse', 'contact', 'footfall', 'order', 'receipt', 'refund', 'ticket', 'waste']);
    const context = { ...contextOf(), now: AFTER };
    const types = new Set<string>();
    for (const { delivery } of deliveries) {
      const headers = delivery.to === 'shopify' ? { topic: delivery.topic, 'shop-domain': SHOP_DOMAIN } : {};
      const { events, refusals } = normalize(Buffer.from(JSON.stringify(delivery.body)), { provider: delivery.to, headers, receivedAt: AFTER }, context);
      assert.deepEqual(refusals, []);
      assert.ok(events.length > 0);
      for (const { type } of events) types.add(type);
    }
    assert.deepEqual([...types].sort(), ['lead', 'refund', 'sale', 'ticket', 'visit', 'waste']);
  });

  it('sends some of it twice, byte for byte, and some of it late', () => {
    const deliveries = wholeDay(3);
    const bodies = deliveries.map(({ delivery }) => JSON.stringify(delivery.body));
    assert.ok(new Set(bodies).size < bodies.length);
    assert.ok(deliveries.some(({ delivery }) => delivery.after >= 45_000));
  });
});

describe('simulator: signatures', () => {
  const now = Date.parse('2026-11-22T09:15:30Z');
  const body = '{"città":"Forlì"}';
  const url = 'https://shop.example.it/in/hubspot';
  const asReceived = ({ headers, body: sent }: SignedRequest, at = ''): Signed => ({ method: 'POST', url: at, headers, body: Buffer.from(sent) });

  it('are the ones the product asks for', async () => {
    const shopify = shopifyRequest({ secret: 's', topic: 'orders/paid', shop: SHOP_DOMAIN, webhookId: '1', triggeredAt: formatInstant(now), body });
    const till = tillRequest({ secret: 's', issuer: 'i', audience: 'https://shop.example.it', id: '1', issuedAt: now }, body);
    const secret = `whsec_${Buffer.from('geheim').toString('base64')}`;
    const outcomes = [
      verifyShopify(asReceived(shopify), ['s']),
      verifyHubSpot(asReceived(hubspotRequest('s', url, now, body), url), ['s'], now),
      await verifyJwt(asReceived(till), { secrets: ['s'], issuer: 'i', audiences: ['https://shop.example.it'] }, now),
      verifyStandardWebhook(asReceived(standardRequest(secret, '1', now, body)), [secret], now),
      verifyToken(asReceived(tokenRequest('s', body)), ['s']),
    ].map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['valid', 'valid', 'valid', 'valid', 'valid']);
  });

  it('are worth nothing under another secret', async () => {
    const shopify = shopifyRequest({ secret: 's', topic: 'orders/paid', shop: SHOP_DOMAIN, webhookId: '1', triggeredAt: formatInstant(now), body });
    const till = tillRequest({ secret: 's', issuer: 'i', audience: 'a', id: '1', issuedAt: now }, body);
    assert.equal(verifyShopify(asReceived(shopify), ['t']).outcome, 'refused');
    assert.equal((await verifyJwt(asReceived(till), { secrets: ['t'], audiences: ['a'] }, now)).outcome, 'refused');
  });
});
