/**
 * `tlsOptions` is the lowest version of TLS of everything that we open or dial: 1.3, or 1.2 where `BOTTEGA_TLS_MIN` says so.
 */
import { ConfigError } from './errors.js';

/** `TlsOptions`, as `node:tls` takes them. */
export interface TlsOptions {
  readonly minVersion: 'TLSv1.3' | 'TLSv1.2';
}

/** `OLD_TLS` says what to do about another side that does not get that far. */
export const OLD_TLS = 'the other side speaks no TLS 1.3: update it, or set BOTTEGA_TLS_MIN=1.2';

/** `OLD_TLS_ERROR` in the code or message of an error. */
export const OLD_TLS_ERROR = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|alert protocol version|unsupported protocol/i;

/** `tlsOptions` throws `ConfigError` for a version that is none of the two. */
export function tlsOptions(environment: Readonly<Record<string, string | undefined>>): TlsOptions {
  const version = environment['BOTTEGA_TLS_MIN']?.trim() ?? '';
  if (version === '' || version === '1.3') return { minVersion: 'TLSv1.3' };
  if (version === '1.2') return { minVersion: 'TLSv1.2' };
  throw new ConfigError('BOTTEGA_TLS_MIN', 'must be 1.3 or 1.2', version);
}

/** `isOldTls`: whether a handshake failed because one of the two wants a later version than the other speaks; by OpenSSL's names. */
export function isOldTls(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const { code } = cause as { code?: unknown };
    if (OLD_TLS_ERROR.test(`${typeof code === 'string' ? code : ''} ${cause.message}`)) return true;
  }
  return false;
}
