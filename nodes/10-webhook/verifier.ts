/**
 * `verifierOf` wires the engine's verifiers to the secrets and keys of one webhook.
 */
import { isStandardWebhook, verifyShopify, verifyStandardWebhook, verifyWooCommerce } from '../../engine/verify/hmac.js';
import { verifyHubSpot } from '../../engine/verify/hubspot.js';
import { type PublishedKeys, verifyJwt, verifyToken } from '../../engine/verify/jwt.js';
import type { SenderProfile } from '../../engine/normalize/profile/profile.js';
import { isProfile, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { publicKeyIn } from '../../engine/verify/publicKey.js';
import type { ReplayGuard } from '../../engine/verify/replayGuard.js';
import { verifyProof } from '../../engine/verify/senderProof.js';
import { secretInUrl, verifyUrlSecret } from '../../engine/verify/sharedSecret.js';
import { CLOCK_TOLERANCE_MS } from '../../engine/verify/clockEvidence.js';
import { type RequestTimestamp, timestampOf } from '../../engine/verify/timestamp.js';
import { refuse, type Signed, type VerificationResult } from '../../engine/verify/verdict.js';
import { clockEvidence, clockSlowBy, readingAt } from '../shared/clock.js';
import { isOpen, variablesOf, type WebhookConfig } from './config.js';

/** `Verifier` rejects with `keys.away` or a fault of the store where nobody can decide now; it answers at once where nobody else has to be asked. */
export type Verifier = (signed: Signed, now: number) => Proof | Promise<Proof>;

/** `Proof`: `release` gives a token's one-time id back where the body it came with is refused, and nothing of it stored. */
export type Proof = VerificationResult & { readonly release?: () => Promise<void> };

const ANYBODY: VerificationResult = { outcome: 'valid', trust: 'untrusted' };

/** `verifierOf`: `audiences` are what senders call us, without slash at the end. */
export function verifierOf(config: WebhookConfig, audiences: readonly string[], guard: ReplayGuard, keys?: PublishedKeys): Verifier {
  return byCorrectedClock(config.provider, undatedVerifier(config, audiences, guard, keys));
}

function undatedVerifier(config: WebhookConfig, audiences: readonly string[], guard: ReplayGuard, keys?: PublishedKeys): Verifier {
  if (!isOpen(config)) {
    const message = `this endpoint has no secret yet: type it into its webhook node, or set ${variablesOf(config.provider).join(' or ')}`;
    return () => refuse('secret.missing', '', message);
  }
  const { secrets, webhookSecrets, issuer, versions, provider } = config;
  if (isProfile(provider)) return profileVerifier(PROFILES[provider], config, audiences, guard);
  switch (provider) {
    case 'shopify': return (signed) => verifyShopify(signed, secrets);
    case 'hubspot': return (signed, now) => verifyHubSpot(signed, secrets, now, versions);
    case 'woocommerce': return (signed) => verifyWooCommerce(signed, secrets);
    case 'events': case 'batch': return (signed) => verifyToken(signed, secrets);
    case 'pixel': return () => ANYBODY;
    case 'pos': {
      const trust = { secrets, audiences, ...(keys !== undefined && { keys }), ...(issuer !== undefined && { issuer }) };
      return (signed, now) => (isStandardWebhook(signed.headers)
        ? verifyStandardWebhook(signed, webhookSecrets, now)
        : verifyJwt(signed, trust, now).then((verdict) => bind(guard, verdict, signed, now)));
    }
  }
}

/** By its signature, or by the secret at the end of the URL that it was given. */
function profileVerifier({ proof }: SenderProfile, config: WebhookConfig, audiences: readonly string[], guard: ReplayGuard): Verifier {
  const { secrets, urlSecrets, urlTrust, path } = config;
  const keys = publicKeyIn(secrets.join('\n'));
  const trust = { secrets, audiences, ...(keys !== undefined && { keys }) };
  return (signed, now) => {
    const tail = urlSecrets.length === 0 ? undefined : secretInUrl(signed.url, path);
    if (tail !== undefined) {
      const verdict = verifyUrlSecret(tail, urlSecrets);
      return verdict.outcome === 'valid' ? { outcome: 'valid', trust: urlTrust } : verdict;
    }
    if (proof === undefined) return refuse('token.missing', '', 'only by the secret URL');
    const verdict = verifyProof(proof, signed, trust, now);
    return verdict instanceof Promise ? verdict.then((proven) => bind(guard, proven, signed, now)) : verdict;
  };
}

/**
 * Proofs are fresh by the clock as senders correct it. One that is refused although its sender's clock is ahead of ours may be right, and our clock
 * slow: if it is genuine at its own time, it says so, and is judged again.
 */
function byCorrectedClock(provider: WebhookConfig['provider'], verify: Verifier): Verifier {
  return (signed, now) => {
    const stamp = timestampOf(provider, signed);
    const at = now + clockSlowBy(now);
    const proof = verify(signed, at);
    if (stamp === undefined) return proof;
    const settle = (judged: Proof): Proof | Promise<Proof> => {
      if (judged.outcome === 'valid') clockEvidence.claim(provider, stamp.witness, stamp.at, readingAt(now));
      return judged.outcome === 'refused' && stamp.at > at + CLOCK_TOLERANCE_MS ? judgeAgain(verify, provider, { signed, stamp, now }) : judged;
    };
    return proof instanceof Promise ? proof.then(settle) : settle(proof);
  };
}

interface DatedRequest {
  readonly signed: Signed;
  readonly stamp: RequestTimestamp;
  readonly now: number;
}

async function judgeAgain(verify: Verifier, provider: string, { signed, stamp, now }: DatedRequest): Promise<Proof> {
  const genuine = await verify(signed, stamp.at);
  if (genuine.outcome === 'refused') return genuine;
  clockEvidence.claim(provider, stamp.witness, stamp.at, readingAt(now));
  if (now + clockSlowBy(now) >= stamp.at - CLOCK_TOLERANCE_MS) return genuine;
  await genuine.release?.();
  return verify(signed, now + clockSlowBy(now));
}

async function bind(guard: ReplayGuard, verdict: VerificationResult, { body }: Signed, now: number): Promise<Proof> {
  if (verdict.outcome === 'refused' || verdict.binding === undefined) return verdict;
  const { binding } = verdict;
  const bound = await guard.bind(binding, body, now);
  if (bound === 'replayed') return refuse('jwt.replayed', 'authorization', 'token was used for another body');
  return { ...verdict, release: () => guard.release(binding, body) };
}
