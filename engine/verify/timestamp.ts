/**
 * `timestampOf` finds the time that a sender has put on a request, and how far it is a witness of the time.
 */
import { isRecord, parseJson } from '../base/json.js';
import { parseInstant, SECOND } from '../base/time.js';
import type { ClockWitness } from './clockEvidence.js';
import { isStandardWebhook, shopifyHeader } from './hmac.js';
import { bearerOf } from './jwt.js';
import type { Signed } from './verdict.js';

/** `RequestTimestamp`: `at` in epoch ms. It counts only once the request is proven. */
export interface RequestTimestamp {
  readonly witness: ClockWitness;
  readonly at: number;
}

/** `timestampOf` is `undefined` where the request carries none. WooCommerce and our own API token date nothing. */
export function timestampOf(provider: string, { headers }: Signed): RequestTimestamp | undefined {
  switch (provider) {
    // Shopify's signature covers the body alone.
    case 'shopify': return witnessed('signed', parseInstant(shopifyHeader(headers, 'triggered-at') ?? ''));
    case 'hubspot': return witnessed('provider', wholeNumber(headers['x-hubspot-request-timestamp']));
    case 'pos': return witnessed('signed', isStandardWebhook(headers) ? inMs(wholeNumber(headers['webhook-timestamp'])) : inMs(issuedAt(bearerOf(headers))));
    default: return undefined;
  }
}

function witnessed(witness: ClockWitness, at: number | undefined): RequestTimestamp | undefined {
  return at === undefined ? undefined : { witness, at };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * SECOND;
}

/** The `iat` of a JSON Web Token, read without proof. */
function issuedAt(token: string | undefined): number | undefined {
  const claims = parseJson(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString());
  const iat = isRecord(claims) ? claims['iat'] : undefined;
  return typeof iat === 'number' && Number.isFinite(iat) ? iat : undefined;
}
