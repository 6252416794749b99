/** More decimals than the currency has: whichever way money comes in, it is rounded once, half up, and alike for what was paid and what was given back. */
import assert from 'node:assert/strict';
import type { EventData } from '../../../engine/event/event.js';
import { type Sent, send } from '../../fixtures/normalizing.js';

const AT = '2026-11-22T09:15:30Z';
const TILL = { idNegozio: 'bergamo', idCassa: '1', numeroScontrino: '7', dataOra: '22/11/2026 10:15' };
const event = (data: object): object => ({ specversion: '1.0', id: '1', source: 'urn:x', type: 'sale', subject: 'order/1', time: AT, data: { store: 'bergamo', ...data } });
const pos = (change: object): Sent => ({ provider: 'pos', body: { ...TILL, ...change } });
const file = (body: string, type = 'text/csv'): Sent => ({ provider: 'batch', body, headers: { 'content-type': type } });
const woo = (change: object): Sent => ({
  provider: 'woocommerce', topic: 'order.updated', headers: { source: 'https://bottega.example/' },
  body: { id: 5, status: 'completed', currency: 'EUR', date_created_gmt: '2026-11-22T09:15:30', date_modified_gmt: '2026-11-22T09:15:30', total: '1.00', ...change },
});
const order = { id: 5, created_at: AT, updated_at: AT, currency: 'EUR' };
const shopify = (body: object, topic = 'orders/updated'): Sent => ({ provider: 'shopify', topic, body: { ...order, ...body } });
const hubspot = (propertyName: string, propertyValue: string): Sent => ({
  provider: 'hubspot', body: [{ portalId: 1, objectId: 5, subscriptionType: 'deal.propertyChange', occurredAt: Date.parse(AT), propertyName, propertyValue }],
});
const closing = (net: string, tax: string): string => '<DatiCorrispettivi><Trasmissione><Progressivo>1</Progressivo><Dispositivo><IdDispositivo>RT1</IdDispositivo></Dispositivo>'
  + `</Trasmissione><DataOraRilevazione>2026-11-22T10:00:00+01:00</DataOraRilevazione><DatiRT><Riepilogo><IVA><Imposta>${tax}</Imposta></IVA>`
  + `<ImportoParziale>${net}</ImportoParziale></Riepilogo></DatiRT></DatiCorrispettivi>`;

type Money = Partial<Record<keyof EventData, unknown>>;

describe('more decimals than the currency has', () => {
  const rows: readonly (readonly [sender: string, sent: Sent, expected: readonly Money[]])[] = [
    ['events, text', { provider: 'events', body: event({ amount: '10.005' }) }, [{ amount: '10.01' }]],
    ['events, a number', { provider: 'events', body: event({ amount: 1.005 }) }, [{ amount: '1.01' }]],
    ['events, a float that is nearly nothing', { provider: 'events', body: event({ amount: 1e-9 }) }, [{ amount: '0.00' }]],
    ['events, a sum of floats', { provider: 'events', body: event({ amount: 0.1 + 0.2 }) }, [{ amount: '0.30' }]],
    ['events, every field of money', {
      provider: 'events',
      body: event({
        amount: '10.0049', tip: '1.005', shipping: '4.905', discount: '0.004', giftCards: '2.9951', payments: [{ by: 'card', amount: '10.005' }],
        taxes: [{ rate: '22', amount: '1.805' }],
      }),
    }, [{
      amount: '10.00', tip: '1.01', shipping: '4.91', discount: '0.00', giftCards: '3.00', payments: [{ amount: '10.01', by: 'card' }],
      taxes: [{ amount: '1.81', rate: '22' }],
    }]],
    ['a till, text', pos({ totale: '1.048,305' }), [{ amount: '1048.31' }]],
    ['a till, a number', pos({ totale: 10.005 }), [{ amount: '10.01' }]],
    ['a till, a return', pos({ totale: '-10,005' }), [{ amount: '10.01' }]],
    ['a till, parts of a payment', pos({ totale: '10,01', pagamenti: [{ tipo: 'carta', importo: '5,005' }, { tipo: 'contanti', importo: '5,005' }] }), [
      { amount: '10.01', payment: 'split', x_card_minor: 501, x_cash_minor: 501 },
    ]],
    ['a till that speaks CloudEvents', { provider: 'pos', body: event({ amount: '10.005' }) }, [{ amount: '10.01' }]],
    ['a table, one row a receipt', file('Scontrino;Data;Ora;Totale;Cassa\n7;22/11/2026;10:15;10,005;1\n8;22/11/2026;10:16;-10,005;1'), [{ amount: '10.01' }, { amount: '10.01' }]],
    ['a table, lines of a receipt, rounded as a whole', file('Scontrino;Data;Ora;Prodotto;Importo;Cassa\n7;22/11/2026;10:15;a;5,004;1\n7;22/11/2026;10:15;b;5,004;1'), [{ amount: '10.01' }]],
    ['a table of events', file(`type,time,subject,amount\nsale,${AT},order/1,10.005`), [{ amount: '10.01' }]],
    ['a table of events, every column of money', file(`type;time;subject;amount;discount;tip;shipping;giftCards\nsale;${AT};order/1;10,0049;0,004;1,005;4,905;2,9951`), [
      { amount: '10.00', discount: '0.00', tip: '1.01', shipping: '4.91', giftCards: '3.00' },
    ]],
    ['lines of JSON', file(JSON.stringify(event({ amount: '10.005' })), 'application/x-ndjson'), [{ amount: '10.01' }]],
    ['a till\'s closing, rounded as a whole', file(closing('10.004', '2.204'), 'application/xml'), [{ amount: '12.21' }]],
    ['HubSpot', hubspot('amount', '10.005'), [{ amount: '10.01' }]],
    ['HubSpot, in the company\'s currency', hubspot('amount_in_home_currency', '10.0049'), [{ amount: '10.00' }]],
    ['WooCommerce', woo({ total: '10.0050', shipping_total: '4.905', discount_total: '0.005' }), [{ amount: '10.01', shipping: '4.91', discount: '0.01' }]],
    ['WooCommerce, a refund', woo({ refunds: [{ id: 6, total: '-10.005' }] }), [{ amount: '1.00' }, { amount: '10.01' }]],
    ['Shopify', shopify({ financial_status: 'paid', total_price: '10.005', total_tip_received: '1.005', tax_lines: [{ rate: 0.22, price: '1.805' }] }), [
      { amount: '10.01', tip: '1.01', taxes: [{ amount: '1.81', rate: '22' }] },
    ]],
    ['Shopify, a refund', shopify({ order_id: 4, transactions: [{ kind: 'refund', status: 'success', amount: '10.005', currency: 'EUR' }] }, 'refunds/create'), [{ amount: '10.01' }]],
    ['Shopify, a checkout', shopify({ total_price: '10.005' }, 'checkouts/create'), [{ amount: '10.01' }]],
  ];
  for (const [sender, sent, expected] of rows) {
    it(sender, () => {
      const { events, refusals } = send(sent);
      const fields = (data: EventData, index: number): unknown => Object.fromEntries(Object.entries(data).filter(([field]) => Object.hasOwn(expected[index] ?? {}, field)));
      assert.deepEqual([refusals, events.map(({ data }, index) => fields(data, index))], [[], expected]);
    });
  }
});
