/**
 * Is this signed as the Standard Webhooks specification says? `v1,<base64>` over `id.timestamp.body`, several signatures for rotation.
 */
import { hmacMatches, type HmacScheme } from './hmac.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

const SCHEME: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'id.timestamp.body' };
const TOLERANCE_S = 300;
/** Each one tried costs an HMAC per secret. */
const MAX_SIGNATURES = 8;

/** `secrets` are `whsec_<base64>` (the prefix may be missing); `now` is epoch ms. */
export function verifyStandardWebhook(signed: Signed, secrets: readonly string[], now: number): VerificationResult {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = signed.headers;
  if (id === undefined || id === '') return refuse('signature.missing', 'webhook-id', 'no message id');
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return refuse('signature.timestamp', 'webhook-timestamp', 'must be epoch seconds');
  const age = now / 1000 - Number(timestamp);
  if (age > TOLERANCE_S) return refuse('signature.stale', 'webhook-timestamp', 'older than 5 minutes');
  if (age < -TOLERANCE_S) return refuse('signature.future', 'webhook-timestamp', 'more than 5 minutes ahead of the clock');
  const keys = secrets.map(standardKey);
  const given = (signatures ?? '').split(' ').filter((part) => part.startsWith('v1,')).slice(0, MAX_SIGNATURES);
  if (given.some((part) => hmacMatches(SCHEME, signed, part.slice(3), keys, { id, timestamp }))) return SIGNED;
  return refuse(given.length === 0 ? 'signature.missing' : 'signature.mismatch', 'webhook-signature', 'no v1 signature by a known secret');
}

export function isStandardWebhook(headers: Signed['headers']): boolean {
  return headers['webhook-signature'] !== undefined || headers['webhook-id'] !== undefined;
}

/** The key behind `whsec_…`. */
export function standardKey(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}
