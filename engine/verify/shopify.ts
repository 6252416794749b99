/**
 * Does this come from the Shopify shop? Base64 HMAC-SHA256 of the body by the app's client secret; nothing in it is dated.
 */
import { hmacMatches, type HmacScheme } from './hmac.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

const SCHEME: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'body' };

/** Both header families count: `X-Shopify-…` of webhooks and `Shopify-…` of the newer Events. */
export function verifyShopify(signed: Signed, secrets: readonly string[]): VerificationResult {
  const given = shopifyHeader(signed.headers, 'hmac-sha256');
  if (given === undefined) return refuse('signature.missing', 'x-shopify-hmac-sha256', 'no signature');
  if (hmacMatches(SCHEME, signed, given, secrets)) return SIGNED;
  return refuse('signature.mismatch', 'x-shopify-hmac-sha256', 'not signed with a known secret');
}

/** A header by its name without prefix, e.g. `topic`. */
export function shopifyHeader(headers: Signed['headers'], name: string): string | undefined {
  return headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
}
