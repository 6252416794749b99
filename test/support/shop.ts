/** What does a small shop send while somebody watches its dashboard? Orders and refunds of Shopify's, and events of every kind. */
const SECOND = 1_000;

/** An order of Shopify's, paid `secondsAgo`. */
export function order(id: number, total: string, secondsAgo = 5): object {
  const at = new Date(Date.now() - secondsAgo * SECOND).toISOString();
  return {
    id, name: `#${String(id)}`, test: false, created_at: at, processed_at: at, updated_at: at, cancelled_at: null, currency: 'EUR',
    financial_status: 'paid', source_name: 'web', location_id: null, total_price: total, current_total_price: total,
    total_price_set: { shop_money: { amount: total, currency_code: 'EUR' } }, payment_gateway_names: ['shopify_payments'],
    line_items: [{ id: id * 10, quantity: 1, price: total }], refunds: [],
  };
}

/** An order in dollars that says no amount in the shop's currency: it cannot be used. */
export function foreignOrder(id: number, total: string): object {
  return { ...order(id, total), currency: 'USD', total_price_set: { shop_money: { amount: total, currency_code: 'USD' } } };
}

/** Money that goes back for an order. */
export function refund(id: number, orderId: number, amount: string): object {
  const at = new Date().toISOString();
  return {
    id, order_id: orderId, created_at: at, processed_at: at, refund_line_items: [],
    transactions: [{ id: id * 10, order_id: orderId, kind: 'refund', status: 'success', amount, currency: 'EUR', processed_at: at, created_at: at }],
  };
}

/** A canonical event of so many seconds ago. */
export function event(id: string, type: string, data: object, secondsAgo = 5): object {
  const time = new Date(Date.now() - secondsAgo * SECOND).toISOString();
  return {
    specversion: '1.0', id, source: 'urn:bottega:prova:cassa', type, subject: `${type}/${id}`, time,
    data: { store: 'negozio', channel: 'pos', currency: 'EUR', status: 'completed', ...data },
  };
}
