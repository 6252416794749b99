/**
 * Senders of a benchmark: ten sources that sell, each signing as its kind does: four Shopify shops, three tills, three programs with the API token. And a
 * support team on HubSpot, which sells nothing.
 */
import { formatInstant, SECOND } from '../engine/base/time.js';
import { fromMinor } from '../engine/base/money.js';
import { hubspotRequest, shopifyRequest, type SignedRequest, tillRequest, tokenRequest } from '../launcher/simulator/sign.js';
import { hubspotChange, receipt, romanWall, saleEvent, shopifyOrder, shopifyRefund } from '../test/support/payloads.js';

/** What senders know of the installation. */
export interface Installation {
  readonly url: string;
  readonly publicUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One thing to post. Signed at each attempt anew; the content, and so the event, stays. */
export interface TrafficRequest {
  sign(): SignedRequest;
}

const KINDS = ['shopify', 'shopify', 'shopify', 'shopify', 'till', 'till', 'till', 'api', 'api', 'api'] as const;
export const SOURCES = KINDS.length;
const ORDER_BYTES = 8_000;

export class Source {
  readonly kind: (typeof KINDS)[number];
  readonly #index: number;
  readonly #installation: Installation;
  readonly #base: number;
  #serial = 0;

  /** `run` sets what is sent apart from what was sent in other runs. */
  constructor(index: number, installation: Installation, run: number) {
    this.#index = index;
    this.kind = KINDS[index % SOURCES] ?? 'api';
    this.#installation = installation;
    this.#base = run;
  }

  /** A completed sale at an instant (a till's in whole seconds), of so many cents. */
  sale(at: number, cents: number): TrafficRequest {
    const serial = this.#next();
    switch (this.kind) {
      case 'shopify': return this.#order('orders/paid', orderOf({ id: serial, at, total: euro(cents) }), serial);
      case 'till': return this.#receipt(serial, at, cents);
      case 'api': return this.#events(saleEvent({ id: `${this.#name}-${String(serial)}`, at, amount: euro(cents) }));
    }
  }

  /** An order's versions in their own order: created, paid and, where asked, some of it given back. Shopify only. */
  order(at: number, cents: number, back: number): TrafficRequest[] {
    const id = this.#next();
    const plan = { id, at, total: euro(cents) };
    const refund = back === 0 ? [] : [this.#order('refunds/create', shopifyRefund(id + 1, id, at + SECOND, euro(back)), this.#next())];
    return [
      this.#order('orders/create', orderOf({ ...plan, payment: 'pending' }), this.#next()),
      this.#order('orders/paid', orderOf({ ...plan, updatedAt: at + 1 }), this.#next()),
      ...refund,
    ];
  }

  get #name(): string {
    return `load-${String(this.#index)}`;
  }

  #next(): number {
    // Apart from those of the other sources: all orders are of one shop.
    this.#serial += 10 * SOURCES;
    return this.#base * 10_000_000 + this.#serial + 10 * this.#index;
  }

  #order(topic: string, order: object, webhookId: number): TrafficRequest {
    const body = JSON.stringify(order);
    // One for all sources: an installation counts the shop that spoke first.
    const shop = 'load.myshopify.com';
    const secret = this.#secret('SHOPIFY_WEBHOOK_SECRET');
    return { sign: () => shopifyRequest({ secret, topic, shop, webhookId: `${this.#name}-${String(webhookId)}`, triggeredAt: formatInstant(Date.now()), body }) };
  }

  #receipt(serial: number, at: number, cents: number): TrafficRequest {
    const number = `${String(this.#index)}${String(this.#base)}-${String(serial)}`;
    const body = JSON.stringify(receipt(number, romanWall(at), euro(cents).replace('.', ',')));
    const token = { secret: this.#secret('POS_JWT_SECRET'), issuer: 'https://cassa.example.it', audience: `${this.#installation.publicUrl}/in/pos` };
    let attempt = 0;
    return { sign: () => tillRequest({ ...token, id: `${number}-${String(attempt++)}`, issuedAt: Date.now() }, body) };
  }

  #events(event: object): TrafficRequest {
    const body = JSON.stringify({ ...event, source: `urn:bottega:${this.#name}` });
    return { sign: () => tokenRequest(this.#secret('BOTTEGA_API_TOKEN'), body) };
  }

  #secret(name: string): string {
    return this.#installation.secrets[name] ?? '';
  }
}

/** A store's own program, with the API token. */
export class StoreProgram {
  readonly store: string;
  readonly #secret: string;
  readonly #base: number;
  #serial = 0;

  /** `run` as of a source. */
  constructor(index: number, { secrets }: Pick<Installation, 'secrets'>, run: number) {
    this.store = `negozio-${String(index)}`;
    this.#secret = secrets['BOTTEGA_API_TOKEN'] ?? '';
    this.#base = run;
  }

  sale(at: number, cents: number): TrafficRequest {
    this.#serial += 1;
    const event = saleEvent({ id: `${this.store}-${String(this.#base)}-${String(this.#serial)}`, at, amount: euro(cents), data: { store: this.store } });
    const body = JSON.stringify({ ...event, source: `urn:bottega:${this.store}` });
    return { sign: () => tokenRequest(this.#secret, body) };
  }
}

/** A support team: HubSpot's notices of tickets that were opened and closed. */
export class RequestMaker {
  readonly #installation: Installation;
  readonly #base: number;
  #serial = 0;

  /** `run` as of a source. */
  constructor(installation: Installation, run: number) {
    this.#installation = installation;
    this.#base = run;
  }

  /** Two batches in their own order: it was opened, it was closed. */
  ticket(openedAt: number, closedAt: number): TrafficRequest[] {
    this.#serial += 1;
    const id = this.#base * 1_000_000 + this.#serial;
    const change = (index: number, type: string, at: number, extra: object): object =>
      hubspotChange(id, `ticket.${type}`, at, { eventId: id * 10 + index, ...extra });
    return [
      this.#batch([change(0, 'creation', openedAt, { changeFlag: 'NEW' })]),
      this.#batch([
        change(1, 'propertyChange', closedAt, { propertyName: 'time_to_close', propertyValue: String(closedAt - openedAt) }),
        change(2, 'propertyChange', closedAt, { propertyName: 'hs_pipeline_stage', propertyValue: '4' }),
      ]),
    ];
  }

  #batch(changes: readonly object[]): TrafficRequest {
    const { publicUrl, secrets } = this.#installation;
    const body = JSON.stringify(changes);
    return { sign: () => hubspotRequest(secrets['HUBSPOT_CLIENT_SECRET'] ?? '', `${publicUrl}/in/hubspot`, Date.now(), body) };
  }
}

/** An order of the size that Shopify sends. */
export function orderOf(plan: Parameters<typeof shopifyOrder>[0]): object {
  const order = shopifyOrder(plan);
  const line = {
    fulfillment_service: 'manual', grams: 250, price: '0.00', product_exists: true, quantity: 1, requires_shipping: true, sku: 'ART-12',
    taxable: true, title: 'Articolo',
  };
  const missing = ORDER_BYTES - JSON.stringify(order).length;
  const extra = Array.from({ length: Math.max(0, Math.round(missing / (JSON.stringify(line).length + 1))) }, () => line);
  return { ...order, discount_applications: [], note_attributes: [], shipping_lines: extra };
}

function euro(cents: number): string {
  return fromMinor(cents, 'EUR');
}
