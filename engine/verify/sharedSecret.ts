/**
 * Secrets that are sent along and sign nothing: a login (HTTP Basic, RFC 7617), or the end of the URL that only the sender was given.
 */
import { sameSecret } from '../base/secret.js';
import { usableSecrets } from './secretStrength.js';
import { refuse, type Signed, type VerificationResult } from './verdict.js';

const HEADER = 'authorization';
const BY_TOKEN: VerificationResult = { outcome: 'valid', trust: 'token' };

/** `verifyBasic`: `logins` are `user:password`. */
export function verifyBasic({ headers }: Signed, logins: readonly string[]): VerificationResult {
  const given = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(headers[HEADER]?.trim() ?? '')?.[1];
  if (given === undefined) return refuse('token.missing', HEADER, 'no login');
  return isAmong(usableSecrets('shared', logins), Buffer.from(given, 'base64').toString()) ? BY_TOKEN : refuse('token.unknown', HEADER, 'not a known login');
}

/** `secretInUrl` is what a URL has after the path of an endpoint, `undefined` where it is the endpoint itself. */
export function secretInUrl(url: string, path: string): string | undefined {
  const called = (url.split('?', 1)[0] ?? '').replace(/\/+$/, '');
  const cut = called.lastIndexOf('/');
  return called.slice(0, cut).toLowerCase().endsWith(path.toLowerCase()) ? called.slice(cut + 1) : undefined;
}

/** `verifyUrlSecret`: whether a request came by one of the secret URLs. */
export function verifyUrlSecret(given: string, secrets: readonly string[]): VerificationResult {
  if (isAmong(usableSecrets('shared', secrets), given)) return BY_TOKEN;
  return { outcome: 'refused', refusal: { path: '/url', rule: 'token.unknown', message: 'not a known secret URL' } };
}

/** Every one is tried, so that the time taken does not show which one matched. */
function isAmong(known: readonly string[], given: string): boolean {
  return known.map((secret) => sameSecret(secret, given)).includes(true);
}
