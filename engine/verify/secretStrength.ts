/**
 * `SecretStrength` says what a secret is worth before anybody relies on it: nothing, less than its scheme asks for, or enough.
 */

/** `SecretScheme`: a key of HS256 (RFC 7518: as long as the hash), of Standard Webhooks (`whsec_`, at least 24 bytes), or a text that both sides know. */
export type SecretScheme = 'hs256' | 'standard' | 'shared';

/** `SecretStrength`: `empty` opens nothing. `short` opens what it opened, and is warned of at the start and on /health. */
export type SecretStrength = 'empty' | 'short' | 'enough';

/** `LEAST_BYTES` of a secret, per scheme. */
export const LEAST_BYTES: Readonly<Record<SecretScheme, number>> = { hs256: 32, standard: 24, shared: 16 };

/** Nothing to be seen or typed, and a variable whose value nobody has put in its place: everybody knows these. */
const NOTHING = /^([\s\p{C}\p{M}]*|\$\{[^{}]*\})$/u;

/** `strengthOf` a secret as it was typed. */
export function strengthOf(scheme: SecretScheme, secret: string): SecretStrength {
  const bytes = NOTHING.test(secret) ? 0 : scheme === 'standard' ? standardKey(secret).length : Buffer.byteLength(secret);
  return bytes === 0 ? 'empty' : bytes < LEAST_BYTES[scheme] ? 'short' : 'enough';
}

/** `usableSecrets` are those that are not empty: whoever knows nothing could sign with the others. */
export function usableSecrets(scheme: SecretScheme, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => strengthOf(scheme, secret) !== 'empty');
}

/** `standardKey` is the key behind `whsec_…`. */
export function standardKey(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}
