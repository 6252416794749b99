/**
 * What does each sender get for each request? Every answer of the contract, byte-exact proofs, in real runtimes.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { mock } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ConfigError, Fault } from '../../../engine/base/errors.js';
import { isOpen, readConfig } from '../../../nodes/10-webhook/config.js';
import { messageOf } from '../../../nodes/10-webhook/message.js';
import { replyTo } from '../../../nodes/10-webhook/response.js';
import type { IndexedRefusal } from '../../../nodes/shared/delivery/delivery.js';
import { throttle } from '../../../nodes/shared/throttle.js';
import { type FlowNode, places, type Runtime, start } from '../../support/runtime.js';
import { eventually } from '../../support/waiting.js';

const SECRET = 'segreto-di-prova-0123456789-abcdef';
const PUBLIC_URL = 'https://ganci.example.it';
const base64 = (body: string | Buffer, secret = SECRET): string => createHmac('sha256', secret).update(body).digest('base64');
const form = (fields: object): Parameters<typeof readConfig>[0] => ({ id: 'w', type: 'bottega-webhook', ...fields });

describe('webhook: the saved form', () => {
  const broken: [string, object][] = [
    ['provider', { provider: 'ebay' }], ['path', { path: 'in/x' }], ['path', { path: '/in/:id' }], ['path', { path: '/in//x' }], ['deadline', { deadline: 0 }],
    ['deadline', { deadline: 'presto' }], ['publicUrl', { publicUrl: 'ganci.example.it' }], ['keysUrl', { provider: 'pos', keysUrl: 'file:///etc/passwd' }], ['version', { version: 2 }],
  ];
  for (const [field, fields] of broken) {
    it(`refuses ${JSON.stringify(fields)}`, () => {
      assert.throws(() => readConfig(form(fields), {}, {}), (error) => error instanceof ConfigError && error.field === field);
    });
  }

  it('refuses a list of proxies that it cannot read', () => {
    assert.throws(() => readConfig(form({}), {}, { BOTTEGA_TRUSTED_PROXIES: 'my-proxy' }), (error) => error instanceof ConfigError && error.field === 'BOTTEGA_TRUSTED_PROXIES');
  });

  it('has a default for everything', () => {
    const config = readConfig(form({}), {}, {});
    assert.deepEqual(config, { provider: 'shopify', path: '/in/shopify', secrets: [], versions: 'v3', deadlineMs: 4_000, trustedProxies: [], webhookSecrets: [], urlSecrets: [], urlTrust: 'untrusted' });
    assert.equal(isOpen(config), false);
  });

  it('takes secrets from the form, else from the environment', () => {
    const env = { POS_JWT_SECRET: 'a\nb', POS_WEBHOOK_SECRET: 'whsec_xxxx', POS_JWKS_URL: 'https://cassa.example.it/keys', BOTTEGA_PUBLIC_URL: `${PUBLIC_URL}/` };
    const fromEnv = readConfig(form({ provider: 'pos', version: 1 }), {}, env);
    assert.deepEqual([fromEnv.secrets, fromEnv.webhookSecrets, fromEnv.keysUrl, fromEnv.publicUrl], [['a', 'b'], ['whsec_xxxx'], env.POS_JWKS_URL, PUBLIC_URL]);
    const typed = readConfig(form({ provider: 'pos', keysUrl: 'http://127.0.0.1/k' }), { secret: 'new', previousSecret: 'old', webhookSecret: 'wwww' }, env);
    assert.deepEqual([typed.secrets, typed.webhookSecrets, typed.keysUrl], [['new', 'old'], ['wwww'], 'http://127.0.0.1/k']);
    assert.deepEqual(readConfig(form({ provider: 'events' }), {}, env).webhookSecrets, []);
  });
});

describe('webhook: reply and message', () => {
  const tally = { accepted: 0, duplicates: 0, rejected: 0, ignored: 0 };
  const json: IndexedRefusal = { index: 0, path: '', rule: 'json', message: 'not JSON' };
  const bad: IndexedRefusal = { index: 1, path: '/data/amount', rule: 'precision', message: 'no' };
  const cases: [string, Parameters<typeof replyTo>, number, object][] = [
    ['all accepted', ['events', { tally: { ...tally, accepted: 2 }, refusals: [] }, { outcome: 'complete' }], 200, { accepted: 2, duplicates: 0, rejected: 0 }],
    ['ignored', ['shopify', { tally: { ...tally, ignored: 1 }, refusals: [] }, { outcome: 'complete' }], 200, { accepted: 0, duplicates: 0, rejected: 0, ignored: 1 }],
    ['not JSON', ['shopify', { tally: { ...tally, rejected: 1 }, refusals: [json] }, { outcome: 'complete' }], 400, { errors: [{ path: '', rule: 'json', message: 'not JSON' }] }],
    ['nothing acceptable from a program', ['events', { tally: { ...tally, rejected: 1 }, refusals: [bad] }, { outcome: 'complete' }], 422, { errors: [bad] }],
    ['nothing acceptable from a till', ['pos', { tally: { ...tally, rejected: 1 }, refusals: [bad] }, { outcome: 'complete' }], 422, { errors: [bad] }],
    ['some acceptable', ['events', { tally: { ...tally, accepted: 1, rejected: 1 }, refusals: [bad] }, { outcome: 'complete' }], 200, { accepted: 1, duplicates: 0, rejected: 1, errors: [bad] }],
    ['known and bad', ['events', { tally: { ...tally, duplicates: 1, rejected: 1 }, refusals: [bad] }, { outcome: 'complete' }], 200, { accepted: 0, duplicates: 1, rejected: 1, errors: [bad] }],
    ['unusable from Shopify', ['shopify', { tally: { ...tally, rejected: 1 }, refusals: [bad] }, { outcome: 'complete' }], 200, { accepted: 0, duplicates: 0, rejected: 1, errors: [bad] }],
  ];
  for (const [name, input, status, body] of cases) {
    it(`${name}: ${String(status)}`, () => { assert.deepEqual(replyTo(...input), { status, body }); });
  }

  for (const [error, rule] of [[new Fault('store.full', 'disk'), 'store.full'], [new Fault('outbox.full', 'x'), 'outbox.full'], [new Error('Mario Rossi'), 'delivery.failed']] as const) {
    it(`${rule}: 503, and no word of the error's text`, () => {
      const answer = replyTo('events', { tally, refusals: [] }, { outcome: 'failed', error });
      assert.deepEqual(answer, { status: 503, headers: { 'Retry-After': '5' }, body: { errors: [{ path: '', rule, message: 'not stored now; send again' }] } });
    });
  }

  it('carries the headers normalize needs, and the topic', () => {
    const ask = (provider: 'shopify' | 'woocommerce' | 'pos', headers: Record<string, string>): unknown => {
      const { topic, intake } = messageOf(provider, { method: 'POST', url: '', headers, body: Buffer.alloc(0) }, 'signed', 7);
      return { topic, headers: (intake as { headers: unknown }).headers };
    };
    assert.deepEqual(ask('shopify', { 'x-shopify-topic': 'orders/create', 'x-shopify-shop-domain': 'b.myshopify.com', 'x-shopify-hmac-sha256': 'x', cookie: 'c' }), {
      topic: 'shopify/orders/create', headers: { topic: 'orders/create', 'shop-domain': 'b.myshopify.com' },
    });
    assert.deepEqual(ask('shopify', { 'shopify-topic': 'orders', 'shopify-action': 'update' }), { topic: 'shopify/orders/update', headers: { topic: 'orders', action: 'update' } });
    assert.deepEqual(ask('woocommerce', { 'x-wc-webhook-topic': 'order.created' }), { topic: 'woocommerce/order.created', headers: { topic: 'order.created' } });
    assert.deepEqual(ask('pos', { 'webhook-id': 'm1', authorization: 'Bearer x' }), { topic: 'pos', headers: { 'webhook-id': 'm1' } });
  });
});

describe('throttle', () => {
  it('acts at once, then once per interval, and always for the last call', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let acts = 0;
      const call = throttle(() => { acts += 1; }, 100);
      const timeline: [number, number, number][] = [[0, 3, 1], [99, 1, 1], [1, 0, 2], [100, 0, 2], [50, 1, 3], [60, 1, 3], [40, 0, 4]];
      for (const [elapsed, calls, expected] of timeline) {
        mock.timers.tick(elapsed);
        for (let n = 0; n < calls; n++) call();
        assert.equal(acts, expected);
      }
      call();
      call.cancel();
      mock.timers.tick(1_000);
      assert.equal(acts, 4);
    } finally {
      mock.timers.reset();
    }
  });
});

/** Stands for the nodes behind: answers as the body says. */
const SINK = `module.exports = (RED) => {
  RED.nodes.registerType('test-sink', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => {
      const text = msg.payload.toString();
      const delivery = require(process.env.TEST_DIST).deliveryOf(msg);
      if (text.startsWith('not json')) delivery.report({ rejected: 1 }, [{ index: 0, path: '', rule: 'json', message: 'not JSON' }]);
      else if (text.includes('"bad"')) delivery.report({ rejected: 1 }, [{ index: 0, path: '/type', rule: 'enum', message: 'unknown type' }]);
      else delivery.report({ accepted: 1 });
      if (text.includes('"full"')) done(Object.assign(new Error('disk of Mario Rossi'), { code: 'store.full' }));
      else if (text.includes('"never"')) this.log('holding ' + text);
      else done();
    });
  });
};`;

/** Where the sink finds the package's own files. */
const SINK_SCRIPT = 'process.env.TEST_DIST = settings.nodesDir[0] + "/dist/nodes/shared/delivery/delivery.js";';

const webhook = (id: string, fields: object): FlowNode => ({ id, type: 'bottega-webhook', version: 1, provider: 'events', path: `/in/${id}`, deadline: 2, wires: [['sink'], ['side']], ...fields });
const TAIL: readonly FlowNode[] = [
  { id: 'sink', type: 'test-sink', wires: [] },
  { id: 'side', type: 'function', func: 'node.warn("side " + msg.reason + " " + JSON.stringify(msg.payload)); return null;', outputs: 0, wires: [] },
];

interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { accepted?: number; errors?: { path: string; rule: string }[] };
}

for (const place of places()) {
  describe(`webhook: ${place.name}`, () => {
    let runtime: Runtime;
    let keys: Server;
    let silent: Server;
    let published: unknown = { keys: [] };
    const bearer = { Authorization: `Bearer ${SECRET}` };

    const flows = (): FlowNode[] => [
      ...TAIL,
      webhook('events', {}), webhook('twice', { path: '/in/events' }), webhook('limited', {}),
      webhook('shopify', { provider: 'shopify' }), webhook('woocommerce', { provider: 'woocommerce' }), webhook('closed', { provider: 'hubspot', path: '/in/closed' }),
      webhook('hubspot', { provider: 'hubspot', publicUrl: PUBLIC_URL }), webhook('old', { provider: 'hubspot', oldSignatures: true, publicUrl: PUBLIC_URL }),
      webhook('pos', { provider: 'pos', keysUrl: `http://127.0.0.1:${String((keys.address() as AddressInfo).port)}/`, publicUrl: PUBLIC_URL }),
      webhook('away', { provider: 'pos', keysUrl: 'http://127.0.0.1:9/', publicUrl: PUBLIC_URL }),
      webhook('slow', { provider: 'pos', keysUrl: `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}/`, deadline: 0.3 }),
      { ...webhook('broken', {}), path: 'nowhere' },
      { id: 'ids', type: 'bottega-store', kind: 'embedded', directory: '', version: 1 }, webhook('stored', { provider: 'pos', store: 'ids' }),
    ];
    const credentials = { hubspot: { secret: SECRET, previousSecret: 'vecchio' }, old: { secret: SECRET }, woocommerce: { secret: SECRET }, pos: { webhookSecret: `whsec_${Buffer.from(SECRET).toString('base64')}` } };

    before(async () => {
      keys = createServer((_request, response) => { response.end(JSON.stringify(published)); });
      silent = createServer(() => undefined);
      for (const server of [keys, silent]) await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
      runtime = await start(flows(), {
        ...place, nodes: { sink: SINK }, credentials, settingsScript: SINK_SCRIPT,
        env: { BOTTEGA_API_TOKEN: SECRET, SHOPIFY_WEBHOOK_SECRET: `nuovo\n${SECRET}`, POS_JWT_SECRET: SECRET },
      });
    });
    after(async () => {
      for (const server of [keys, silent]) server.close().closeAllConnections();
      assert.equal(await runtime.stop(), 0);
    });

    const ask = async (path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Asked> => {
      const response = await fetch(runtime.url + path, { method: 'POST', body: '{}', ...init, headers: { 'Content-Type': 'application/json', ...init.headers as Record<string, string> } });
      return { status: response.status, headers: response.headers, body: await response.json() as Asked['body'] };
    };
    const expect = async (path: string, init: RequestInit, status: number, rule?: string): Promise<Asked> => {
      const asked = await ask(path, init);
      assert.deepEqual([asked.status, asked.body.errors?.[0]?.rule], [status, rule]);
      return asked;
    };

    it('200: stored', async () => {
      assert.deepEqual((await expect('/in/events', { headers: bearer }, 200)).body, { accepted: 1, duplicates: 0, rejected: 0 });
    });

    it('200: letter case and a slash at the end, as Express takes them', async () => { await expect('/IN/Events/?a=1', { headers: bearer }, 200); });

    it('200: without a content type, with a charset, with +json', async () => {
      for (const type of ['', 'application/json; charset=utf-8', 'application/cloudevents+json']) await expect('/in/events', { headers: { ...bearer, 'Content-Type': type } }, 200);
    });

    it('400: not JSON', async () => { await expect('/in/events', { headers: bearer, body: 'not json' }, 400, 'json'); });

    it('401: no token, a wrong one; said at the second output without the body', async () => {
      const asked = await expect('/in/events', { body: '{"nome":"Mario"}' }, 401, 'token.missing');
      assert.equal(asked.headers.get('WWW-Authenticate'), 'Bearer');
      await expect('/in/events', { headers: { Authorization: 'Bearer x' } }, 401, 'token.unknown');
      await runtime.logged(/side token\.missing \{"provider":"events".*"count":1\}/);
      assert.ok(!runtime.logs().includes('Mario'));
    });

    it('401: everybody, while there is no secret', async () => { await expect('/in/closed', {}, 401, 'secret.missing'); });

    it('405: with Allow, whatever the body', async () => {
      for (const [method, body] of [['GET', undefined], ['PUT', '{broken'], ['DELETE', undefined]] as const) {
        const asked = await expect('/in/events', { method, body: body ?? null, headers: bearer }, 405, 'method');
        assert.equal(asked.headers.get('Allow'), 'POST');
      }
    });

    it('413: one byte over 1 MiB, announced or streamed; exactly 1 MiB passes', async () => {
      const large = Buffer.alloc(1_048_577, ' ');
      await expect('/in/events', { headers: bearer, body: large.subarray(1) }, 200);
      await expect('/in/events', { headers: bearer, body: large }, 413, 'size');
      const stream = new Blob([Buffer.alloc(4_000_000, ' ')]).stream();
      const asked = await ask('/in/events', { headers: bearer, body: stream, duplex: 'half' });
      assert.equal(asked.status, 413);
    });

    it('413 and 405 are answered before proof, even to 3 MB of nothing', async () => { await expect('/in/shopify', { body: Buffer.alloc(3_000_000) }, 413, 'size'); });

    it('415: another type, a compressed body', async () => {
      await expect('/in/events', { headers: { ...bearer, 'Content-Type': 'text/plain' } }, 415, 'type');
      await expect('/in/events', { headers: { ...bearer, 'Content-Encoding': 'gzip' } }, 415, 'encoding');
    });

    it('422: nothing acceptable, from a program; 200 from Shopify', async () => {
      await expect('/in/events', { headers: bearer, body: '["bad"]' }, 422, 'enum');
      await expect('/in/shopify', { headers: { 'X-Shopify-Hmac-Sha256': base64('["bad"]') }, body: '["bad"]' }, 200, 'enum');
    });

    it('503: store full, with Retry-After and without the error\'s text', async () => {
      const asked = await expect('/in/events', { headers: bearer, body: '["full"]' }, 503, 'store.full');
      assert.equal(asked.headers.get('Retry-After'), '5');
      assert.ok(!JSON.stringify(asked.body).includes('Mario'));
    });

    it('503: at most 200 wait at once, the others come again', async () => {
      const answers = await Promise.all(Array.from({ length: 215 }, () => ask('/in/limited', { headers: bearer, body: '["never"]' })));
      const rules = answers.map(({ status, body }) => `${String(status)} ${String(body.errors?.[0]?.rule)}`);
      assert.deepEqual([rules.filter((rule) => rule === '503 delivery.deadline').length, rules.filter((rule) => rule === '503 intake.busy').length], [200, 15]);
      await expect('/in/limited', { headers: bearer }, 200);
    });

    it('Shopify: byte-exact, old and new secret, both header families', async () => {
      const body = '{ "total_price":"42.50",\r\n "note":"perch\\u00e9 \u{1f9c0}" }';
      await expect('/in/shopify', { body, headers: { 'X-Shopify-Hmac-Sha256': base64(body) } }, 200);
      await expect('/in/shopify', { body, headers: { 'Shopify-Hmac-Sha256': base64(body, 'nuovo') } }, 200);
      await expect('/in/shopify', { body: JSON.stringify(JSON.parse(body)), headers: { 'X-Shopify-Hmac-Sha256': base64(body) } }, 401, 'signature.mismatch');
    });

    it('WooCommerce: signed; its ping gets 200', async () => {
      await expect('/in/woocommerce', { headers: { 'X-WC-Webhook-Signature': base64('{}') } }, 200);
      await expect('/in/woocommerce', { headers: { 'X-WC-Webhook-Signature': base64('x') } }, 401, 'signature.mismatch');
      const ping = await expect('/in/woocommerce', { body: 'webhook_id=12', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 200);
      assert.equal(ping.body.accepted, 0);
      await expect('/in/events', { body: 'webhook_id=12', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 415, 'type');
    });

    it('HubSpot: v3 over the public URL with its query; older versions only where allowed', async () => {
      const at = String(Date.now());
      const v3 = (url: string, secret = SECRET): Record<string, string> => ({ 'X-HubSpot-Signature-v3': base64(`POST${PUBLIC_URL}${url}[]${at}`, secret), 'X-HubSpot-Request-Timestamp': at });
      await expect('/in/hubspot?shop=a%3Ab', { body: '[]', headers: v3('/in/hubspot?shop=a:b', 'vecchio') }, 200);
      await expect('/in/hubspot', { body: '[]', headers: v3('/in/hubspot?x') }, 401, 'signature.mismatch');
      const stale = String(Date.now() - 301_000);
      await expect('/in/hubspot', { body: '[]', headers: { 'X-HubSpot-Signature-v3': base64(`POST${PUBLIC_URL}/in/hubspot[]${stale}`), 'X-HubSpot-Request-Timestamp': stale } }, 401, 'signature.stale');
      const v1 = { 'X-HubSpot-Signature-Version': 'v1', 'X-HubSpot-Signature': createHash('sha256').update(`${SECRET}[]`).digest('hex') };
      await expect('/in/hubspot', { body: '[]', headers: v1 }, 401, 'signature.missing');
      await expect('/in/old', { body: '[]', headers: v1 }, 200);
    });

    it('till: HS256 token for this endpoint, one jti one body', async () => {
      const now = Math.floor(Date.now() / 1000);
      const sign = (claims: object): Promise<string> => new SignJWT({ iat: now, exp: now + 300, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
      const jwt = { Authorization: `Bearer ${await sign({ jti: 'scontrino-1', aud: `${PUBLIC_URL}/in/pos` })}` };
      await expect('/in/pos', { headers: jwt, body: '{"n":1}' }, 200);
      await expect('/in/pos', { headers: jwt, body: '{"n":1}' }, 200);
      await expect('/in/pos', { headers: jwt, body: '{"n":2}' }, 401, 'jwt.replayed');
      await expect('/in/pos', { headers: { Authorization: `Bearer ${await sign({ aud: 'https://altro.example.it' })}` } }, 401, 'jwt.aud');
      await expect('/in/pos', { headers: { Authorization: `Bearer ${await sign({ exp: now - 60 })}` } }, 401, 'jwt.expired');
    });

    it('till: a refused body gives its jti back, before the sender is answered; one that was not stored keeps it', async () => {
      const now = Math.floor(Date.now() / 1000);
      const fresh = async (jti: string): Promise<Record<string, string>> => (
        { Authorization: `Bearer ${await new SignJWT({ iat: now, exp: now + 300, jti }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET))}` });
      const steps: readonly (readonly [string, number, string?, string?])[] = [
        ['{"n":["bad"]}', 422, 'enum'], ['not json', 400, 'json'], ['a;b', 415, 'type', 'text/csv'], [' '.repeat(1_048_577), 413, 'size'],
        ['{"n":3}', 200], ['{"n":["bad"]}', 401, 'jwt.replayed'], ['{"n":3}', 200],
      ];
      for (const path of ['/in/pos', '/in/stored']) {
        const headers = await fresh('corretto');
        for (const [body, status, rule, type = 'application/json'] of steps) await expect(path, { headers: { ...headers, 'Content-Type': type }, body }, status, rule);
        const unstored = await fresh('non-salvato');
        await expect(path, { headers: unstored, body: '["full"]' }, 503, 'store.full');
        await expect(path, { headers: unstored, body: '{"n":4}' }, 401, 'jwt.replayed');
      }
    });

    it('till: published keys, 503 while they were never to be had', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
      published = { keys: [{ ...await exportJWK(publicKey), kid: 'k1', alg: 'ES256' }] };
      const now = Math.floor(Date.now() / 1000);
      const jwt = { Authorization: `Bearer ${await new SignJWT({ iat: now, exp: now + 300 }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey)}` };
      await expect('/in/away', { headers: jwt }, 503, 'keys.away');
      // Between two tries of its silent key server it knows at once that there is no key to be had.
      await eventually(async () => ((await ask('/in/slow', { headers: jwt })).body.errors?.[0]?.rule === 'delivery.deadline' ? 'late' : undefined));
      // The set fetched at deploy had no such key and counts as fresh for half a minute.
      await expect('/in/pos', { headers: jwt }, 401, 'jwt.signature');
      await runtime.deploy([...flows().filter(({ id }) => id !== 'pos'), { ...flows().find(({ id }) => id === 'pos'), id: 'pos', type: 'bottega-webhook', issuer: '' }], 'full');
      await expect('/in/pos', { headers: jwt }, 200);
    });

    it('till: Standard Webhooks', async () => {
      const at = String(Math.floor(Date.now() / 1000));
      const signature = `v1,${createHmac('sha256', SECRET).update(`m1.${at}.{}`).digest('base64')}`;
      await expect('/in/pos', { headers: { 'webhook-id': 'm1', 'webhook-timestamp': at, 'webhook-signature': signature } }, 200);
      await expect('/in/pos', { headers: { 'webhook-id': 'm2', 'webhook-timestamp': at, 'webhook-signature': signature } }, 401, 'signature.mismatch');
    });

    it('a short secret is said, and works on', () => {
      assert.match(runtime.logs(), /\[bottega-webhook:hubspot\] The secret of \/in\/hubspot is shorter than 16 bytes/);
      assert.doesNotMatch(runtime.logs(), /vecchio|\[bottega-webhook:woocommerce\] The secret/);
    });

    it('a broken form is said and stays shut; the second on a path too', async () => {
      assert.match(runtime.logs(), /\[bottega-webhook:broken\] path: must begin with \//);
      assert.match(runtime.logs(), /\[bottega-webhook:twice\] path: is taken by another node/);
      const response = await fetch(`${runtime.url}/in/broken`, { method: 'POST' });
      assert.equal(response.status, 404);
    });

    it('senders that hang up do no harm', async () => {
      const hangUp = (text: string): Promise<void> => new Promise((resolve) => {
        const socket = connect(runtime.port, '127.0.0.1', () => { socket.write(text, () => { socket.destroy(); resolve(); }); });
        socket.on('error', () => undefined);
      });
      const head = `POST /in/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Type: application/json\r\n`;
      for (let round = 0; round < 20; round++) {
        await hangUp(`${head}Content-Length: 500\r\n\r\n{"half":`);
        await hangUp(`${head}Content-Length: 9\r\n\r\n["never"]`);
        await hangUp(`${head}Content-Length: 2000000\r\n\r\nxxx`);
      }
      await expect('/in/events', { headers: bearer }, 200);
    });

    it('a deploy answers who waits with 503 and gives the path back', async () => {
      const waiting = ask('/in/events', { headers: bearer, body: '["never","deploy"]' });
      await runtime.logged(/holding \["never","deploy"\]/);
      await runtime.deploy(TAIL);
      const { status } = await waiting;
      assert.equal(status, 503);
      assert.equal((await fetch(`${runtime.url}/in/events`, { method: 'POST', headers: bearer })).status, 404);
      await runtime.deploy(flows());
      await expect('/in/events', { headers: bearer }, 200);
    });
  });

  describe(`webhook below other roots: ${place.name}`, () => {
    for (const settings of [{ httpAdminRoot: '/admin', httpNodeRoot: '/api' }, { httpAdminRoot: '/', httpNodeRoot: '/a/b/' }]) {
      it(JSON.stringify(settings), async () => {
        const runtime = await start([...TAIL, webhook('shopify', { provider: 'shopify' })], {
          ...place, settings, nodes: { sink: SINK }, env: { SHOPIFY_WEBHOOK_SECRET: SECRET },
          settingsScript: SINK_SCRIPT,
        });
        const body = '{ "a" : 1 }';
        for (const path of ['in/shopify', 'IN/shopify/']) {
          const response = await fetch(`${runtime.url}${settings.httpNodeRoot.replace(/\/$/, '')}/${path}`, {
            method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-Shopify-Hmac-Sha256': base64(body) },
          });
          assert.equal(response.status, 200);
        }
        assert.equal(await runtime.stop(), 0);
      });
    }
  });
}
