/**
 * `Template` is how the templates differ: the sectors in the cards they see first, in their hours and their alerts; the roles in the part of the way
 * that one process goes; in nothing else.
 */
export interface Card {
  readonly name: string;
  /** `auto`: the window that is chosen by how much there is to count. */
  readonly window: '1d' | '1h' | 'auto';
  readonly title: string;
  /** `{count|sale|sales}`: facts behind the number, `{hours}` of its window, `{why}` it is so long. */
  readonly note: string;
  /** Said in place of the note while the number is unknown. */
  readonly unknown: string;
  /** Which direction is the good one; absent: up. */
  readonly better?: 'up' | 'down' | 'neither';
}

/** A row of the alert node's form. */
export interface Alert {
  readonly name: string;
  readonly kpi: string;
  readonly size: '1h' | '1d';
  readonly threshold: string;
  readonly recovery: string;
}

/** Who does it: one process everything, or several their part: collect the events, count them, show the numbers. */
export type Role = 'all' | 'edge' | 'worker' | 'front';

/** One file to import. */
export interface Template {
  /** Name of the file, and scope of the ids in it. */
  readonly id: string;
  readonly role: Role;
  readonly sector: 'retail' | 'restaurant' | 'artisan';
  readonly label: string;
  readonly cards: readonly Card[];
  /** KPIs of the page "Periodo", in order. */
  readonly table: readonly KpiName[];
  /** Local hours that the chart shows at least. */
  readonly opens: number;
  readonly closes: number;
  /** A source that has been silent this long is shown in amber. */
  readonly staleHours: number;
  /** When the business day begins. */
  readonly cutoff: string;
  /** Minutes an order may be open before it counts as incomplete; 0: every open one does. */
  readonly incompleteAfter: number;
  readonly alerts: readonly Alert[];
  /** Points of sale, with the names that tills and shops give them. */
  readonly stores: readonly { readonly id: string; readonly name: string; readonly aliases: readonly string[] }[];
}

/** What senders are called. */
export const SENDERS = { shopify: 'Shopify', hubspot: 'HubSpot', woocommerce: 'WooCommerce', pos: 'Cassa', events: 'Eventi via API', pixel: 'Pagine del negozio', batch: 'File' } as const;
export type Sender = keyof typeof SENDERS;

/** What a shop owner calls the numbers. */
export const KPI_NAMES = {
  revenue: 'Fatturato', orders: 'Scontrini e ordini', average_ticket: 'Scontrino medio', refunds: 'Resi', footfall: 'Ingressi', conversion: 'Conversione',
  card_share: 'Con carta', service_time: 'Tempo di servizio', social_conversion: 'Conversione dai social', support_time: 'Tempo di assistenza', waste: 'Sprechi',
} as const;
export type KpiName = keyof typeof KPI_NAMES;

const waiting = 'in attesa del primo dato';

const revenueToday: Card = { name: 'revenue', window: '1d', title: 'Fatturato di oggi', note: 'vendite meno resi, da {count|movimento|movimenti}', unknown: waiting };
const revenueNow: Card = { name: 'revenue', window: 'auto', title: 'Fatturato adesso', note: 'ore {hours}, {why}', unknown: 'nessuna vendita in quest’ora' };
const averageTicket: Card = { name: 'average_ticket', window: '1d', title: 'Scontrino medio', note: 'su {count|vendita|vendite}', unknown: waiting };
const cardShare: Card = { name: 'card_share', window: '1d', title: 'Pagato con carta', note: 'quota dell’incasso', unknown: waiting, better: 'neither' };
const orders = (title: string): Card => ({ name: 'orders', window: '1d', title, note: 'conclusi oggi', unknown: waiting });
const incomplete: Card = { name: 'incomplete_orders', window: '1d', title: 'Ordini aperti', note: 'iniziati e non ancora conclusi', unknown: waiting, better: 'down' };
const support: Card = { name: 'support_time', window: '1d', title: 'Tempo di assistenza', note: 'in media, su {count|richiesta chiusa|richieste chiuse}', unknown: 'nessuna richiesta chiusa oggi', better: 'down' };
const social: Card = { name: 'social_conversion', window: '1d', title: 'Conversione dai social', note: 'acquisti su {count|contatto|contatti}', unknown: 'in attesa di contatti dai social' };

/** Of numbers that mean the same by day and by night: opening hours are not known here. */
const highRefunds = (euros: string): Alert => ({ name: 'Resi alti', kpi: 'refunds', size: '1d', threshold: euros, recovery: euros });
const manyOpen = (orders: string): Alert => ({ name: 'Molti ordini aperti', kpi: 'incomplete_orders', size: '1d', threshold: orders, recovery: String(Number(orders) / 2) });
const slowService: Alert = { name: 'Servizio lento', kpi: 'service_time', size: '1h', threshold: '45m', recovery: '35m' };
const slowSupport: Alert = { name: 'Assistenza lenta', kpi: 'support_time', size: '1d', threshold: '8h', recovery: '6h' };

const one = [{ id: 'negozio', name: 'Negozio', aliases: ['MI-01'] }] as const;

/** A template but for its role. */
export type Sector = Omit<Template, 'id' | 'role' | 'sector'> & { readonly id: Template['sector'] };

const retail: Sector = {
  id: 'retail', label: 'Commercio al dettaglio', opens: 8, closes: 20, staleHours: 24, cutoff: '00:00', incompleteAfter: 0,
  stores: one, alerts: [highRefunds('300'), manyOpen('20')],
  table: ['revenue', 'orders', 'average_ticket', 'refunds', 'footfall', 'conversion', 'card_share'],
  cards: [
    revenueToday, revenueNow, orders('Scontrini e ordini'), averageTicket,
    { name: 'conversion', window: '1d', title: 'Conversione', note: 'scontrini in negozio per persona entrata', unknown: 'serve un conta-persone' },
    cardShare,
    { name: 'footfall', window: '1d', title: 'Ingressi', note: 'persone entrate oggi', unknown: 'serve un conta-persone' },
  ],
};

export const SECTORS: readonly Sector[] = [
  retail,
  {
    id: 'restaurant', label: 'Ristorazione', opens: 11, closes: 24, staleHours: 24, cutoff: '04:00', incompleteAfter: 30,
    stores: one, alerts: [slowService, manyOpen('15')],
    table: ['revenue', 'orders', 'average_ticket', 'service_time', 'footfall', 'card_share', 'waste'],
    cards: [
      revenueToday, revenueNow, orders('Conti chiusi'), averageTicket,
      { name: 'service_time', window: '1d', title: 'Tempo di servizio', note: 'dall’ordine al conto, su {count|tavolo|tavoli}', unknown: 'nessun tavolo chiuso oggi', better: 'down' },
      incomplete,
      { name: 'footfall', window: '1d', title: 'Persone entrate', note: 'contate oggi all’ingresso', unknown: 'serve un conta-persone' },
    ],
  },
  {
    id: 'artisan', label: 'Artigianato', opens: 8, closes: 19, staleHours: 48, cutoff: '00:00', incompleteAfter: 0,
    stores: one, alerts: [slowSupport, highRefunds('150')],
    table: ['revenue', 'orders', 'average_ticket', 'refunds', 'social_conversion', 'support_time', 'waste'],
    cards: [revenueToday, revenueNow, orders('Ordini'), averageTicket, social, support, incomplete],
  },
];

const ROLES: readonly Exclude<Role, 'all'>[] = ['edge', 'worker', 'front'];

/** Each sector in one process, and each role for a shop; what differs by sector is edited in the nodes. */
export const TEMPLATES: readonly Template[] = [
  ...SECTORS.map((sector): Template => ({ ...sector, role: 'all', sector: sector.id })),
  ...ROLES.map((role): Template => ({ ...retail, id: role, role, sector: retail.id })),
];

/** What the dashboard calls channels. */
export const CHANNELS = { online: 'Online', pos: 'In negozio', phone: 'Telefono', delivery: 'Consegna' } as const;
export const TRUST = { signed: 'firmata', token: 'con chiave', untrusted: 'non firmata' } as const;
export const ZONE = 'Europe/Rome';
