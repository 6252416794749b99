/**
 * `Assortment` is what a simulated shop sells at its till and on the web: invented articles, at prices with VAT as they are usual in Italy.
 */
import type { Chance } from './chance.js';

export interface Article {
  readonly code: string;
  readonly name: string;
  readonly category: string;
  readonly cents: number;
  /** VAT in percent. */
  readonly rate: number;
}

type Offered = readonly (readonly [article: Article, weight: number])[];

export interface Assortment {
  readonly till: Offered;
  readonly web: Offered;
  /** What a guest at a table orders; a shop without tables has none. */
  readonly table: Offered;
}

/** An article and how many of it. */
export interface SoldLine {
  readonly article: Article;
  readonly quantity: number;
}

/** `code name | euro | weight`, one a line. */
function offer(category: string, rate: number, rows: string): Offered {
  return rows.trim().split('\n').map((row) => {
    const [named = '', euro = '', weight = ''] = row.split('|').map((part) => part.trim());
    const [code = '', ...name] = named.split(' ');
    return [{ code, name: name.join(' '), category, cents: Math.round(Number(euro) * 100), rate }, Number(weight)] as const;
  });
}

const leather = offer('Pelletteria', 22, `
  BORSA-01 Borsa in cuoio | 89.90 | 3
  CINT-02 Cintura intrecciata | 34.00 | 4
  PORT-03 Portafoglio | 39.90 | 4
  PORTA-04 Portachiavi | 9.90 | 8`);
const clothes = offer('Abbigliamento', 22, `
  SCIA-11 Sciarpa di lana | 29.00 | 6
  CAPP-12 Cappello | 24.50 | 5
  GUAN-13 Guanti | 19.90 | 5
  CALZ-14 Calze colorate | 7.50 | 9`);
const home = offer('Casa', 22, `
  TAZZ-21 Tazza in ceramica | 12.00 | 7
  CAND-22 Candela profumata | 14.50 | 7
  CUSC-23 Cuscino ricamato | 27.00 | 3
  LAMP-24 Lampada da tavolo | 59.90 | 2`);
const reading = offer('Libri', 4, `
  LIBR-31 Ricettario di stagione | 18.00 | 3
  LIBR-32 Guida della città | 12.50 | 3`);

const cafe = offer('Caffetteria', 10, `
  CAF-01 Caffè | 1.30 | 30
  CAF-02 Cappuccino | 1.70 | 16
  CAF-03 Tè | 2.50 | 4
  CAF-04 Cornetto | 1.50 | 18`);
const pizzas = offer('Pizze', 10, `
  PIZ-11 Margherita | 7.50 | 20
  PIZ-12 Marinara | 6.50 | 6
  PIZ-13 Diavola | 9.00 | 10
  PIZ-14 Quattro stagioni | 9.50 | 8
  PIZ-15 Bufala | 10.50 | 7`);
const kitchen = offer('Cucina', 10, `
  CUC-21 Lasagne al forno | 12.00 | 6
  CUC-22 Tagliata di manzo | 19.50 | 5
  CUC-23 Insalata mista | 6.00 | 7
  CUC-24 Tiramisù | 5.50 | 8`);
const drinks = offer('Bevande', 22, `
  BEV-31 Acqua | 2.50 | 18
  BEV-32 Birra media | 5.50 | 10
  BEV-33 Calice di vino | 6.00 | 8
  BEV-34 Amaro | 4.00 | 4`);

const handmade = offer('Su misura', 22, `
  ART-01 Anello in argento | 68.00 | 4
  ART-02 Orecchini | 45.00 | 6
  ART-03 Collana | 120.00 | 2
  ART-04 Bracciale | 79.00 | 3`);
const workshop = offer('Laboratorio', 22, `
  LAB-11 Riparazione | 25.00 | 5
  LAB-12 Incisione | 15.00 | 5
  LAB-13 Lucidatura | 18.00 | 3`);
const gifts = offer('Idee regalo', 22, `
  REG-21 Confezione regalo | 6.00 | 4
  REG-22 Portagioie | 32.00 | 3`);

export const ASSORTMENTS = {
  retail: { till: [...leather, ...clothes, ...home, ...reading], web: [...leather, ...clothes, ...home], table: [] },
  restaurant: { till: [...cafe, ...drinks], web: [...pizzas, ...kitchen], table: [...pizzas, ...kitchen] },
  artisan: { till: [...handmade, ...workshop, ...gifts], web: [...handmade, ...gifts], table: [] },
} as const satisfies Readonly<Record<string, Assortment>>;

/** `linesOf` so many kinds of articles; one that is drawn twice is sold twice. */
export function linesOf(offered: Offered, kinds: number, chance: Chance): SoldLine[] {
  const lines = new Map<Article, number>();
  for (let drawn = 0; drawn < kinds; drawn += 1) {
    const article = chance.pick(offered);
    lines.set(article, (lines.get(article) ?? 0) + chance.pick([[1, 85], [2, 15]]));
  }
  return [...lines].map(([article, quantity]) => ({ article, quantity }));
}

/** `centsOf` lines, with VAT. */
export function centsOf(lines: readonly SoldLine[]): number {
  return lines.reduce((sum, { article, quantity }) => sum + article.cents * quantity, 0);
}

/** `taxOf` what is in so many cents. */
export function taxOf(cents: number, rate: number): number {
  return Math.round((cents * rate) / (100 + rate));
}

/** `guestLines`: a course for each guest, and something to drink. */
export function guestLines(covers: number, chance: Chance): SoldLine[] {
  return [...linesOf(ASSORTMENTS.restaurant.table, covers, chance), ...linesOf(drinks, Math.max(1, Math.round(covers * 0.8)), chance)];
}
