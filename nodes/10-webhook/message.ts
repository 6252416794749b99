/**
 * `WebhookMessage` is what the flow learns about a request besides its body: never more than normalize needs.
 */
import { profileOf } from '../../engine/normalize/profile/profiles.js';
import { shopifyHeader } from '../../engine/verify/hmac.js';
import type { Signed, Trust } from '../../engine/verify/verdict.js';
import type { InputMessage } from '../shared/node.js';
import type { WebhookProvider } from './config.js';

/** `WebhookMessage`: `headers` by short name, e.g. `topic`, `shop-domain`, `webhook-id`. `receivedAt` is epoch ms. */
export interface WebhookMessage {
  readonly provider: WebhookProvider;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: number;
  readonly trust: Trust;
}

const SHOPIFY = ['topic', 'action', 'shop-domain', 'triggered-at', 'webhook-id', 'event-id', 'api-version'];
const WOOCOMMERCE = ['topic', 'source', 'resource', 'event', 'id', 'delivery-id'];
const TILL = ['webhook-id', 'webhook-timestamp', 'x-cn-operation', 'ce-id', 'ce-type', 'ce-source', 'ce-subject', 'ce-time'];

/** `messageOf` is the message that a proven request becomes. */
export function messageOf(provider: WebhookProvider, signed: Signed, trust: WebhookMessage['trust'], receivedAt: number): InputMessage {
  const headers = headersOf(provider, signed);
  const intake: WebhookMessage = { provider, headers, receivedAt, trust };
  return { topic: topicOf(provider, headers), payload: signed.body, intake };
}

function headersOf(provider: WebhookProvider, signed: Signed): Record<string, string> {
  const { headers: all } = signed;
  switch (provider) {
    case 'shopify': return picked(SHOPIFY, (name) => shopifyHeader(all, name));
    case 'woocommerce': return picked(WOOCOMMERCE, (name) => all[`x-wc-webhook-${name}`]);
    case 'pos': return picked(TILL, (name) => all[name]);
    case 'batch': return batchHeaders(signed);
    default: return profileHeaders(provider, signed);
  }
}

/** The headers that a profile names, by the short names that normalizing knows. */
function profileHeaders(provider: WebhookProvider, { headers: all }: Signed): Record<string, string> {
  const profile = profileOf(provider);
  if (profile?.receipts !== undefined || profile === undefined) return {};
  const { topic, source, version } = profile;
  const names: Readonly<Record<string, string | undefined>> = { 'topic': topic.header, 'source': source.header, 'triggered-at': version?.header };
  return picked(Object.keys(names), (name) => all[names[name] ?? '']);
}

/** What the file is, and whose, in the query: `?store=milano-1&till=2`. */
function batchHeaders({ url, headers }: Signed): Record<string, string> {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  return picked(['content-type', 'store', 'till'], (name) => (name === 'content-type' ? headers[name] : query.get(name) ?? undefined));
}

function picked(names: readonly string[], read: (name: string) => string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** e.g. `shopify/orders/create`. Shopify's newer Events split it in two headers. */
function topicOf(provider: WebhookProvider, { topic, action }: Readonly<Record<string, string | undefined>>): string {
  return [provider, topic, topic?.includes('/') === true ? undefined : action].filter((part) => part !== undefined).join('/');
}
