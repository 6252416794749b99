/**
 * HMAC signatures of webhooks: one scheme in its variants, and the senders that need no rule beside it (Shopify, WooCommerce, Standard Webhooks).
 */
import { createHmac } from 'node:crypto';
import { sameSecret } from '../base/secret.js';
import { standardKey, usableSecrets } from './secretStrength.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

/** `HmacContent` is what is signed, in this order. */
export type HmacContent = 'body' | 'url+body' | 'method+url+body+timestamp' | 'timestamp.body' | 'id.timestamp.body';

/** `HmacScheme` is how one kind of sender signs. */
export interface HmacScheme {
  readonly algorithm: 'sha256' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  readonly content: HmacContent;
}

/** `Stamp` is what a scheme may sign besides method, URL and body. */
export interface Stamp {
  readonly timestamp?: string;
  readonly id?: string;
}

const BODY: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'body' };
const STANDARD: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'id.timestamp.body' };
const WOOCOMMERCE_HEADER = 'x-wc-webhook-signature';
/** Tolerance of the Standard Webhooks specification, both ways. */
const TOLERANCE_S = 300;
/** Each one tried costs an HMAC per secret. */
const MAX_SIGNATURES = 8;
const MAX_PING_BYTES = 64;

/** `hmacOf` is the signature that a sender who knows `secret` would send. */
export function hmacOf(scheme: HmacScheme, signed: Signed, secret: string | Buffer, stamp: Stamp = {}): string {
  const mac = createHmac(scheme.algorithm, secret);
  for (const part of partsOf(scheme.content, signed, stamp)) mac.update(part);
  return mac.digest(scheme.encoding);
}

/** `hmacMatches`: whether `given` is the signature by one of `secrets`. Hex may be in either case. */
export function hmacMatches(scheme: HmacScheme, signed: Signed, given: string, secrets: readonly (string | Buffer)[], stamp: Stamp = {}): boolean {
  const text = scheme.encoding === 'hex' ? given.toLowerCase() : given;
  // Every secret is tried, so that the time taken does not show which one matched.
  return secrets.map((secret) => sameSecret(hmacOf(scheme, signed, secret, stamp), text)).includes(true);
}

/** `verifyShopify`: base64 by the app's client secret. Nothing in it is dated; redeliveries are for the deduplicator. */
export function verifyShopify(signed: Signed, secrets: readonly string[]): VerificationResult {
  return verifyBody(signed, shopifyHeader(signed.headers, 'hmac-sha256'), 'x-shopify-hmac-sha256', secrets);
}

/** `shopifyHeader` finds a header by its name without prefix, e.g. `topic`: webhooks send `X-Shopify-…`, the newer Events `Shopify-…`. */
export function shopifyHeader(headers: Signed['headers'], name: string): string | undefined {
  return headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
}

/** `verifyWooCommerce`: base64 by the secret of the webhook's form. */
export function verifyWooCommerce(signed: Signed, secrets: readonly string[]): VerificationResult {
  return verifyBody(signed, signed.headers[WOOCOMMERCE_HEADER], WOOCOMMERCE_HEADER, secrets);
}

/**
 * `isPing`: WooCommerce sends `webhook_id=N` as an unsigned form on save and disables the webhook unless it gets 200
 * (class-wc-webhook.php, deliver_ping).
 */
export function isPing(body: Buffer): boolean {
  return body.length < MAX_PING_BYTES && /^webhook_id=\d+$/.test(body.toString('latin1').trim());
}

/**
 * `verifyStandardWebhook`: `v1,<base64>` over `id.timestamp.body`, several signatures for rotation (standardwebhooks.com).
 * `secrets` are `whsec_<base64>` (the prefix may be missing); `now` is epoch ms.
 */
export function verifyStandardWebhook(signed: Signed, secrets: readonly string[], now: number): VerificationResult {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = signed.headers;
  if (id === undefined || id === '') return refuse('signature.missing', 'webhook-id', 'no message id');
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return refuse('signature.timestamp', 'webhook-timestamp', 'must be epoch seconds');
  const age = now / 1000 - Number(timestamp);
  if (age > TOLERANCE_S) return refuse('signature.stale', 'webhook-timestamp', 'older than 5 minutes');
  if (age < -TOLERANCE_S) return refuse('signature.future', 'webhook-timestamp', 'more than 5 minutes ahead of the clock');
  const keys = usableSecrets('standard', secrets).map(standardKey);
  const given = (signatures ?? '').split(' ').filter((part) => part.startsWith('v1,')).slice(0, MAX_SIGNATURES);
  if (given.some((part) => hmacMatches(STANDARD, signed, part.slice(3), keys, { id, timestamp }))) return SIGNED;
  return refuse(given.length === 0 ? 'signature.missing' : 'signature.mismatch', 'webhook-signature', 'no v1 signature by a known secret');
}

/** `isStandardWebhook`: whether a request carries headers of the Standard Webhooks specification. */
export function isStandardWebhook(headers: Signed['headers']): boolean {
  return headers['webhook-signature'] !== undefined || headers['webhook-id'] !== undefined;
}

function verifyBody(signed: Signed, given: string | undefined, header: string, secrets: readonly string[]): VerificationResult {
  if (given === undefined) return refuse('signature.missing', header, 'no signature');
  return hmacMatches(BODY, signed, given, usableSecrets('shared', secrets)) ? SIGNED : refuse('signature.mismatch', header, 'not signed with a known secret');
}

function partsOf(content: HmacContent, signed: Signed, stamp: Stamp): (string | Buffer)[] {
  const { method, url, body } = signed;
  const { timestamp = '', id = '' } = stamp;
  switch (content) {
    case 'body': return [body];
    case 'url+body': return [url, body];
    case 'method+url+body+timestamp': return [method, url, body, timestamp];
    case 'timestamp.body': return [`${timestamp}.`, body];
    case 'id.timestamp.body': return [`${id}.${timestamp}.`, body];
  }
}
