/**
 * `publishedKeys` follows the key server of a till: `jose`'s remote key set, whose last good version survives the server.
 */
import type { JWTVerifyGetKey } from 'jose';
import { Fault } from '../../engine/base/errors.js';
import { isOldTls, OLD_TLS } from '../../engine/base/tls.js';
import { joseCode, type PublishedKeys } from '../../engine/verify/jwt.js';
import { secureFetch } from '../shared/http/secureFetch.js';

/** Below every sender's own patience. */
const TIMEOUT_MS = 2_500;
/** A set older than this is fetched anew while the old one goes on serving. */
const FRESH_MS = 600_000;
/** An unknown key asks the server at most this often, so that forged tokens cannot make us hammer it. */
const COOLDOWN_MS = 30_000;
/** Nobody asks more often than this. Short: until an answer comes senders may be getting 503. */
const RETRY_MS = 2_000;
/** A key has about half a KB. */
const MAX_BYTES = 64 * 1024;

/** `RemoteKeys` can be fetched ahead of the first token. */
export interface RemoteKeys extends PublishedKeys {
  /** False: not to be had now. */
  warm(): Promise<boolean>;
}

/** `publishedKeys` of that address. It follows no redirect: the keys are those of the address configured. */
export function publishedKeys(url: string): RemoteKeys {
  let askedAt = -Infinity;
  const opened = import('jose').then(({ createRemoteJWKSet, customFetch }) => createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    // Never too old to serve: `keyFor` renews it in the background.
    cacheMaxAge: Infinity,
    [customFetch]: (address, options) => {
      if (Date.now() - askedAt < RETRY_MS) return Promise.reject(new Fault('keys.away', AWAY));
      askedAt = Date.now();
      return secureFetch(address, { ...options, maxBytes: MAX_BYTES });
    },
  }));
  const warm = async (): Promise<boolean> => (await opened).reload().then(() => true, () => false);
  const keyFor: JWTVerifyGetKey = async (header, token) => {
    const keySet = await opened;
    if (keySet.jwks() !== undefined && Date.now() - askedAt > FRESH_MS) void warm();
    return keySet(header, token).catch((error: unknown) => {
      const code = joseCode(error);
      if (code === 'ERR_JWKS_NO_MATCHING_KEY' || code === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw error;
      throw new Fault('keys.away', isOldTls(error) ? [AWAY, OLD_TLS].join(': ') : AWAY, error);
    });
  };
  return { name: url, keyFor, warm };
}

const AWAY = 'the key server cannot be reached';
