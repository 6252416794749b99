/**
 * Which secrets open an endpoint, and which are too short? One with nothing behind it lets in whoever knows nothing.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { verifyShopify, verifyStandardWebhook, verifyWooCommerce } from '../../../engine/verify/hmac.js';
import { verifyHubSpot } from '../../../engine/verify/hubspot.js';
import { verifyJwt, verifyToken } from '../../../engine/verify/jwt.js';
import { type SecretScheme, type SecretStrength, strengthOf, usableSecrets } from '../../../engine/verify/secretStrength.js';
import type { Signed } from '../../../engine/verify/verdict.js';

const NOW = Date.UTC(2026, 10, 28, 12);
const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');

describe('strength of secrets', () => {
  const cases: readonly (readonly [scheme: SecretScheme, secret: string, strength: SecretStrength])[] = [
    ['standard', 'whsec_', 'empty'], ['standard', 'whsec_=', 'empty'], ['standard', 'whsec_A', 'empty'], ['standard', 'whsec_!!!!', 'empty'], ['standard', '', 'empty'],
    ['standard', `whsec_${base64(1)}`, 'short'], ['standard', `whsec_${base64(23)}`, 'short'], ['standard', `whsec_${base64(24)}`, 'enough'], ['standard', base64(24), 'enough'],
    ['hs256', 'x'.repeat(31), 'short'], ['hs256', 'x'.repeat(32), 'enough'], ['hs256', '', 'empty'], ['hs256', 'è'.repeat(16), 'enough'],
    ['shared', 'x'.repeat(15), 'short'], ['shared', 'x'.repeat(16), 'enough'], ['shared', ' \t', 'empty'], ['shared', '\u200b\ufeff', 'empty'],
    ['shared', '${SHOPIFY_WEBHOOK_SECRET}', 'empty'], ['standard', '${POS_WEBHOOK_SECRET}', 'empty'],
  ];
  for (const [scheme, secret, strength] of cases) it(`${scheme} ${JSON.stringify(secret)}: ${strength}`, () => { assert.equal(strengthOf(scheme, secret), strength); });

  it('leaves out what is empty', () => { assert.deepEqual(usableSecrets('standard', ['whsec_', 'whsec_AAAA', '']), ['whsec_AAAA']); });
});

describe('secrets with nothing behind them', () => {
  const body = Buffer.from('{"total":"99.00"}');
  const request = (headers: Signed['headers']): Signed => ({ method: 'POST', url: 'https://shop.example/in', headers, body });
  const forgedBy = (key: string): string => createHmac('sha256', key).update(body).digest('base64');
  const at = String(NOW / 1_000);

  it('Standard Webhooks: a forged sale', () => {
    const signature = `v1,${createHmac('sha256', '').update(`m1.${at}.`).update(body).digest('base64')}`;
    const forged = request({ 'webhook-id': 'm1', 'webhook-timestamp': at, 'webhook-signature': signature });
    for (const secret of ['whsec_', 'whsec_A', '']) assert.equal(verifyStandardWebhook(forged, [secret], NOW).outcome, 'refused', secret);
  });

  it('Shopify and WooCommerce: a key that is empty, blank or a name in the manual', () => {
    for (const key of ['', ' ', '\u200b', '${SHOPIFY_WEBHOOK_SECRET}']) {
      assert.equal(verifyShopify(request({ 'x-shopify-hmac-sha256': forgedBy(key) }), [key]).outcome, 'refused');
      assert.equal(verifyWooCommerce(request({ 'x-wc-webhook-signature': forgedBy(key) }), [key]).outcome, 'refused');
    }
  });

  it('HubSpot: old and new signature', () => {
    const v1 = request({ 'x-hubspot-signature': createHash('sha256').update(body).digest('hex') });
    assert.equal(verifyHubSpot(v1, [''], NOW, 'any').outcome, 'refused');
    const v3 = createHmac('sha256', '').update(`POSThttps://shop.example/in${body.toString()}${String(NOW)}`).digest('base64');
    assert.equal(verifyHubSpot(request({ 'x-hubspot-signature-v3': v3, 'x-hubspot-request-timestamp': String(NOW) }), [''], NOW).outcome, 'refused');
  });

  it('tokens: the bearer that the form shows as an example, a JWT of an unset variable', async () => {
    assert.equal(verifyToken(request({ authorization: 'Bearer ${BOTTEGA_API_TOKEN}' }), ['${BOTTEGA_API_TOKEN}']).outcome, 'refused');
    const key = '${POS_JWT_SECRET_OF_THE_TILL_WE_HAVE}';
    const token = await new SignJWT({ exp: NOW / 1_000 + 60 }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key));
    assert.equal((await verifyJwt(request({ authorization: `Bearer ${token}` }), { secrets: [key], audiences: [] }, NOW)).outcome, 'refused');
  });
});
