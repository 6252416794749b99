/**
 * `addPrivacy` reads whom Shopify asks to forget: a customer by their pseudonym and by the orders named, or everybody who ever bought in a shop.
 */
import { formatInstant } from '../../base/time.js';
import { ERASURE } from '../../event/schema.js';
import { BODY_OF_OTHER, defaultStore, hasOnly, headerOf, hostOf } from '../draft/headers.js';
import { type EventDraft, type Intake } from '../draft/collector.js';
import { idAt, listAt, textAt } from '../draft/fields.js';
import type { ShopifyStore } from './store.js';
import { isRecord, ownOf } from '../../base/json.js';

/** `PRIVACY_TOPICS` are Shopify's compliance webhooks. */
export const PRIVACY_TOPICS: ReadonlySet<string> = new Set(['customers/redact', 'customers/data_request', 'shop/redact']);

/** More orders than anybody places in one shop. */
const MAX_ORDERS = 1_000;

/** `addPrivacy`: a request to say what is known is answered by the shop's owner: nothing here is found by a customer's name. */
export function addPrivacy(shop: ShopifyStore, body: unknown, intake: Intake): void {
  const { collector, topic } = shop;
  if (topic === 'customers/data_request') collector.ignore(0, 'privacy');
  else if (!isRecord(body)) collector.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (!isRequest(topic, body, intake)) collector.refuse(0, BODY_OF_OTHER);
  else if (collector.admit(0, sourceOf(body))) {
    for (const draft of topic === 'shop/redact' ? [draftOf(shop, body, intake, {})] : customerDrafts(shop, body, intake)) collector.add(0, draft);
    collector.erase(0);
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'shop/redact': ['shop_id', 'shop_domain'],
  'customers/redact': ['shop_id', 'shop_domain', 'customer', 'orders_to_redact'],
};

/** Nothing is erased by a header: the body has exactly the fields of this request, and the shop that it names is the one that the header names. */
function isRequest(topic: string, body: Readonly<Record<string, unknown>>, intake: Intake): boolean {
  const domain = textAt(body, 'shop_domain');
  const isWhole = topic === 'shop/redact' || Array.isArray(body['orders_to_redact']);
  const named = headerOf(intake, 'shop-domain');
  return domain !== undefined && isWhole && hasOnly(body, ownOf(FIELDS, topic) ?? []) && (named === undefined || hostOf(named) === hostOf(domain));
}

/** Of what is signed. */
function sourceOf(body: unknown): string {
  return `urn:bottega:shopify:${hostOf(textAt(body, 'shop_domain'))}`;
}

function customerDrafts(shop: ShopifyStore, body: unknown, intake: Intake): EventDraft[] {
  const email = textAt(body, 'customer', 'email');
  const orders = listAt(body, 'orders_to_redact').slice(0, MAX_ORDERS).map((id) => idAt({ id }, 'id')).filter((id) => id !== undefined);
  return [
    ...(email?.includes('@') === true ? [draftOf(shop, body, intake, { customer: shop.context.pseudonym(email) })] : []),
    ...orders.map((id) => draftOf(shop, body, intake, { subject: `order/${id}` })),
  ];
}

/** Who is to be forgotten: an order, or a customer by pseudonym. */
interface Forgotten {
  readonly subject?: string;
  readonly customer?: string;
}

/** Repetitions of one request are one event; a later request about the same customer is another. */
function draftOf({ context, triggeredAt }: ShopifyStore, body: unknown, intake: Intake, { subject, customer }: Forgotten): EventDraft {
  return {
    type: ERASURE, source: sourceOf(body), time: formatInstant(triggeredAt ?? intake.receivedAt),
    ...(subject !== undefined && { subject }),
    data: { store: defaultStore(context), customer },
  };
}
