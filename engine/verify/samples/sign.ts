/**
 * Signed requests from the sender's side, as Shopify, HubSpot, WooCommerce, a till and Standard Webhooks send them: for the simulator, for the
 * editor's test button and for tests.
 */
import { createHash, createHmac } from 'node:crypto';

/** `SignedRequest` is ready to be sent. */
export interface SignedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `TRIAL_HEADER` marks what we send ourselves to try an endpoint: it is no message of a sender. Its value, if it came along, says which trial. */
export const TRIAL_HEADER = 'x-bottega-trial';

const JSON_TYPE = { 'content-type': 'application/json' };

/** `ShopifyDelivery` is one delivery of a webhook. */
export interface ShopifyDelivery {
  readonly secret: string;
  readonly topic: string;
  readonly shop: string;
  /** The same on each redelivery. */
  readonly webhookId: string;
  readonly triggeredAt: string;
  readonly body: string;
}

/** `shopifyRequest` signs a Shopify webhook. */
export function shopifyRequest({ secret, topic, shop, webhookId, triggeredAt, body }: ShopifyDelivery): SignedRequest {
  return {
    path: '/in/shopify',
    body,
    headers: {
      ...JSON_TYPE,
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shop,
      'x-shopify-webhook-id': webhookId,
      'x-shopify-triggered-at': triggeredAt,
      'x-shopify-api-version': '2026-10',
      'x-shopify-hmac-sha256': hmac(secret, body).digest('base64'),
    },
  };
}

/** `woocommerceRequest`: `topic` like `order.created`; `source` is the shop's own address. */
export function woocommerceRequest(secret: string, { topic, source, id, body }: { topic: string; source: string; id: string; body: string }): SignedRequest {
  return {
    path: '/in/woocommerce',
    body,
    headers: {
      ...JSON_TYPE,
      'x-wc-webhook-topic': topic,
      'x-wc-webhook-source': source,
      'x-wc-webhook-delivery-id': id,
      'x-wc-webhook-signature': hmac(secret, body).digest('base64'),
    },
  };
}

/** `hubspotRequest`: `url` is the public one that HubSpot was given; `sentAt` epoch ms. */
export function hubspotRequest(secret: string, url: string, sentAt: number, body: string): SignedRequest {
  const timestamp = String(sentAt);
  return {
    path: '/in/hubspot',
    body,
    headers: {
      ...JSON_TYPE,
      'x-hubspot-request-timestamp': timestamp,
      'x-hubspot-signature-v3': hmac(secret, `POST${url}${body}${timestamp}`).digest('base64'),
    },
  };
}

/** `TillToken` is what a till's JSON Web Token says. */
export interface TillToken {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  readonly id: string;
  /** Epoch ms. */
  readonly issuedAt: number;
}

/** `tillRequest` is a till's push: the token names the body's digest, so it vouches for this body and no other. */
export function tillRequest({ secret, issuer, audience, id, issuedAt }: TillToken, body: string): SignedRequest {
  const iat = Math.floor(issuedAt / 1_000);
  const bodysha256 = createHash('sha256').update(body).digest('base64url');
  const claims = { iss: issuer, aud: audience, jti: id, iat, exp: iat + 300, bodysha256 };
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;
  const token = `${signed}.${hmac(secret, signed).digest('base64url')}`;
  return { path: '/in/pos', body, headers: { ...JSON_TYPE, authorization: `Bearer ${token}` } };
}

/** `standardRequest` signs as Standard Webhooks: `whsec_<base64>`; `sentAt` epoch ms. */
export function standardRequest(secret: string, id: string, sentAt: number, body: string): SignedRequest {
  const timestamp = String(Math.floor(sentAt / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { ...JSON_TYPE, 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { path: '/in/pos', body, headers };
}

/** `tokenRequest` is a request to `/in/events` with the API token. */
export function tokenRequest(token: string, body: string): SignedRequest {
  return { path: '/in/events', body, headers: { ...JSON_TYPE, authorization: `Bearer ${token}` } };
}

function hmac(secret: string, content: string): ReturnType<typeof createHmac> {
  return createHmac('sha256', secret).update(content);
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
