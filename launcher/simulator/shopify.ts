/**
 * Shopify's posts about an order and a refund: the REST shapes of the Admin API, with invented people.
 */
import { centsOf, type SoldLine, taxOf } from './articles.js';
import { fromMinor } from '../../engine/base/money.js';
import { formatInstant } from '../../engine/base/time.js';

export interface SimulatedOrder {
  readonly serial: number;
  /** Epoch ms of the sale. */
  readonly at: number;
  readonly lines: readonly SoldLine[];
  readonly campaign: { readonly source: string; readonly medium: string; readonly name: string };
}

export type SimulatedPayment = 'pending' | 'paid' | 'voided' | 'refunded' | 'partially_refunded';

/** Shipping of every order. */
const SHIPPING = 590;
const STANDARD_RATE = 22;
const ORDER_IDS_FROM = 5_000_000_000_000;

/** The order as it stands at `updatedAt`, with what was given back until then. Prices contain VAT, as is the rule in Italy. */
export function orderBody(order: SimulatedOrder, payment: SimulatedPayment, updatedAt: number, refunds: readonly object[] = []): object {
  const id = ORDER_IDS_FROM + order.serial;
  const total = totalOf(order);
  const { source, medium, name } = order.campaign;
  const person = order.serial % 997;
  const taxes = taxesOf(order);
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${String(id)}`,
    name: `#${String(order.serial % 100_000)}`,
    order_number: order.serial % 100_000,
    test: false,
    created_at: formatInstant(order.at),
    processed_at: formatInstant(order.at),
    updated_at: formatInstant(updatedAt),
    cancelled_at: payment === 'voided' ? formatInstant(updatedAt) : null,
    closed_at: null,
    currency: 'EUR',
    presentment_currency: 'EUR',
    taxes_included: true,
    financial_status: payment,
    fulfillment_status: null,
    source_name: 'web',
    location_id: null,
    landing_site: `/collections/novita?utm_source=${source}&utm_medium=${medium}&utm_campaign=${name}`,
    referring_site: null,
    total_discounts: '0.00',
    total_tax: euro(taxes.reduce((sum, [, cents]) => sum + cents, 0)),
    tax_lines: taxes.map(([rate, cents]) => taxLine(rate, cents)),
    subtotal_price: euro(total - SHIPPING),
    total_price: euro(total),
    current_total_price: payment === 'voided' ? '0.00' : euro(total),
    total_price_set: moneySet(total),
    total_shipping_price_set: moneySet(SHIPPING),
    shipping_lines: [
      { title: 'Corriere', price: euro(SHIPPING), discount_allocations: [], tax_lines: [taxLine(STANDARD_RATE, taxOf(SHIPPING, STANDARD_RATE))] },
    ],
    payment_gateway_names: ['shopify_payments'],
    email: `cliente${String(person)}@example.it`,
    customer: { id: 7_000_000_000_000 + person, email: `cliente${String(person)}@example.it`, first_name: 'Anna', last_name: 'Prova' },
    line_items: order.lines.map((line, index) => lineBody(order, line, index)),
    refunds,
  };
}

/** What comes back, and the money for it. */
export interface SimulatedReturn {
  readonly lines: readonly SoldLine[];
  readonly cents: number;
}

export function refundBody(order: SimulatedOrder, serial: number, at: number, { lines, cents }: SimulatedReturn): object {
  const postage = cents - centsOf(lines);
  const id = 800_000_000_000 + serial;
  const orderId = ORDER_IDS_FROM + order.serial;
  const transaction = {
    id: id + 1, order_id: orderId, amount: euro(cents), currency: 'EUR', kind: 'refund', status: 'success', gateway: 'shopify_payments',
    created_at: formatInstant(at),
  };
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Refund/${String(id)}`,
    order_id: orderId,
    created_at: formatInstant(at),
    processed_at: formatInstant(at),
    note: 'taglia sbagliata',
    restock: true,
    refund_line_items: lines.map((line, index) => {
      const [cents, tax] = [line.article.cents * line.quantity, taxOf(line.article.cents * line.quantity, line.article.rate)];
      return {
        id: id + 10 + index, quantity: line.quantity, line_item_id: lineId(order, index), subtotal: Number(euro(cents)), total_tax: Number(euro(tax)),
        line_item: lineBody(order, line, index),
      };
    }),
    transactions: [transaction],
    order_adjustments: postage === 0 ? [] : [{ id: id + 2, kind: 'shipping_refund', amount: euro(-postage) }],
  };
}

export function totalOf({ lines }: SimulatedOrder): number {
  return centsOf(lines) + SHIPPING;
}

/** By rate, of articles and shipping. */
function taxesOf({ lines }: SimulatedOrder): (readonly [rate: number, cents: number])[] {
  const sums = new Map([[STANDARD_RATE, SHIPPING]]);
  for (const { article: { rate, cents }, quantity } of lines) sums.set(rate, (sums.get(rate) ?? 0) + cents * quantity);
  return [...sums].map(([rate, cents]) => [rate, taxOf(cents, rate)] as const);
}

function taxLine(rate: number, cents: number): object {
  return { title: 'IVA', rate: rate / 100, price: euro(cents) };
}

function lineBody(order: SimulatedOrder, { article, quantity }: SoldLine, index: number): object {
  const { code, name, cents, rate } = article;
  const number = hashOf(code);
  return {
    id: lineId(order, index), product_id: 9_000_000_000_000 + number, variant_id: 47_000_000_000_000 + number, sku: code, title: name, name, quantity,
    price: euro(cents), total_discount: '0.00', discount_allocations: [], tax_lines: [taxLine(rate, taxOf(cents * quantity, rate))],
  };
}

/** A number for each article. */
function hashOf(code: string): number {
  return Array.from(code).reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

function lineId(order: SimulatedOrder, index: number): number {
  return 15_000_000_000_000 + order.serial * 10 + index;
}

function moneySet(cents: number): object {
  const money = { amount: euro(cents), currency_code: 'EUR' };
  return { shop_money: money, presentment_money: money };
}

function euro(cents: number): string {
  return fromMinor(cents, 'EUR');
}
