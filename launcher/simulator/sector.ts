/**
 * `SimulatedSector` is how a shop of one trade spends its week: steps per hour at the till and on the web, what they are, and how the days differ.
 */
import { ASSORTMENTS, type Assortment } from './articles.js';
import type { Template } from '../settings/settings.js';

/**
 * `receipt` and `return` at the till, `table` an order that is opened and closed later, `order` and `refund` of the web shop, `footfall` people
 * who come in, `browse` visits of the web shop, `contact` and `ticket` in the CRM.
 */
export type SectorKind = 'receipt' | 'return' | 'table' | 'order' | 'refund' | 'footfall' | 'browse' | 'contact' | 'ticket' | 'waste';

type Weighted = readonly (readonly [SectorKind, number])[];

export interface SimulatedSector {
  /** Sales per hour, by local hour of the day from 0 to 23. */
  readonly till: readonly number[];
  readonly web: readonly number[];
  /** Factor of the till's day, Monday first; 0 is closed. */
  readonly week: readonly number[];
  readonly ofTill: Weighted;
  readonly ofWeb: Weighted;
  readonly assortment: Assortment;
}

const WEB = [2, 1, 1, 0, 0, 1, 1, 2, 3, 4, 4, 4, 5, 5, 4, 4, 4, 5, 6, 7, 9, 10, 8, 4];

/** Two peaks at the till (before lunch, after work), one online in the evening. */
const retail: SimulatedSector = {
  till: [0, 0, 0, 0, 0, 0, 0, 1, 6, 12, 20, 28, 30, 16, 8, 12, 18, 26, 34, 24, 6, 0, 0, 0],
  web: WEB,
  week: [0.8, 0.9, 0.9, 1, 1.1, 1.4, 0.5],
  ofTill: [['footfall', 60], ['receipt', 34], ['return', 1], ['waste', 1]],
  ofWeb: [['browse', 50], ['order', 14], ['contact', 8], ['ticket', 5], ['refund', 2]],
  assortment: ASSORTMENTS.retail,
};

/** Coffee in the morning, tables at noon and in the evening until after midnight; closed on Mondays. */
const restaurant: SimulatedSector = {
  till: [6, 3, 0, 0, 0, 0, 0, 6, 10, 8, 4, 6, 22, 26, 12, 3, 3, 4, 8, 18, 28, 26, 16, 10],
  web: [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 4, 6, 4, 2, 1, 2, 4, 8, 12, 12, 8, 4, 1],
  week: [0, 0.8, 0.9, 1, 1.3, 1.5, 1.2],
  ofTill: [['table', 34], ['receipt', 20], ['footfall', 30], ['waste', 2], ['return', 1]],
  ofWeb: [['browse', 40], ['order', 20], ['refund', 2], ['contact', 1], ['ticket', 1]],
  assortment: ASSORTMENTS.restaurant,
};

/** Few receipts, many enquiries: what is made here is sold through campaigns and the CRM. */
const artisan: SimulatedSector = {
  till: [0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 6, 6, 4, 1, 2, 4, 5, 6, 4, 1, 0, 0, 0, 0],
  web: WEB.map((perHour) => perHour * 1.5),
  week: [1, 1, 1, 1, 1.1, 0.6, 0],
  ofTill: [['footfall', 40], ['receipt', 26], ['return', 1], ['waste', 4]],
  ofWeb: [['browse', 45], ['order', 9], ['contact', 16], ['ticket', 14], ['refund', 2]],
  assortment: ASSORTMENTS.artisan,
};

export const SECTORS: Readonly<Record<Template, SimulatedSector>> = { retail, restaurant, artisan };
