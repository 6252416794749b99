/**
 * Was this content signed with one of our secrets? The one HMAC family behind nearly every webhook, in its variants.
 */
import { createHmac } from 'node:crypto';
import { sameSecret } from '../base/secret.js';
import type { Signed } from './verdict.js';

export type HmacContent = 'body' | 'url+body' | 'method+url+body+timestamp' | 'timestamp.body' | 'id.timestamp.body';

export interface HmacScheme {
  readonly algorithm: 'sha256' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  readonly content: HmacContent;
}

/** What a scheme may sign besides method, URL and body. */
export interface Stamp {
  readonly timestamp?: string;
  readonly id?: string;
}

/** The signature a sender that knows `secret` would send. */
export function hmacOf(scheme: HmacScheme, signed: Signed, secret: string | Buffer, stamp: Stamp = {}): string {
  const mac = createHmac(scheme.algorithm, secret);
  for (const part of partsOf(scheme.content, signed, stamp)) mac.update(part);
  return mac.digest(scheme.encoding);
}

/** Whether `given` is the signature by one of `secrets`. Hex may be in either case. */
export function hmacMatches(scheme: HmacScheme, signed: Signed, given: string, secrets: readonly (string | Buffer)[], stamp: Stamp = {}): boolean {
  const text = scheme.encoding === 'hex' ? given.toLowerCase() : given;
  // Every secret is tried, so that the time taken does not tell which one matched.
  return secrets.map((secret) => sameSecret(hmacOf(scheme, signed, secret, stamp), text)).includes(true);
}

function partsOf(content: HmacContent, signed: Signed, stamp: Stamp): (string | Buffer)[] {
  const { method, url, body } = signed;
  const { timestamp = '', id = '' } = stamp;
  switch (content) {
    case 'body': return [body];
    case 'url+body': return [url, body];
    case 'method+url+body+timestamp': return [method, url, body, timestamp];
    case 'timestamp.body': return [`${timestamp}.`, body];
    case 'id.timestamp.body': return [`${id}.${timestamp}.`, body];
  }
}
