/**
 * `addPrivacy` reads whom Shopify asks to forget: a customer by their pseudonym and by the orders named, or everybody who ever bought in a shop.
 */
import { formatInstant } from '../../base/time.js';
import { ERASURE } from '../../event/schema.js';
import { defaultStore, headerOf, hostOf } from '../draft/headers.js';
import { type EventDraft, type Intake } from '../draft/collector.js';
import { idAt, listAt, textAt } from '../draft/fields.js';
import type { ShopifyStore } from './store.js';
import { isRecord } from '../../base/json.js';

/** `PRIVACY_TOPICS` are Shopify's compliance webhooks. */
export const PRIVACY_TOPICS: ReadonlySet<string> = new Set(['customers/redact', 'customers/data_request', 'shop/redact']);

/** More orders than anybody places in one shop. */
const MAX_ORDERS = 1_000;

/** `addPrivacy`: a request to say what is known is answered by the shop's owner: nothing here is found by a customer's name. */
export function addPrivacy(shop: ShopifyStore, body: unknown, intake: Intake): void {
  const { collector, topic } = shop;
  if (topic === 'customers/data_request') collector.ignore(0, 'privacy');
  else if (!isRecord(body)) collector.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else {
    for (const draft of topic === 'shop/redact' ? [draftOf(shop, body, intake, {})] : customerDrafts(shop, body, intake)) collector.add(0, draft);
    collector.erase(0);
  }
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
  const host = hostOf(headerOf(intake, 'shop-domain') ?? textAt(body, 'shop_domain'));
  return {
    type: ERASURE, source: `urn:bottega:shopify:${host}`, time: formatInstant(triggeredAt ?? intake.receivedAt),
    ...(subject !== undefined && { subject }),
    data: { store: defaultStore(context), customer },
  };
}
