/**
 * `Sample`: one small example message per provider. `real` becomes events (to be shown), `harmless` goes the whole way and counts nowhere
 * (to be sent).
 */
import { formatInstant, LocalClock, MINUTE } from '../../base/time.js';

/** `SampleProvider` names whose message it is. */
export type SampleProvider = 'shopify' | 'hubspot' | 'woocommerce' | 'pos' | 'events' | 'pixel' | 'batch';
/** `Purpose` says whether the example counts. */
export type Purpose = 'real' | 'harmless';

/** `Sample`: `headers` by their short names, as the webhook hands them on. A `body` that is text is sent as it is. */
export interface Sample {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** `SAMPLE_SHOP` is the shop that the examples come from. */
export const SAMPLE_SHOP = 'prova-bottega.myshopify.com';
const SAMPLE_SITE = 'https://prova.example.it/';
const SAMPLE_ZONE = 'Europe/Rome';

/** `sampleOf`: `now` in epoch ms; the example happened a minute before. */
export function sampleOf(provider: SampleProvider, purpose: Purpose, now: number): Sample {
  const at = formatInstant(now - MINUTE);
  switch (provider) {
    case 'shopify': return { headers: { 'topic': 'orders/paid', 'shop-domain': SAMPLE_SHOP }, body: shopifyOrder(purpose, at) };
    case 'hubspot': return { headers: {}, body: hubspotBatch(purpose, now - MINUTE) };
    case 'woocommerce': return { headers: { topic: 'order.updated', source: SAMPLE_SITE }, body: woocommerceOrder(purpose, at) };
    case 'pos': return { headers: {}, body: purpose === 'real' ? receipt(now - MINUTE) : sale(purpose, at, now) };
    case 'events': return { headers: {}, body: sale(purpose, at, now) };
    case 'pixel': return { headers: {}, body: page(purpose, now) };
    case 'batch': return { headers: {}, body: purpose === 'real' ? table(now - MINUTE) : JSON.stringify(sale(purpose, at, now)) };
  }
}

/** Shopify itself marks what its own "send test notification" sends: such an order is ignored by name. */
function shopifyOrder(purpose: Purpose, at: string): object {
  return {
    id: 1001, admin_graphql_api_id: 'gid://shopify/Order/1001', test: purpose === 'harmless',
    created_at: at, processed_at: at, updated_at: at, cancelled_at: null, currency: 'EUR', financial_status: 'paid', source_name: 'web', location_id: null,
    landing_site: '/?utm_source=instagram&utm_medium=social&utm_campaign=natale', email: 'cliente@example.it',
    total_price: '64.90', total_price_set: { shop_money: { amount: '64.90', currency_code: 'EUR' } }, payment_gateway_names: ['shopify_payments'],
    line_items: [{ id: 1, quantity: 2, price: '32.45' }], refunds: [],
  };
}

/** A property that says nothing about trade is ignored. */
function hubspotBatch(purpose: Purpose, occurredAt: number): object[] {
  const notice = { eventId: 1, subscriptionId: 1, portalId: 44_000_001, appId: 1, occurredAt, attemptNumber: 0, changeSource: 'CRM' };
  if (purpose === 'harmless') return [{ ...notice, objectId: 1, subscriptionType: 'contact.propertyChange', propertyName: 'prova', propertyValue: 'prova' }];
  return [
    { ...notice, objectId: 11, subscriptionType: 'deal.creation' },
    { ...notice, eventId: 2, objectId: 11, subscriptionType: 'deal.propertyChange', propertyName: 'amount', propertyValue: '480' },
    { ...notice, eventId: 3, objectId: 12, subscriptionType: 'ticket.propertyChange', propertyName: 'time_to_close', propertyValue: String(35 * MINUTE) },
  ];
}

/** A draft is no order yet. */
function woocommerceOrder(purpose: Purpose, at: string): object {
  const utc = at.slice(0, 19);
  return {
    id: 501, status: purpose === 'harmless' ? 'draft' : 'processing', currency: 'EUR', total: '38.00', created_via: 'checkout', payment_method: 'stripe',
    date_created_gmt: utc, date_modified_gmt: utc, date_paid_gmt: utc, billing: { email: 'cliente@example.it' },
    line_items: [{ id: 1, quantity: 1, total: '38.00' }], refunds: [], meta_data: [],
  };
}

/** Nobody counts that somebody scrolls. */
function page(purpose: Purpose, now: number): object {
  const [name, url] = [purpose === 'harmless' ? 'prova' : 'visit', `${SAMPLE_SITE}?utm_source=instagram&utm_medium=social&utm_campaign=natale`];
  return { event: name, id: `prova-${String(now)}`, client: 'prova', url, referrer: 'https://l.instagram.com/' };
}

/** What a till exports at the end of the day: three receipts, one with two lines, and a return. */
function table(at: number): string {
  const [day, clock] = [wallAt(at).slice(0, 10), wallAt(at).slice(11)];
  return [
    'Data;Ora;Cassa;Scontrino;Descrizione;Quantità;Totale;Pagamento',
    `${day};${clock};1;0042-000123;Lampada;1;617,25;Carta`, `${day};${clock};1;0042-000123;Lampadina;2;9,80;Carta`,
    `${day};${clock};1;0042-000124;Vaso;1;35,00;Contanti`, `${day};${clock};1;0042-000125;Reso vaso;-1;-35,00;Contanti`,
  ].join('\r\n');
}

function wallAt(at: number): string {
  const wall = formatInstant(at + new LocalClock(SAMPLE_ZONE).offsetAt(at));
  return `${wall.slice(8, 10)}/${wall.slice(5, 7)}/${wall.slice(0, 4)} ${wall.slice(11, 19)}`;
}

/** What an Italian till pushes: its own words, local time, decimal comma. */
function receipt(at: number): object {
  return {
    idNegozio: 'MI-01', idCassa: '1', numeroScontrino: '0042-000123',
    dataOra: wallAt(at),
    totale: '1.234,50', valuta: 'EUR', pagamenti: [{ tipo: 'ELETTRONICO', importo: '1.234,50' }],
    righe: [{ sku: 'A-1', descrizione: 'Lampada', qta: '2,000', prezzo: '617,25' }], stato: 'completo',
  };
}

/** A sale that was cancelled and is worth nothing is stored and counted nowhere; a till may speak CloudEvents, too, whatever its mapping. */
function sale(purpose: Purpose, at: string, now: number): object {
  const [status, amount] = purpose === 'harmless' ? ['cancelled', '0'] : ['completed', '42.50'];
  return {
    specversion: '1.0', id: `prova-${String(now)}`, source: 'urn:bottega:prova', type: 'sale', subject: 'order/prova', time: at,
    data: { store: 'negozio', channel: 'pos', status, amount },
  };
}
