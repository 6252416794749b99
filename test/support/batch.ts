/**
 * What must the numbers of a month be? Added up in one go, by hand, from the very payloads that were sent: it knows the senders and the
 * definitions of the KPIs, and nothing of events, facts, slices and windows.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One line of a demonstration's ledger. */
export interface Sent {
  readonly to: 'shopify' | 'hubspot' | 'pos' | 'events';
  readonly topic?: string;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- the senders' own shapes
}

interface Sale {
  version: string;
  at: number;
  status: string;
  channel: string;
  cents: number;
  payment?: string;
  openedAt?: number;
  closedAt?: number;
  covers?: number;
  social: boolean;
}
interface Amount { at: number; channel: string; cents: number; payment?: string }
interface Lead { kind: string; at: number; openedAt?: number; closedAt?: number; status: string; social: boolean }

export interface BatchLedger {
  readonly zone: string;
  readonly cutoffHours: number;
  /** When the numbers were asked for: an order that is younger than the limit is not late yet. */
  readonly askedAt: number;
  /** How long an order may be open; 0: every open one counts. */
  readonly incompleteAfterMs: number;
}

/** KPIs that add up; the others are a quotient of two of the sums below. */
const SUMS = ['revenue', 'gross_revenue', 'refunds', 'returns', 'orders', 'voids', 'open_orders', 'incomplete_orders', 'covers', 'footfall', 'waste'] as const;
const QUOTIENTS: Record<string, [top: string, bottom: string, unit: 'money' | 'seconds' | 'ratio']> = {
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
};
const SHARES = new Set(['returns_rate', 'conversion', 'social_conversion', 'social_visit_conversion', 'card_share', 'cash_share']);
export const COMPARED = [...SUMS, ...Object.keys(QUOTIENTS)];
const MONEY = new Set(['revenue', 'gross_revenue', 'refunds', 'waste', 'average_ticket', 'average_per_cover']);

/** `"<kpi> <start of the window> <channel>"` and the number: cents, seconds, a ratio to six digits, or a count; zero sums are left out. */
export type Cells = [cell: string, value: number][];

export function batchOf(sent: readonly Sent[], size: '1h' | '1d', shop: BatchLedger): Cells {
  const wall = new Wall(shop.zone);
  const { sales, refunds, visits, wastes, leads } = readAll(sent, wall);
  const sums = new Map<string, number>();
  const startOf = (at: number): number => (size === '1h' ? wall.hourOf(at) : wall.dayOf(at, shop.cutoffHours));
  const add = (name: string, at: number, channel: string, value: number): void => {
    for (const one of [channel, '_']) {
      const cell = `${name} ${new Date(startOf(at)).toISOString()} ${one}`;
      sums.set(cell, (sums.get(cell) ?? 0) + value);
    }
  };
  for (const sale of sales.values()) addSale(sale, add, shop);
  for (const { at, channel, cents, payment } of refunds.values()) {
    add('revenue', at, channel, -cents);
    add('refunds', at, channel, cents);
    add('returns', at, channel, 1);
    addPaid(payment, at, channel, -cents, add);
  }
  for (const { at, channel, cents } of wastes.values()) add('waste', at, channel, cents);
  for (const { at, channel, people, social } of visits.values()) {
    if (channel !== 'online') add('footfall', at, channel, people);
    else if (social) add('visited', at, channel, people);
  }
  for (const lead of leads.values()) addLead(lead, add);
  return cellsOf(sums);
}

type Add = (name: string, at: number, channel: string, value: number) => void;

function addSale({ status, at, channel, cents, payment, openedAt, closedAt, covers, social }: Sale, add: Add, { askedAt, incompleteAfterMs }: BatchLedger): void {
  const lateAt = incompleteAfterMs === 0 ? at : (openedAt ?? at) + incompleteAfterMs;
  if (status === 'voided') add('voids', at, channel, 1);
  if (social) add('reached', at, channel, 1);
  if (status === 'open') {
    add('open_orders', at, channel, 1);
    if (lateAt <= askedAt) add('incomplete_orders', lateAt, channel, 1);
  }
  if (status !== 'completed') return;
  add('revenue', at, channel, cents);
  add('gross_revenue', at, channel, cents);
  add('orders', at, channel, 1);
  if (channel !== 'online') add('offline', at, channel, 1);
  if (social) {
    add('won', at, channel, 1);
    add('ordered', at, channel, 1);
  }
  addPaid(payment, at, channel, cents, add);
  if (covers !== undefined) {
    add('covers', at, channel, covers);
    add('seated', at, channel, cents);
  }
  if (openedAt === undefined || closedAt === undefined) return;
  add('service', at, channel, closedAt - openedAt);
  add('served', at, channel, 1);
  if (incompleteAfterMs > 0 && closedAt - openedAt > incompleteAfterMs) add('incomplete_orders', lateAt, channel, 1);
}

function addPaid(payment: string | undefined, at: number, channel: string, cents: number, add: Add): void {
  if (payment !== undefined) add('paid', at, channel, cents);
  if (payment === 'card' || payment === 'cash') add(payment, at, channel, cents);
}

function addLead({ kind, at, openedAt, closedAt, status, social }: Lead, add: Add): void {
  if (kind === 'ticket') {
    if (status !== 'completed' || openedAt === undefined || closedAt === undefined) return;
    add('support', closedAt, 'online', closedAt - openedAt);
    add('supported', closedAt, 'online', 1);
    return;
  }
  if (!social) return;
  add('reached', openedAt ?? at, 'online', 1);
  if (status === 'completed') add('won', closedAt ?? at, 'online', 1);
}

function cellsOf(sums: ReadonlyMap<string, number>): Cells {
  const cells: Cells = [];
  for (const [cell, sum] of sums) {
    const [name = '', ...place] = cell.split(' ');
    if ((SUMS as readonly string[]).includes(name) && sum !== 0) cells.push([cell, sum]);
    for (const [kpi, [top, bottom, unit]] of Object.entries(QUOTIENTS)) {
      if (bottom !== name || sum === 0) continue;
      const above = sums.get([top, ...place].join(' ')) ?? 0;
      // A share of a whole that is less than nothing, or more than the whole, is unknown.
      if (SHARES.has(kpi) && (sum < 0 || above < 0 || above > sum)) continue;
      // Halves are rounded up, as in a shop.
      const value = unit === 'ratio' ? Number((above / sum).toFixed(6)) : unit === 'money' ? Math.round(above / sum) : Math.round(above / sum) / 1_000;
      cells.push([[kpi, ...place].join(' '), value]);
    }
  }
  return cells.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same cells out of rows of `/kpi`. */
export function answeredOf(rows: readonly { name: string; window: { start: string }; channel: string; value: number | null; unit: string }[]): Cells {
  const cells: Cells = [];
  for (const { name, window, channel, value } of rows) {
    if (value === null || !COMPARED.includes(name) || (value === 0 && (SUMS as readonly string[]).includes(name))) continue;
    cells.push([`${name} ${window.start} ${channel}`, MONEY.has(name) ? Math.round(value * 100) : value]);
  }
  return cells.sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Read {
  sales: Map<string, Sale>;
  refunds: Map<string, Amount>;
  visits: Map<string, { at: number; channel: string; people: number; social: boolean }>;
  wastes: Map<string, Amount>;
  leads: Map<string, Lead>;
}

function readAll(sent: readonly Sent[], wall: Wall): Read {
  const read: Read = { sales: new Map(), refunds: new Map(), visits: new Map(), wastes: new Map(), leads: new Map() };
  for (const { to, topic, body } of sent) {
    if (to === 'shopify') readShopify(topic ?? '', body, read);
    else if (to === 'pos') readReceipt(body, read, wall);
    else if (to === 'hubspot') for (const notice of body) readNotice(notice, read.leads);
    else readEvent(body, read);
  }
  return read;
}

const SOCIAL = ['instagram', 'facebook'];
const RANKS = ['open', 'completed', 'cancelled', 'voided'];

/** Of several versions of one sale the latest counts, whenever it came. */
function keep(sales: Map<string, Sale>, key: string, sale: Sale): void {
  const former = sales.get(key);
  const rank = (one: Sale): string => `${one.version} ${String(RANKS.indexOf(one.status))}`;
  if (former === undefined || rank(sale) > rank(former)) sales.set(key, sale);
}

function readShopify(topic: string, body: Sent['body'], { sales, refunds }: Read): void {
  if (topic === 'refunds/create') readRefund(body, refunds);
  else {
    const status = ['paid', 'refunded', 'partially_refunded'].includes(body.financial_status) ? 'completed' : body.cancelled_at === null ? 'open' : 'cancelled';
    keep(sales, `shopify ${String(body.id)}`, {
      version: body.updated_at, at: Date.parse(body.processed_at), status, channel: 'online', cents: centsOf(body.total_price), payment: 'card',
      social: SOCIAL.some((network) => body.landing_site.includes(`utm_source=${network}&`)),
    });
    for (const refund of body.refunds) readRefund(refund, refunds);
  }
}

/** The same refund sent twice is one refund. */
function readRefund(body: Sent['body'], refunds: Map<string, Amount>): void {
  const cents = body.transactions.reduce((sum: number, { amount }: { amount: string }) => sum + centsOf(amount), 0);
  refunds.set(`shopify ${String(body.id)}`, { at: Date.parse(body.processed_at), channel: 'online', cents, payment: 'card' });
}

function readReceipt(body: Sent['body'], { sales, refunds }: Read, wall: Wall): void {
  const key = `${String(body.idCassa)} ${String(body.numeroScontrino)}`;
  const at = wall.instantOf(body.dataOra);
  const cents = centsOf(body.totale.replaceAll('.', '').replace(',', '.'));
  const payment = body.pagamenti.length === 0 ? undefined : body.pagamenti[0].tipo === 'CONTANTI' ? 'cash' : 'card';
  const paid = payment === undefined ? {} : { payment };
  if (body.tipoDocumento === 'reso') refunds.set(`till ${key}`, { at, channel: 'pos', cents, ...paid });
  else {
    const status = { completo: 'completed', aperto: 'open', annullato: 'voided' }[body.stato as string] ?? '';
    keep(sales, `till ${key}`, {
      version: new Date(at).toISOString(), at, status, channel: 'pos', cents, social: false,
      ...paid,
      ...(body.coperti === undefined ? {} : { covers: body.coperti }),
      ...(body.apertura === undefined ? {} : { openedAt: wall.instantOf(body.apertura) }),
      ...(body.chiusura === undefined ? {} : { closedAt: wall.instantOf(body.chiusura) }),
    });
  }
}

/** A notice says one thing about a contact, a deal or a ticket; together they say it all, in any order. */
function readNotice(notice: Sent['body'], leads: Map<string, Lead>): void {
  const [kind = '', what = ''] = notice.subscriptionType.split('.');
  const key = `${kind} ${String(notice.objectId)}`;
  const lead: Lead = leads.get(key) ?? { kind, at: 0, status: 'open', social: false };
  leads.set(key, lead);
  const { occurredAt: at, propertyName: name, propertyValue: value } = notice;
  if (kind !== 'ticket') lead.at = at;
  if (what === 'creation' && kind === 'deal') lead.openedAt = at;
  if (name === 'hs_analytics_source') lead.social = ['SOCIAL_MEDIA', 'PAID_SOCIAL'].includes(value);
  if (name === 'time_to_close') Object.assign(lead, { status: 'completed', openedAt: at - Number(value), closedAt: at });
  if (name === 'dealstage' && value === 'closedwon') Object.assign(lead, { status: 'completed', closedAt: at });
}

function readEvent({ type, subject, time, data }: Sent['body'], { visits, wastes }: Read): void {
  const at = Date.parse(time);
  if (type === 'waste') wastes.set(subject, { at, channel: 'pos', cents: centsOf(data.amount) });
  else visits.set(subject, { at, channel: data.channel, people: data.quantity, social: SOCIAL.includes(data.campaign?.source) });
}

function centsOf(decimal: string): number {
  const [whole = '', fraction = ''] = decimal.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

/** The clock on the shop's wall, as the operating system knows it. */
class Wall {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
    });
  }

  hourOf(at: number): number {
    return at - ((at + this.#offsetAt(at)) % HOUR);
  }

  /** The instant at which the business day of `at` began. */
  dayOf(at: number, cutoffHours: number): number {
    const day = Math.floor((at + this.#offsetAt(at) - cutoffHours * HOUR) / DAY);
    return this.#instantAt(day * DAY + cutoffHours * HOUR);
  }

  /** "22/11/2026 18:41:05" */
  instantOf(text: string): number {
    const [day, month, year, ...clock] = text.split(/[/ :]/).map(Number);
    return this.#instantAt(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, ...clock));
  }

  /** Of two instants that the wall shows alike the earlier one; one that it never shows is put forward. */
  #instantAt(shown: number): number {
    const [before, after] = [shown - this.#offsetAt(shown - DAY), shown - this.#offsetAt(shown + DAY)];
    const real = [before, after].filter((at) => at + this.#offsetAt(at) === shown);
    return real.length === 0 ? Math.max(before, after) : Math.min(...real);
  }

  #offsetAt(at: number): number {
    const quarter = Math.floor(at / (15 * MINUTE)) * 15 * MINUTE;
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const part = Object.fromEntries(this.#format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]));
    const shown = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
    this.#offsets.set(quarter, shown - quarter);
    return shown - quarter;
  }
}
