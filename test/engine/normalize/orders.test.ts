/** What orders and deals come to in the shop's numbers: stories of deliveries by Shopify, WooCommerce and HubSpot, forwards and backwards. */
import assert from 'node:assert/strict';
import type { NormalizedBody } from '../../../engine/normalize/normalize.js';
import { send } from '../../fixtures/normalizing.js';
import { memoryStore, numbersAt, receive } from '../../support/shopStore.js';

type Body = Record<string, unknown>;
/** Day and hour of November, a topic, what the order is then. `triggered`: seconds after the hour. */
type Step = readonly [at: string, topic: string, change: Body, triggered?: number];
type Expected = Readonly<Record<string, number>>;

const money = (amount: string, theirs = amount, currency_code = 'EUR'): Body => ({ shop_money: { amount, currency_code: 'EUR' }, presentment_money: { amount: theirs, currency_code } });
const returned = (amount: string, more: Body = {}): Body => ({ quantity: 1, subtotal_set: money(amount), ...more });
const given = (amount: string, status = 'success', more: Body = {}): Body => ({ kind: 'refund', status, amount, currency: 'EUR', ...more });

function shopify([at, topic, change, triggered]: Step): NormalizedBody {
  const when = `2026-11-${at}:00:00+01:00`;
  const order = { id: 31, currency: 'EUR', financial_status: 'paid', total_price: '80.00', created_at: '2026-11-19T09:00:00+01:00', updated_at: when, refunds: [] };
  const body = topic === 'orders/delete' ? change : topic === 'refunds/create' ? { id: 5, order_id: 31, created_at: when, ...change } : { ...order, ...change };
  const instant = new Date(Date.parse(when) + (triggered ?? 1) * 1_000).toISOString();
  return send({ provider: 'shopify', topic, body, headers: { 'triggered-at': instant } });
}

function woo([at, topic, change]: Step): NormalizedBody {
  const order = { id: 61, status: 'processing', currency: 'EUR', total: '70.00', date_created_gmt: '2026-11-19T09:00:00', date_modified_gmt: `2026-11-${at}:00:00`, refunds: [] };
  return send({ provider: 'woocommerce', topic, body: topic === 'order.deleted' ? { id: 61 } : { ...order, ...change }, headers: { source: 'https://te.example/' } });
}

function hubspot([at, subscriptionType, change]: Step): NormalizedBody {
  const notice = { portalId: 7, occurredAt: Date.parse(`2026-11-${at}:00:00Z`), objectId: 1, subscriptionType };
  return send({ provider: 'hubspot', body: [{ ...notice, ...change }] });
}

const edit = { id: 4, created_at: '2026-11-19T12:00:00+01:00', refund_line_items: [returned('30.00', { line_item_id: 2 })], transactions: [] };
const refund = (...transactions: Body[]): Body => ({ id: 5, created_at: '2026-11-20T10:00:00+01:00', refund_line_items: [returned('30.00')], transactions });

/** Of an order of 80 only 30 were ever paid; what was given back, and what the order says of itself then. */
const cancelled = { cancelled_at: '2026-11-20T10:00:00+01:00', current_total_price: '0.00' };
const goods = { refund_line_items: [returned('80.00')] };
const discrepancy = { ...goods, order_adjustments: [{ kind: 'refund_discrepancy', amount: '50.00' }] };
const DEPOSITS = ([
  ['some of it', '10.00', {}, ['60.00', '50.00'].flatMap((total_outstanding) => ['partially_refunded', 'partially_paid'].map((financial_status) => ({ financial_status, total_outstanding })))],
  ['some of it, shown in the total', '10.00', {}, ['partially_refunded', 'partially_paid'].map((financial_status) => ({ financial_status, current_total_price: '70.00', total_outstanding: '50.00' }))],
  ['some of it, and cancelled', '10.00', goods, ['0.00', '50.00', undefined].map((total_outstanding) => ({ financial_status: 'partially_refunded', ...cancelled, total_outstanding }))],
  ['all of it', '30.00', {}, [{ total_outstanding: '80.00' }, { total_outstanding: '50.00' }, {}].map((more) => ({ financial_status: 'refunded', ...more }))],
  ...[{}, goods, discrepancy].map((names) => ['all of it, and cancelled', '30.00', names,
    ['0.00', '50.00', undefined].map((total_outstanding) => ({ financial_status: 'refunded', ...cancelled, total_outstanding }))] as const),
] as const).flatMap(([what, back, names, orders]) => orders.map((order): readonly [string, readonly Step[], Expected] => [
  `a deposit, ${what} given back: ${JSON.stringify({ ...order, ...names })}`,
  [['19T10', 'orders/create', { financial_status: 'partially_paid', total_outstanding: '50.00' }],
    ['20T10', 'orders/updated', { current_total_price: '80.00', ...order, refunds: [{ ...refund(given(back)), refund_line_items: [], ...names }] }]],
  { gross_revenue: 30, revenue: 30 - Number(back), refunds: Number(back), orders: 1 },
]));

const SHOPIFY: readonly (readonly [string, readonly Step[], Expected])[] = [
  ['edited down before it was paid', [['19T10', 'orders/create', { financial_status: 'pending' }], ['20T10', 'orders/paid', { current_total_price: '50.00', refunds: [edit] }]], { revenue: 50, refunds: 0 }],
  ['a discount by edit', [['20T10', 'orders/updated', { current_total_price: '72.50' }]], { revenue: 72.5 }],
  ['an exchange by edit', [['20T10', 'orders/updated', { total_price: '125.00', current_total_price: '95.00', refunds: [edit] }]], { revenue: 95 }],
  ['edited down, and the money given back', [['20T10', 'orders/updated', { current_total_price: '50.00', refunds: [refund(given('30.00'))] }]], { revenue: 50, gross_revenue: 80, refunds: 30 }],
  ['edited down after payment, and the money given back by a record of its own', [
    ['19T11', 'orders/paid', {}], ['19T13', 'orders/updated', { current_total_price: '50.00', refunds: [edit] }],
    ['20T11', 'orders/updated', { current_total_price: '50.00', refunds: [edit, { ...refund(given('30.00')), refund_line_items: [] }] }],
  ], { revenue: 50, gross_revenue: 80, refunds: 30 }],
  ['edited down before payment, and something given back beside it', [['20T11', 'orders/updated', {
    current_total_price: '42.00', refunds: [edit, { ...refund(given('8.00')), refund_line_items: [], order_adjustments: [{ kind: 'refund_discrepancy', amount: '-8.00' }] }],
  }]], { revenue: 42, gross_revenue: 50, refunds: 8 }],
  ['an exchange for less, the difference given back', [['20T11', 'orders/updated', {
    total_price: '100.00', current_total_price: '70.00', total_outstanding: '0.00', refunds: [refund(given('10.00'))],
  }]], { revenue: 70, gross_revenue: 80, refunds: 10 }],
  ['a return of which something is kept', [['20T11', 'orders/updated', {
    current_total_price: '60.00', total_outstanding: '0.00', refunds: [{ ...refund(given('20.00')), order_adjustments: [{ kind: 'refund_discrepancy', amount: '10.00' }] }],
  }]], { revenue: 60, gross_revenue: 80, refunds: 20 }],
  ['a refund stated twice', [['20T10', 'refunds/create', refund(given('30.00'))], ['20T11', 'orders/updated', { current_total_price: '50.00', refunds: [refund(given('30.00'))] }]], { revenue: 50, refunds: 30 }],
  ['a pending refund', [['20T10', 'orders/updated', { current_total_price: '50.00', refunds: [refund(given('30.00', 'pending'))] }]], { revenue: 50, refunds: 30 }],
  ['a pending refund that fails', [
    ['20T10', 'refunds/create', refund(given('30.00', 'pending'))], ['19T10', 'orders/paid', {}],
    ['21T10', 'orders/updated', { current_total_price: '50.00', refunds: [refund(given('30.00', 'failure'))] }],
  ], { revenue: 80, refunds: 0 }],
  ['cancelled after payment', [
    ['20T10', 'orders/cancelled', { financial_status: 'refunded', cancelled_at: '2026-11-20T10:00:00+01:00', current_total_price: '0.00', refunds: [{ ...refund(given('80.00')), refund_line_items: [returned('80.00')] }] }],
  ], { revenue: 0, gross_revenue: 80, refunds: 80 }],
  ['cancelled after payment, nothing given back', [
    ['20T10', 'orders/cancelled', { cancelled_at: '2026-11-20T10:00:00+01:00', current_total_price: '0.00', refunds: [{ ...refund(), refund_line_items: [returned('80.00')] }] }],
  ], { revenue: 80 }],
  ['cancelled before payment', [['19T10', 'orders/create', { financial_status: 'pending' }], ['20T10', 'orders/cancelled', { financial_status: 'voided', cancelled_at: '2026-11-20T10:00:00+01:00' }]], { revenue: 0, orders: 0 }],
  ['an authorization that ran out', [['19T10', 'orders/create', { financial_status: 'authorized' }], ['20T10', 'orders/updated', { financial_status: 'expired' }]], { revenue: 0, open_orders: 0 }],
  ['a deposit', [['20T10', 'orders/updated', { financial_status: 'partially_paid', total_outstanding: '55.00' }]], { revenue: 25, orders: 1 }],
  ...DEPOSITS,
  ['all of a price in another currency given back, at a later rate', [['20T10', 'orders/updated', {
    financial_status: 'refunded', total_price_set: money('80.00', '88.00', 'USD'),
    refunds: [refund(given('88.00', 'success', { currency: 'USD', currency_exchange_adjustment: { final_amount: '79.10', currency: 'EUR' } }))],
  }]], { revenue: 0.9, gross_revenue: 80, refunds: 79.1 }],
  ['edited upwards after payment, not paid yet, and something given back', [['19T10', 'orders/paid', {}], ['20T10', 'orders/updated', {
    financial_status: 'partially_refunded', total_price: '100.00', current_total_price: '100.00', total_outstanding: '30.00', refunds: [{ ...refund(given('10.00')), refund_line_items: [] }],
  }]], { revenue: 70, gross_revenue: 80, refunds: 10 }],
  ['an exchange for more, after a return, not paid yet', [['20T10', 'orders/updated', {
    financial_status: 'partially_refunded', total_price: '130.00', current_total_price: '100.00', total_outstanding: '50.00', refunds: [refund(given('30.00'))],
  }]], { revenue: 50, gross_revenue: 80, refunds: 30 }],
  ['a goodwill refund, which the order says is owed again', [['20T10', 'orders/updated', {
    financial_status: 'partially_refunded', current_total_price: '80.00', total_outstanding: '30.00', refunds: [{ ...refund(given('30.00')), refund_line_items: [] }],
  }]], { revenue: 50, gross_revenue: 80, refunds: 30 }],
  ['a return that is given back as a store credit', [['20T10', 'orders/updated', {
    financial_status: 'partially_refunded', current_total_price: '50.00', total_outstanding: '0.00', refunds: [refund(given('30.00', 'success', { gateway: 'shopify_store_credit' }))],
  }]], { revenue: 50, gross_revenue: 80, refunds: 30 }],
  ['postage given back', [['20T10', 'orders/updated', {
    financial_status: 'partially_refunded', current_total_price: '75.00', total_outstanding: '0.00',
    refunds: [{ ...refund(given('5.00')), refund_line_items: [], order_adjustments: [{ kind: 'shipping_refund', amount: '-5.00' }] }],
  }]], { revenue: 75, gross_revenue: 80, refunds: 5 }],
  ['cancelled, and only a part given back', [['19T10', 'orders/paid', {}], ['20T10', 'orders/cancelled', {
    financial_status: 'partially_refunded', cancelled_at: '2026-11-20T10:00:00+01:00', current_total_price: '0.00', total_outstanding: '0.00',
    refunds: [{ ...refund(given('60.00')), refund_line_items: [returned('80.00')] }],
  }]], { revenue: 20, gross_revenue: 80, refunds: 60 }],
  ['duties that the shop collects', [['19T10', 'orders/paid', {
    original_total_duties_set: money('10.00'), total_shipping_price_set: money('5.00'), tax_lines: [{ rate: 0, price: '0.00' }],
  }]], { revenue: 80, shipping: 5, net_sales: 65, gross_sales: 65 }],
  ['duties that are given back', [['20T10', 'orders/updated', {
    original_total_duties_set: money('10.00'), current_total_duties_set: money('10.00'), current_total_price: '70.00', total_shipping_price_set: money('5.00'), tax_lines: [{ rate: 0, price: '0.00' }],
    refunds: [{ id: 5, created_at: '2026-11-20T10:00:00+01:00', duties: [{ duty_id: 1, amount_set: money('10.00') }],
      refund_line_items: [returned('0.00', { line_item: { tax_lines: [] } })], transactions: [given('10.00')] }],
  }]], { revenue: 70, refunds: 10, shipping: 5, net_sales: 65 }],
  ['a deposit, then the rest', [['20T10', 'orders/updated', { financial_status: 'partially_paid', total_outstanding: '55.00' }], ['21T10', 'orders/paid', { total_outstanding: '0.00' }]], { revenue: 80 }],
  ['a gift card among other lines', [['19T10', 'orders/paid', { line_items: [{ id: 1, quantity: 2, price: '12.50', gift_card: true }, { id: 2, quantity: 1, price: '55.00' }] }]], { revenue: 55, gift_cards_sold: 25 }],
  ['a gift card given back', [
    ['19T10', 'orders/paid', { line_items: [{ id: 1, quantity: 1, price: '80.00', gift_card: true }] }],
    ['20T10', 'refunds/create', { transactions: [given('80.00')], refund_line_items: [returned('80.00', { line_item: { gift_card: true } })] }],
  ], { revenue: 0, gift_cards_sold: 0 }],
  ['a gift card given back, which only its order names', [['20T11', 'orders/updated', {
    line_items: [{ id: 1, quantity: 1, price: '80.00', gift_card: true }], current_total_price: '0.00',
    refunds: [{ ...refund(given('80.00')), refund_line_items: [returned('80.00', { line_item_id: 1 })] }],
  }]], { revenue: 0, refunds: 0, gift_cards_sold: 0 }],
  ['all given back, the tip too', [['20T11', 'orders/updated', {
    total_tip_received: '7.00', current_total_price: '0.00',
    refunds: [{ ...refund(given('50.00')), id: 3, refund_line_items: [returned('50.00')] }, { ...refund(given('30.00')), refund_line_items: [returned('23.00')] }],
  }]], { revenue: 0, refunds: 73, tips: 0 }],
  ['a tip, postage and VAT', [['19T10', 'orders/paid', { total_tip_received: '7.00', total_shipping_price_set: money('5.00'), tax_lines: [{ rate: 0.22, price: '13.16' }] }]], { revenue: 73, tips: 7, shipping: 5, taxes: 13.16 }],
  ['a refund by the exchange adjustment', [
    ['19T10', 'orders/paid', {}],
    ['20T10', 'refunds/create', { transactions: [given('33.00', 'success', { currency: 'USD', currency_exchange_adjustment: { final_amount: '29.10', currency: 'EUR' } })] }],
  ], { revenue: 50.9, refunds: 29.1 }],
  ['a refund at the rate of the order', [
    ['20T10', 'orders/updated', { total_price_set: money('80.00', '88.00', 'USD'), refunds: [{ ...refund(given('11.00', 'success', { currency: 'USD' })), refund_line_items: [] }] }],
  ], { revenue: 70, refunds: 10 }],
  ['two versions of one second', [['20T10', 'orders/updated', { total_price: '90.00' }, 3], ['20T10', 'orders/updated', { total_price: '60.00' }, 2]], { revenue: 90 }],
  ['deleted, with its refund', [['19T10', 'orders/paid', {}], ['20T10', 'refunds/create', refund(given('30.00'))], ['21T10', 'orders/delete', { id: 31 }]], { revenue: 0, refunds: 0 }],
  ['deleted, and back with a later version', [['19T10', 'orders/paid', {}], ['20T10', 'orders/delete', { id: 31 }], ['21T10', 'orders/updated', {}]], { revenue: 80, voids: 0 }],
  ['deleted, and never known', [['21T10', 'orders/delete', { id: 31 }]], { revenue: 0, voids: 0 }],
  ['a test', [['20T10', 'orders/paid', { test: true }]], { revenue: 0 }],
];

const WOO: readonly (readonly [string, readonly Step[], Expected])[] = [
  ['on delivery, refused', [['19T10', 'order.created', { payment_method: 'cod' }], ['20T10', 'order.updated', { status: 'failed' }]], { revenue: 0, orders: 0 }],
  ['cancelled after a refund', [['19T10', 'order.updated', { refunds: [{ id: 9, total: '-20.00' }] }], ['20T10', 'order.updated', { status: 'cancelled', refunds: [{ id: 9, total: '-20.00' }] }]], { revenue: 0, refunds: 0 }],
  ['cancelled, and an old version sent again as restored', [['19T10', 'order.updated', {}], ['21T10', 'order.updated', { status: 'cancelled' }], ['19T10', 'order.restored', {}]], { revenue: 0 }],
  ['deleted after a refund', [['19T10', 'order.updated', { refunds: [{ id: 9, total: '-20.00' }] }], ['22T10', 'order.deleted', {}]], { revenue: 0, refunds: 0 }],
  ['a deleted refund', [['19T10', 'order.updated', { refunds: [{ id: 9, total: '-20.00' }, { id: 8, total: '-5.00' }] }], ['20T10', 'order.updated', { refunds: [{ id: 8, total: '-5.00' }] }]], { revenue: 65, refunds: 5 }],
  ['on hold', [['19T10', 'order.updated', { status: 'on-hold' }]], { revenue: 70 }],
  ['six decimals', [['19T10', 'order.updated', { total: '69.994999' }]], { revenue: 69.99 }],
  ['paid with a gift card', [['19T10', 'order.updated', { total: '45.00', gift_cards: [{ code: 'X', amount: '25.00' }], payment_method: 'stripe' }]], { revenue: 70, card_share: 0.642857 }],
  ['paid with a store credit', [['19T10', 'order.updated', { total: '60.00', coupon_lines: [{ code: 'abc', discount: '10.00', discount_type: 'smart_coupon' }] }]], { revenue: 70, discounts: 0 }],
  ['a gift card and a tip, all given back', [['19T10', 'order.updated', {
    line_items: [{ total: '40.00', total_tax: '0.00', meta_data: [{ key: 'pw_gift_card_to', value: 'x' }] }], fee_lines: [{ name: 'Mancia', total: '3.00', total_tax: '0.00' }],
    refunds: [{ id: 9, total: '-45.00' }, { id: 8, total: '-25.00' }],
  }]], { revenue: 0, tips: 0, gift_cards_sold: 0, refunds: 27 }],
  ['a gift card and a tip', [
    ['19T10', 'order.updated', { line_items: [{ total: '40.00', total_tax: '0.00', meta_data: [{ key: 'pw_gift_card_to', value: 'x' }] }], fee_lines: [{ name: 'Mancia', total: '3.00', total_tax: '0.00' }] }],
  ], { revenue: 27, tips: 3, gift_cards_sold: 40 }],
];

const social = { propertyName: 'hs_analytics_source', propertyValue: 'SOCIAL_MEDIA' };
const stage = (propertyValue: string): Body => ({ propertyName: 'dealstage', propertyValue, objectId: 2 });
const link = { objectId: null, fromObjectId: 2, toObjectId: 1, associationType: 'DEAL_TO_CONTACT' };
const merge = { objectId: null, primaryObjectId: 1, mergedObjectIds: [5] };
const won: readonly Step[] = [['19T10', 'deal.creation', { objectId: 2 }], ['19T11', 'deal.associationChange', link], ['19T12', 'deal.propertyChange', stage('closedwon')]];
const HUBSPOT: readonly (readonly [string, readonly Step[], Expected])[] = [
  ['a contact and its won deal are one', [
    ['19T10', 'contact.creation', {}],
    ['19T10', 'contact.propertyChange', social],
    ['19T10', 'deal.creation', { objectId: 2 }],
    ['19T11', 'deal.associationChange', link],
    ['19T12', 'deal.propertyChange', stage('closedwon')],
  ], { social_conversion: 1 }],
  ['a lost deal was reached', [['19T10', 'deal.creation', { objectId: 2 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ['19T12', 'deal.propertyChange', stage('closedlost')]], { social_conversion: 0 }],
  ['a deleted deal was not', [
    ['19T10', 'deal.creation', { objectId: 2 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ['19T11', 'object.deletion', { objectId: 2, objectTypeId: '0-3' }],
    ['19T10', 'deal.creation', { objectId: 3 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 3 }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId: 3 }],
  ], { social_conversion: 1 }],
  ['one of two won deals is lost again', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social],
    ...[2, 3].flatMap((objectId): Step[] => [
      ['19T10', 'deal.creation', { objectId }], ['19T11', 'deal.associationChange', { ...link, fromObjectId: objectId }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId }],
    ]),
    ['19T13', 'deal.propertyChange', { ...stage('closedlost'), objectId: 3 }],
  ], { social_conversion: 1 }],
  ['a deal stays when its contact is deleted', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social],
    ['19T10', 'deal.creation', { objectId: 2 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ['19T11', 'deal.associationChange', link],
    ['19T12', 'deal.propertyChange', stage('closedwon')], ['19T13', 'contact.deletion', {}],
  ], { social_conversion: 1 }],
  ['a restored contact and its deal are one again', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social],
    ['19T10', 'deal.creation', { objectId: 2 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ['19T11', 'deal.associationChange', link],
    ['19T13', 'contact.deletion', {}], ['19T14', 'contact.restore', {}],
    ['19T10', 'deal.creation', { objectId: 3 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 3 }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId: 3 }],
  ], { social_conversion: 0.5 }],
  ['contacts merged into a new one, which says nothing of itself, are one person', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social], ['19T11', 'contact.creation', { objectId: 5 }],
    ['19T11', 'contact.propertyChange', { ...social, objectId: 5 }], ...won, ['19T13', 'contact.merge', { ...merge, newObjectId: 6 }],
  ], { social_conversion: 1 }],
  ['contacts merged into a new one with notices of its own', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social], ['19T11', 'contact.creation', { objectId: 5 }],
    ['19T11', 'contact.propertyChange', { ...social, objectId: 5 }], ...won, ['19T13', 'contact.merge', { ...merge, newObjectId: 6 }],
    ['20T13', 'contact.creation', { objectId: 6 }], ['19T14', 'deal.associationChange', { ...link, toObjectId: 6 }], ['19T13', 'contact.deletion', { objectId: 1 }],
  ], { social_conversion: 1 }],
  ['a deal of a contact that was merged into another one', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social], ['19T10', 'contact.creation', { objectId: 5 }],
    ['19T10', 'contact.propertyChange', { ...social, objectId: 5 }], ...won, ['19T13', 'contact.merge', { ...merge, primaryObjectId: 5, mergedObjectIds: [1] }],
  ], { social_conversion: 1 }],
  ['a deal whose contacts were merged, and deleted', [
    ['19T10', 'contact.creation', {}], ['19T10', 'contact.propertyChange', social], ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ...won,
    ['19T13', 'object.merge', { ...merge, objectTypeId: '0-1', newObjectId: 6 }], ['19T14', 'contact.deletion', { objectId: 6 }],
    ['19T10', 'deal.creation', { objectId: 3 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 3 }],
  ], { social_conversion: 0.5 }],
  ['won deals merged into a new one are one', [
    ...[2, 3].flatMap((objectId): Step[] => [
      ['19T10', 'deal.creation', { objectId }], ['19T10', 'deal.propertyChange', { ...social, objectId }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId }],
    ]),
    ['19T13', 'deal.merge', { objectId: null, primaryObjectId: 2, mergedObjectIds: [3], newObjectId: 4 }], ['19T13', 'deal.creation', { objectId: 4 }],
    ['19T10', 'deal.creation', { objectId: 9 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 9 }],
  ], { social_conversion: 0.5 }],
  ['merged twice, and lost in the end', [
    ...won.slice(0, 1), ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }], ...won.slice(2),
    ['19T13', 'deal.merge', { objectId: null, primaryObjectId: 2, mergedObjectIds: [3], newObjectId: 4 }],
    ['19T14', 'deal.merge', { objectId: null, primaryObjectId: 4, mergedObjectIds: [8], newObjectId: 5 }],
    ['19T15', 'deal.propertyChange', { ...stage('closedlost'), objectId: 5 }],
    ['19T10', 'deal.creation', { objectId: 9 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 9 }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId: 9 }],
  ], { social_conversion: 0.5 }],
  ['records that nobody knows are merged', [
    ['19T10', 'deal.merge', { objectId: null, primaryObjectId: 12, mergedObjectIds: [13], newObjectId: 14 }],
    ['19T10', 'deal.creation', { objectId: 9 }], ['19T10', 'deal.propertyChange', { ...social, objectId: 9 }], ['19T12', 'deal.propertyChange', { ...stage('closedwon'), objectId: 9 }],
  ], { social_conversion: 1 }],
  ['tickets merged into a new one are one', [
    ...[2, 3].flatMap((objectId): Step[] => [
      ['19T10', 'ticket.creation', { objectId }], ['19T12', 'ticket.propertyChange', { objectId, propertyName: 'hs_pipeline_stage', propertyValue: '4' }],
    ]),
    ['19T13', 'ticket.merge', { objectId: null, primaryObjectId: 2, mergedObjectIds: [3], newObjectId: 4 }], ['19T13', 'ticket.creation', { objectId: 4 }],
  ], { support_time: 7200 }],
  ['a restored deal is as it was', [
    ['19T10', 'deal.creation', { objectId: 2 }],
    ['19T10', 'deal.propertyChange', { ...social, objectId: 2 }],
    ['19T11', 'deal.propertyChange', stage('closedwon')],
    ['19T12', 'deal.deletion', { objectId: 2 }],
    ['19T13', 'deal.restore', { objectId: 2 }],
  ], { social_conversion: 1 }],
];

async function numbersOf(deliveries: readonly NormalizedBody[], names: readonly string[]): Promise<Expected> {
  const store = await memoryStore();
  for (const { events } of deliveries) await receive(store, events);
  const days = await Promise.all([19, 20, 21, 22].map((day) => numbersAt(store, '1d', { at: Date.UTC(2026, 10, day, 11) })));
  const first = ['card_share', 'social_conversion'];
  return Object.fromEntries(names.map((name) => [name, first.includes(name) ? days[0]?.[name] ?? -1 : Math.round(days.reduce((sum, day) => sum + (day[name] ?? 0), 0) * 100) / 100]));
}

for (const [provider, read, stories] of [['Shopify', shopify, SHOPIFY], ['WooCommerce', woo, WOO], ['HubSpot', hubspot, HUBSPOT]] as const) {
  describe(`what ${provider} sends comes to`, () => {
    for (const [name, steps, expected] of stories) {
      it(name, async () => {
        const deliveries = steps.map(read);
        assert.deepEqual(deliveries.flatMap(({ refusals }) => refusals), []);
        for (const order of [deliveries, deliveries.toReversed(), [...deliveries, ...deliveries]]) {
          assert.deepEqual(await numbersOf(order, Object.keys(expected)), expected);
        }
      });
    }
  });
}

it('HubSpot: a quote in another currency is a quote without an amount', () => {
  const { refusals } = hubspot(['19T10', 'deal.propertyChange', { propertyName: 'deal_currency_code', propertyValue: 'USD' }]);
  assert.deepEqual(refusals.map(({ rule }) => rule), ['currency.foreign']);
});
