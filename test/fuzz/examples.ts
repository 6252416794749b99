/** What real senders send, of every kind, for the fuzzer to change. Synthetic, as all our examples. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileSample } from '../../engine/normalize/profile/profileSample.js';
import { PROFILE_NAMES, PROFILES } from '../../engine/normalize/profile/profiles.js';
import { sampleOf } from '../../engine/verify/samples/payloads.js';
import { DEFAULT_MAPPING } from '../../engine/normalize/mapping/fieldMapping.js';
import { batchFixture, fixture } from '../fixtures/normalizing.js';
import { event, NOW } from '../support/events.js';
import { receipt, shopifyOrder, shopifyRefund } from '../support/payloads.js';
import type { Examples } from './mutation.js';

const AT = '2026-11-22T11:15:30Z';
const AGO = NOW - 3_600_000;

const refunded = shopifyOrder({ id: 7, at: AGO, total: '50.00', cancelledAt: AGO + 60_000, refunds: [shopifyRefund(9, 7, AGO, '20.00')] });
const till = fixture('pos-receipt');

/** Bodies that are JSON, by provider. */
export const BODIES = {
  shopify: {
    order: fixture('shopify-order'), refund: fixture('shopify-refund'), checkout: fixture('shopify-checkout'), redact: fixture('shopify-redact'), refunded, deleted: { id: 7 },
    sample: sampleOf('shopify', 'real', NOW).body,
  },
  woocommerce: {
    order: fixture('woocommerce-order'), sample: sampleOf('woocommerce', 'real', NOW).body, deleted: { id: 501 },
    refunded: { ...fixture('woocommerce-order'), status: 'refunded', refunds: [{ id: 3, reason: '', total: '-5.00' }] },
  },
  hubspot: { batch: batchFixture(), sample: sampleOf('hubspot', 'real', NOW).body, one: batchFixture()[0] },
  pos: {
    receipt: till, sample: sampleOf('pos', 'real', NOW).body, small: receipt('0001-0002', '22/11/2026 11:15:30', '10,00'), several: [till, receipt('0001-0003', '22/11/2026 11:16:30', '1,00')],
    voided: { ...receipt('0001-0004', '22/11/2026 11:20:00', '10,00'), tipoDocumento: 'annullo', riferimento: '0001-0002', dataRiferimento: '22/11/2026' },
    returned: { ...receipt('0001-0005', '22/11/2026 11:21:00', '10,00'), tipoDocumento: 'reso merce', scontrinoOrigine: '0001-0002' }, canonical: sampleOf('events', 'real', NOW).body,
  },
  events: {
    sale: event({
      data: {
        channel: 'pos', status: 'completed', amount: '42.50', openedAt: '2026-11-22T11:00:00Z', closedAt: AT, quantity: 3, payment: 'card', payments: [{ by: 'card', amount: '40.00' }, { by: 'voucher', amount: '2.50' }],
        taxes: [{ rate: '10', amount: '3.86' }], discount: '1.00', tip: '2.00', shipping: '0.00', giftCards: '0.00', campaign: { source: 'instagram', medium: 'social', name: 'natale' }, customer: 'h1:abc', staff: 's1:abc',
        lines: [{ product: 'sku-1', name: 'Margherita', category: 'pizza', quantity: 2, amount: '14.00', discount: '1.00', vatRate: '10' }, { amount: '26.50', cost: '9.00' }], x_note: 'a',
      },
    }),
    refund: event({ type: 'refund', subject: 'refund/1', data: { refersTo: 'order/1' } }), visit: event({ type: 'visit', data: { quantity: 3 } }), waste: event({ type: 'waste', subject: 'waste/1' }),
    payment: event({ type: 'payment', subject: 'payment/1', data: { refersTo: 'order/1', payment: 'card' } }), checkout: event({ type: 'checkout', subject: 'checkout/1', data: { status: 'open' } }),
    lead: event({ type: 'lead', subject: 'deal/1', data: { status: 'open', campaign: { medium: 'social' } } }), ticket: event({ type: 'ticket', subject: 'ticket/1', data: { openedAt: AT } }),
    closing: event({ type: 'closing', subject: '88PRV000012E5/1', data: { amount: '244.00', x_net: '200.00' } }), erasure: event({ type: 'erasure', subject: 'h1:abc', data: { customer: 'h1:abc' } }),
    several: [event(), event({ subject: 'order/2' }), event({ type: 'refund', subject: 'refund/2', data: { refersTo: 'order/2' } })],
  },
  pixel: {
    visit: sampleOf('pixel', 'real', NOW).body, checkout: { event: 'checkout_completed', id: 'a', clientId: 'b', timestamp: '2026-11-22T11:59:30Z', data: { checkout: { token: 't' } } },
    shopify: [{ name: 'page_viewed', id: 'x', clientId: 'c', context: { document: { location: { href: 'https://a.example/?utm_source=b' }, referrer: 'https://c.example/' } } }],
  },
} satisfies Readonly<Record<string, Examples>>;

/** Bodies of senders that are data: their examples, and what their vectors hold; a form as the fields that it has. */
export const PROFILE_BODIES: Readonly<Record<string, Examples>> = Object.fromEntries(PROFILE_NAMES.map((name) => {
  const { deliveries } = JSON.parse(readFileSync(join(__dirname, `../fixtures/senders/${name}.json`), 'utf8')) as { deliveries: readonly { what: string; body: string }[] };
  const bodyOf = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)));
  const { body } = profileSample(PROFILES[name], 'real', NOW);
  return [name, { sample: typeof body === 'string' ? bodyOf(body) : body, ...Object.fromEntries(deliveries.map(({ what, body: text }) => [what, bodyOf(text)])) }];
}));

/** What a topic may say, by provider; unknown ones too. */
export const TOPICS: Readonly<Record<string, readonly string[]>> = {
  cassaincloud: ['RECEIPT/CREATE', 'BILL/CREATE', 'x'],
  fattureincloud: ['receipts.create', 'receipts.delete', 'credit_notes.update', 'x'].map((topic) => `it.fattureincloud.webhooks.issued_documents.${topic}`),
  shopify: ['orders/create', 'orders/paid', 'orders/cancelled', 'orders/delete', 'refunds/create', 'checkouts/create', 'checkouts/delete', 'customers/redact', 'shop/redact', 'x'],
  woocommerce: ['order.created', 'order.updated', 'order.deleted', 'order.restored', 'x'],
};

const closing = `<?xml version="1.0" encoding="UTF-8"?><n1:DatiCorrispettivi xmlns:n1="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/corrispettivi/dati/v1.0" versione="COR10">
<Trasmissione><PIVAEsercente>01234567890</PIVAEsercente><Progressivo>00031</Progressivo><Dispositivo><Tipo>RT</Tipo><IdDispositivo>88PRV000012E5</IdDispositivo></Dispositivo></Trasmissione>
<DataOraRilevazione>2026-11-21T20:00:00+01:00</DataOraRilevazione><DatiRT><Riepilogo><IVA><AliquotaIVA>22.00</AliquotaIVA><Imposta>44.00</Imposta></IVA><Ammontare>230.00</Ammontare>
<ImportoParziale>200.00</ImportoParziale></Riepilogo><Totali><NumeroDocCommerciali>9</NumeroDocCommerciali><PagatoContanti>144.00</PagatoContanti></Totali></DatiRT></n1:DatiCorrispettivi>`;
const line = JSON.stringify(event());

/** Files of an offline day. */
export const FILES: Examples<string> = {
  table: String(sampleOf('batch', 'real', NOW).body), xml: closing, ndjson: `${line}\n${line}\n{"numeroScontrino":"1"}\n`, json: `[${line},${line}]`,
  canonical: 'specversion,id,source,type,subject,time,data.store,data.amount\n1.0,a,urn:x,sale,order/1,2026-11-22T11:15:30Z,asti,"1,00"\n1.0,b,urn:x,visit,,2026-11-22T11:15:30Z,asti,\n',
  agency: 'Id invio;Matricola dispositivo;Data e ora rilevazione;Data e ora trasmissione;Imponibile vendite;Imposta vendite\n12;88PRV000012E5;21/11/2026 20:00:00;21/11/2026 20:01:00;200,00;44,00\n',
  english: 'Date,Time,Till,Receipt,Store,Total,Payment,Quantity,Type\n2026-11-22,11:15:30,1,7,asti,10.00,card,1,sale\n2026-11-22,11:16:30,1,8,asti,-3.00,cash,1,return\n',
};

export const FILE_TYPES = [undefined, 'text/csv', 'application/x-ndjson', 'application/xml', 'application/json', 'x'] as const;

/** The till's mapping as the form saves it. */
export const MAPPINGS: Examples = {
  default: DEFAULT_MAPPING, english: { ...DEFAULT_MAPPING, numbers: 'en-US', dates: 'en-US', receiptNumbers: 'never', unknownStore: 'asSent' },
  cents: { ...DEFAULT_MAPPING, numbers: '', minorUnits: '2', dateKind: 'epoch-ms', unknownStore: 'refuse', kinds: 'storno=void\nreso=return', stores: 'MI-01=asti' },
};

/** Queries of `GET …/pixel.gif`. */
export const QUERIES: Examples<string> = {
  visit: '?event=visit&client=prova&url=https%3A%2F%2Fprova.example.it%2F%3Futm_source%3Dinstagram&referrer=https%3A%2F%2Fl.instagram.com%2F', checkout: '?event=purchase&checkout=t1&time=1795255200000&utm_campaign=natale', nothing: '',
};

/** Payloads of a people counter, and the topics they come on. */
export const COUNTS: Examples<string> = { bare: '3', count: '{"count":3,"time":"2026-11-22T11:59:00Z","id":"a"}', total: '{"total":1520,"time":"2026-11-22T11:59:00Z"}' };
export const COUNT_TOPICS = ['bottega/shop/in/footfall/asti', 'bottega/shop/in/footfall/', 'bottega/shop/in/footfall/_', 'a', '', 'bottega/shop/in/footfall/a/b'] as const;

const number = {
  name: 'revenue', window: { size: '1h', start: '2026-11-22T11:00:00.000Z', end: '2026-11-22T12:00:00.000Z' }, store: '_', channel: '_', value: 1_234.5, unit: 'EUR', count: 31, status: 'final', revision: 7,
  updatedAt: '2026-11-22T11:59:00.000Z',
};

/** KPI values as they are published. */
export const NUMBERS: Examples = {
  final: number, live: { ...number, status: 'live', window: { size: '1h', start: '2026-11-22T12:00:00.000Z', end: '2026-11-22T13:00:00.000Z' } }, unknown: { ...number, name: 'conversion', value: null, unit: 'ratio' },
  corrected: { ...number, status: 'corrected', revision: 8, previous: { value: 3, revision: 7 }, comparison: { value: 5, days: 4 }, adaptive: { size: '1h', reason: 'enough', expected: 3, needed: 2 } },
};

/** Rows of the alert form. */
export const RULES: Examples = {
  low: [{ name: 'Basso', kpi: 'revenue', size: '1h', op: 'below', threshold: '500', recovery: '550', for: '1h', keepFiringFor: '10m', repeat: '4h', noData: '2h', evaluate: 'finished', hours: 'opening', group: 'all', channel: '' }],
  outside: [{ name: 'Fuori', kpi: 'average_ticket', size: '1d', op: 'outside', threshold: '5', upper: '80', group: 'store', channel: 'online', evaluate: 'projected' }],
  live: [{ name: 'Alto', kpi: 'refunds', size: '60m', op: 'above', threshold: '12,5', live: true }, { name: 'Quota', kpi: 'conversion', size: 'auto', op: 'below', threshold: '10%' }],
  silent: [{ name: 'Muta', kind: 'mute', source: 'urn:*', noData: '30m', hours: 'opening' }], // vocabulary-ok
  part: [{ name: 'Parte', kpi: 'orders', size: '1h', op: 'below', threshold: '5', hours: 'opening', partial: 'proportion' }],
};

/** Questions of `/kpi`. */
export const QUESTIONS: Examples = {
  now: {}, hours: { name: 'revenue,orders', window: '1h', from: '2026-11-20T00:00:00Z', to: '2026-11-22T00:00:00Z', store: 'asti', channel: '_', group: 'store,channel', compare: 'usual' },
  days: { window: '1d', from: '2026-11-01', to: '2026-11-22', compare: 'lastYear' }, period: { window: 'total', period: '30d', group: 'store' }, chosen: { window: 'auto', from: '2026-11-21T00:00:00+01:00' },
  words: { describe: 'true', language: 'it' },
};
