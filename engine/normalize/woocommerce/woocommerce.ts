/**
 * `normalizeWoocommerce` reads the sale and the refunds of a WooCommerce delivery: `order.created`, `order.updated`, `order.restored` and
 * `order.deleted`; dates from the fields in UTC.
 */
import type { Steps } from '../../base/steps.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { isRecord } from '../../base/json.js';
import { DAY, formatInstant } from '../../base/time.js';
import type { SaleStatus } from '../../event/event.js';
import { campaignFrom, referralOf } from '../draft/campaign.js';
import { Collector, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { at, decimalAt, idAt, listAt, sumOf, textAt } from '../draft/fields.js';
import { BODY_OF_OTHER, defaultStore, hasOnly, headerOf, hostOf, TOPIC_MISSING, topicOf } from '../draft/headers.js';
import { roundText } from '../draft/money.js';
import { statusSequenceAt } from '../draft/sequence.js';
import { parseDate } from '../formats/dates.js';
import { linesGivenBack, orderLines } from './orderLines.js';
import { orderMoney, type RefundParts, refundParts, type SaleMoneyParts } from './orderMoney.js';

const TOPICS = new Set(['order.created', 'order.updated', 'order.restored', 'order.deleted']);
const DRAFTS = new Set(['checkout-draft', 'auto-draft', 'draft']);
/** Awaiting payment: excluded from WooCommerce's own reports, and not lost yet. A till keeps an order open while it is being typed. */
const OPEN = new Set(['pending', 'pos-open', 'pos-partial']);
const VOIDED = new Set(['cancelled', 'failed', 'trash']);
const TILLS = new Set(['pos', 'pos-rest-api', 'woocommerce-pos']);
const ATTRIBUTION = '_wc_order_attribution_';
/** As much as a text of an event may hold. */
const MAX_NAMES = 256;

/** `normalizeWoocommerce` ignores every other topic, and drafts. */
export function* normalizeWoocommerce(body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  const collector = new Collector(intake, context);
  const topic = topicOf(intake);
  const delivery: WooDelivery = { collector, context, body, topic, host: hostOf(headerOf(intake, 'source')), receivedAt: intake.receivedAt };
  if (topic === '') collector.refuse(0, TOPIC_MISSING);
  else if (!TOPICS.has(topic)) collector.ignore(0, 'topic');
  else if (!isRecord(body)) collector.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (topic === 'order.deleted' && !hasOnly(body, ['id'])) collector.refuse(0, BODY_OF_OTHER);
  else if (DRAFTS.has(textAt(body, 'status') ?? '')) collector.ignore(0, 'order.draft');
  else yield* addOrder(delivery);
  return collector;
}

interface WooDelivery {
  readonly collector: Collector;
  readonly context: NormalizeContext;
  readonly body: unknown;
  readonly topic: string;
  readonly host: string;
  readonly receivedAt: number;
}

function* addOrder(delivery: WooDelivery): Steps<void> {
  const { collector, body, topic, host } = delivery;
  const id = idAt(body, 'id');
  const place = { type: 'sale', source: `urn:bottega:woocommerce:${host}`, subject: `order/${id ?? ''}` } as const;
  if (id === undefined) collector.refuse(0, { path: '/id', rule: 'required', message: 'the order has no usable id' });
  else if (topic === 'order.deleted') collector.add(0, { ...place, ...deletionOf(delivery) });
  else {
    const createdAt = utcOf(body, 'date_created_gmt');
    const changedAt = utcOf(body, 'date_modified_gmt') ?? createdAt;
    const [status, versionAt] = [statusOf(body), versionOf(delivery, changedAt)];
    const { currency } = delivery.context;
    const recorded = { store: defaultStore(delivery.context), channel: channelOf(body) };
    const money = orderMoney(body, currency);
    const priced = { ...money, lines: orderLines(body, money, currency) };
    const sequence = versionAt === undefined ? undefined : statusSequenceAt(versionAt, status);
    const origins = { '/time': '/date_created_gmt', '/data/amount': '/total', '/data/currency': '/currency' };
    collector.add(0, { ...place, sequence, time: instant(createdAt), data: { ...recorded, ...saleData(delivery, status, priced) }, origins });
    const parts = refundParts(body, priced, currency);
    for (const [position, refund] of listAt(body, 'refunds').entries()) {
      yield;
      addRefund(delivery, recorded, { refund, position, changedAt, parts: parts.get(refund) ?? {} });
    }
  }
}

/** A deletion says the id and nothing else, not even when: it is as late as its arrival. */
function deletionOf({ context, receivedAt }: WooDelivery): { time: string; sequence: string; data: Record<string, unknown> } {
  const deletedAt = formatInstant(receivedAt);
  return { time: deletedAt, sequence: deletedAt, data: { store: defaultStore(context), status: 'voided' } };
}

/**
 * Taking an order out of the trash changes it; it comes after the deletion by its arrival, which is all a deletion has. A body that is older than a day was
 * not made by that: an old version, sent again under this topic, is no newer than it was.
 */
function versionOf({ topic, receivedAt }: WooDelivery, changedAt: number | undefined): number | undefined {
  if (topic !== 'order.restored' || changedAt === undefined || receivedAt - changedAt > DAY) return changedAt;
  return Math.max(changedAt, receivedAt);
}

function saleData({ body, context, host }: WooDelivery, status: SaleStatus, money: SaleMoneyParts): Record<string, unknown> {
  const email = textAt(body, 'billing', 'email');
  return {
    status,
    ...money,
    quantity: sumOf(listAt(body, 'line_items'), 'quantity'),
    campaign: campaignIn(listAt(body, 'meta_data'), host),
    customer: email?.includes('@') === true ? context.pseudonym(email) : undefined,
    x_refunds: namesOfRefunds(body),
  };
}

/**
 * As WooCommerce's own analytics count (`get_excluded_report_order_statuses`, src/Admin/API/Reports/DataStore.php: pending, failed and cancelled,
 * beside trash and drafts): every other status is a sale, on hold, cash on delivery and a plugin's own among them. What was paid once and
 * is pending again is out, too.
 */
function statusOf(body: unknown): SaleStatus {
  const status = textAt(body, 'status') ?? '';
  if (VOIDED.has(status)) return 'voided';
  if (!OPEN.has(status)) return status === '' ? 'open' : 'completed';
  return utcOf(body, 'date_paid_gmt') === undefined ? 'open' : 'voided';
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

function instant(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatInstant(epochMs);
}

/** The refunds that this version names: one that a later version does not name was deleted. Absent where they are too many to be named. */
function namesOfRefunds(body: unknown): string | undefined {
  if (!Array.isArray(at(body, 'refunds'))) return undefined;
  const names = listAt(body, 'refunds').map((refund, position) => refundName(body, refund, position)).join(' ');
  return names.length <= MAX_NAMES ? names : undefined;
}

function refundName(body: unknown, refund: unknown, position: number): string {
  return `refund/${idAt(refund, 'id') ?? `${idAt(body, 'id') ?? ''}.${String(position)}`}`;
}

interface Given {
  readonly refund: unknown;
  readonly position: number;
  readonly changedAt: number | undefined;
  readonly parts: RefundParts;
}

/**
 * WooCommerce says no time for a refund: it is the first change of the order that shows it. So the earliest version has
 * to win, and its sequence counts down.
 */
function addRefund({ collector, host, body, context }: WooDelivery, recorded: object, { refund, position, changedAt, parts }: Given): void {
  const amount = roundText(decimalAt(refund, 'total')?.replace(/^-/, ''), context.currency);
  if (amount !== undefined && /^0*(\.0*)?$/.test(amount)) return;
  const { currency } = context;
  const sums = { ...parts, ...(listAt(refund, 'line_items').length > 0 ? linesGivenBack(refund, body, { ...parts, amount }, currency) : {}) };
  collector.add(0, {
    type: 'refund',
    source: `urn:bottega:woocommerce:${host}`,
    subject: refundName(body, refund, position),
    time: instant(changedAt),
    sequence: changedAt === undefined ? undefined : String(10_000_000_000_000 - changedAt),
    data: {
      ...recorded, ...sums, status: 'completed', amount, currency: textAt(body, 'currency'), payment: paymentOf([at(body, 'payment_method')]),
      refersTo: `order/${idAt(body, 'id') ?? ''}`,
    },
    origins: { '/time': '/date_modified_gmt', '/data/amount': `/refunds/${String(position)}/total`, '/data/currency': '/currency' },
  });
}

function campaignIn(meta: readonly unknown[], host: string): ReturnType<typeof campaignFrom> {
  const values = new Map(meta.map((entry) => [textAt(entry, 'key'), textAt(entry, 'value')]));
  const value = (name: string): string | undefined => values.get(ATTRIBUTION + name);
  if (value('source_type') === 'typein' || value('source_type') === 'admin') return undefined;
  return campaignFrom(value('utm_source'), value('utm_medium'), value('utm_campaign')) ?? referralOf(value('referrer'), host);
}
