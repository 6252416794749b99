/**
 * Did the till vouch for this request with a JSON Web Token, and for this very body? HS256 by a shared secret, or RS256, ES256, EdDSA by published keys.
 */
import type { CryptoKey, JWTPayload, JWTVerifyResult } from 'jose';
import { Fault, type RefusalRule } from '../base/errors.js';
import type { KeyRing } from './jwks.js';
import { bearerOf } from './bearerToken.js';
import { sameSecret, sha256 } from '../base/secret.js';
import { refuse, type Signed, type VerificationResult } from './verdict.js';

/** `audiences`: the names we answer to (base of the public URL, URL of the endpoint). `issuer` counts only where it is set. */
export interface JwtTrust {
  readonly secrets: readonly string[];
  readonly keys?: KeyRing;
  readonly issuer?: string;
  readonly audiences: readonly string[];
}

const TOLERANCE_S = 30;
/** A token may live ten minutes from issue to expiry. */
const MAX_LIFE_S = 600;
const PUBLIC_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const HEADER = 'authorization';

/** `now` is epoch ms. Throws `keys.away` where the keys that could tell are not to be had. */
export async function verifyJwt(signed: Signed, trust: JwtTrust, now: number): Promise<VerificationResult> {
  const token = bearerOf(signed.headers);
  if (token === undefined) return refuse('token.missing', HEADER, 'no bearer token');
  const jose = await import('jose');
  try {
    const header = jose.decodeProtectedHeader(token);
    const proven = await proveToken(token, header, trust, now);
    return proven === undefined ? refuse('jwt.alg', HEADER, 'not an algorithm of this endpoint') : judge(proven, signed, trust, now);
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof jose.errors.JOSEError) return refuse(ruleOf(error), HEADER, 'not a valid token');
    if (error instanceof TypeError) return refuse('jwt.malformed', HEADER, 'not a token');
    throw error;
  }
}

interface Proven {
  readonly claims: JWTPayload;
  readonly scope: string;
}

/** The token's algorithm alone decides which key is tried, so a published key can never serve as a shared secret. */
async function proveToken(token: string, header: { alg?: string; kid?: string }, trust: JwtTrust, now: number): Promise<Proven | undefined> {
  const { alg } = header;
  if (alg === 'HS256' && trust.secrets.length > 0) return proveShared(token, trust, now);
  if (alg === undefined || !PUBLIC_ALGORITHMS.includes(alg) || trust.keys === undefined) return undefined;
  const keys = await trust.keys.keysFor({ ...header, alg }, now);
  const result = await firstValid(keys, (key) => verifyWith(token, key, alg, trust, now));
  return { claims: result.payload, scope: trust.keys.name };
}

async function proveShared(token: string, trust: JwtTrust, now: number): Promise<Proven> {
  let scope = '';
  const result = await firstValid(trust.secrets, (secret) => {
    scope = secret;
    return verifyWith(token, Buffer.from(secret), 'HS256', trust, now);
  });
  return { claims: result.payload, scope };
}

/** The first key that fits; a wrong signature lets the next one try, any other fault of the token is final. */
async function firstValid<K>(keys: readonly K[], verify: (key: K) => Promise<JWTVerifyResult>): Promise<JWTVerifyResult> {
  const { errors } = await import('jose');
  let last: unknown = new errors.JWKSNoMatchingKey();
  for (const key of keys) {
    try {
      return await verify(key);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      last = error;
    }
  }
  throw last;
}

async function verifyWith(token: string, key: CryptoKey | Buffer, alg: string, trust: JwtTrust, now: number): Promise<JWTVerifyResult> {
  const { jwtVerify } = await import('jose');
  return jwtVerify(token, key, {
    algorithms: [alg],
    requiredClaims: ['exp'],
    clockTolerance: TOLERANCE_S,
    currentDate: new Date(now),
    ...(trust.issuer === undefined ? {} : { issuer: trust.issuer }),
  });
}

function judge({ claims, scope }: Proven, signed: Signed, { audiences }: JwtTrust, now: number): VerificationResult {
  const { aud, jti, bodysha256, exp = 0 } = claims;
  const unlawful = refuseLife(claims, now / 1000);
  if (unlawful !== undefined) return unlawful;
  if (aud !== undefined && ![aud].flat().some((name) => audiences.includes(withoutSlash(name)))) {
    return refuse('jwt.aud', HEADER, 'meant for another receiver');
  }
  if (bodysha256 !== undefined && !isHashOf(signed.body, bodysha256)) return refuse('jwt.body', HEADER, 'made for another body');
  const trust = bodysha256 === undefined ? 'token' : 'signed';
  if (typeof jti !== 'string' || jti === '') return { outcome: 'valid', trust };
  return { outcome: 'valid', trust, binding: { id: jti, scope, expiresAt: (exp + TOLERANCE_S) * 1000 } };
}

function refuseLife({ iat, exp = 0 }: JWTPayload, nowS: number): VerificationResult | undefined {
  if (iat !== undefined && iat > nowS + TOLERANCE_S) return refuse('jwt.iat', HEADER, 'issued in the future');
  const lifeS = iat === undefined ? exp - nowS - TOLERANCE_S : exp - iat;
  return lifeS > MAX_LIFE_S ? refuse('jwt.lifetime', HEADER, 'valid for more than 10 minutes') : undefined;
}

/** Base64url of the SHA-256, with or without padding. */
function isHashOf(body: Buffer, claim: unknown): boolean {
  return typeof claim === 'string' && sameSecret(sha256(body).toString('base64url'), claim.replace(/=+$/, ''));
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** e.g. `jwt.expired`, `jwt.iss`, `jwt.signature`. */
function ruleOf(error: { readonly code?: unknown; readonly claim?: unknown }): RefusalRule {
  if (error.code === 'ERR_JWT_EXPIRED') return 'jwt.expired';
  if (error.code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return CLAIM_RULES[String(error.claim)] ?? 'jwt.malformed';
  if (error.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' || error.code === 'ERR_JWKS_NO_MATCHING_KEY') return 'jwt.signature';
  return 'jwt.malformed';
}

const CLAIM_RULES: Readonly<Record<string, RefusalRule>> = { exp: 'jwt.exp', nbf: 'jwt.nbf', iat: 'jwt.iat', iss: 'jwt.iss' };
