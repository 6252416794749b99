/**
 * `normalizeShopify` reads the sales, refunds and checkouts of a Shopify delivery. One order is one fact, whatever topic it came by; its refunds are
 * facts of their own.
 */
import { isRecord } from '../../base/json.js';
import type { Steps } from '../../base/steps.js';
import { formatInstant, parseInstant } from '../../base/time.js';
import type { SaleStatus } from '../../event/event.js';
import { campaignOf } from '../draft/campaign.js';
import { Collector, type EventDraft, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { at, decimalAt, idAt, listAt, sumOf, textAt } from '../draft/fields.js';
import { BODY_OF_OTHER, defaultStore, hasOnly, headerOf, hostOf, storeNamed, TOPIC_MISSING, topicOf } from '../draft/headers.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { BELOW_VERSIONS, rankOf } from '../draft/sequence.js';
import { checkoutMoney, editedOut, orderMoney, receivedFor, shopMoney } from './orderMoney.js';
import { orderLines } from './orderLines.js';
import { addPrivacy, PRIVACY_TOPICS } from './privacyRequests.js';
import { addRefund, cardsSold, tipsIn } from './refunds.js';
import { channelNamed, type ShopifyStore, shopifyId, sourceOf, versionAt } from './store.js';

type AddBody = (shop: ShopifyStore, body: unknown, intake: Intake) => Steps<void> | void;

const ORDER_ACTIONS = ['create', 'paid', 'updated', 'edited', 'fulfilled', 'partially_fulfilled', 'cancelled'] as const;
/** What each topic is about. */
const TOPICS: ReadonlyMap<string, AddBody> = new Map<string, AddBody>([
  ...ORDER_ACTIONS.map((action): [string, AddBody] => [`orders/${action}`, addOrder]),
  ['orders/delete', addDeletion],
  ['refunds/create', (shop, body) => { addRefund(shop, body); }],
  ...['create', 'update', 'delete'].map((action): [string, AddBody] => [`checkouts/${action}`, addCheckout]),
]);
const PAID = new Set(['paid', 'partially_refunded', 'refunded']);
/** An authorization that ran out ("payment wasn't captured before the payment provider's deadline") or was given back: nothing was paid. */
const NEVER_PAID = new Set(['voided', 'expired']);

/** `normalizeShopify` takes `orders/*`, `refunds/create`, `checkouts/*` and requests to forget somebody; every other topic is ignored. */
export function* normalizeShopify(body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  const collector = new Collector(intake, context);
  const topic = topicOf(intake);
  const triggeredAt = parseInstant(headerOf(intake, 'triggered-at') ?? '');
  const shop: ShopifyStore = { collector, context, topic, host: hostOf(headerOf(intake, 'shop-domain')), triggeredAt };
  const add = TOPICS.get(topic);
  if (topic === '') collector.refuse(0, TOPIC_MISSING);
  else if (PRIVACY_TOPICS.has(topic)) addPrivacy(shop, body, intake);
  else if (add === undefined) collector.ignore(0, 'topic');
  else if (!isRecord(body)) collector.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (!isBodyOf(topic, body)) collector.refuse(0, BODY_OF_OTHER);
  else if (at(body, 'test') === true) collector.ignore(0, 'test');
  // An edit is announced by its changes alone; the order itself follows as orders/updated.
  else if (at(body, 'order_edit') !== undefined) collector.ignore(0, 'topic');
  else {
    const work = add(shop, body, intake);
    if (work !== undefined) yield* work;
  }
  return collector;
}

function* addOrder(shop: ShopifyStore, order: unknown): Steps<void> {
  const id = shopifyId(order);
  if (id === undefined) {
    shop.collector.refuse(0, NO_ID);
    return;
  }
  const status = statusOf(order);
  const time = at(order, 'processed_at') ?? at(order, 'created_at');
  const rank = rankOf(status);
  const version = versionAt(shop, textAt(order, 'updated_at'), rank) ?? versionAt(shop, typeof time === 'string' ? time : undefined, rank);
  const sequence = version === undefined ? undefined : placeOf(shop, order, version);
  const data = orderData(shop, order, status);
  shop.collector.add(0, { type: 'sale', source: sourceOf(shop), subject: `order/${id}`, sequence, time, data, origins: orderOrigins(order) });
  const refunds = listAt(order, 'refunds');
  const cards = cardsSold(order);
  const tips = refunds.length === 0 ? [] : tipsIn(order, cards, shop.context.currency);
  for (const [position, refund] of refunds.entries()) {
    yield;
    addRefund(shop, refund, { order, position, channel: data.channel, store: data.store, tip: tips[position], cards });
  }
}

/** A version that leaves open what was paid stands behind those that say it, and before those of which nothing was paid. */
function placeOf({ context }: ShopifyStore, order: unknown, version: string): string {
  const total = shopMoney(order, 'total_price');
  return total !== undefined && receivedFor(order, total, context.currency).basis === 'guessed' ? BELOW_VERSIONS + version : version;
}

/** A deletion names the order and says nothing else; what an order alone has is in no refund or checkout. */
function isBodyOf(topic: string, body: Readonly<Record<string, unknown>>): boolean {
  if (topic === 'orders/delete') return hasOnly(body, ['id', 'admin_graphql_api_id']);
  return topic.startsWith('orders/') || body['financial_status'] === undefined;
}

const NO_ID = { path: '/id', rule: 'required', message: 'the order has no usable id' } as const;

/** `orders/delete` names the order and nothing else. The sale never was, unless a later version of it comes. */
function addDeletion(shop: ShopifyStore, body: unknown, { receivedAt }: Intake): void {
  const id = shopifyId(body);
  if (id === undefined) shop.collector.refuse(0, NO_ID);
  else {
    const deletedAt = formatInstant(Math.min(shop.triggeredAt ?? receivedAt, receivedAt));
    const data = { store: defaultStore(shop.context), status: 'voided' };
    shop.collector.add(0, { type: 'sale', source: sourceOf(shop), subject: `order/${id}`, time: deletedAt, sequence: deletedAt, data });
  }
}

/**
 * Once paid, a sale stays one: what is given back is a refund. Never paid and cancelled, voided or expired, it never was one. Paid in part
 * ("a payment was manually captured for the order with an amount less than the full order value") it is one of what was paid.
 */
function statusOf(order: unknown): SaleStatus {
  const paid = textAt(order, 'financial_status') ?? '';
  if (PAID.has(paid) || (paid === 'partially_paid' && decimalAt(order, 'total_outstanding') !== undefined)) return 'completed';
  return NEVER_PAID.has(paid) || textAt(order, 'cancelled_at') !== undefined ? 'cancelled' : 'open';
}

function orderData(shop: ShopifyStore, order: unknown, status: SaleStatus): EventDraft['data'] & { readonly channel: string; readonly store: string } {
  const { context, host } = shop;
  const channel = channelNamed(at(order, 'source_name'));
  const money = orderMoney(order, context.currency);
  return {
    store: storeNamed(context, idAt(order, 'location_id')) ?? defaultStore(context),
    channel,
    status,
    ...money,
    lines: orderLines(order, money, context.currency),
    ...editedOut(order, context.currency),
    quantity: sumOf(listAt(order, 'line_items'), 'quantity'),
    payment: paymentOf(listAt(order, 'payment_gateway_names')),
    campaign: campaignOf(textAt(order, 'landing_site'), textAt(order, 'referring_site'), host),
    customer: customerOf(order, context),
    staff: staffOf(order, context),
    ...(channel === 'pos' ? tillTimes(order) : {}),
  };
}

function customerOf(order: unknown, { pseudonym }: NormalizeContext): string | undefined {
  const email = textAt(order, 'email') ?? textAt(order, 'contact_email') ?? textAt(order, 'customer', 'email');
  return email?.includes('@') === true ? pseudonym(email) : undefined;
}

/** `user_id`: "the ID of the user logged into Shopify POS who processed the order" (Admin REST API, Order). */
function staffOf(order: unknown, { staffPseudonym }: NormalizeContext): string | undefined {
  const user = staffPseudonym === undefined ? undefined : idAt(order, 'user_id');
  return user === undefined ? undefined : staffPseudonym?.(user);
}

/** At the till an order is made and closed over the counter; online the same two fields say when parcels were packed. */
function tillTimes(order: unknown): Record<string, string> {
  const [opened, closed] = [textAt(order, 'created_at'), textAt(order, 'closed_at')];
  const [openedAt, closedAt] = [parseInstant(opened ?? ''), parseInstant(closed ?? '')];
  if (opened === undefined || closed === undefined || openedAt === undefined || closedAt === undefined || closedAt < openedAt) return {};
  return { openedAt: opened, closedAt: closed };
}

function orderOrigins(order: unknown): Record<string, string> {
  const inSet = decimalAt(order, 'total_price_set', 'shop_money', 'amount') !== undefined;
  const currencyInSet = textAt(order, 'total_price_set', 'shop_money', 'currency_code') !== undefined;
  return {
    '/time': at(order, 'processed_at') === undefined ? '/created_at' : '/processed_at',
    '/data/amount': inSet ? '/total_price_set/shop_money/amount' : '/total_price',
    '/data/currency': currencyInSet ? '/total_price_set/shop_money/currency_code' : '/currency',
    '/data/quantity': '/line_items',
  };
}

function addCheckout(shop: ShopifyStore, checkout: unknown): void {
  const id = shopifyId(checkout);
  const completed = textAt(checkout, 'completed_at') !== undefined;
  const time = at(checkout, 'created_at');
  if (shop.topic === 'checkouts/delete' && time === undefined) {
    shop.collector.ignore(0, 'checkout.deleted');
    return;
  }
  if (id === undefined) {
    shop.collector.refuse(0, { path: '/id', rule: 'required', message: 'the checkout has no usable id' });
    return;
  }
  const status: SaleStatus = completed ? 'completed' : shop.topic === 'checkouts/delete' ? 'cancelled' : 'open';
  const sequence = versionAt(shop, textAt(checkout, 'updated_at') ?? textAt(checkout, 'created_at'), rankOf(status));
  const { context } = shop;
  const data = {
    store: defaultStore(context),
    channel: 'online',
    status,
    ...checkoutMoney(checkout, context.currency),
    quantity: sumOf(listAt(checkout, 'line_items'), 'quantity'),
    campaign: campaignOf(textAt(checkout, 'landing_site'), textAt(checkout, 'referring_site'), shop.host),
    customer: customerOf(checkout, context),
  };
  const origins = { ...orderOrigins(checkout), '/time': '/created_at' };
  shop.collector.add(0, { type: 'checkout', source: sourceOf(shop), subject: `checkout/${id}`, sequence, time, data, origins });
}
