/**
 * HubSpot's three signature versions; the older two (undated) count only where they are allowed.
 */
import { sameSecret, sha256 } from '../base/secret.js';
import { type HmacProof, verifyHmac } from './hmac.js';
import { usableSecrets } from './secretStrength.js';
import { refuse, type Signed, SIGNED, type VerificationResult } from './verdict.js';

/** `HubSpotVersions`: `v3` only, or `any` of v1, v2 and v3. */
export type HubSpotVersions = 'v3' | 'any';

const V3 = 'x-hubspot-signature-v3';
/** HubSpot's own rule for the age; its clock may be a little ahead of ours. */
const PROOF: HmacProof = {
  algorithm: 'sha256', encoding: 'base64', content: 'method+url+body+timestamp', signature: { header: V3 },
  timestamp: { header: 'x-hubspot-request-timestamp', unit: 'ms', maxAgeMs: 300_000, aheadMs: 30_000 },
};

/** `verifyHubSpot` judges v3 alone where a v3 signature is present. `now` is epoch ms. */
export function verifyHubSpot(signed: Signed, secrets: readonly string[], now: number, versions: HubSpotVersions = 'v3'): VerificationResult {
  if (signed.headers[V3] !== undefined) return verifyHmac(PROOF, { ...signed, url: hubSpotUrl(signed.url) }, secrets, now);
  if (versions === 'any' && signed.headers['x-hubspot-signature'] !== undefined) return verifyUndated(signed, usableSecrets('shared', secrets));
  return refuse('signature.missing', V3, 'no signature');
}

/** `hubSpotUrl` is what HubSpot signs of a URL: these escapes decoded and no others (developers.hubspot.com, "Validating requests"). */
export function hubSpotUrl(url: string): string {
  return url.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
}

function verifyUndated(signed: Signed, secrets: readonly string[]): VerificationResult {
  const { headers, method, url, body } = signed;
  const given = (headers['x-hubspot-signature'] ?? '').toLowerCase();
  const prefix = headers['x-hubspot-signature-version'] === 'v2' ? method + url : '';
  const matches = secrets.map((secret) => sameSecret(sha256(Buffer.concat([Buffer.from(secret + prefix), body])).toString('hex'), given));
  return matches.includes(true) ? SIGNED : refuse('signature.mismatch', 'x-hubspot-signature', 'not signed with a known secret');
}
