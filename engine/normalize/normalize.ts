/**
 * `normalize` turns the raw body of a delivery into canonical events: one pure function per provider.
 */
import type { Refusal } from '../base/errors.js';
import { atOnce, type Steps } from '../base/steps.js';
import { normalizeBatch } from './file/file.js';
import { readBody } from './draft/jsonBody.js';
import { normalizeEvents } from './canonical.js';
import { Collector, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { normalizeHubspot } from './hubspot.js';
import { normalizePixel } from './pixel/pixel.js';
import { normalizePos } from './pos/pos.js';
import { formBody, isFormSender } from './profile/content.js';
import { normalizeProfile } from './profile/normalizeProfile.js';
import { isProfile, PROFILE_NAMES, type ProfileName, PROFILES } from './profile/profiles.js';
import { normalizeShopify } from './shopify/shopify.js';
import { normalizeWoocommerce } from './woocommerce/woocommerce.js';

/** `PROVIDERS` are all whose bodies can be read: those that need code, and those that are data. */
export const PROVIDERS = ['shopify', 'hubspot', 'woocommerce', 'pos', 'events', 'pixel', 'batch', ...PROFILE_NAMES] as const;
/** `ProviderName` is one of them. */
export type ProviderName = (typeof PROVIDERS)[number];

type Normalizer = (body: unknown, intake: Intake, context: NormalizeContext) => Normalized | Steps<Normalized>;

const BY_PROFILE = PROFILE_NAMES.map((name): [ProfileName, Normalizer] => (
  [name, (body, intake, context) => normalizeProfile(PROFILES[name], body, intake, context)]
));

/** All but files, which are no JSON. */
const NORMALIZERS: Readonly<Record<MessageProvider, Normalizer>> = {
  shopify: normalizeShopify,
  hubspot: normalizeHubspot,
  woocommerce: normalizeWoocommerce,
  pos: normalizePos,
  events: normalizeEvents,
  pixel: normalizePixel,
  ...Object.fromEntries(BY_PROFILE) as Record<ProfileName, Normalizer>,
};

/** WooCommerce greets with a form when a webhook is saved; it wants a 200 and means nothing. */
const WOOCOMMERCE_PING = /^webhook_id=\d{1,20}$/;

/** More than fit into a request that is worth anything; each one costs time, also to refuse. */
const MAX_ITEMS = 10_000;
const TOO_MANY: Refusal = { path: '', rule: 'maxItems', message: `more than ${String(MAX_ITEMS)} elements: send them in several requests` };

/** `NormalizedBody` is the outcome, with the parsed body for those who keep what was refused. */
export interface NormalizedBody extends Normalized {
  readonly body: unknown;
}

/** `normalize` never throws, whatever was sent. `payload` is what the webhook took in: bytes, text, or JSON parsed by an earlier node. */
export function normalize(payload: unknown, intake: Intake, context: NormalizeContext): NormalizedBody {
  return atOnce(normalizeSteps(payload, intake, context));
}

/** `normalizeSteps` is the same in steps, an element or a few rows each: a day's file takes seconds, thousands of receipts in one array half of one. */
export function* normalizeSteps(payload: unknown, intake: Intake, context: NormalizeContext): Steps<NormalizedBody> {
  const provider = PROVIDERS.find((known) => known === intake.provider);
  return provider === 'batch' ? yield* normalizeBatch(payload, intake, context) : yield* normalizeMessage(provider, payload, intake, context);
}

type MessageProvider = Exclude<ProviderName, 'batch'>;

function* normalizeMessage(
  provider: MessageProvider | undefined, payload: unknown, intake: Intake, context: NormalizeContext,
): Steps<NormalizedBody> {
  const collector = new Collector(intake, context);
  const read = readBody(sendsForms(provider) ? formBody(payload) : payload);
  if (provider === undefined) collector.refuse(0, { path: '', rule: 'provider.unknown', message: 'no such provider' });
  else if (read.outcome === 'json' && Array.isArray(read.value) && read.value.length > MAX_ITEMS) collector.refuse(0, TOO_MANY);
  else if (read.outcome === 'json') {
    const work = NORMALIZERS[provider](read.value, intake, context);
    return { ...partsOf('next' in work ? yield* work : work), body: read.value };
  }
  else if (provider === 'woocommerce' && isPing(payload)) collector.ignore(0, 'ping');
  // What anybody may send is never kept.
  else if (provider === 'pixel') collector.ignore(0, 'page.form');
  else collector.refuse(0, read.refusal);
  return { ...partsOf(collector), body: undefined };
}

/** A profile whose sender posts forms instead of JSON. */
function sendsForms(provider: MessageProvider | undefined): boolean {
  return provider !== undefined && isProfile(provider) && isFormSender(PROFILES[provider]);
}

function partsOf({ events, refusals, ignored, refused, erasures = [] }: Normalized): Normalized {
  return { events, refusals, ignored, refused, erasures };
}

function isPing(payload: unknown): boolean {
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString('latin1') : String(payload);
  return WOOCOMMERCE_PING.test(text.trim());
}
