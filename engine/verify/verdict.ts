/**
 * Verification of a sender: what every signature scheme is asked, and the verdict it gives.
 */
import type { Refusal, RefusalRule } from '../base/errors.js';

/** `Signed` is one request as it came. Header names are lower case; `url` is what the sender signed: the public URL with path and query. */
export interface Signed {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** `Trust`: `signed` the body itself is proven, `token` only who sends it, `untrusted` nothing, and nobody asks. */
export type Trust = 'signed' | 'token' | 'untrusted';

/** `VerificationResult`: its `binding` is a token's one-time id, to be tied to the body it first came with. */
export type VerificationResult =
  | { readonly outcome: 'valid'; readonly trust: Trust; readonly binding?: Binding }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** `Binding`: `scope` separates the ids of one issuer from another's; `expiresAt` (epoch ms) is when the id may be forgotten. */
export interface Binding {
  readonly id: string;
  readonly scope: string;
  readonly expiresAt: number;
}

/** `SIGNED` is the verdict on a body that is proven. */
export const SIGNED: VerificationResult = { outcome: 'valid', trust: 'signed' };

/** `refuse` is a refusal of the proof. `header` is the place of what was missing or wrong. */
export function refuse(rule: RefusalRule, header: string, message: string): VerificationResult {
  return { outcome: 'refused', refusal: { path: `/headers/${header}`, rule, message } };
}

/** `secretLines` are secrets as typed in a form or an environment variable: one per line, current and previous ones. */
export function secretLines(text: string): string[] {
  return text.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== '').slice(0, MAX_SECRETS);
}

/** Each secret costs one HMAC per forged request. */
const MAX_SECRETS = 10;
