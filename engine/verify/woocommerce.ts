/**
 * Does this come from the WooCommerce shop, or is it only the ping it sends when the webhook is saved?
 */
import { hmacMatches, type HmacScheme } from './hmac.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

const SCHEME: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'body' };
const HEADER = 'x-wc-webhook-signature';

export function verifyWooCommerce(signed: Signed, secrets: readonly string[]): VerificationResult {
  const given = signed.headers[HEADER];
  if (given === undefined) return refuse('signature.missing', HEADER, 'no signature');
  return hmacMatches(SCHEME, signed, given, secrets) ? SIGNED : refuse('signature.mismatch', HEADER, 'not signed with a known secret');
}

/** WooCommerce sends `webhook_id=N` as an unsigned form on save and disables the webhook unless it gets 200 (class-wc-webhook.php, deliver_ping). */
export function isPing(body: Buffer): boolean {
  return body.length < MAX_PING_BYTES && /^webhook_id=\d+$/.test(body.toString('latin1').trim());
}

const MAX_PING_BYTES = 64;
