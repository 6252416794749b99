/**
 * What must the numbers be? Added up in one go, by hand, from the list of what truly happened: it knows the definitions of the KPIs, and nothing of
 * events, versions, facts, slices and windows.
 */
import { DAY, HOUR, MINUTE, Wall } from './wall.js';

interface Happened { readonly at: number; readonly store: string; readonly channel: string }

/** `cents` with VAT, without discount; `rate` in percent, absent where nobody said it. */
export interface TrueLine { readonly cents: number; readonly pieces: number; readonly rate?: number }

/** In cents. `cents`: all that was paid. `tax`: absent where nobody said what VAT is in it; `taxes`, the same by rate. `lines` are the goods in it. */
export interface Money {
  readonly cents: number;
  readonly tip?: number;
  readonly giftCards?: number;
  readonly shipping?: number;
  readonly discount?: number;
  readonly tax?: number;
  readonly taxes?: readonly { readonly rate: number; readonly cents: number }[];
  readonly lines?: readonly TrueLine[];
}

/** What was paid how; `other` is neither card nor cash. */
export interface Paid { readonly means: 'card' | 'cash' | 'other'; readonly cents: number }

/** `origin`: `other` where the store's system of record is another one than what sent it. */
export interface Traded extends Happened, Money { readonly paid: readonly Paid[]; readonly origin?: 'record' | 'other' }

export interface TrueSale extends Traded {
  readonly status: 'open' | 'completed' | 'cancelled' | 'voided';
  readonly openedAt?: number;
  readonly closedAt?: number;
  readonly covers?: number;
  readonly social?: true;
}

/** A deal or contact that came from a social network, or a ticket. */
export interface TrueLead extends Happened { readonly kind: 'person' | 'ticket'; readonly openedAt?: number; readonly closedAt?: number }

/** `annulments` name no sale, and take their own amount back. `payments` are those that no sale states. */
export interface Month {
  readonly sales: readonly TrueSale[];
  readonly refunds: readonly Traded[];
  readonly annulments: readonly Traded[];
  readonly payments: readonly (Happened & Paid)[];
  readonly visits: readonly (Happened & { readonly people: number; readonly social?: true })[];
  readonly wastes: readonly (Happened & { readonly cents: number; readonly origin?: 'record' | 'other' })[];
  readonly leads: readonly TrueLead[];
}

export interface BatchShop {
  readonly zone: string;
  readonly cutoffHours: number;
  /** When the numbers were asked for: an order that is younger than the limit is not late yet. */
  readonly askedAt: number;
  /** How long an order may be open; 0: every open one counts. */
  readonly incompleteAfterMs: number;
}

export type BatchSize = '5m' | '15m' | '1h' | '1d';

/** KPIs that add up; the others are a quotient of two of the sums below. */
const SUMS = [
  'revenue', 'gross_revenue', 'refunds', 'returns', 'orders', 'voids', 'open_orders', 'incomplete_orders', 'service_time_outliers', 'covers', 'footfall',
  'waste', 'discounts', 'tips', 'shipping', 'gift_cards_sold', 'other_sources',
] as const;
/** Pieces over the sales that say what was sold, and their mean: unknown where there are sales and none of them did. */
const LINED = ['units', 'units_per_order'] as const;
/** Sums over the sales that state their VAT: unknown where there are sales and none of them did. Each has its coverage. */
const COVERED = ['net_sales', 'gross_sales', 'taxes'] as const;
type QuotientUnit = 'money' | 'seconds' | 'ratio' | 'plain';
const QUOTIENTS: Readonly<Record<string, readonly [top: string, bottom: string, unit: QuotientUnit]>> = {
  average_ticket: ['gross_revenue', 'orders', 'money'],
  average_per_cover: ['seated', 'covers', 'money'],
  returns_rate: ['refunds', 'gross_revenue', 'ratio'],
  service_time: ['service', 'served', 'seconds'],
  conversion: ['offline', 'footfall', 'ratio'],
  social_conversion: ['won', 'reached', 'ratio'],
  social_visit_conversion: ['ordered', 'visited', 'ratio'],
  support_time: ['support', 'supported', 'seconds'],
  card_share: ['card', 'paid', 'ratio'],
  cash_share: ['cash', 'paid', 'ratio'],
  other_share: ['other', 'paid', 'ratio'],
  units_per_order: ['units', 'lined_orders', 'plain'],
};
const SHARES = new Set(['returns_rate', 'conversion', 'social_conversion', 'social_visit_conversion', 'card_share', 'cash_share', 'other_share']);
const P90 = 'service_time_p90';
export const COMPARED = [...SUMS, ...COVERED, 'units', ...Object.keys(QUOTIENTS), P90];
/** They are of this very moment and have no past. */
export const OF_THE_PRESENT = ['oldest_open_order', 'open_quotes', 'open_quotes_amount'];
const MONEY = new Set([
  'revenue', 'gross_revenue', 'refunds', 'waste', 'discounts', 'tips', 'shipping', 'gift_cards_sold', ...COVERED, 'average_ticket', 'average_per_cover',
]);
/** Customers of these channels do not come in from the street. */
const REMOTE = ['online', 'delivery', 'phone'];
/** A percentile comes out of buckets. */
const P90_ERROR = 0.025;

/** `"<kpi> <start of the window> <store> <channel>"` and the number: cents, seconds, a ratio to six digits, or a count; zero sums are left out. */
export type Cells = [cell: string, value: number][];

type Add = (name: string, where: Happened, value: number) => void;

/** Sums by cell, and the service times behind each. */
interface Tally { readonly sums: Map<string, number>; readonly times: Map<string, number[]> }

export function batchOf(month: Month, size: BatchSize, shop: BatchShop): Cells {
  const wall = new Wall(shop.zone);
  const tally: Tally = { sums: new Map(), times: new Map() };
  const length = { '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': HOUR, '1d': DAY }[size];
  const add: Add = (name, { at, store, channel }, value) => {
    const start = new Date(size === '1d' ? wall.dayOf(at, shop.cutoffHours) : wall.floor(at, length)).toISOString();
    for (const group of [`${store} ${channel}`, `${store} _`, `_ ${channel}`, '_ _']) {
      const place = `${start} ${group}`;
      tally.sums.set(`${name} ${place}`, (tally.sums.get(`${name} ${place}`) ?? 0) + value);
      if (name === 'service') tally.times.set(place, [...tally.times.get(place) ?? [], value]);
    }
  };
  for (const sale of month.sales) addSale(sale, add, shop);
  for (const refund of month.refunds) addRefund(refund, add);
  for (const annulment of month.annulments) addAnnulment(annulment, add);
  for (const payment of month.payments) addPaid([payment], payment, 1, add);
  for (const waste of month.wastes) add(waste.origin === 'other' ? 'other_sources' : 'waste', waste, waste.origin === 'other' ? 1 : waste.cents);
  for (const visit of month.visits) {
    if (!REMOTE.includes(visit.channel)) add('footfall', visit, visit.people);
    else if (visit.social) add('visited', visit, visit.people);
  }
  for (const lead of month.leads) addLead(lead, add);
  return cellsOf(tally);
}

/** What customers pay for goods and services: a tip is the waiter's, a gift card is owed until it is spent. */
function revenueOf({ cents, tip = 0, giftCards = 0 }: Money): number {
  return cents - tip - giftCards;
}

/** A part of the revenue without its part of the VAT, halves of a cent up. */
function withoutTax(money: Money, part: number): number {
  const [tax, revenue] = [money.tax ?? 0, revenueOf(money)];
  return revenue === 0 ? part : part - Math.floor((2 * tax * part + revenue) / (2 * revenue));
}

/** What all lines cost. */
function goodsOf({ lines = [] }: Money): number {
  return lines.reduce((sum, { cents }) => sum + cents, 0);
}

/** What was taken off, without the VAT that the goods' mean rate, or of goods for nothing the only rate that is stated, would have put on it. */
function beforeTax({ discount = 0, taxes = [], ...money }: Money, vat: number): number {
  const goods = goodsOf(money);
  const rate = taxes.length === 1 ? taxes[0]?.rate ?? 0 : 0;
  return discount - Math.round(goods > 0 ? (discount * vat) / goods : (discount * rate) / (100 + rate));
}

/** The VAT in the goods. What is stated of a rate is theirs where it fits them by a cent a line; what is more is shipping's. */
function goodsVatOf({ lines = [], taxes, tax }: Money): number | undefined {
  if (lines.length === 0) return undefined;
  const stated = taxes ?? (tax === undefined ? undefined : []);
  if (stated === undefined && lines.some(({ rate, cents }) => rate === undefined && cents !== 0)) return undefined;
  const [only] = stated?.length === 1 ? stated : [];
  const byRate = new Map<number | undefined, TrueLine[]>();
  for (const line of lines) byRate.set(line.rate ?? only?.rate, [...byRate.get(line.rate ?? only?.rate) ?? [], line]);
  let vat = 0;
  for (const [rate, of] of byRate) {
    const sum = of.reduce((cents, line) => cents + line.cents, 0);
    const own = (stated ?? []).filter((one) => (rate === undefined ? !byRate.has(one.rate) : one.rate === rate)).reduce((cents, one) => cents + one.cents, 0);
    const computed = rate === undefined ? Infinity : Math.round((sum * rate) / (100 + rate));
    if (rate === undefined) vat += Math.min(own, Math.max(sum, 0));
    else if (stated === undefined) vat += computed;
    else vat += Math.abs(own - computed) <= of.length ? own : Math.min(own, Math.max(computed, 0));
  }
  return vat;
}

function addSale(sale: TrueSale, add: Add, shop: BatchShop): void {
  if (sale.origin === 'other') {
    if (sale.status === 'completed' && revenueOf(sale) > 0) add('other_sources', sale, 1);
    if (sale.status === 'completed') addPaid(sale.paid, sale, 1, add);
    return;
  }
  const { status, at, openedAt, social } = sale;
  if (status === 'voided') add('voids', sale, 1);
  else if (social) add('reached', sale, 1);
  const lateAt = shop.incompleteAfterMs === 0 ? at : (openedAt ?? at) + shop.incompleteAfterMs;
  if (status === 'open') {
    add('open_orders', sale, 1);
    if (lateAt <= shop.askedAt) add('incomplete_orders', { ...sale, at: lateAt }, 1);
  }
  if (status === 'completed') addCompleted(sale, add, shop.incompleteAfterMs);
}

function addCompleted(sale: TrueSale, add: Add, incompleteAfterMs: number): void {
  const { covers, openedAt, closedAt, social, channel } = sale;
  const revenue = revenueOf(sale);
  add('revenue', sale, revenue);
  add('gross_revenue', sale, revenue);
  addMoney(sale, add, 1);
  add('discounts', sale, sale.discount ?? 0);
  const vat = goodsVatOf(sale);
  if (vat !== undefined) add('gross_sales', sale, goodsOf(sale) - vat + beforeTax(sale, vat));
  else if (sale.tax !== undefined) add('gross_sales', sale, withoutTax(sale, revenue - (sale.shipping ?? 0) + (sale.discount ?? 0)));
  const pieces = sale.lines?.reduce((sum, line) => sum + line.pieces, 0) ?? 0;
  add('units', sale, pieces);
  if (social) add('won', sale, 1);
  if (revenue > 0) {
    add('orders', sale, 1);
    if (sale.tax !== undefined || vat !== undefined) add('covered', sale, revenue);
    if ((sale.lines ?? []).length > 0) {
      add('lined', sale, revenue);
      add('lined_orders', sale, 1);
    }
    if (!REMOTE.includes(channel)) add('offline', sale, 1);
    if (social && channel === 'online') add('ordered', sale, 1);
  }
  if (covers !== undefined) {
    add('covers', sale, covers);
    add('seated', sale, revenue);
  }
  if (openedAt === undefined || closedAt === undefined) return;
  const took = closedAt - openedAt;
  add(took > DAY ? 'service_time_outliers' : 'service', sale, took > DAY ? 1 : took);
  if (took <= DAY) add('served', sale, 1);
  if (incompleteAfterMs > 0 && took > incompleteAfterMs) add('incomplete_orders', { ...sale, at: openedAt + incompleteAfterMs }, 1);
}

/** What a sale brings and a refund of it takes back. */
function addMoney(traded: Traded, add: Add, sign: 1 | -1): void {
  const { tip = 0, giftCards = 0, shipping = 0, tax } = traded;
  add('tips', traded, sign * tip);
  add('gift_cards_sold', traded, sign * giftCards);
  add('shipping', traded, sign * shipping);
  const vat = goodsVatOf(traded);
  if (tax !== undefined || vat !== undefined) {
    add('taxes', traded, sign * (tax ?? vat ?? 0));
    add('net_sales', traded, sign * (vat === undefined ? withoutTax(traded, revenueOf(traded) - shipping) : goodsOf(traded) - vat));
  }
  addPaid(traded.paid, traded, sign, add);
}

function addRefund(refund: Traded, add: Add): void {
  if (refund.origin === 'other') {
    add('other_sources', refund, 1);
    addPaid(refund.paid, refund, -1, add);
    return;
  }
  add('revenue', refund, -revenueOf(refund));
  add('refunds', refund, revenueOf(refund));
  add('returns', refund, 1);
  addMoney(refund, add, -1);
}

function addAnnulment(annulment: Traded, add: Add): void {
  add('voids', annulment, 1);
  for (const name of ['revenue', 'gross_revenue']) add(name, annulment, -annulment.cents);
  for (const name of ['orders', 'offline']) add(name, annulment, -1);
  const { lines = [] } = annulment;
  if (lines.length > 0) {
    add('units', annulment, -lines.reduce((sum, { pieces }) => sum + pieces, 0));
    add('lined', annulment, -annulment.cents);
    add('lined_orders', annulment, -1);
  }
  addPaid(annulment.paid, annulment, -1, add);
}

function addPaid(paid: readonly Paid[], where: Happened, sign: 1 | -1, add: Add): void {
  for (const { means, cents } of paid) {
    add('paid', where, sign * cents);
    add(means, where, sign * cents);
  }
}

function addLead(lead: TrueLead, add: Add): void {
  const { kind, at, openedAt, closedAt } = lead;
  if (kind === 'person') {
    add('reached', { ...lead, at: openedAt ?? at }, 1);
    if (closedAt !== undefined) add('won', { ...lead, at: closedAt }, 1);
  } else if (openedAt !== undefined && closedAt !== undefined) {
    add('support', { ...lead, at: closedAt }, closedAt - openedAt);
    add('supported', { ...lead, at: closedAt }, 1);
  }
}

function cellsOf({ sums, times }: Tally): Cells {
  const cells: Cells = [];
  for (const [cell, sum] of sums) {
    const [name = '', ...rest] = cell.split(' ');
    const place = rest.join(' ');
    if ((SUMS as readonly string[]).includes(name) && sum !== 0) cells.push([cell, sum]);
    for (const [kpi, [top, bottom, unit]] of Object.entries(QUOTIENTS)) {
      if (bottom === name) cells.push(...quotient(`${kpi} ${place}`, sums.get(`${top} ${place}`) ?? 0, sum, unit));
    }
    const lined = (sums.get(`lined_orders ${place}`) ?? 0) === 0 ? LINED.slice(0, 1) : LINED;
    if (name === 'gross_revenue') {
      cells.push(...coverageOf(place, sum, sums.get(`covered ${place}`) ?? 0, COVERED), ...coverageOf(place, sum, sums.get(`lined ${place}`) ?? 0, lined));
    }
    const isLined = (sums.get(`gross_revenue ${place}`) ?? 0) <= 0 || (sums.get(`lined ${place}`) ?? 0) !== 0;
    if (name === 'units' && sum !== 0 && isLined) cells.push([cell, sum]);
    const isKnown = (sums.get(`gross_revenue ${place}`) ?? 0) <= 0 || (sums.get(`covered ${place}`) ?? 0) !== 0;
    if ((COVERED as readonly string[]).includes(name) && sum !== 0 && isKnown) cells.push([cell, sum]);
  }
  for (const [place, took] of times) {
    const ninth = took.sort((a, b) => a - b)[Math.ceil(took.length * 0.9) - 1] ?? 0;
    cells.push([`${P90} ${place}`, ninth / 1_000]);
  }
  return cells.sort(byCell);
}

function quotient(cell: string, top: number, bottom: number, unit: QuotientUnit): Cells {
  // A share of a whole that is less than nothing, or more than the whole, is unknown.
  const isUnknown = bottom === 0 || (SHARES.has(cell.split(' ')[0] ?? '') && (bottom < 0 || top < 0 || top > bottom));
  if (isUnknown) return [];
  if (unit === 'plain') return [[cell, top / bottom]];
  // Halves are rounded up, as in a shop.
  const rounded = Math.sign(top / bottom) * Math.round(Math.abs(top / bottom));
  return [[cell, unit === 'ratio' ? Number((top / bottom).toFixed(6)) : unit === 'money' ? rounded : rounded / 1_000]];
}

function coverageOf(place: string, revenue: number, covered: number, names: readonly string[]): Cells {
  return revenue <= 0 || covered === 0 ? [] : names.map((name) => [`${name}/coverage ${place}`, Number((covered / revenue).toFixed(6))]);
}

function byCell([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}

interface Row {
  readonly name: string;
  readonly window: { readonly start: string };
  readonly store: string;
  readonly channel: string;
  readonly value: number | null;
  readonly coverage?: number;
}

/** The same cells out of rows of `/kpi`. */
export function answeredOf(rows: readonly Row[]): Cells {
  const cells: Cells = [];
  for (const { name, window, store, channel, value, coverage } of rows) {
    if (OF_THE_PRESENT.includes(name)) continue;
    const place = `${window.start} ${store} ${channel}`;
    if (value !== null && coverage !== undefined) cells.push([`${name}/coverage ${place}`, coverage]);
    const isNothing = value === 0 && ([...SUMS, ...COVERED, 'units'] as readonly string[]).includes(name);
    if (value !== null && !isNothing) cells.push([`${name} ${place}`, MONEY.has(name) ? Math.round(value * 100) : value]);
  }
  return cells.sort(byCell);
}

/** Cells that are not alike: what must be, and what was answered. */
export function differences(expected: Cells, answered: Cells): string[] {
  const given = new Map(answered);
  const isAlike = (cell: string, value: number, answer: number | undefined): boolean => value === answer
    || (cell.startsWith(P90) && answer !== undefined && Math.abs(answer - value) <= P90_ERROR * value);
  const wrong = expected.filter(([cell, value]) => !isAlike(cell, value, given.get(cell))).map(([cell, value]) => `${cell}: ${String(value)}, answered ${String(given.get(cell))}`);
  const known = new Set(expected.map(([cell]) => cell));
  return [...wrong, ...answered.filter(([cell]) => !known.has(cell)).map(([cell, value]) => `${cell}: nothing, answered ${String(value)}`)];
}
