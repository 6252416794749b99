/**
 * `ShopifyStore` is what all Shopify bodies share: the shop they came from, exact ids, versions, names of sales channels.
 */
import { formatInstant, parseInstant } from '../../base/time.js';
import type { Collector, NormalizeContext } from '../draft/collector.js';
import { idAt, textAt } from '../draft/fields.js';
import { rankedSequence } from '../draft/sequence.js';

/** `ShopifyStore`: one delivery of one shop. `triggeredAt` (epoch ms) is when Shopify made it; redeliveries keep it. */
export interface ShopifyStore {
  readonly collector: Collector;
  readonly context: NormalizeContext;
  readonly topic: string;
  readonly host: string;
  readonly triggeredAt: number | undefined;
}

/** `sourceOf` is the URN of a shop's own domain. */
export function sourceOf({ host }: ShopifyStore): string {
  return `urn:bottega:shopify:${host}`;
}

/** `shopifyId` is the id Shopify shows in GraphQL: exact where the REST number is beyond the exact integers. */
export function shopifyId(record: unknown): string | undefined {
  const global = /\/(\d{1,30})(\?.*)?$/.exec(textAt(record, 'admin_graphql_api_id') ?? '')?.[1];
  return global ?? idAt(record, 'id');
}

/** `channelNamed` is the channel a Shopify source name stands for: its till, an order taken by the staff, or the web. */
export function channelNamed(sourceName: unknown): string {
  if (sourceName === 'pos') return 'pos';
  return sourceName === 'shopify_draft_order' ? 'phone' : 'online';
}

const MAX_DELAY_MS = 999_999_999;
/** Above the ranks of versions that say no time of their own. */
const FIRST_DELAY = 1_000;

/**
 * `versionAt` is the sequence of a version: by `updated_at`, which counts seconds, ties by `X-Shopify-Triggered-At` ("Shopify doesn't guarantee
 * ordering": order by the header or the payload's `updated_at`). The milliseconds between the two take the place of the fraction, `rank`
 * where the header is missing. `undefined` where the version says no time.
 */
export function versionAt({ triggeredAt }: ShopifyStore, updatedAt: string | undefined, rank: number): string | undefined {
  const changedAt = parseInstant(updatedAt ?? '');
  if (changedAt === undefined) return undefined;
  if (triggeredAt === undefined) return rankedSequence(changedAt, rank);
  const second = Math.floor(changedAt / 1_000) * 1_000;
  const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY + Math.max(0, triggeredAt - second));
  return `${formatInstant(second).slice(0, 20)}${String(delay).padStart(9, '0')}Z`;
}
