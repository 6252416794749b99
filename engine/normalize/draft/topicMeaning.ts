/**
 * `meaningOf` is what a topic makes of a body: topics that say the same of it have one meaning. Only of senders that do not sign their topic.
 */
import type { Intake } from './collector.js';
import { topicOf } from './headers.js';

/** Shopify sends the same order as created, paid and updated within a second, WooCommerce as created and updated. */
const ALIKE: Readonly<Record<string, RegExp>> = {
  shopify: /^orders\/(?!delete$)|^checkouts\/(?!delete$)/,
  woocommerce: /^order\.(created|updated)$/,
};

/** `meaningOf`: `undefined` where the sender signs what it is about, or nobody does. */
export function meaningOf(intake: Pick<Intake, 'headers' | 'topic' | 'provider'>): string | undefined {
  const alike = Object.hasOwn(ALIKE, intake.provider) ? ALIKE[intake.provider] : undefined;
  if (alike === undefined) return undefined;
  const topic = topicOf(intake);
  return alike.test(topic) ? topic.split(/[/.]/)[0] : topic;
}
