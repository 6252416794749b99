import assert from 'node:assert/strict';
import { verifyHubSpot } from '../engine/verify/hubspot.js';
import { verifyJwt, verifyToken } from '../engine/verify/jwt.js';
import { verifyShopify, verifyStandardWebhook } from '../engine/verify/hmac.js';
import type { Signed } from '../engine/verify/verdict.js';
import { normalize } from '../engine/normalize/normalize.js';
import { formatInstant, HOUR, LocalClock } from '../engine/base/time.js';
import { ConfigError } from '../engine/base/errors.js';
import { type Demo, readDemo } from '../launcher/simulator/demo.js';
import { type Template, TEMPLATES } from '../launcher/settings/settings.js';
import { chanceOf } from '../launcher/simulator/chance.js';
import { dayOf, type DayStep } from '../launcher/simulator/day.js';
import { historyOf, type HistoryPlan } from '../launcher/simulator/history.js';
import { SECTORS } from '../launcher/simulator/sector.js';
import { type SimulatedDelivery, SHOP_DOMAIN, SimulatedShop } from '../launcher/simulator/shop.js';
import { hubspotRequest, shopifyRequest, type SignedRequest, standardRequest, tillRequest, tokenRequest } from '../launcher/simulator/sign.js';
import { contextOf } from './fixtures/normalizing.js';

const clock = new LocalClock('Europe/Rome');
const MIDNIGHT = Date.parse('2026-11-21T23:00:00Z');
const DAY_END = MIDNIGHT + 24 * HOUR;
const AFTER = DAY_END + HOUR;

function wholeDay(seed: number): { step: DayStep; delivery: SimulatedDelivery }[] {
  const chance = chanceOf(seed);
  const shop = new SimulatedShop(clock, chance, 20_779_000_000);
  return dayOf(MIDNIGHT, DAY_END, clock, chance).flatMap((step) => shop.deliveriesOf(step).map((delivery) => ({ step, delivery })));
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

  it('sends every kind of event, in events that the product understands to the last one', () => {
    const deliveries = [3, 4, 5].flatMap(wholeDay);
    assert.deepEqual([...new Set(deliveries.map(({ step }) => step.kind))].sort(), ['browse', 'contact', 'footfall', 'order', 'receipt', 'refund', 'return', 'ticket', 'waste']);
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

  for (const template of TEMPLATES) {
    it(`says what was sold in ${template}, in lines with VAT that add up`, () => {
      const sector = SECTORS[template];
      const plan = { from: MIDNIGHT - 96 * HOUR, to: DAY_END, clock, sector, seed: 5, volume: 1 };
      const context = { ...contextOf(), now: AFTER + 96 * HOUR };
      const sold = new Set<string>();
      for (const delivery of historyOf(plan)) {
        const headers = delivery.to === 'shopify' ? { topic: delivery.topic, 'shop-domain': SHOP_DOMAIN } : {};
        const { events } = normalize(Buffer.from(JSON.stringify(delivery.body)), { provider: delivery.to, headers, receivedAt: AFTER }, context);
        for (const { type, data: { status, lines, x_quality: quality } } of events) {
          if ((type !== 'sale' && type !== 'refund') || status !== 'completed') continue;
          const isWhole = lines?.every(({ product, name, vatRate }) => product !== undefined && name !== undefined && vatRate !== undefined);
          assert.ok(isWhole === true && !String(quality).includes('lines.'), JSON.stringify(delivery));
          for (const { name } of lines ?? []) sold.add(name ?? '');
        }
      }
      assert.ok(sold.size >= 9, [...sold].join());
    });
  }

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

describe('simulator: a month', () => {
  const plan = (template: Template): HistoryPlan => ({ from: MIDNIGHT - 5 * 24 * HOUR, to: DAY_END, clock, sector: SECTORS[template], seed: 9, volume: 0.4 });
  const textsOf = (deliveries: readonly SimulatedDelivery[]): string[] => deliveries.map((delivery) => JSON.stringify(delivery));

  for (const template of TEMPLATES) {
    it(`of ${template} is the same for the same seed, and understood to the last delivery`, () => {
      const deliveries = historyOf(plan(template));
      assert.deepEqual(textsOf(historyOf(plan(template))), textsOf(deliveries));
      assert.notDeepEqual(textsOf(historyOf({ ...plan(template), seed: 10 })), textsOf(deliveries));
      const context = { ...contextOf(), now: DAY_END };
      for (const delivery of deliveries) {
        const headers = delivery.to === 'shopify' ? { topic: delivery.topic, 'shop-domain': SHOP_DOMAIN } : {};
        assert.deepEqual(normalize(Buffer.from(JSON.stringify(delivery.body)), { provider: delivery.to, headers, receivedAt: DAY_END }, context).refusals, []);
      }
    });
  }

  it('is out of order, and has more events than things', () => {
    const deliveries = historyOf(plan('restaurant'));
    const tables = deliveries.filter(({ id }) => /-(open|closed|again|cancelled)$/.test(id)).map(({ id }) => id.split('-'));
    const swapped = tables.filter(([serial], index) => tables.findIndex(([other, what]) => other === serial && what === 'closed') < index && tables[index]?.[1] === 'open');
    assert.ok(swapped.length > 0);
    assert.ok(new Set(deliveries.map(({ id }) => id)).size < deliveries.length);
  });

  it('a restaurant has no table on a Monday, until the night is over', () => {
    const monday = Date.parse('2026-11-16T03:00:00Z');
    assert.deepEqual(dayOf(monday, monday + 24 * HOUR, clock, chanceOf(1), SECTORS.restaurant).filter(({ kind }) => kind === 'table'), []);
  });
});

describe('demo: options', () => {
  const demo: Demo = { days: 0, then: 'live', seed: 1, volume: 1 };
  const table: [typed: string, expected: Demo | undefined][] = [
    ['', undefined],
    ['--demo', demo],
    ['--demo --days 30 --fast', { ...demo, days: 30, then: 'quiet' }],
    ['--demo --days=7 --seed 4 --volume 20 --ledger sent.ndjson', { ...demo, days: 7, seed: 4, volume: 0.2, ledger: 'sent.ndjson' }],
  ];
  for (const [typed, expected] of table) it(typed === '' ? 'none' : typed, () => { assert.deepEqual(readDemo(typed.split(' ').filter((word) => word !== '')), expected); });

  for (const typed of ['--demo --fast', '--demo --days 0', '--demo --days 391', '--demo --days tanti', '--demo --seed -1', '--demo --nope', '--demo 30']) {
    it(`refuses ${typed}`, () => { assert.throws(() => readDemo(typed.split(' ')), ConfigError); });
  }
});
