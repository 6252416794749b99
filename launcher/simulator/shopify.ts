/**
 * Shopify's posts about an order and a refund: the REST shapes of the Admin API, with invented people.
 */
import { fromMinor } from '../../engine/base/money.js';
import { formatInstant } from '../../engine/base/time.js';

export interface OrderLine {
  readonly cents: number;
  readonly quantity: number;
}

export interface SimulatedOrder {
  readonly serial: number;
  /** Epoch ms of the sale. */
  readonly at: number;
  readonly lines: readonly OrderLine[];
  readonly campaign: { readonly source: string; readonly medium: string; readonly name: string };
}

export type SimulatedPayment = 'pending' | 'paid' | 'voided' | 'refunded' | 'partially_refunded';

/** Shipping of every order. */
const SHIPPING = 590;
const ORDER_IDS_FROM = 5_000_000_000_000;

/** The order as it stands at `updatedAt`, with what was given back until then. Prices contain VAT, as is the rule in Italy. */
export function orderBody(order: SimulatedOrder, payment: SimulatedPayment, updatedAt: number, refunds: readonly object[] = []): object {
  const id = ORDER_IDS_FROM + order.serial;
  const total = totalOf(order);
  const { source, medium, name } = order.campaign;
  const person = order.serial % 997;
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
    total_tax: euro(Math.round((total * 22) / 122)),
    subtotal_price: euro(total - SHIPPING),
    total_price: euro(total),
    current_total_price: payment === 'voided' ? '0.00' : euro(total),
    total_price_set: moneySet(total),
    total_shipping_price_set: moneySet(SHIPPING),
    payment_gateway_names: ['shopify_payments'],
    email: `cliente${String(person)}@example.it`,
    customer: { id: 7_000_000_000_000 + person, email: `cliente${String(person)}@example.it`, first_name: 'Anna', last_name: 'Prova' },
    line_items: order.lines.map((line, index) => lineBody(order, line, index)),
    refunds,
  };
}

/** Goods come back, and `cents` with them. */
export function refundBody(order: SimulatedOrder, serial: number, at: number, cents: number): object {
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
    refund_line_items: order.lines.map((line, index) => ({
      id: id + 10 + index, quantity: line.quantity, line_item_id: lineId(order, index), subtotal: Number(euro(line.cents * line.quantity)), total_tax: 0,
    })),
    transactions: [transaction],
    order_adjustments: [],
  };
}

export function totalOf({ lines }: SimulatedOrder): number {
  return lines.reduce((sum, { cents, quantity }) => sum + cents * quantity, SHIPPING);
}

function lineBody(order: SimulatedOrder, { cents, quantity }: OrderLine, index: number): object {
  return {
    id: lineId(order, index), product_id: 9_000_000_000_000 + (cents % 40), variant_id: 47_000_000_000_000 + (cents % 40), sku: `ART-${String(cents % 40)}`,
    title: 'Articolo dimostrativo', quantity, price: euro(cents), total_discount: '0.00', tax_lines: [],
  };
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
