/**
 * HubSpot's three signature versions; the older two (undated) count only where they are allowed.
 */
import { sameSecret, sha256 } from '../base/secret.js';
import { hmacMatches, type HmacScheme } from './hmac.js';
import { usableSecrets } from './secretStrength.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

/** `HubSpotVersions`: `v3` only, or `any` of v1, v2 and v3. */
export type HubSpotVersions = 'v3' | 'any';

const SCHEME: HmacScheme = { algorithm: 'sha256', encoding: 'base64', content: 'method+url+body+timestamp' };
const V3 = 'x-hubspot-signature-v3';
const STAMP = 'x-hubspot-request-timestamp';
/** HubSpot's own rule: older than five minutes is refused. */
const MAX_AGE_MS = 300_000;
/** How far the sender's clock may be ahead of ours. */
const AHEAD_MS = 30_000;

/** `verifyHubSpot` judges v3 alone where a v3 signature is present. `now` is epoch ms. */
export function verifyHubSpot(signed: Signed, secrets: readonly string[], now: number, versions: HubSpotVersions = 'v3'): VerificationResult {
  const given = signed.headers[V3];
  const known = usableSecrets('shared', secrets);
  if (given !== undefined) return verifyV3(signed, given, known, now);
  if (versions === 'any' && signed.headers['x-hubspot-signature'] !== undefined) return verifyUndated(signed, known);
  return refuse('signature.missing', V3, 'no signature');
}

/** `hubSpotUrl` is what HubSpot signs of a URL: these escapes decoded and no others (developers.hubspot.com, "Validating requests"). */
export function hubSpotUrl(url: string): string {
  return url.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
}

function verifyV3(signed: Signed, given: string, secrets: readonly string[], now: number): VerificationResult {
  const timestamp = signed.headers[STAMP] ?? '';
  if (!/^\d{1,15}$/.test(timestamp)) return refuse('signature.timestamp', STAMP, 'must be epoch milliseconds');
  const age = now - Number(timestamp);
  if (age > MAX_AGE_MS) return refuse('signature.stale', STAMP, 'older than 5 minutes');
  if (age < -AHEAD_MS) return refuse('signature.future', STAMP, 'ahead of the clock');
  const matches = hmacMatches(SCHEME, { ...signed, url: hubSpotUrl(signed.url) }, given, secrets, { timestamp });
  return matches ? SIGNED : refuse('signature.mismatch', V3, 'not signed with a known secret for this public URL');
}

function verifyUndated(signed: Signed, secrets: readonly string[]): VerificationResult {
  const { headers, method, url, body } = signed;
  const given = (headers['x-hubspot-signature'] ?? '').toLowerCase();
  const prefix = headers['x-hubspot-signature-version'] === 'v2' ? method + url : '';
  const matches = secrets.map((secret) => sameSecret(sha256(Buffer.concat([Buffer.from(secret + prefix), body])).toString('hex'), given));
  return matches.includes(true) ? SIGNED : refuse('signature.mismatch', 'x-hubspot-signature', 'not signed with a known secret');
}
