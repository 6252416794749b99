/**
 * Who is let in by a signature? Published vectors of the vendors and own ones, right and slightly wrong.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { type HmacScheme, hmacMatches, hmacOf, isPing, shopifyHeader, verifyShopify, verifyStandardWebhook, verifyWooCommerce } from '../../../engine/verify/hmac.js';
import { hubSpotUrl, verifyHubSpot } from '../../../engine/verify/hubspot.js';
import { isIdentity, isJsonType } from '../../../engine/verify/bodyLimits.js';
import { verifyToken } from '../../../engine/verify/jwt.js';
import { secretLines, type Signed, type VerificationResult } from '../../../engine/verify/verdict.js';

const URL = 'https://ganci.example.it/in/x';

function signed(body: string, headers: Signed['headers'] = {}, url = URL): Signed {
  return { method: 'POST', url, headers, body: Buffer.from(body) };
}

function ruleOf(verdict: VerificationResult): string {
  return verdict.outcome === 'valid' ? verdict.trust : verdict.refusal.rule;
}

const base64 = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('base64');

describe('intake: the HMAC family', () => {
  const body = '{"scontrino":42}';
  const stamp = { timestamp: '1795341600', id: 'msg_1' };
  const contents = {
    'body': body,
    'url+body': URL + body,
    'method+url+body+timestamp': `POST${URL}${body}1795341600`,
    'timestamp.body': `1795341600.${body}`,
    'id.timestamp.body': `msg_1.1795341600.${body}`,
  } as const;
  for (const [content, text] of Object.entries(contents) as [HmacScheme['content'], string][]) {
    for (const algorithm of ['sha256', 'sha1'] as const) {
      for (const encoding of ['hex', 'base64'] as const) {
        it(`${algorithm} ${encoding} over ${content}`, () => {
          const scheme = { algorithm, encoding, content };
          const given = createHmac(algorithm, 'nuovo').update(text).digest(encoding);
          assert.equal(hmacOf(scheme, signed(body), 'nuovo', stamp), given);
          assert.equal(hmacMatches(scheme, signed(body), given, ['vecchio', 'nuovo'], stamp), true);
          assert.equal(hmacMatches(scheme, signed(`${body} `), given, ['vecchio', 'nuovo'], stamp), false);
          assert.equal(hmacMatches(scheme, signed(body), given, ['vecchio'], stamp), false);
          assert.equal(hmacMatches(scheme, signed(body), given.slice(1), ['nuovo'], stamp), false);
          assert.equal(hmacMatches(scheme, signed(body), '', ['nuovo'], stamp), false);
        });
      }
    }
  }

  it('takes hex in either case, base64 only as it is', () => {
    const given = createHmac('sha1', 's').update('x').digest('hex').toUpperCase();
    assert.equal(hmacMatches({ algorithm: 'sha1', encoding: 'hex', content: 'body' }, signed('x'), given, ['s']), true);
    assert.equal(hmacMatches({ algorithm: 'sha256', encoding: 'base64', content: 'body' }, signed('x'), base64('s', 'x').toLowerCase(), ['s']), false);
  });

  it('lets nobody in without a secret', () => {
    assert.equal(hmacMatches({ algorithm: 'sha256', encoding: 'hex', content: 'body' }, signed('x'), '', []), false);
  });
});

describe('intake: Shopify and WooCommerce', () => {
  const body = '{"id":1,"name":"Perché no"}';
  const good = base64('hush', body);
  const cases: [string, VerificationResult, string][] = [
    ['X-Shopify- header', verifyShopify(signed(body, { 'x-shopify-hmac-sha256': good }), ['hush']), 'signed'],
    ['Shopify- header', verifyShopify(signed(body, { 'shopify-hmac-sha256': good }), ['hush']), 'signed'],
    ['previous secret', verifyShopify(signed(body, { 'x-shopify-hmac-sha256': good }), ['new', 'hush']), 'signed'],
    ['other secret', verifyShopify(signed(body, { 'x-shopify-hmac-sha256': good }), ['new']), 'signature.mismatch'],
    ['other body', verifyShopify(signed(body.replace('1', '2'), { 'x-shopify-hmac-sha256': good }), ['hush']), 'signature.mismatch'],
    ['hex', verifyShopify(signed(body, { 'x-shopify-hmac-sha256': Buffer.from(good, 'base64').toString('hex') }), ['hush']), 'signature.mismatch'],
    ['no header', verifyShopify(signed(body), ['hush']), 'signature.missing'],
    ['Woo', verifyWooCommerce(signed(body, { 'x-wc-webhook-signature': good }), ['hush']), 'signed'],
    ['Woo, wrong', verifyWooCommerce(signed(body, { 'x-wc-webhook-signature': good }), ['hash']), 'signature.mismatch'],
    ['Woo, none', verifyWooCommerce(signed(body), ['hush']), 'signature.missing'],
  ];
  for (const [name, verdict, expected] of cases) it(`${name}: ${expected}`, () => { assert.equal(ruleOf(verdict), expected); });

  it('reads headers of both families', () => {
    assert.equal(shopifyHeader({ 'shopify-topic': 'orders' }, 'topic'), 'orders');
    assert.equal(shopifyHeader({ 'x-shopify-topic': 'orders/paid' }, 'topic'), 'orders/paid');
  });

  for (const [text, expected] of [['webhook_id=7', true], ['webhook_id=7\n', true], ['webhook_id=7&x=1', false], ['webhook_id=', false], ['{}', false]] as const) {
    it(`${JSON.stringify(text)} is ${expected ? 'a' : 'no'} ping`, () => { assert.equal(isPing(Buffer.from(text)), expected); });
  }
});

describe('intake: HubSpot', () => {
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const uri = 'https://www.example.com/webhook_uri';
  const sdkBody = "{'example_field':'example_value'}";
  const at = 1693657560000;
  const v3 = (now: number, changes: Partial<Record<string, string>> = {}): string => ruleOf(verifyHubSpot(signed(sdkBody, {
    'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=', 'x-hubspot-request-timestamp': String(at), ...changes,
  }, uri), [secret], now));

  const timeline: [string, string, string][] = [
    ['the SDK\'s v3 vector', v3(at + 1_000), 'signed'],
    ['exactly 5 minutes old', v3(at + 300_000), 'signed'],
    ['1 ms older', v3(at + 300_001), 'signature.stale'],
    ['30 s ahead', v3(at - 30_000), 'signed'],
    ['further ahead', v3(at - 30_001), 'signature.future'],
    ['no timestamp', v3(at, { 'x-hubspot-request-timestamp': '' }), 'signature.timestamp'],
    ['NaN timestamp', v3(at, { 'x-hubspot-request-timestamp': 'NaN' }), 'signature.timestamp'],
    ['another timestamp', v3(at, { 'x-hubspot-request-timestamp': String(at + 1) }), 'signature.mismatch'],
    ['another public URL', ruleOf(verifyHubSpot(signed(sdkBody, {
      'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=', 'x-hubspot-request-timestamp': String(at),
    }, `${uri}/`), [secret], at)), 'signature.mismatch'],
  ];
  for (const [name, rule, expected] of timeline) it(`${name}: ${expected}`, () => { assert.equal(rule, expected); });

  it('decodes exactly the escapes that HubSpot decodes', () => {
    assert.equal(hubSpotUrl('https://a.it/h?s=a%3ab%2Fc%3F%40%21%24%27%28%29%2A%2C%3B&x=%20y%26%3D%25'), "https://a.it/h?s=a:b/c?@!$'()*,;&x=%20y%26%3D%25");
  });

  it('signs the decoded URL', () => {
    const given = createHmac('sha256', 'k').update(`POST${URL}?q=a:b&r=%20{}${String(at)}`).digest('base64');
    const request = signed('{}', { 'x-hubspot-signature-v3': given, 'x-hubspot-request-timestamp': String(at) }, `${URL}?q=a%3Ab&r=%20`);
    assert.equal(ruleOf(verifyHubSpot(request, ['k'], at)), 'signed');
  });

  const v1Body = '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,'
    + '"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
  const v1 = signed(v1Body, { 'x-hubspot-signature-version': 'v1', 'x-hubspot-signature': '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de' }, uri);
  const v2 = signed('{"example_field":"example_value"}', {
    'x-hubspot-signature-version': 'v2', 'x-hubspot-signature': '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
  }, uri);

  it('takes the SDK\'s v1 and v2 vectors only where old versions are allowed', () => {
    assert.deepEqual([v1, v2].map((request) => ruleOf(verifyHubSpot(request, [secret], at, 'any'))), ['signed', 'signed']);
    assert.deepEqual([v1, v2].map((request) => ruleOf(verifyHubSpot(request, [secret], at))), ['signature.missing', 'signature.missing']);
    assert.equal(ruleOf(verifyHubSpot({ ...v1, body: Buffer.from('[]') }, [secret], at, 'any')), 'signature.mismatch');
  });

  it('checks nothing else where v3 is present', () => {
    const both = { ...v1, headers: { ...v1.headers, 'x-hubspot-signature-v3': 'AAAA', 'x-hubspot-request-timestamp': String(at) } };
    assert.equal(ruleOf(verifyHubSpot(both, [secret], at, 'any')), 'signature.mismatch');
  });
});

describe('intake: Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const good = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  const at = 1614265330;
  const ask = (now: number, signature: string, secrets = [secret], id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'): string => ruleOf(verifyStandardWebhook(
    signed('{"test": 2432232314}', { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signature }), secrets, now * 1000,
  ));
  const cases: [string, string, string][] = [
    ['the specification\'s vector', ask(at, good), 'signed'],
    ['without whsec_', ask(at, good, [secret.slice(6)]), 'signed'],
    ['among several signatures', ask(at, `v1,AAAA v2,xyz ${good}`), 'signed'],
    ['previous secret', ask(at, good, ['whsec_AAAAAAAAAAAAAAAA', secret]), 'signed'],
    ['5 minutes old', ask(at + 300, good), 'signed'],
    ['older', ask(at + 301, good), 'signature.stale'],
    ['5 minutes ahead', ask(at - 300, good), 'signed'],
    ['further ahead', ask(at - 301, good), 'signature.future'],
    ['asymmetric only', ask(at, 'v1a,AAAA'), 'signature.missing'],
    ['another id', ask(at, good, [secret], 'msg_x'), 'signature.mismatch'],
    ['no id', ask(at, good, [secret], ''), 'signature.missing'],
    ['the ninth signature is not checked', ask(at, `${'v1,AAAA '.repeat(8)}${good}`), 'signature.mismatch'],
  ];
  for (const [name, rule, expected] of cases) it(`${name}: ${expected}`, () => { assert.equal(rule, expected); });
});

describe('intake: API token, secrets, types', () => {
  const cases: [string | undefined, string][] = [
    ['Bearer chiave-2', 'token'], ['bearer  chiave-1', 'token'], ['Bearer chiave', 'token.unknown'], ['Bearer ', 'token.missing'],
    ['Basic chiave-1', 'token.missing'], [undefined, 'token.missing'], ['Bearer chiave-1 chiave-2', 'token.missing'],
  ];
  for (const [authorization, expected] of cases) {
    it(`${String(authorization)}: ${expected}`, () => { assert.equal(ruleOf(verifyToken(signed('', { authorization }), ['chiave-1', 'chiave-2'])), expected); });
  }

  it('reads one secret per line, ten at most', () => {
    assert.deepEqual(secretLines(' a b \r\n\n c\n'), ['a b', 'c']);
    assert.equal(secretLines('x\n'.repeat(50)).length, 10);
    assert.deepEqual(secretLines(' \n '), []);
  });

  const types: [string | undefined, boolean][] = [
    [undefined, true], ['', true], ['application/json', true], ['Application/JSON; charset=utf-8', true], ['application/cloudevents+json', true],
    ['application/cloudevents-batch+json', true], ['text/plain', false], ['application/x-www-form-urlencoded', false], ['application/jsonx', false], ['multipart/form-data', false],
  ];
  for (const [type, expected] of types) it(`${String(type)} is ${expected ? '' : 'not '}JSON`, () => { assert.equal(isJsonType(type), expected); });

  for (const [encoding, expected] of [[undefined, true], ['identity', true], ['', true], ['gzip', false], ['identity, gzip', false]] as const) {
    it(`encoding ${String(encoding)} is ${expected ? '' : 'not '}plain`, () => { assert.equal(isIdentity(encoding), expected); });
  }

  it('never reveals a secret or the expected signature in a refusal', () => {
    const verdict = verifyShopify(signed('x', { 'x-shopify-hmac-sha256': 'AAAA' }), ['segretissimo']);
    const text = JSON.stringify(verdict);
    assert.ok(!text.includes('segretissimo') && !text.includes(base64('segretissimo', 'x')));
    assert.ok(!text.includes(createHash('sha256').update('x').digest('hex')));
  });
});
