/**
 * `SimulatedSender` brings a delivery of the simulated shop to the product: signed as its sender would sign it, and sent again where the answer asks for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { formatInstant, SECOND } from '../../engine/base/time.js';
import type { LauncherEnvironment } from '../settings/settings.js';
import { type SimulatedDelivery, SHOP_DOMAIN } from './shop.js';
import { hubspotRequest, shopifyRequest, type SignedRequest, tillRequest, tokenRequest } from './sign.js';

const ATTEMPTS = 20;
const AGAIN_MS = 2 * SECOND;

/** Posts to `url` with the secrets of `environment`. */
export class SimulatedSender {
  readonly #url: string;
  readonly #environment: LauncherEnvironment;
  readonly #log: (line: string) => void;
  readonly #said = new Set<string>();
  readonly #stored: (delivery: SimulatedDelivery) => void;

  /** `stored` is called with each delivery that was answered 200. */
  constructor(url: string, environment: LauncherEnvironment, log: (line: string) => void, stored: (delivery: SimulatedDelivery) => void = () => undefined) {
    this.#url = url;
    this.#environment = environment;
    this.#log = log;
    this.#stored = stored;
  }

  async send(delivery: SimulatedDelivery): Promise<'stored' | 'refused'> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const outcome = await this.#post(this.#sign(delivery, Date.now()));
      if (outcome === 200) {
        this.#stored(delivery);
        return 'stored';
      }
      this.#say(`${delivery.to} ${String(outcome)}`);
      if (outcome !== 429 && outcome !== 503 && outcome !== 'away') return 'refused';
      await pause(AGAIN_MS, undefined, { ref: false });
    }
    return 'refused';
  }

  #sign(delivery: SimulatedDelivery, now: number): SignedRequest {
    const body = JSON.stringify(delivery.body);
    const secret = (name: string): string => this.#environment[name] ?? '';
    const publicUrl = this.#environment['BOTTEGA_PUBLIC_URL'] ?? this.#url;
    switch (delivery.to) {
      case 'shopify':
        return shopifyRequest({
          secret: secret('SHOPIFY_WEBHOOK_SECRET'), topic: delivery.topic, shop: SHOP_DOMAIN, webhookId: delivery.id, triggeredAt: formatInstant(now), body,
        });
      case 'hubspot': return hubspotRequest(secret('HUBSPOT_CLIENT_SECRET'), `${publicUrl}/in/hubspot`, now, body);
      case 'pos':
        return tillRequest({
          secret: secret('POS_JWT_SECRET'), issuer: 'https://cassa.example.it', audience: `${publicUrl}/in/pos`, id: delivery.id, issuedAt: now,
        }, body);
      case 'events': return tokenRequest(secret('BOTTEGA_API_TOKEN'), body);
    }
  }

  async #post({ path, headers, body }: SignedRequest): Promise<number | 'away'> {
    try {
      const response = await fetch(this.#url + path, { method: 'POST', headers, body, signal: AbortSignal.timeout(30 * SECOND) });
      await response.arrayBuffer();
      return response.status;
    } catch (error) {
      if (error instanceof Error) return 'away';
      throw error;
    }
  }

  /** Each kind of trouble once. */
  #say(trouble: string): void {
    if (this.#said.has(trouble)) return;
    this.#said.add(trouble);
    this.#log(`[warn] simulated shop: ${trouble}`);
  }
}
