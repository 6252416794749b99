/**
 * Causes why the broker cannot be had: errors of sockets, TLS and MQTT, by a name that the form can explain.
 */
import { Fault } from '../../../engine/base/errors.js';
import { isOldTls } from '../../../engine/base/tls.js';

/** `CAUSES` by name; the locales have their words. */
export const CAUSES = [
  'password', 'tlsVersion', 'certificate', 'files', 'name', 'refused', 'unreachable', 'protocol', 'clientId', 'busy', 'subscription', 'port', 'locked', 'lost',
] as const;
export type BrokerErrorCause = (typeof CAUSES)[number];

/** `SubscriptionRefused`: the broker does not grant it. */
export class SubscriptionRefused extends Error {}

/** Reason codes of CONNACK: MQTT 3.1.1 section 3.2.2.3 (1 to 5) and MQTT 5 section 3.2.2.2 (from 128). */
const BY_REASON: Readonly<Record<number, BrokerErrorCause>> = {
  1: 'protocol', 2: 'clientId', 3: 'busy', 4: 'password', 5: 'password',
  132: 'protocol', 133: 'clientId', 134: 'password', 135: 'password', 136: 'busy', 137: 'busy', 138: 'password', 140: 'password',
};

const BY_CODE: Readonly<Record<string, BrokerErrorCause>> = {
  ENOTFOUND: 'name', EAI_AGAIN: 'name',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable', ENETUNREACH: 'unreachable', ETIMEDOUT: 'unreachable',
  EADDRINUSE: 'port', EACCES: 'port', EADDRNOTAVAIL: 'port',
  ENOENT: 'files', EISDIR: 'files',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate', SELF_SIGNED_CERT_IN_CHAIN: 'certificate', UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate', UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate', HOSTNAME_MISMATCH: 'certificate',
  'store.locked': 'locked',
};

/** `causeOf` names the cause of an error; `lost` where nothing better is known. */
export function causeOf(error: unknown): BrokerErrorCause {
  if (error instanceof SubscriptionRefused) return 'subscription';
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code === 'number') return BY_REASON[code] ?? 'lost';
  if (isOldTls(error)) return 'tlsVersion';
  if (typeof code !== 'string') return error instanceof Error && error.message === 'connack timeout' ? 'unreachable' : 'lost';
  if (/^(CERT_|ERR_TLS_CERT|ERR_SSL_|ERR_OSSL_|EPROTO$)/.test(code)) return 'certificate';
  return BY_CODE[code] ?? 'lost';
}

/** `away` is the fault that a caller gets, with what lies underneath. */
export function away(message: string, cause?: unknown): Fault {
  return new Fault('broker.away', message, cause);
}
