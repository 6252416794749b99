import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { DAY, formatInstant, HOUR, MINUTE } from '../../engine/base/time.js';
import { post, request } from '../support/http.js';
import { hubspotChange, receipt, romanWall, saleEvent, shopifyOrder, shopifyRefund } from '../support/payloads.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { PATIENCE_MS, until } from '../support/waiting.js';

/** Each test counts in an hour of its own, long over: nothing depends on when the tests run, or on each other. */
const FIRST_HOUR = Math.floor((Date.now() - 40 * DAY) / HOUR) * HOUR;
let hours = 0;
const nextHour = (): number => FIRST_HOUR + HOUR * hours++;

describe('contract', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  /** The KPI of one hour over all stores, once it has the expected value (or as it is when time is up). */
  async function kpiOf(name: string, hour: number, expected: number | null | undefined): Promise<unknown> {
    const ask = async (): Promise<unknown> => {
      const { json } = await product.kpi(`name=${name}&window=1h&from=${formatInstant(hour)}&to=${formatInstant(hour + HOUR)}`);
      return json.rows[0]?.value;
    };
    return until(ask, (value) => value === expected, expected === undefined ? 0 : PATIENCE_MS);
  }

  describe('senders', () => {
    it('Shopify: a paid order is revenue, with either family of header names', async () => {
      const hour = nextHour();
      const first = product.senders.shopify('orders/paid', shopifyOrder({ id: 1_001, at: hour, total: '42.50' }), 'w-1001');
      assert.deepEqual((await product.post(first)).json, { accepted: 1, duplicates: 0, rejected: 0 });
      const second = product.senders.shopify('orders/paid', shopifyOrder({ id: 1_002, at: hour + MINUTE, total: '7.40' }), 'w-1002');
      const headers = Object.fromEntries(Object.entries(second.headers).map(([name, value]) => [name.replace(/^x-/, ''), value]));
      assert.equal((await product.post({ ...second, headers })).status, 200);
      assert.equal(await kpiOf('revenue', hour, 49.9), 49.9);
      assert.equal(await kpiOf('orders', hour, 2), 2);
    });

    it('HubSpot: a ticket in one signed batch is support time', async () => {
      const hour = nextHour();
      const batch = [
        hubspotChange(2_001, 'ticket.creation', hour + MINUTE, { changeFlag: 'NEW' }),
        hubspotChange(2_001, 'ticket.propertyChange', hour + 31 * MINUTE, { eventId: 20_012, propertyName: 'hs_pipeline_stage', propertyValue: '4' }),
      ];
      assert.deepEqual((await product.post(product.senders.hubspot(batch))).json, { accepted: 2, duplicates: 0, rejected: 0 });
      assert.equal(await kpiOf('support_time', hour, 1_800), 1_800);
    });

    it('till: a receipt under a token or under Standard Webhooks is revenue at the till', async () => {
      const hour = nextHour();
      const body = receipt('0001-0001', romanWall(hour + MINUTE), '1.234,50');
      assert.equal((await product.post(product.senders.till(body, 'jwt-1'))).status, 200);
      assert.equal((await product.post(product.senders.standard(receipt('0001-0002', romanWall(hour + 2 * MINUTE), '0,55'), 'msg-1'))).status, 200);
      assert.equal(await kpiOf('revenue', hour, 1_235.05), 1_235.05);
      assert.equal(await kpiOf('card_share', hour, 1), 1);
    });

    it('till: a receipt paid in two ways is one sale, and counts in both shares; refused first, its token serves the corrected one', async () => {
      const hour = nextHour();
      const body = receipt('0002-0001', romanWall(hour + MINUTE), '100,00');
      assert.equal((await product.post(product.senders.till({ ...body, totale: 'cento' }, 'jwt-2'))).status, 422);
      const pagamenti = [{ tipo: 'ELETTRONICO', importo: '60,00' }, { tipo: 'CONTANTI', importo: '40,00' }];
      assert.deepEqual((await product.post(product.senders.till({ ...body, pagamenti }, 'jwt-2'))).json, { accepted: 1, duplicates: 0, rejected: 0 });
      for (const [name, value] of [['card_share', 0.6], ['cash_share', 0.4], ['other_share', 0], ['orders', 1]] as const) assert.equal(await kpiOf(name, hour, value), value);
      await product.post(product.senders.till({ ...receipt('0002-0001', romanWall(hour + 2 * MINUTE), '100,00'), apertura: romanWall(hour + MINUTE) }, 'jwt-3'));
      assert.equal(await kpiOf('card_share', hour, 1), 1);
      assert.equal(await kpiOf('cash_share', hour, 0), 0);
    });

    it('events: one canonical event, or an array of them', async () => {
      const hour = nextHour();
      assert.deepEqual((await product.post(product.senders.events(saleEvent({ id: 'e1', at: hour, amount: '10.10' })))).json, { accepted: 1, duplicates: 0, rejected: 0 });
      const many = [saleEvent({ id: 'e2', at: hour, amount: '20.20' }), saleEvent({ id: 'e3', at: hour, amount: '0.03' })];
      assert.deepEqual((await product.post(product.senders.events(many))).json, { accepted: 2, duplicates: 0, rejected: 0 });
      assert.equal(await kpiOf('revenue', hour, 30.33), 30.33);
    });

    it('a sender nobody knows gets 401 and has no effect', async () => {
      const hour = nextHour();
      const { senders } = product;
      const body = shopifyOrder({ id: 4_001, at: hour, total: '5.00' });
      const genuine = senders.shopify('orders/paid', body, 'w-4001');
      const sale = saleEvent({ id: 'no', at: hour, amount: '5.00' });
      const till = senders.till(receipt('0004-0001', romanWall(hour), '5,00'), 'jwt-4');
      const stale = Date.now() - 6 * MINUTE;
      const forged = {
        'no proof': { ...genuine, headers: { 'content-type': 'application/json' } },
        'another body': { ...genuine, body: genuine.body.replace('5.00', '500.00') },
        'a hex signature': { ...genuine, headers: { ...genuine.headers, 'x-shopify-hmac-sha256': createHmac('sha256', product.secrets['SHOPIFY_WEBHOOK_SECRET'] ?? '').update(genuine.body).digest('hex') } },
        'a stale HubSpot signature': senders.hubspot([hubspotChange(4_002, 'contact.creation', hour)], stale),
        'HubSpot\'s first signature': { ...senders.hubspot('[]'), headers: { 'content-type': 'application/json', 'x-hubspot-signature': '00'.repeat(32) } },
        'a token for another body': { ...till, body: till.body.replace('5,00', '9,00') },
        'an expired token': senders.till(receipt('0004-0002', romanWall(hour), '5,00'), 'jwt-5', Date.now() - 10 * MINUTE),
        'a stale Standard Webhook': senders.standard(receipt('0004-0003', romanWall(hour), '5,00'), 'msg-4', stale),
        'another API token': { ...senders.events(sale), headers: { 'content-type': 'application/json', authorization: 'Bearer nope' } },
      };
      for (const [what, signed] of Object.entries(forged)) assert.equal((await product.post(signed)).status, 401, what);
      assert.equal((await product.post(senders.events(saleEvent({ id: 'yes', at: hour, amount: '1.00' })))).status, 200);
      assert.equal(await kpiOf('revenue', hour, 1), 1);
    });
  });

  describe('answers', () => {
    it('400 where the body is not JSON, with path and rule', async () => {
      for (const body of ['{"id":', '', 'ciao']) {
        const { status, json } = await product.post(product.senders.events(body));
        assert.equal(status, 400);
        assert.equal(typeof json.errors[0].path, 'string');
        assert.equal(typeof json.errors[0].message, 'string');
      }
    });

    it('413 over 1 MiB, before anything is verified', async () => {
      const big = saleEvent({ id: 'big', at: nextHour(), amount: '1.00', data: { x_padding: 'x'.repeat(1_048_576) } });
      assert.equal((await product.post(product.senders.events(big))).status, 413);
    });

    it('415 for what is no JSON by its type', async () => {
      const signed = product.senders.events(saleEvent({ id: 'type', at: nextHour(), amount: '1.00' }));
      assert.equal((await product.post({ ...signed, headers: { ...signed.headers, 'content-type': 'text/csv' } })).status, 415);
    });

    it('422 from events and till where nothing could be accepted; 200 with the errors where something could', async () => {
      const hour = nextHour();
      const bad = { ...saleEvent({ id: 'bad', at: hour, amount: '1,001' }), surprise: { a: 1 } };
      const alone = await product.post(product.senders.events([bad]));
      assert.equal(alone.status, 422);
      assert.equal(alone.json.errors[0].index, 0);
      assert.equal(alone.json.errors[0].path, '/data/amount');
      const mixed = await product.post(product.senders.events([saleEvent({ id: 'good', at: hour, amount: '1.00' }), bad]));
      assert.equal(mixed.status, 200);
      assert.equal(mixed.json.accepted, 1);
      assert.equal(mixed.json.rejected, 1);
      assert.equal(mixed.json.errors[0].index, 1);
      const till = await product.post(product.senders.till(receipt('0005-0001', '31/02/2026 10:00:00', '5,00'), 'jwt-6'));
      assert.equal(till.status, 422);
    });

    const hostile: readonly (readonly [string, Record<string, unknown>])[] = [
      ['/time', { time: '2026-02-30T10:00:00Z' }],
      ['/time', { time: formatInstant(Date.now() + 10 * MINUTE) }],
      ['/data/currency', { data: { store: 'milano-1', amount: '1.00', currency: 'USD' } }],
      ['/data/amount', { data: { store: 'milano-1', amount: '1e3' } }],
      ['/data/amount', { data: { store: 'milano-1' } }],
      ['/data/store', { data: { store: 'a/b', amount: '1.00' } }],
      ['/data/unknown', { data: { store: 'milano-1', amount: '1.00', unknown: 1 } }],
      ['/type', { type: 'salame' }],
      ['/specversion', { specversion: '0.3' }],
    ];
    for (const [path, change] of hostile) {
      it(`422 at ${path} for ${JSON.stringify(change)}`, async () => {
        const { status, json } = await product.post(product.senders.events({ ...saleEvent({ id: 'hostile', at: FIRST_HOUR, amount: '1.00' }), ...change }));
        assert.equal(status, 422);
        assert.ok(json.errors.some((error: { path: string }) => error.path === path), JSON.stringify(json));
      });
    }

    it('200 for a signed payload of an unknown topic, and for one that cannot be used', async () => {
      const unknown = await product.post(product.senders.shopify('themes/publish', { id: 1 }, 'w-topic'));
      assert.deepEqual([unknown.status, unknown.json], [200, { accepted: 0, duplicates: 0, rejected: 0, ignored: 1 }]);
      const unusable = await product.post(product.senders.shopify('orders/paid', shopifyOrder({ id: 5_001, at: FIRST_HOUR, total: 'molto' }), 'w-5001'));
      assert.equal(unusable.status, 200);
      assert.equal(unusable.json.rejected, 1);
      assert.equal((await product.get('/health')).status, 200);
    });
  });

  describe('meaning', () => {
    it('the same delivery twice counts once, and is said to be a duplicate', async () => {
      const hour = nextHour();
      const signed = product.senders.shopify('orders/paid', shopifyOrder({ id: 6_001, at: hour, total: '12.00' }), 'w-6001');
      assert.equal((await product.post(signed)).json.accepted, 1);
      assert.deepEqual((await product.post(signed)).json, { accepted: 0, duplicates: 1, rejected: 0 });
      assert.equal(await kpiOf('revenue', hour, 12), 12);
      assert.equal(await kpiOf('orders', hour, 1), 1);
    });

    it('versions of one order in any order end in the last one', async () => {
      const hour = nextHour();
      const order = { id: 6_101, at: hour };
      const versions = [
        product.senders.shopify('orders/updated', shopifyOrder({ ...order, total: '55.00', updatedAt: hour + 3_000 }), 'w-6103'),
        product.senders.shopify('orders/create', shopifyOrder({ ...order, total: '50.00', payment: 'pending', updatedAt: hour }), 'w-6101'),
        product.senders.shopify('orders/paid', shopifyOrder({ ...order, total: '50.00', updatedAt: hour + 2_000 }), 'w-6102'),
      ];
      for (const version of versions) assert.equal((await product.post(version)).status, 200);
      assert.equal(await kpiOf('revenue', hour, 55), 55);
      assert.equal(await kpiOf('orders', hour, 1), 1);
      assert.equal(await kpiOf('incomplete_orders', hour, 0), 0);
    });

    it('a refund counts once, in its own hour, though Shopify sends it twice', async () => {
      const [sold, returned] = [nextHour(), nextHour()];
      const order = { id: 6_201, at: sold, total: '80.00' };
      const refund = shopifyRefund(6_290, 6_201, returned + MINUTE, '30.00');
      await product.post(product.senders.shopify('orders/paid', shopifyOrder(order), 'w-6201'));
      await product.post(product.senders.shopify('refunds/create', refund, 'w-6202'));
      const updated = shopifyOrder({ ...order, payment: 'partially_refunded', updatedAt: returned + MINUTE, refunds: [refund] });
      await product.post(product.senders.shopify('orders/updated', updated, 'w-6203'));
      assert.equal(await kpiOf('revenue', sold, 80), 80);
      assert.equal(await kpiOf('revenue', returned, -30), -30);
      assert.equal(await kpiOf('refunds', returned, 30), 30);
    });

    it('an order cancelled before it was paid never was revenue', async () => {
      const hour = nextHour();
      await product.post(product.senders.shopify('orders/create', shopifyOrder({ id: 6_301, at: hour, total: '9.00', payment: 'pending' }), 'w-6301'));
      assert.equal(await kpiOf('incomplete_orders', hour, 1), 1);
      const cancelled = shopifyOrder({ id: 6_301, at: hour, total: '9.00', payment: 'voided', updatedAt: hour + 1_000, cancelledAt: hour + 1_000 });
      await product.post(product.senders.shopify('orders/cancelled', cancelled, 'w-6302'));
      assert.equal(await kpiOf('incomplete_orders', hour, 0), 0);
      assert.equal(await kpiOf('revenue', hour, 0) ?? 0, 0);
    });

    it('an event at the end of an hour belongs to the next', async () => {
      const hour = nextHour();
      const next = nextHour();
      await product.post(product.senders.events([
        saleEvent({ id: 'edge-1', at: next - 1, amount: '1.00' }), saleEvent({ id: 'edge-2', at: next, amount: '2.00' }),
      ]));
      assert.equal(await kpiOf('revenue', hour, 1), 1);
      assert.equal(await kpiOf('revenue', next, 2), 2);
    });

    it('a ratio without denominator is null, never 0', async () => {
      const hour = nextHour();
      await product.post(product.senders.events(saleEvent({ id: 'ratio', at: hour, amount: '1.00' })));
      assert.equal(await kpiOf('orders', hour, 1), 1);
      assert.equal(await kpiOf('conversion', hour, null), null);
    });
  });

  describe('/kpi, /health, /metrics', () => {
    it('gives rows as the contract shapes them, split or in total, as JSON or CSV', async () => {
      const hour = nextHour();
      await product.post(product.senders.events([
        saleEvent({ id: 'k1', at: hour, amount: '10.00' }),
        saleEvent({ id: 'k2', at: hour, amount: '5.50', data: { channel: 'online' } }),
        saleEvent({ id: 'k3', at: hour, amount: '1.00', data: { store: 'roma-1' } }),
      ]));
      assert.equal(await kpiOf('revenue', hour, 16.5), 16.5);
      const span = `name=revenue&window=1h&from=${formatInstant(hour)}&to=${formatInstant(hour + HOUR)}`;
      const [row] = (await product.kpi(span)).json.rows;
      const { updatedAt, revision, ...rest } = row;
      assert.ok(Date.parse(updatedAt) > Date.now() - MINUTE);
      assert.ok(Number.isInteger(revision) && revision >= 1);
      assert.deepEqual(pick(rest, ['name', 'window', 'store', 'channel', 'value', 'unit', 'count', 'status']), {
        name: 'revenue', window: { size: '1h', start: formatInstant(hour), end: formatInstant(hour + HOUR) }, store: '_', channel: '_',
        value: 16.5, unit: 'EUR', count: 3, status: 'final', // Nobody has seen another number of it: nothing is corrected.
      });
      const split = (await product.kpi(`${span}&group=store,channel`)).json.rows as { store: string; channel: string; value: number }[];
      assert.deepEqual(split.map(({ store, channel, value }) => [store, channel, value]).sort(), [['milano-1', 'online', 5.5], ['milano-1', 'pos', 10], ['roma-1', 'pos', 1]]);
      assert.equal((await product.kpi(`${span}&store=milano-1`)).json.rows[0].value, 15.5);
      assert.equal((await product.kpi(`${span}&channel=online`)).json.rows[0].value, 5.5);
      const authorization = `Bearer ${product.secrets['BOTTEGA_API_TOKEN'] ?? ''}`;
      const csv = await request(`${product.url}/kpi?${span}`, { headers: { authorization, accept: 'text/csv' } });
      assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/);
      assert.match(csv.text, /^name,.*\r\nrevenue,.*16\.5/);
    });

    it('refuses a question without token, and one that breaks a rule', async () => {
      assert.equal((await product.get('/kpi')).status, 401);
      for (const question of ['window=2h', 'name=niente', 'from=ieri', 'group=city']) {
        const { status, json } = await product.kpi(question);
        assert.equal(status, 400, question);
        assert.equal(typeof json.errors[0].path, 'string');
      }
    });

    it('counts in OpenMetrics, without a name of a person', async () => {
      const { status, headers, text } = await product.get('/metrics');
      assert.equal(status, 200);
      assert.match(headers.get('content-type') ?? '', /openmetrics-text/);
      assert.match(text, /^bottega_events_total\{source="[a-z]+",outcome="accepted"\} \d+/m);
      assert.match(text, /^bottega_outbox_depth/m);
      assert.match(text, /# EOF\s*$/);
      assert.ok(!text.includes('example.it'));
    });
  });

  it('is not brought down by anything above', async () => {
    assert.deepEqual((await product.get('/health')).json.status, 'ok');
    const signed = product.senders.events(saleEvent({ id: 'alive', at: nextHour(), amount: '1.00' }));
    assert.equal((await post(product.url, signed)).status, 200);
  });
});

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
