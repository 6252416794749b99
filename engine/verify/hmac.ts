/**
 * HMAC signatures of webhooks: one scheme in its variants, and the senders that need no rule beside it (Shopify, WooCommerce, Standard Webhooks).
 */
import { createHmac } from 'node:crypto';
import { isRecord, parseJson, present } from '../base/json.js';
import { sameSecret } from '../base/secret.js';
import { MINUTE, SECOND } from '../base/time.js';
import { type SecretScheme, standardKey, usableSecrets } from './secretStrength.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

/** `HmacContent` is what is signed, in this order. */
export type HmacContent = 'body' | 'url+body' | 'method+url+body+timestamp' | 'timestamp.body' | 'id.timestamp.body';

/** `HmacScheme` is how one kind of sender signs. */
export interface HmacScheme {
  readonly algorithm: 'sha256' | 'sha1';
  /** `either`: the sender's documentation does not say which; both are the same bytes. */
  readonly encoding: 'hex' | 'base64' | 'either';
  readonly content: HmacContent;
}

/** `Stamp` is what a scheme may sign besides method, URL and body. */
export interface Stamp {
  readonly timestamp?: string;
  readonly id?: string;
}

/**
 * `HmacProof` says where the parts of a signature stand. `signature`: of a header that holds more than one thing, the parts (between separators) that begin
 * with `prefix`. `key`: how the secret is written. `within`: the fields of a JSON body whose texts are signed in place of it.
 */
export interface HmacProof extends HmacScheme {
  readonly signature: { readonly header: string; readonly prefix?: string; readonly separator?: string };
  readonly key?: 'standard';
  readonly id?: { readonly header: string };
  readonly timestamp?: HmacTimestamp;
  readonly within?: { readonly timestamp: string; readonly body: string };
}

/** `HmacTimestamp`: in a header, older than `maxAgeMs` or further ahead than `aheadMs` is refused. */
export interface HmacTimestamp {
  readonly header: string;
  readonly unit: 's' | 'ms';
  readonly maxAgeMs: number;
  readonly aheadMs: number;
}

const BODY = { algorithm: 'sha256', encoding: 'base64', content: 'body' } as const;
const WOOCOMMERCE: HmacProof = { ...BODY, signature: { header: 'x-wc-webhook-signature' } };
const SHOPIFY: HmacProof = { ...BODY, signature: { header: 'x-shopify-hmac-sha256' } };

/** `STANDARD_WEBHOOK`: the Standard Webhooks specification, with its own tolerance both ways. */
export const STANDARD_WEBHOOK: HmacProof = {
  algorithm: 'sha256', encoding: 'base64', content: 'id.timestamp.body', key: 'standard',
  signature: { header: 'webhook-signature', prefix: 'v1,', separator: ' ' },
  id: { header: 'webhook-id' },
  timestamp: { header: 'webhook-timestamp', unit: 's', maxAgeMs: 300_000, aheadMs: 300_000 },
};

/** Each one tried costs an HMAC per secret. */
const MAX_SIGNATURES = 8;
const MAX_PING_BYTES = 64;

/** `hmacOf` is the signature that a sender who knows `secret` would send. */
export function hmacOf(scheme: HmacScheme, signed: Signed, secret: string | Buffer, stamp: Stamp = {}): string {
  const mac = createHmac(scheme.algorithm, secret);
  for (const part of partsOf(scheme.content, signed, stamp)) mac.update(part);
  return mac.digest(scheme.encoding === 'either' ? 'hex' : scheme.encoding);
}

/** `hmacMatches`: whether `given` is the signature by one of `secrets`. Hex may be in either case. */
export function hmacMatches(scheme: HmacScheme, signed: Signed, given: string, secrets: readonly (string | Buffer)[], stamp: Stamp = {}): boolean {
  const text = comparable(scheme.encoding, given);
  // Every secret is tried, so that the time taken does not show which one matched.
  return secrets.map((secret) => sameSecret(hmacOf(scheme, signed, secret, stamp), text)).includes(true);
}

/** `verifyHmac` judges a signature of any scheme. `now` is epoch ms. */
export function verifyHmac(proof: HmacProof, signed: Signed, secrets: readonly string[], now: number): VerificationResult {
  const { timestamp, signature } = proof;
  const content = contentOf(proof, signed);
  if ('outcome' in content) return content;
  const undated = timestamp === undefined ? undefined : refuseTime(timestamp, content.stamp.timestamp ?? '', now);
  if (undated !== undefined) return undated;
  const given = signaturesIn(signature, signed);
  if (given.length === 0) return refuse('signature.missing', signature.header, 'no signature');
  const keys = usableSecrets(schemeOf(proof), secrets).map((secret) => (proof.key === 'standard' ? standardKey(secret) : secret));
  if (given.some((text) => hmacMatches(proof, content.signed, text, keys, content.stamp))) return SIGNED;
  return refuse('signature.mismatch', signature.header, MISMATCH[proof.content]);
}

/** `schemeOf` the secrets of a proof. */
export function schemeOf({ key }: Pick<HmacProof, 'key'>): SecretScheme {
  return key ?? 'shared';
}

/** `verifyShopify`: base64 by the app's client secret. Nothing in it is dated; redeliveries are for the deduplicator. */
export function verifyShopify(signed: Signed, secrets: readonly string[]): VerificationResult {
  const given = shopifyHeader(signed.headers, 'hmac-sha256');
  return verifyHmac(SHOPIFY, { ...signed, headers: { [SHOPIFY.signature.header]: given } }, secrets, 0);
}

/** `shopifyHeader` finds a header by its name without prefix, e.g. `topic`: webhooks send `X-Shopify-…`, the newer Events `Shopify-…`. */
export function shopifyHeader(headers: Signed['headers'], name: string): string | undefined {
  return headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
}

/** `verifyWooCommerce`: base64 by the secret of the webhook's form. */
export function verifyWooCommerce(signed: Signed, secrets: readonly string[]): VerificationResult {
  return verifyHmac(WOOCOMMERCE, signed, secrets, 0);
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
  return verifyHmac(STANDARD_WEBHOOK, signed, secrets, now);
}

/** `isStandardWebhook`: whether a request carries headers of the Standard Webhooks specification. */
export function isStandardWebhook(headers: Signed['headers']): boolean {
  return headers['webhook-signature'] !== undefined || headers['webhook-id'] !== undefined;
}

const MISMATCH: Readonly<Record<HmacContent, string>> = {
  'body': 'not signed with a known secret',
  'url+body': 'not signed with a known secret for this public URL',
  'method+url+body+timestamp': 'not signed with a known secret for this public URL',
  'timestamp.body': 'not signed with a known secret',
  'id.timestamp.body': 'not signed with a known secret',
};
const DIGITS = { s: /^\d{1,12}$/, ms: /^\d{1,15}$/ } as const;

/** What is signed, and what is signed beside it. */
interface SignedContent {
  readonly signed: Signed;
  readonly stamp: Stamp;
}

function contentOf({ id, timestamp, signature, within }: HmacProof, signed: Signed): SignedContent | VerificationResult {
  if (within !== undefined) return contentWithin(within, signed) ?? refuse('signature.missing', signature.header, 'the signed fields are missing');
  const stamp = { id: headerIn(signed, id), timestamp: headerIn(signed, timestamp) };
  if (id !== undefined && (stamp.id ?? '') === '') return refuse('signature.missing', id.header, 'no message id');
  return { signed, stamp: present(stamp) };
}

function contentWithin({ timestamp, body }: NonNullable<HmacProof['within']>, signed: Signed): SignedContent | undefined {
  const sent = parseJson(signed.body.toString());
  const [at, text] = isRecord(sent) ? [sent[timestamp], sent[body]] : [];
  return typeof at === 'string' && typeof text === 'string' ? { signed: { ...signed, body: Buffer.from(text) }, stamp: { timestamp: at } } : undefined;
}

function refuseTime({ header, unit, maxAgeMs, aheadMs }: HmacTimestamp, text: string, now: number): VerificationResult | undefined {
  if (!DIGITS[unit].test(text)) return refuse('signature.timestamp', header, `must be epoch ${unit === 's' ? 'seconds' : 'milliseconds'}`);
  const age = now - Number(text) * (unit === 's' ? SECOND : 1);
  if (age > maxAgeMs) return refuse('signature.stale', header, `older than ${String(maxAgeMs / MINUTE)} minutes`);
  return age < -aheadMs ? refuse('signature.future', header, 'ahead of the clock') : undefined;
}

function headerIn({ headers }: Signed, place: { readonly header: string } | undefined): string | undefined {
  return place === undefined ? undefined : headers[place.header];
}

function signaturesIn({ header, prefix, separator }: HmacProof['signature'], { headers }: Signed): string[] {
  const text = headers[header];
  if (text === undefined) return [];
  const parts = separator === undefined ? [text] : text.split(separator, 2 * MAX_SIGNATURES);
  const begin = prefix ?? '';
  return parts.filter((part) => part.startsWith(begin)).slice(0, MAX_SIGNATURES).map((part) => part.slice(begin.length));
}

/** Hex in either case. Of `either` the bytes in hex: 64 letters are no base64 of them, nor the other way round. */
function comparable(encoding: HmacScheme['encoding'], given: string): string {
  if (encoding === 'base64') return given;
  return encoding === 'hex' || /^([0-9a-f]{2})+$/i.test(given) ? given.toLowerCase() : Buffer.from(given, 'base64').toString('hex');
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
