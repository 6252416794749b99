/**
 * Which proof does this endpoint ask for? The engine's verifiers, wired to one webhook's secrets and keys.
 */
import { verifyHubSpot } from '../../engine/verify/hubspot.js';
import { KeyRing } from '../../engine/verify/jwks.js';
import { verifyJwt } from '../../engine/verify/jwt.js';
import type { ReplayGuard } from '../../engine/verify/replayGuard.js';
import { verifyShopify } from '../../engine/verify/shopify.js';
import { isStandardWebhook, verifyStandardWebhook } from '../../engine/verify/standardWebhooks.js';
import { verifyToken } from '../../engine/verify/bearerToken.js';
import { refuse, type Signed, type VerificationResult } from '../../engine/verify/verdict.js';
import { verifyWooCommerce } from '../../engine/verify/woocommerce.js';
import { isOpen, type WebhookConfig } from './config.js';

/** Rejects with `keys.away` or a fault of the store where nobody can tell now; at once where nobody else has to be asked. */
export type Prove = (signed: Signed, now: number) => Proof | Promise<Proof>;

/** `release`: gives a token's one-time id back where the body it came with is refused, and nothing of it stored. */
export type Proof = VerificationResult & { readonly release?: () => Promise<void> };

/** `audiences`: what senders call us, without slash at the end. */
export function proverOf(config: WebhookConfig, audiences: readonly string[], guard: ReplayGuard, keys?: KeyRing): Prove {
  const verify = verifierOf(config, audiences, keys);
  const bind = async (verdict: VerificationResult, { body }: Signed, now: number): Promise<Proof> => {
    if (verdict.outcome === 'refused' || verdict.binding === undefined) return verdict;
    const { binding } = verdict;
    const bound = await guard.bind(binding, body, now);
    if (bound === 'replayed') return refuse('jwt.replayed', 'authorization', 'token was used for another body');
    return { ...verdict, release: () => guard.release(binding, body) };
  };
  return (signed, now) => {
    if (!isOpen(config)) return refuse('secret.missing', '', 'this endpoint has no secret yet');
    const verdict = verify(signed, now);
    if (verdict instanceof Promise) return verdict.then((proven) => bind(proven, signed, now));
    return verdict.outcome === 'refused' || verdict.binding === undefined ? verdict : bind(verdict, signed, now);
  };
}

/** Follows the key server of a webhook. */
export function keyRingOf(url: string): KeyRing {
  return new KeyRing(url, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(KEYS_TIMEOUT_MS), headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(`key server answered ${String(response.status)}`);
    return response.json();
  });
}

/** Below every sender's own patience. */
const KEYS_TIMEOUT_MS = 2_500;

const ANYBODY: VerificationResult = { outcome: 'valid', trust: 'untrusted' };

type Verify = (signed: Signed, now: number) => VerificationResult | Promise<VerificationResult>;

function verifierOf(config: WebhookConfig, audiences: readonly string[], keys: KeyRing | undefined): Verify {
  const { secrets, webhookSecrets } = config;
  switch (config.provider) {
    case 'shopify': return (signed) => verifyShopify(signed, secrets);
    case 'hubspot': return (signed, now) => verifyHubSpot(signed, secrets, now, config.versions);
    case 'woocommerce': return (signed) => verifyWooCommerce(signed, secrets);
    case 'events': case 'batch': return (signed) => verifyToken(signed, secrets);
    case 'pixel': return () => ANYBODY;
    case 'pos': {
      const { issuer } = config;
      const trust = { secrets, audiences, ...(keys === undefined ? {} : { keys }), ...(issuer === undefined ? {} : { issuer }) };
      return (signed, now) => (isStandardWebhook(signed.headers) ? verifyStandardWebhook(signed, webhookSecrets, now) : verifyJwt(signed, trust, now));
    }
  }
}
