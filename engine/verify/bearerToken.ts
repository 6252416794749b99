/**
 * Does the sender hold our API token? `Authorization: Bearer <token>`.
 */
import { sameSecret } from '../base/secret.js';
import { refuse, type Signed, type VerificationResult } from './verdict.js';

export function verifyToken(signed: Signed, tokens: readonly string[]): VerificationResult {
  const given = bearerOf(signed.headers);
  if (given === undefined) return refuse('token.missing', 'authorization', 'no bearer token');
  const matches = tokens.map((token) => sameSecret(token, given));
  return matches.includes(true) ? { outcome: 'valid', trust: 'token' } : refuse('token.unknown', 'authorization', 'not a known token');
}

/** The credential after `Bearer` (RFC 6750; the scheme's name in any case). */
export function bearerOf(headers: Signed['headers']): string | undefined {
  return /^bearer +([^\s]+)$/i.exec(headers['authorization']?.trim() ?? '')?.[1];
}
