/**
 * Revenue by VAT rate: from lines as they say it; without them as far as the stated VAT allows but one reading of it.
 */
import { apportion } from '../base/apportion.js';
import { type Fact, linesOf } from '../fact/fact.js';
import { lineVatOf, statedTaxes, taxIn } from './lineVat.js';
import { amountOfLines, netSalesOf } from './saleMoney.js';

/** Revenue at one rate, the VAT in it, and what of it is neither VAT nor goods: shipping and duties. */
export interface RatePortion {
  readonly rate: string;
  readonly revenue: number;
  readonly tax: number;
  readonly beside: number;
}

/** Empty where nothing is known; what is in none of them is of unknown rate. */
export function portionsByRate(fact: Fact, revenue: number): readonly RatePortion[] {
  const stated = new Map<string, number>();
  for (const { of, amount } of statedTaxes(fact) ?? []) stated.set(of, (stated.get(of) ?? 0) + amount);
  const vat = lineVatOf(fact);
  return vat === undefined ? withoutLines(fact, revenue, stated) : ofLines(fact, revenue, stated);
}

/** What is no line, shipping as a rule, is of the one rate there is, or of the one whose VAT is more than that of its lines. */
function ofLines(fact: Fact, revenue: number, stated: ReadonlyMap<string, number>): readonly RatePortion[] {
  const goods = goodsByRate(fact);
  const beside = revenue - amountOfLines(fact);
  const left = [...stated].map(([rate, tax]) => [rate, tax - (goods.get(rate)?.tax ?? 0)] as const).filter(([, tax]) => tax > 0);
  const [ofBeside] = left.length > 0 ? left.map(([rate]) => rate) : [...goods.keys()];
  const isKnown = beside !== 0 && ofBeside !== undefined && (left.length === 1 || (left.length === 0 && goods.size === 1));
  const rates = new Set([...goods.keys(), ...(isKnown ? [ofBeside] : [])]);
  return [...rates].map((rate) => {
    const sums = goods.get(rate) ?? { revenue: 0, tax: 0 };
    if (!isKnown || rate !== ofBeside) return { rate, ...sums, beside: 0 };
    const tax = left.length === 0 ? 0 : left[0]?.[1] ?? 0;
    return { rate, revenue: sums.revenue + beside, tax: sums.tax + tax, beside: beside - tax };
  });
}

function goodsByRate(fact: Fact): ReadonlyMap<string, Pick<RatePortion, 'revenue' | 'tax'>> {
  const vat = lineVatOf(fact);
  const goods = new Map<string, { revenue: number; tax: number }>();
  for (const [place, { amount }] of (linesOf(fact) ?? []).entries()) {
    const rate = vat?.rates[place];
    if (rate === undefined) continue;
    const sums = goods.get(rate) ?? { revenue: 0, tax: 0 };
    goods.set(rate, sums);
    sums.revenue += amount;
    sums.tax += vat?.taxes[place] ?? 0;
  }
  return goods;
}

/** How far the VAT of a rate may be from what its rounded amount says, in cents of the amount. */
const ROUNDED = 1;

/** One rate has everything; of several, each has what its VAT says, if that adds up, and the rate of 0 the rest. */
function withoutLines(fact: Fact, revenue: number, stated: ReadonlyMap<string, number>): readonly RatePortion[] {
  const net = netSalesOf(fact);
  const taxed = [...stated];
  const tax = taxed.reduce((sum, [, amount]) => sum + amount, 0);
  if (net === undefined || taxed.length === 0) return [];
  const [only] = taxed;
  if (only !== undefined && taxed.length === 1) return [{ rate: only[0], revenue, tax, beside: revenue - tax - net }];
  const implied = taxed.map(([rate, amount]) => (Number(rate) === 0 ? 0 : (amount * (100 + Number(rate))) / Number(rate)));
  const slack = taxed.reduce((sum, [rate]) => sum + (Number(rate) === 0 ? 0 : ROUNDED / taxIn(1, rate)), 0);
  const zero = taxed.findIndex(([rate]) => Number(rate) === 0);
  const left = revenue - implied.reduce((sum, amount) => sum + amount, 0);
  if (left < -slack || (zero === -1 && left > slack)) return [];
  if (zero !== -1) implied[zero] = Math.max(0, left);
  const revenues = apportion(revenue, implied);
  const besides = apportion(revenue - tax - net, revenues);
  return taxed.map(([rate, amount], place) => ({ rate, revenue: revenues[place] ?? 0, tax: amount, beside: besides[place] ?? 0 }));
}
