/** What truly happened in a demonstration's month? Read from the very payloads that were sent: it knows the senders' own shapes, and no event. */
import type { Money, Month, Paid, TrueLead, TrueLine, TrueSale } from './batch.js';
import { Wall } from './wall.js';

/** One line of a demonstration's ledger. */
export interface Sent {
  readonly to: 'shopify' | 'hubspot' | 'pos' | 'events';
  readonly topic?: string;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- the senders' own shapes
}

type Versioned = TrueSale & { readonly version: string };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Lead extends Mutable<TrueLead> { isSocial: boolean; isClosed: boolean }

interface Read {
  readonly store: string;
  readonly wall: Wall;
  readonly sales: Map<string, Versioned>;
  readonly refunds: Map<string, Month['refunds'][number]>;
  readonly visits: Map<string, Month['visits'][number]>;
  readonly wastes: Map<string, Month['wastes'][number]>;
  readonly leads: Map<string, Lead>;
}

/** All of it happened in one store. */
export function monthOf(sent: readonly Sent[], zone: string, store: string): Month {
  const read: Read = { store, wall: new Wall(zone), sales: new Map(), refunds: new Map(), visits: new Map(), wastes: new Map(), leads: new Map() };
  for (const { to, topic, body } of sent) {
    if (to === 'shopify') readShopify(topic ?? '', body, read);
    else if (to === 'pos') readReceipt(body, read);
    else if (to === 'hubspot') for (const notice of body) readNotice(notice, read);
    else readEvent(body, read);
  }
  const leads = [...read.leads.values()].filter(({ kind, isSocial, isClosed }) => (kind === 'ticket' ? isClosed : isSocial));
  return {
    sales: [...read.sales.values()], refunds: [...read.refunds.values()], visits: [...read.visits.values()], wastes: [...read.wastes.values()],
    leads: leads.map(({ closedAt, isClosed, ...lead }) => ({ ...lead, ...(isClosed && closedAt !== undefined ? { closedAt } : {}) })), annulments: [], payments: [],
  };
}

const SOCIAL = ['instagram', 'facebook'];
const RANKS = ['open', 'completed', 'cancelled', 'voided'];

/** Of several versions of one sale the latest counts, whenever it came. */
function keep({ sales }: Read, key: string, sale: Versioned): void {
  const former = sales.get(key);
  const rank = (one: Versioned): string => `${one.version} ${String(RANKS.indexOf(one.status))}`;
  if (former === undefined || rank(sale) > rank(former)) sales.set(key, sale);
}

function readShopify(topic: string, body: Sent['body'], read: Read): void {
  if (topic === 'refunds/create') {
    readRefund(body, read);
    return;
  }
  const status = ['paid', 'refunded', 'partially_refunded'].includes(body.financial_status) ? 'completed' : body.cancelled_at === null ? 'open' : 'cancelled';
  const cents = centsOf(body.total_price);
  const tax = body.tax_lines?.reduce((sum: number, { price }: { price: string }) => sum + centsOf(price), 0);
  keep(read, `shopify ${String(body.id)}`, {
    version: body.updated_at, at: Date.parse(body.processed_at), store: read.store, channel: 'online', status, cents, paid: [{ means: 'card', cents }],
    lines: body.line_items.map(lineOf), ...taxesIn(body.tax_lines), shipping: centsOf(body.total_shipping_price_set.shop_money.amount), discount: centsOf(body.total_discounts), ...(tax === undefined ? {} : { tax }),
    ...(SOCIAL.some((network) => body.landing_site.includes(`utm_source=${network}&`)) ? { social: true } : {}),
  });
  for (const refund of body.refunds) readRefund(refund, read);
}

/** The same refund sent twice is one refund. */
function readRefund(body: Sent['body'], { store, refunds }: Read): void {
  const cents = body.transactions.reduce((sum: number, { amount }: { amount: string }) => sum + centsOf(amount), 0);
  const returned = body.refund_line_items as { readonly quantity: number; readonly subtotal: number; readonly total_tax: number; readonly line_item: Sent['body'] }[];
  const lines = returned.map(({ quantity, subtotal, line_item }): TrueLine => ({ ...lineOf(line_item), cents: Math.round(subtotal * 100), pieces: quantity }));
  const taxes = returned.map(({ total_tax, line_item }) => ({ rate: lineOf(line_item).rate ?? 0, cents: Math.round(total_tax * 100) }));
  const shipping = body.order_adjustments.reduce((sum: number, { amount }: { amount: string }) => sum + centsOf(amount.replace('-', '')), 0);
  refunds.set(`shopify ${String(body.id)}`, {
    at: Date.parse(body.processed_at), store, channel: 'online', cents, paid: [{ means: 'card', cents }], shipping, lines, taxes,
    ...(taxes.length === 0 ? {} : { tax: taxes.reduce((sum, one) => sum + one.cents, 0) }),
  });
}

function lineOf(item: Sent['body']): TrueLine {
  return { cents: centsOf(item.price) * item.quantity, pieces: item.quantity, rate: Math.round(item.tax_lines[0].rate * 100) };
}

function taxesIn(lines: readonly { readonly rate: number; readonly price: string }[] | undefined): Pick<Money, 'taxes'> {
  return lines === undefined ? {} : { taxes: lines.map(({ rate, price }) => ({ rate: Math.round(rate * 100), cents: centsOf(price) })) };
}

/** As the till writes it: three decimals of pieces, a price each. */
function rowOf({ qta, prezzo, iva }: { readonly qta: string; readonly prezzo: string; readonly iva: string }): TrueLine {
  const pieces = Number(qta.replace(',', '.'));
  return { cents: centsOf(prezzo.replaceAll('.', '').replace(',', '.')) * pieces, pieces, rate: Number(iva) };
}

function readReceipt(body: Sent['body'], read: Read): void {
  const key = `${String(body.idCassa)} ${String(body.numeroScontrino)}`;
  const place = { at: read.wall.instantOf(body.dataOra), store: read.store, channel: 'pos' };
  const cents = centsOf(body.totale.replaceAll('.', '').replace(',', '.'));
  const paid = body.pagamenti.map(({ tipo }: { tipo: string }): Paid => ({ means: tipo === 'CONTANTI' ? 'cash' : 'card', cents }));
  if (body.tipoDocumento === 'reso') {
    read.refunds.set(`till ${key}`, { ...place, cents, paid, lines: body.righe.map(rowOf) });
    return;
  }
  keep(read, `till ${key}`, {
    ...place, version: new Date(place.at).toISOString(), status: STATES[body.stato] ?? 'open', cents, paid, lines: body.righe.map(rowOf),
    ...(body.coperti === undefined ? {} : { covers: body.coperti }),
    ...(body.apertura === undefined ? {} : { openedAt: read.wall.instantOf(body.apertura) }),
    ...(body.chiusura === undefined ? {} : { closedAt: read.wall.instantOf(body.chiusura) }),
  });
}

const STATES: Readonly<Record<string, TrueSale['status']>> = { completo: 'completed', aperto: 'open', annullato: 'voided' };

/** A notice says one thing about a contact, a deal or a ticket; together they say it all, in any order. */
function readNotice(notice: Sent['body'], { store, leads }: Read): void {
  const [kind = '', what = ''] = notice.subscriptionType.split('.');
  const key = `${kind} ${String(notice.objectId)}`;
  const lead: Lead = leads.get(key) ?? { kind: kind === 'ticket' ? 'ticket' : 'person', at: 0, store, channel: 'online', isSocial: false, isClosed: false };
  leads.set(key, lead);
  const { occurredAt: at, propertyName: name, propertyValue: value } = notice;
  if (kind !== 'ticket') lead.at = at;
  if (what === 'creation' && kind === 'deal') lead.openedAt = at;
  if (name === 'hs_analytics_source') lead.isSocial = ['SOCIAL_MEDIA', 'PAID_SOCIAL'].includes(value);
  if (name === 'time_to_close') Object.assign(lead, { isClosed: true, openedAt: at - Number(value), closedAt: at });
  if (name === 'dealstage' && value === 'closedwon') Object.assign(lead, { isClosed: true, closedAt: at });
}

function readEvent({ type, subject, time, data }: Sent['body'], { store, visits, wastes }: Read): void {
  const at = Date.parse(time);
  if (type === 'waste') wastes.set(subject, { at, store, channel: 'pos', cents: centsOf(data.amount) });
  else visits.set(subject, { at, store, channel: data.channel, people: data.quantity, ...(SOCIAL.includes(data.campaign?.source) ? { social: true } : {}) });
}

function centsOf(decimal: string): number {
  const [whole = '', fraction = ''] = decimal.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}
