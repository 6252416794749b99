/**
 * `SenderProof` is how a sender proves who it is, as data: one of a few families with its parameters, and one verifier for all of them.
 */
import { present } from '../base/json.js';
import { type HmacProof, verifyHmac } from './hmac.js';
import { type PublishedKeys, verifyJwt } from './jwt.js';
import { verifyBasic } from './sharedSecret.js';
import { refuse, type Signed, type VerificationResult } from './verdict.js';

/** `JwtProof`: by a secret of ours (HS256), or by the public key that the sender's documentation shows. */
export interface JwtProof {
  readonly family: 'jwt';
  readonly key: 'secret' | 'publicKey';
  readonly audience: 'ours' | 'any';
  readonly issuer?: string;
  readonly maxLifeS?: number;
}

/** `SenderProof` is one of the families. */
export type SenderProof = ({ readonly family: 'hmac' } & HmacProof) | JwtProof | { readonly family: 'basic' };

/** `ProofTrust`: the secrets of a sender, or its public key; `audiences` are what senders call us. */
export interface ProofTrust {
  readonly secrets: readonly string[];
  readonly audiences: readonly string[];
  readonly keys?: PublishedKeys;
}

/** `verifyProof`: `now` is epoch ms. It answers at once where no token has to be read. */
export function verifyProof(proof: SenderProof, signed: Signed, trust: ProofTrust, now: number): VerificationResult | Promise<VerificationResult> {
  switch (proof.family) {
    case 'hmac': return verifyHmac(proof, signed, trust.secrets, now);
    case 'basic': return verifyBasic(signed, trust.secrets);
    case 'jwt': return verifyBearer(proof, signed, trust, now);
  }
}

function verifyBearer(
  { key, audience, issuer, maxLifeS }: JwtProof, signed: Signed, { secrets, audiences, keys }: ProofTrust, now: number,
): VerificationResult | Promise<VerificationResult> {
  const terms = present({ audiences: audience === 'ours' ? audiences : 'any' as const, issuer, maxLifeS });
  if (key === 'secret') return verifyJwt(signed, { ...terms, secrets }, now);
  return keys === undefined ? refuse('secret.missing', '', 'what is set is no public key') : verifyJwt(signed, { ...terms, secrets: [], keys }, now);
}
