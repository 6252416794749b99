/**
 * `trustedProxies` reads, once for everybody who asks, whose `X-Forwarded-For` is believed.
 */
import type { IncomingMessage } from 'node:http';
import { ConfigError } from '../../../engine/base/errors.js';
import { parseProxies, senderAddressOf, type TrustedProxies } from '../../../engine/verify/senderAddress.js';
import type { Signed } from '../../../engine/verify/verdict.js';

const VARIABLE = 'BOTTEGA_TRUSTED_PROXIES';

/** `trustedProxies` throws `ConfigError` where the variable cannot be read. */
export function trustedProxies(env: Readonly<Record<string, string | undefined>> = process.env): TrustedProxies {
  const text = env[VARIABLE] ?? '';
  const proxies = parseProxies(text);
  if (proxies === undefined) throw new ConfigError(VARIABLE, 'must be addresses, networks such as 10.0.0.0/8, loopback or private', text);
  return proxies;
}

/** `senderOf` is the address under which a request counts. */
export function senderOf({ socket, headers }: IncomingMessage, proxies: TrustedProxies): string {
  // Node.js gives every header as one text but `set-cookie`.
  return senderAddressOf(socket.remoteAddress, headers as Signed['headers'], proxies);
}
