/**
 * `Template` is how the templates differ: the sectors in the cards they see first, in the end of their day and their alerts; the roles in the part of
 * the way that one process goes; the languages in words; in nothing else.
 */
import { type Language, TEXTS, type Texts } from './texts/texts.js';

export type SectorId = 'retail' | 'restaurant' | 'artisan';

/** `Card` of the page of today. `title`: a key of the texts; absent: the number's own name. */
export interface Card {
  readonly kpi: string;
  /** `auto`: the window that is chosen by how much there is to count. */
  readonly window: '1d' | 'auto';
  readonly title?: string;
  /** Which direction is the good one; absent: up. */
  readonly better?: 'up' | 'down' | 'neither';
}

/** `Alert` is a row of the alert node's form; `name` a key of the texts. */
export interface Alert {
  readonly name: string;
  readonly kpi: string;
  readonly size: '1h' | '1d';
  readonly threshold: string;
  readonly recovery: string;
}

/** `Role`: who does it, one process everything, or several their part: collect the events, count them, show the numbers. */
export type Role = 'all' | 'edge' | 'worker' | 'front';

export interface Sector {
  readonly id: SectorId;
  readonly cards: readonly Card[];
  /** The numbers drawn on the page of the trend besides revenue. */
  readonly trends: readonly [first: Card, second: Card];
  /** When the business day begins. */
  readonly cutoff: string;
  /** Minutes an order may be open before it counts as incomplete; 0: every open one does. */
  readonly incompleteAfter: number;
  readonly alerts: readonly Alert[];
}

/** `Template` is one file to import. */
export interface Template {
  /** Scope of the ids in it. */
  readonly id: string;
  readonly file: string;
  readonly role: Role;
  readonly sector: Sector;
  readonly texts: Texts;
}

/** `SENDERS` in the order in which they stand on the canvas. */
export const SENDERS = ['shopify', 'hubspot', 'woocommerce', 'pos', 'events', 'pixel', 'batch'] as const;
export type Sender = (typeof SENDERS)[number];

export const PAGES = ['today', 'trend', 'sales', 'alerts', 'sources'] as const;
export type PageId = (typeof PAGES)[number];

/** `ALIASES` of the one store of a template: what the simulated shop's till calls it. */
export const ALIASES = ['MI-01'] as const;

const now: Card = { kpi: 'revenue', window: 'auto', title: 'now' };
const orders: Card = { kpi: 'orders', window: '1d' };
const averageTicket: Card = { kpi: 'average_ticket', window: '1d' };
const footfall: Card = { kpi: 'footfall', window: '1d' };
const incomplete: Card = { kpi: 'incomplete_orders', window: '1d', better: 'down' };
const serviceTime: Card = { kpi: 'service_time', window: '1d', better: 'down' };
const supportTime: Card = { kpi: 'support_time', window: '1d', better: 'down' };

/** Of numbers that mean the same by day and by night: opening hours are not known here. */
const highRefunds = (euros: string): Alert => ({ name: 'highRefunds', kpi: 'refunds', size: '1d', threshold: euros, recovery: euros });
const manyOpen = (open: string): Alert => ({ name: 'manyOpen', kpi: 'incomplete_orders', size: '1d', threshold: open, recovery: String(Number(open) / 2) });
const slowService: Alert = { name: 'slowService', kpi: 'service_time', size: '1h', threshold: '45m', recovery: '35m' };
const slowSupport: Alert = { name: 'slowSupport', kpi: 'support_time', size: '1d', threshold: '8h', recovery: '6h' };

const retail: Sector = {
  id: 'retail', cutoff: '00:00', incompleteAfter: 0, alerts: [highRefunds('300'), manyOpen('20')], trends: [orders, averageTicket],
  cards: [orders, averageTicket, now, { kpi: 'conversion', window: '1d' }, footfall, { kpi: 'card_share', window: '1d', better: 'neither' }],
};

export const SECTORS: readonly Sector[] = [
  retail,
  {
    id: 'restaurant', cutoff: '04:00', incompleteAfter: 30, alerts: [slowService, manyOpen('15')], trends: [averageTicket, serviceTime],
    cards: [{ ...orders, title: 'bills' }, averageTicket, now, serviceTime, incomplete, footfall],
  },
  {
    id: 'artisan', cutoff: '00:00', incompleteAfter: 0, alerts: [slowSupport, highRefunds('150')], trends: [averageTicket, supportTime],
    cards: [{ ...orders, title: 'orders' }, averageTicket, now, { kpi: 'social_conversion', window: '1d' }, supportTime, incomplete],
  },
];

const ROLES: readonly Exclude<Role, 'all'>[] = ['edge', 'worker', 'front'];

/** `TEMPLATES`: each sector in one process, and each role for a shop, in each language; what a role's sector would change is edited in the nodes. */
export const TEMPLATES: readonly Template[] = Object.values(TEXTS).flatMap((texts) => [
  ...SECTORS.map((sector) => templateOf(sector.id, 'all', sector, texts)),
  ...ROLES.map((role) => templateOf(role, role, retail, texts)),
]);

/** `TRIALS`: the template that tries itself, in each language. */
export const TRIALS: readonly Template[] = Object.values(TEXTS).map((texts) => templateOf('trial', 'all', retail, texts));

/** The Italian ones keep the ids that they have always had. */
function templateOf(name: string, role: Role, sector: Sector, texts: Texts): Template {
  const { language } = texts;
  return { id: language === 'it' ? name : `${language}/${name}`, file: fileIn(language, `${name}.json`), role, sector, texts };
}

/** `fileIn` the folder of a language; the Italian ones stand above. */
export function fileIn(language: Language, file: string): string {
  return language === 'it' ? file : `${language}/${file}`;
}
