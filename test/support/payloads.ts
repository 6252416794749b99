/** What do senders send? The smallest bodies that still have the shape of the real ones, for tests to vary. */
import { formatInstant } from '../../engine/base/time.js';

export interface OrderPlan {
  readonly id: number;
  /** Epoch ms of the sale. */
  readonly at: number;
  readonly total: string;
  readonly payment?: string;
  readonly updatedAt?: number;
  readonly cancelledAt?: number;
  readonly currency?: string;
  readonly refunds?: readonly object[];
  readonly test?: boolean;
}

export function shopifyOrder(plan: OrderPlan): Record<string, unknown> {
  const currency = plan.currency ?? 'EUR';
  return {
    id: plan.id,
    admin_graphql_api_id: `gid://shopify/Order/${String(plan.id)}`,
    test: plan.test ?? false,
    created_at: formatInstant(plan.at),
    processed_at: formatInstant(plan.at),
    updated_at: formatInstant(plan.updatedAt ?? plan.at),
    cancelled_at: plan.cancelledAt === undefined ? null : formatInstant(plan.cancelledAt),
    currency,
    financial_status: plan.payment ?? 'paid',
    source_name: 'web',
    location_id: null,
    landing_site: '/?utm_source=instagram&utm_medium=social&utm_campaign=natale',
    total_price: plan.total,
    total_price_set: { shop_money: { amount: plan.total, currency_code: currency }, presentment_money: { amount: plan.total, currency_code: currency } },
    payment_gateway_names: ['shopify_payments'],
    email: 'cliente@example.it',
    line_items: [{ id: plan.id + 1, quantity: 2, price: plan.total }],
    refunds: plan.refunds ?? [],
  };
}

export function shopifyRefund(id: number, order: number, at: number, amount: string): Record<string, unknown> {
  return {
    id,
    order_id: order,
    created_at: formatInstant(at),
    processed_at: formatInstant(at),
    note: 'taglia sbagliata',
    refund_line_items: [],
    transactions: [{ id: id + 1, order_id: order, amount, kind: 'refund', status: 'success', gateway: 'shopify_payments', currency: 'EUR', source_name: 'web' }],
    order_adjustments: [],
  };
}

/** `wall`: the till's clock, "22/11/2026 09:15:30". */
export function receipt(number: string, wall: string, total: string): Record<string, unknown> {
  return {
    idNegozio: 'MI-01', idCassa: '1', numeroScontrino: number, dataOra: wall, totale: total, valuta: 'EUR',
    pagamenti: [{ tipo: 'ELETTRONICO', importo: total }], righe: [{ sku: 'A1', qta: '1,000', prezzo: total }], stato: 'completo',
  };
}

/** The wall clock of a shop in Rome. */
export function romanWall(at: number): string {
  return wallAt(at, 'Europe/Rome');
}

export function wallAt(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('it-IT', {
    timeZone, day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('day')}/${part('month')}/${part('year')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

export interface SalePlan {
  readonly id: string;
  readonly at: number;
  readonly amount: string;
  readonly data?: object;
}

export function saleEvent({ id, at, amount, data }: SalePlan): Record<string, unknown> {
  return {
    specversion: '1.0', id, source: 'urn:test:contract', type: 'sale', subject: `order/${id}`, time: formatInstant(at),
    data: { store: 'milano-1', channel: 'pos', status: 'completed', amount, ...data },
  };
}

export function hubspotChange(objectId: number, subscriptionType: string, occurredAt: number, extra: object = {}): Record<string, unknown> {
  return {
    eventId: objectId * 10, subscriptionId: 1, portalId: 44_000_002, appId: 1, occurredAt, subscriptionType, attemptNumber: 0, objectId, changeSource: 'CRM', ...extra,
  };
}
