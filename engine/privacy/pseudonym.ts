/**
 * Pseudonyms keep persons out of the numbers: fields are allowed by name, e-mail addresses become keyed pseudonyms. What must be kept whole is sealed
 * (see seal.ts).
 */
import { createHmac } from 'node:crypto';

const PSEUDONYM_BYTES = 16;

/** `pseudonymOf` is keyed with the shop's secret: equal addresses are equal pseudonyms in one shop, and nobody without the key can try addresses. */
export function pseudonymOf(email: string, privacyKey: Uint8Array): string {
  return `h1:${keyedDigest(`v1|email|${email.trim().toLowerCase()}`, privacyKey)}`;
}

/** `staffPseudonymOf` is the same for who sold: the name or number that a till has for them in one shop. */
export function staffPseudonymOf(name: string, privacyKey: Uint8Array): string {
  return `s1:${keyedDigest(`v1|staff|${name.trim().toLowerCase()}`, privacyKey)}`;
}

/** `keyedDigest`: 128 bits of HMAC-SHA256 as base64url: a name for something that must not be guessed back. */
export function keyedDigest(text: string | Uint8Array, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest().subarray(0, PSEUDONYM_BYTES).toString('base64url');
}

/** `allowOnly` gives the own text fields of `record` that `allowed` names, and no others. */
export function allowOnly(record: unknown, allowed: ReadonlySet<string>): Record<string, string> {
  const kept: Record<string, string> = {};
  if (typeof record !== 'object' || record === null) return kept;
  for (const name of Object.keys(record)) {
    const value: unknown = allowed.has(name) ? (record as Record<string, unknown>)[name] : undefined;
    if (typeof value === 'string') kept[name] = value.slice(0, 256);
  }
  return kept;
}
