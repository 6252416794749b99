/**
 * `PixelPage` is what a visitor's browser says of a page of the shop: our own short form and Shopify's web pixel, in the few fields that are used.
 */
import type { Campaign } from '../../event/event.js';
import { parseInstant } from '../../base/time.js';
import { campaignFrom, referralOf } from '../draft/campaign.js';
import { at, idAt, textAt } from '../draft/fields.js';

/** `FunnelStep`: `visit` is somebody in the shop; the others are the steps of a checkout. */
export type FunnelStep = 'visit' | 'started' | 'continued' | 'completed';

/** `PixelPage`: ids are the browser's own, and stay inside. `saidAt`: epoch ms by a clock that nobody vouches for. */
export interface PixelPage {
  readonly step: FunnelStep;
  /** Of this very message. */
  readonly id: string | undefined;
  readonly visitor: string | undefined;
  readonly checkout: string | undefined;
  readonly saidAt: number | undefined;
  readonly campaign: Campaign | undefined;
  /** Came by a link of the shop's own, and no campaign says otherwise. */
  readonly way: 'arrived' | 'inside';
  readonly store: string | undefined;
  /** Keeps messages without an id apart. */
  readonly url: string | undefined;
}

/** Shopify's names and those that people choose for the same. */
const STEPS: Readonly<Record<string, FunnelStep>> = {
  visit: 'visit', page_view: 'visit', pageview: 'visit', page_viewed: 'visit', product_viewed: 'visit', collection_viewed: 'visit', search_submitted: 'visit',
  cart_viewed: 'visit', product_added_to_cart: 'visit', product_removed_from_cart: 'visit',
  checkout: 'started', begin_checkout: 'started', checkout_started: 'started',
  checkout_contact_info_submitted: 'continued', checkout_address_info_submitted: 'continued', checkout_shipping_info_submitted: 'continued',
  payment_info_submitted: 'continued',
  purchase: 'completed', checkout_completed: 'completed',
};

/** `readPage` is `undefined` for events that nobody counts. */
export function readPage(body: unknown): PixelPage | undefined {
  const name = (textAt(body, 'event') ?? textAt(body, 'name') ?? '').toLowerCase();
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (step === undefined) return undefined;
  return {
    step, ...wayOf(body),
    id: idAt(body, 'id'),
    visitor: idAt(body, 'clientId') ?? idAt(body, 'client'),
    checkout: idAt(body, 'data', 'checkout', 'token') ?? idAt(body, 'checkout'),
    saidAt: instantOf(at(body, 'timestamp') ?? at(body, 'time')),
    store: idAt(body, 'store'),
  };
}

function wayOf(body: unknown): Pick<PixelPage, 'url' | 'campaign' | 'way'> {
  const url = textAt(body, 'url') ?? textAt(body, 'context', 'document', 'location', 'href');
  const referrer = textAt(body, 'referrer') ?? textAt(body, 'context', 'document', 'referrer');
  const host = hostIn(url);
  const campaign = campaignIn(body, url) ?? referralOf(referrer, host);
  return { url, campaign, way: campaign === undefined && host !== '' && hostIn(referrer) === host ? 'inside' : 'arrived' };
}

/** Named by the page itself, or in the address by which the visitor came. */
function campaignIn(body: unknown, url: string | undefined): Campaign | undefined {
  const query = urlOf(url)?.searchParams;
  const said = (name: string, parameter: string): string | undefined =>
    textAt(body, 'campaign', name) ?? textAt(body, parameter) ?? query?.get(parameter) ?? undefined;
  return campaignFrom(said('source', 'utm_source'), said('medium', 'utm_medium'), said('name', 'utm_campaign') ?? textAt(body, 'campaign'));
}

/** Without `www.`, as links are compared. */
function hostIn(url: string | undefined): string {
  return urlOf(url)?.hostname.replace(/^www\./, '') ?? '';
}

function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

/** RFC 3339, or epoch ms as scripts have it (a query parameter is text). */
function instantOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  return /^\d{13}$/.test(value) ? Number(value) : parseInstant(value);
}
