/**
 * Which sale and refunds does a WooCommerce delivery tell? `order.created`, `order.updated` and `order.restored`; dates from the fields in UTC.
 */
import type { SaleStatus } from '../event/event.js';
import { parseDate } from './formats/dates.js';
import { formatInstant } from '../base/time.js';
import { campaignFrom, referralOf } from './draft/campaign.js';
import { defaultStore, headerOf, hostOf, TOPIC_MISSING, topicOf } from './draft/headers.js';
import { Collector, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { paymentOf } from './draft/paymentMethod.js';
import { at, decimalAt, idAt, listAt, sumOf, textAt } from './draft/fields.js';
import { statusSequenceAt } from './draft/sequence.js';
import { isRecord } from '../base/json.js';

const TOPICS = new Set(['order.created', 'order.updated', 'order.restored']);
const DRAFTS = new Set(['checkout-draft', 'auto-draft', 'draft']);
const COMPLETED = new Set(['processing', 'completed', 'refunded']);
const OPEN = new Set(['pending', 'on-hold', 'failed']);
const CANCELLED = new Set(['cancelled', 'trash']);
const TILLS = new Set(['pos', 'pos-rest-api', 'woocommerce-pos']);
const ATTRIBUTION = '_wc_order_attribution_';

/** Once paid, a sale stays one; what `refunds` gives back is a fact of its own. */
export function normalizeWoocommerce(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const harvest = new Collector(intake, context);
  const order: WooOrder = { harvest, context, body, host: hostOf(headerOf(intake, 'source')) };
  const topic = topicOf(intake);
  if (topic === '') harvest.refuse(0, TOPIC_MISSING);
  else if (!TOPICS.has(topic)) harvest.ignore(0, 'topic');
  else if (!isRecord(body)) harvest.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (DRAFTS.has(textAt(body, 'status') ?? '')) harvest.ignore(0, 'order.draft');
  else addOrder(order);
  return harvest;
}

interface WooOrder {
  readonly harvest: Collector;
  readonly context: NormalizeContext;
  readonly body: unknown;
  readonly host: string;
}

/** The fields that a sale and its refunds share. */
interface Booked {
  readonly store: string;
  readonly channel: string;
  readonly currency: unknown;
}

function addOrder(order: WooOrder): void {
  const { harvest, body, context, host } = order;
  const id = idAt(body, 'id');
  if (id === undefined) {
    harvest.refuse(0, { path: '/id', rule: 'required', message: 'the order has no usable id' });
    return;
  }
  const time = utcOf(body, 'date_created_gmt');
  const changedAt = utcOf(body, 'date_modified_gmt') ?? time;
  const status = statusOf(body);
  const booked: Booked = { store: defaultStore(context), channel: channelOf(body), currency: textAt(body, 'currency') };
  harvest.add(0, {
    type: 'sale',
    source: `urn:bottega:woocommerce:${host}`,
    subject: `order/${id}`,
    time: time === undefined ? undefined : formatInstant(time),
    ...(changedAt === undefined ? {} : { sequence: statusSequenceAt(changedAt, status) }),
    data: { ...booked, ...saleData(order, status) },
    origins: { '/time': '/date_created_gmt', '/data/amount': '/total', '/data/currency': '/currency' },
  });
  listAt(body, 'refunds').forEach((refund, position) => { addRefund(order, booked, { refund, position, changedAt }); });
}

function saleData({ body, context, host }: WooOrder, status: SaleStatus): Record<string, unknown> {
  const email = textAt(body, 'billing', 'email');
  return {
    status,
    amount: decimalAt(body, 'total'),
    quantity: sumOf(listAt(body, 'line_items'), 'quantity'),
    payment: paymentOf([at(body, 'payment_method')]),
    campaign: campaignIn(listAt(body, 'meta_data'), host),
    customer: email?.includes('@') === true ? context.pseudonym(email) : undefined,
  };
}

function statusOf(body: unknown): SaleStatus {
  const status = textAt(body, 'status') ?? '';
  if (COMPLETED.has(status)) return 'completed';
  if (OPEN.has(status)) return 'open';
  if (utcOf(body, 'date_paid_gmt') !== undefined) return 'completed';
  return CANCELLED.has(status) ? 'cancelled' : 'open';
}

function channelOf(body: unknown): string {
  const via = textAt(body, 'created_via') ?? '';
  if (TILLS.has(via)) return 'pos';
  return via === 'admin' ? 'phone' : 'online';
}

/** `*_gmt` fields are UTC without saying so. */
function utcOf(body: unknown, field: string): number | undefined {
  const parsed = parseDate(at(body, field), { kind: 'iso', zone: 'UTC' });
  return parsed.outcome === 'instant' ? parsed.at : undefined;
}

interface Given {
  readonly refund: unknown;
  readonly position: number;
  readonly changedAt: number | undefined;
}

/**
 * WooCommerce says no time for a refund: it is the first change of the order that shows it. So the earliest version has
 * to win, and its sequence counts down.
 */
function addRefund({ harvest, host, body }: WooOrder, booked: Booked, { refund, position, changedAt }: Given): void {
  const id = idAt(refund, 'id') ?? `${idAt(body, 'id') ?? ''}.${String(position)}`;
  const amount = decimalAt(refund, 'total')?.replace(/^-/, '');
  if (amount !== undefined && /^0*(\.0*)?$/.test(amount)) return;
  harvest.add(0, {
    type: 'refund',
    source: `urn:bottega:woocommerce:${host}`,
    subject: `refund/${id}`,
    time: changedAt === undefined ? undefined : formatInstant(changedAt),
    ...(changedAt === undefined ? {} : { sequence: String(10_000_000_000_000 - changedAt) }),
    data: { ...booked, status: 'completed', amount },
    origins: { '/time': '/date_modified_gmt', '/data/amount': `/refunds/${String(position)}/total`, '/data/currency': '/currency' },
  });
}

function campaignIn(meta: readonly unknown[], host: string): ReturnType<typeof campaignFrom> {
  const values = new Map(meta.map((entry) => [textAt(entry, 'key'), textAt(entry, 'value')]));
  const value = (name: string): string | undefined => values.get(ATTRIBUTION + name);
  if (value('source_type') === 'typein' || value('source_type') === 'admin') return undefined;
  return campaignFrom(value('utm_source'), value('utm_medium'), value('utm_campaign')) ?? referralOf(value('referrer'), host);
}
