/**
 * What do all Shopify bodies share? The shop they came from, exact ids, names of sales channels.
 */
import type { Collector, NormalizeContext } from '../draft/collector.js';
import { idAt, textAt } from '../draft/fields.js';

/** One delivery of one shop. */
export interface ShopifyStore {
  readonly collector: Collector;
  readonly context: NormalizeContext;
  readonly topic: string;
  readonly host: string;
}

/** The URN of a shop's own domain. */
export function sourceOf({ host }: ShopifyStore): string {
  return `urn:bottega:shopify:${host}`;
}

/** The id Shopify shows in GraphQL: exact where the REST number is beyond the exact integers. */
export function shopifyId(record: unknown): string | undefined {
  const global = /\/(\d{1,30})(\?.*)?$/.exec(textAt(record, 'admin_graphql_api_id') ?? '')?.[1];
  return global ?? idAt(record, 'id');
}

/** Which channel a Shopify source name stands for: its till, an order taken by the staff, or the web. */
export function channelNamed(sourceName: unknown): string {
  if (sourceName === 'pos') return 'pos';
  return sourceName === 'shopify_draft_order' ? 'phone' : 'online';
}
