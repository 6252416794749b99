/** How do tests pose as senders? Requests signed with the secrets of one running product. */
import { formatInstant } from '../../engine/base/time.js';
import { hubspotRequest, shopifyRequest, type SignedRequest, standardRequest, tillRequest, tokenRequest } from '../../launcher/simulator/sign.js';

export const SHOP = 'prova-bottega.myshopify.com';

export class Senders {
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #publicUrl: string;

  constructor(secrets: Readonly<Record<string, string>>, publicUrl: string) {
    this.#secrets = secrets;
    this.#publicUrl = publicUrl;
  }

  /** `webhookId`: Shopify's id of the delivery, the same on a redelivery. */
  shopify(topic: string, body: unknown, webhookId: string, triggeredAt = Date.now()): SignedRequest {
    return shopifyRequest({
      secret: this.#secret('SHOPIFY_WEBHOOK_SECRET'), topic, shop: SHOP, webhookId, triggeredAt: formatInstant(triggeredAt), body: textOf(body),
    });
  }

  hubspot(body: unknown, sentAt = Date.now()): SignedRequest {
    return hubspotRequest(this.#secret('HUBSPOT_CLIENT_SECRET'), `${this.#publicUrl}/in/hubspot`, sentAt, textOf(body));
  }

  till(body: unknown, id: string, issuedAt = Date.now()): SignedRequest {
    const audience = `${this.#publicUrl}/in/pos`;
    return tillRequest({ secret: this.#secret('POS_JWT_SECRET'), issuer: 'https://cassa.example.it', audience, id, issuedAt }, textOf(body));
  }

  standard(body: unknown, id: string, sentAt = Date.now()): SignedRequest {
    return standardRequest(this.#secret('POS_WEBHOOK_SECRET'), id, sentAt, textOf(body));
  }

  events(body: unknown): SignedRequest {
    return tokenRequest(this.#secret('BOTTEGA_API_TOKEN'), textOf(body));
  }

  #secret(name: string): string {
    return this.#secrets[name] ?? '';
  }
}

/** Text stays as it is, so that a test can sign what is not JSON. */
function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
