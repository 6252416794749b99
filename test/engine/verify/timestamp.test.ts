/**
 * Which time does a request carry, and who vouches for it?
 */
import assert from 'node:assert/strict';
import { timestampOf } from '../../../engine/verify/timestamp.js';

const AT = 1_795_341_600_000;
const bearer = (claims: unknown): string => `Bearer x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

describe('timestampOf', () => {
  const cases: readonly [provider: string, headers: Record<string, string>, expected: object | undefined][] = [
    ['hubspot', { 'x-hubspot-request-timestamp': String(AT) }, { witness: 'provider', at: AT }],
    ['hubspot', { 'x-hubspot-request-timestamp': 'soon' }, undefined],
    ['hubspot', {}, undefined],
    ['shopify', { 'x-shopify-triggered-at': '2026-11-22T10:00:00.000Z' }, { witness: 'signed', at: AT }],
    ['shopify', { 'shopify-triggered-at': '2026-11-22T11:00:00+01:00' }, { witness: 'signed', at: AT }],
    ['shopify', { 'x-shopify-triggered-at': 'yesterday' }, undefined],
    ['pos', { 'webhook-id': '1', 'webhook-timestamp': String(AT / 1000) }, { witness: 'signed', at: AT }],
    ['pos', { authorization: bearer({ iat: AT / 1000, exp: AT / 1000 + 300 }) }, { witness: 'signed', at: AT }],
    ['pos', { authorization: bearer({ exp: AT / 1000 }) }, undefined],
    ['pos', { authorization: bearer({ iat: 'now' }) }, undefined],
    ['pos', { authorization: 'Bearer nothing' }, undefined],
    ['pos', {}, undefined],
    ['events', { authorization: bearer({ iat: AT / 1000 }) }, undefined],
    ['woocommerce', { date: 'Sun, 22 Nov 2026 10:00:00 GMT' }, undefined],
  ];
  for (const [provider, headers, expected] of cases) {
    it(`${provider} ${JSON.stringify(headers).slice(0, 60)}`, () => {
      assert.deepEqual(timestampOf(provider, { method: 'POST', url: '', headers, body: Buffer.alloc(0) }), expected);
    });
  }
});
