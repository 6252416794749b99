/**
 * Bearer tokens (RFC 6750): our own API token, and a till's JSON Web Token, which may vouch for the very body it comes with.
 * HS256 by a shared secret, or RS256, ES256, EdDSA by published keys.
 */
import type { CryptoKey, errors, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { RefusalRule } from '../base/errors.js';
import { present, ownOf } from '../base/json.js';
import { sameSecret, sha256 } from '../base/secret.js';
import { usableSecrets } from './secretStrength.js';
import { refuse, type Signed, type VerificationResult } from './verdict.js';

/** `PublishedKeys` are those of one key server, `name` its address. `keyFor` is a key set of `jose`; it throws `keys.away` where none can be had. */
export interface PublishedKeys {
  readonly name: string;
  readonly keyFor: JWTVerifyGetKey;
}

/**
 * `JwtTrust`: `audiences` are the names we answer to (base of the public URL, URL of the endpoint), `any` where the sender's word for it is not known.
 * `issuer` counts only where it is set. `maxLifeS`: from issue to expiry, else ten minutes.
 */
export interface JwtTrust {
  readonly secrets: readonly string[];
  readonly keys?: PublishedKeys;
  readonly issuer?: string;
  readonly audiences: readonly string[] | 'any';
  readonly maxLifeS?: number;
}

const TOLERANCE_S = 30;
/** A token may live ten minutes from issue to expiry. */
const MAX_LIFE_S = 600;
const PUBLIC_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const HEADER = 'authorization';

/** `verifyToken`: does the sender hold our API token? */
export function verifyToken(signed: Signed, tokens: readonly string[]): VerificationResult {
  const given = bearerOf(signed.headers);
  if (given === undefined) return refuse('token.missing', HEADER, 'no bearer token');
  const matches = usableSecrets('shared', tokens).map((token) => sameSecret(token, given));
  return matches.includes(true) ? { outcome: 'valid', trust: 'token' } : refuse('token.unknown', HEADER, 'not a known token');
}

/** `bearerOf` is the credential after `Bearer` (the scheme's name in any case). */
export function bearerOf(headers: Signed['headers']): string | undefined {
  return /^bearer +([^\s]+)$/i.exec(headers[HEADER]?.trim() ?? '')?.[1];
}

/** `verifyJwt` judges a till's token. `now` is epoch ms. Throws `keys.away` where the keys that decide are not to be had. */
export async function verifyJwt(signed: Signed, trust: JwtTrust, now: number): Promise<VerificationResult> {
  const token = bearerOf(signed.headers);
  if (token === undefined) return refuse('token.missing', HEADER, 'no bearer token');
  const jose = await import('jose');
  try {
    const proven = await proveToken(token, jose.decodeProtectedHeader(token).alg ?? '', trust, now);
    return proven === undefined ? refuse('jwt.alg', HEADER, 'not an algorithm of this endpoint') : judge(proven, signed, trust, now);
  } catch (error) {
    if (joseCode(error) !== undefined) return refuse(ruleOf(error), HEADER, 'not a valid token');
    if (error instanceof TypeError) return refuse('jwt.malformed', HEADER, 'not a token');
    throw error;
  }
}

interface Proven {
  readonly claims: JWTPayload;
  readonly scope: string;
}

/** The token's algorithm alone decides which key is tried, so a published key can never serve as a shared secret. */
async function proveToken(token: string, alg: string, { secrets, keys, issuer }: JwtTrust, now: number): Promise<Proven | undefined> {
  const options = present({ algorithms: [alg], requiredClaims: ['exp'], clockTolerance: TOLERANCE_S, currentDate: new Date(now), issuer });
  const shared = usableSecrets('hs256', secrets);
  if (alg === 'HS256' && shared.length > 0) return firstValid(token, shared.map((secret) => ({ key: Buffer.from(secret), scope: secret })), options);
  if (!PUBLIC_ALGORITHMS.includes(alg) || keys === undefined) return undefined;
  const { jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, keys.keyFor, options);
    return { claims: payload, scope: keys.name };
  } catch (error) {
    if (joseCode(error) !== 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw error;
    const candidates: Candidate[] = [];
    for await (const key of error as errors.JWKSMultipleMatchingKeys) candidates.push({ key, scope: keys.name });
    return firstValid(token, candidates, options);
  }
}

interface Candidate {
  readonly key: CryptoKey | Buffer;
  readonly scope: string;
}

/** The first key that fits; a wrong signature lets the next one try, any other fault of the token is final. */
async function firstValid(token: string, candidates: readonly Candidate[], options: JWTVerifyOptions): Promise<Proven> {
  const { jwtVerify } = await import('jose');
  let last: unknown;
  for (const { key, scope } of candidates) {
    try {
      return { claims: (await jwtVerify(token, key, options)).payload, scope };
    } catch (error) {
      if (joseCode(error) !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') throw error;
      last = error;
    }
  }
  throw last;
}
function judge({ claims, scope }: Proven, signed: Signed, { audiences, maxLifeS = MAX_LIFE_S }: JwtTrust, now: number): VerificationResult {
  const { aud, jti, bodysha256, exp = 0 } = claims;
  const unlawful = refuseLife(claims, now / 1000, maxLifeS);
  if (unlawful !== undefined) return unlawful;
  if (aud !== undefined && audiences !== 'any' && ![aud].flat().some((name) => audiences.includes(withoutSlash(name)))) {
    return refuse('jwt.aud', HEADER, 'meant for another receiver');
  }
  if (bodysha256 !== undefined && !isHashOf(signed.body, bodysha256)) return refuse('jwt.body', HEADER, 'made for another body');
  const trust = bodysha256 === undefined ? 'token' : 'signed';
  if (typeof jti !== 'string' || jti === '') return { outcome: 'valid', trust };
  return { outcome: 'valid', trust, binding: { id: jti, scope, expiresAt: (exp + TOLERANCE_S) * 1000 } };
}

function refuseLife({ iat, exp = 0 }: JWTPayload, nowS: number, maxLifeS: number): VerificationResult | undefined {
  if (iat !== undefined && iat > nowS + TOLERANCE_S) return refuse('jwt.iat', HEADER, 'issued in the future');
  const lifeS = iat === undefined ? exp - nowS - TOLERANCE_S : exp - iat;
  return lifeS > maxLifeS ? refuse('jwt.lifetime', HEADER, `valid for more than ${String(maxLifeS / 60)} minutes`) : undefined;
}

/** Base64url of the SHA-256, with or without padding. */
function isHashOf(body: Buffer, claim: unknown): boolean {
  return typeof claim === 'string' && sameSecret(sha256(body).toString('base64url'), claim.replace(/=+$/, ''));
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** `joseCode` is the code of an error of `jose`. By its text and not its class, so that a second copy of the package is understood, too. */
export function joseCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('ERR_J') ? code : undefined;
}

/** e.g. `jwt.expired`, `jwt.iss`, `jwt.signature`. */
function ruleOf(error: unknown): RefusalRule {
  switch (joseCode(error)) {
    case 'ERR_JWT_EXPIRED': return 'jwt.expired';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED': return ownOf(CLAIM_RULES, (error as errors.JWTClaimValidationFailed).claim) ?? 'jwt.malformed';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED': case 'ERR_JWKS_NO_MATCHING_KEY': return 'jwt.signature';
    default: return 'jwt.malformed';
  }
}

const CLAIM_RULES: Readonly<Record<string, RefusalRule>> = { exp: 'jwt.exp', nbf: 'jwt.nbf', iat: 'jwt.iat', iss: 'jwt.iss' };
