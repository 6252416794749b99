/**
 * Which sales, refunds and checkouts does a Shopify delivery tell? One order is one fact, whatever topic it came by; its refunds are facts of their own.
 */
import type { SaleStatus } from '../../event/event.js';
import { parseInstant } from '../../base/time.js';
import { campaignOf } from '../draft/campaign.js';
import { defaultStore, headerOf, hostOf, storeNamed, TOPIC_MISSING, topicOf } from '../draft/headers.js';
import { Collector, type Intake, type NormalizeContext, type Normalized } from '../draft/collector.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { at, decimalAt, idAt, listAt, sumOf, textAt } from '../draft/fields.js';
import { statusSequence } from '../draft/sequence.js';
import { addPrivacy, PRIVACY_TOPICS } from './privacyRequests.js';
import { addRefund } from './refunds.js';
import { channelNamed, type ShopifyStore, shopifyId, sourceOf } from './store.js';
import { isRecord } from "../../base/json.js";

const ORDER_TOPICS = new Set([
  'orders/create', 'orders/paid', 'orders/updated', 'orders/edited', 'orders/fulfilled', 'orders/partially_fulfilled', 'orders/cancelled',
]);
const CHECKOUT_TOPICS = new Set(['checkouts/create', 'checkouts/update', 'checkouts/delete']);
const PAID = new Set(['paid', 'partially_refunded', 'refunded']);

/** `orders/*`, `refunds/create`, `checkouts/*` and requests to forget somebody; every other topic is ignored. */
export function normalizeShopify(body: unknown, intake: Intake, context: NormalizeContext): Normalized {
  const harvest = new Collector(intake, context);
  const topic = topicOf(intake);
  const shop: ShopifyStore = { collector: harvest, context, topic, host: hostOf(headerOf(intake, 'shop-domain')) };
  if (topic === '') harvest.refuse(0, TOPIC_MISSING);
  else if (PRIVACY_TOPICS.has(topic)) addPrivacy(shop, body, intake);
  else if (!ORDER_TOPICS.has(topic) && !CHECKOUT_TOPICS.has(topic) && topic !== 'refunds/create') harvest.ignore(0, 'topic');
  else if (!isRecord(body)) harvest.refuse(0, { path: '', rule: 'type', message: 'must be object' });
  else if (at(body, 'test') === true) harvest.ignore(0, 'test');
  else if (topic === 'refunds/create') addRefund(shop, body);
  else if (CHECKOUT_TOPICS.has(topic)) addCheckout(shop, body);
  // An edit is announced by its changes alone; the order itself follows as orders/updated.
  else if (at(body, 'order_edit') !== undefined) harvest.ignore(0, 'topic');
  else addOrder(shop, body);
  return harvest;
}

function addOrder(shop: ShopifyStore, order: unknown): void {
  const id = shopifyId(order);
  if (id === undefined) {
    shop.collector.refuse(0, { path: '/id', rule: 'required', message: 'the order has no usable id' });
    return;
  }
  const status = statusOf(order);
  const time = at(order, 'processed_at') ?? at(order, 'created_at');
  const sequence = statusSequence(textAt(order, 'updated_at'), status) ?? statusSequence(typeof time === 'string' ? time : undefined, status);
  const data = orderData(shop, order, status);
  shop.collector.add(0, { type: 'sale', ...placeOf(shop, `order/${id}`, sequence), time, data, origins: orderOrigins(order) });
  listAt(order, 'refunds').forEach((refund, position) => { addRefund(shop, refund, { position, channel: data.channel, store: data.store }); });
}

/** Once paid, a sale stays one: what is given back is a refund. Never paid and cancelled or voided, it never was one. */
function statusOf(order: unknown): SaleStatus {
  const paid = at(order, 'financial_status');
  if (typeof paid === 'string' && PAID.has(paid)) return 'completed';
  return paid === 'voided' || textAt(order, 'cancelled_at') !== undefined ? 'cancelled' : 'open';
}

function orderData(shop: ShopifyStore, order: unknown, status: SaleStatus): Readonly<Record<string, unknown>> & { channel: string; store: string } {
  const { context, host } = shop;
  const channel = channelNamed(at(order, 'source_name'));
  return {
    store: storeNamed(context, idAt(order, 'location_id')) ?? defaultStore(context),
    channel,
    status,
    ...moneyOf(order),
    quantity: sumOf(listAt(order, 'line_items'), 'quantity'),
    payment: paymentOf(listAt(order, 'payment_gateway_names')),
    campaign: campaignOf(textAt(order, 'landing_site'), textAt(order, 'referring_site'), host),
    customer: customerOf(order, context),
    ...(channel === 'pos' ? tillTimes(order) : {}),
  };
}

function moneyOf(order: unknown): { amount: unknown; currency: unknown } {
  const amount = decimalAt(order, 'total_price_set', 'shop_money', 'amount') ?? decimalAt(order, 'total_price');
  return { amount, currency: textAt(order, 'total_price_set', 'shop_money', 'currency_code') ?? textAt(order, 'currency') };
}

function customerOf(order: unknown, { pseudonym }: NormalizeContext): string | undefined {
  const email = textAt(order, 'email') ?? textAt(order, 'contact_email') ?? textAt(order, 'customer', 'email');
  return email?.includes('@') === true ? pseudonym(email) : undefined;
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
  const sequence = statusSequence(textAt(checkout, 'updated_at') ?? textAt(checkout, 'created_at'), status);
  const { context } = shop;
  const data = {
    store: defaultStore(context),
    channel: 'online',
    status,
    ...moneyOf(checkout),
    quantity: sumOf(listAt(checkout, 'line_items'), 'quantity'),
    campaign: campaignOf(textAt(checkout, 'landing_site'), textAt(checkout, 'referring_site'), shop.host),
    customer: customerOf(checkout, context),
  };
  const origins = { ...orderOrigins(checkout), '/time': '/created_at' };
  shop.collector.add(0, { type: 'checkout', ...placeOf(shop, `checkout/${id}`, sequence), time, data, origins });
}

function placeOf(shop: ShopifyStore, subject: string, sequence: string | undefined): { source: string; subject: string; sequence?: string } {
  return { source: sourceOf(shop), subject, ...(sequence === undefined ? {} : { sequence }) };
}
