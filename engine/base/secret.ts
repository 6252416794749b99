/**
 * Digests of secrets, and their comparison in constant time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** `sameSecret` compares in a time that says nothing about where two texts differ, nor about their lengths. */
export function sameSecret(expected: string, given: string): boolean {
  return timingSafeEqual(sha256(expected), sha256(given));
}

/** `sha256` is the digest of text (as UTF-8) or bytes. */
export function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
