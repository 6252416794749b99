/**
 * `SaleLine` is one article of a fact: what `EventLine` says, in integers.
 */
import type { EventLine } from '../event/lines.js';
import { toMinor } from '../base/money.js';

/**
 * `SaleLine`: `amount`, `discount` and `cost` in minor units, `quantity` in thousandths; `vatRate` in percent, as text. `amount` has VAT in it and no
 * discount; it and `quantity` may be negative. All fields are always there, so that equal lines are equal text.
 */
export interface SaleLine {
  readonly amount: number;
  readonly quantity: number;
  readonly product: string | undefined;
  readonly name: string | undefined;
  readonly category: string | undefined;
  readonly vatRate: string | undefined;
  /** 0 where nobody says more. */
  readonly discount: number;
  readonly cost: number | undefined;
}

/** `saleLines` of an event, in its order. */
export function saleLines(lines: readonly EventLine[], currency: string): readonly SaleLine[] {
  return lines.map(({ amount, quantity = 1, product, name, category, vatRate, discount, cost }) => ({
    amount: minorOf(amount, currency), quantity: Math.round(quantity * 1_000) + 0, product, name, category, vatRate,
    discount: discount === undefined ? 0 : minorOf(discount, currency), cost: cost === undefined ? undefined : minorOf(cost, currency),
  }));
}

/** `eventLines` are the lines of a fact as an event says them. */
export function eventLines(lines: readonly SaleLine[], text: (minor: number) => string): readonly EventLine[] {
  return lines.map(({ amount, quantity, product, name, category, vatRate, discount, cost }) => ({
    amount: text(amount), quantity: quantity / 1_000,
    ...(product === undefined ? {} : { product }), ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }),
    ...(vatRate === undefined ? {} : { vatRate }), ...(discount === 0 ? {} : { discount: text(discount) }), ...(cost === undefined ? {} : { cost: text(cost) }),
  }));
}

function minorOf(amount: string, currency: string): number {
  return toMinor(amount, currency) ?? 0;
}

/** `[amount, quantity, product, name, category, rate, discount, cost]`, without what is absent at its end; 0 stands for an absent text. */
type LineRow = readonly (string | number)[];

/** `linesText`: `[[1400,2000,"sku-1","Margherita","pizza","10",100]]`. */
export function linesText(lines: readonly SaleLine[]): string {
  return JSON.stringify(lines.map(rowOf));
}

function rowOf({ amount, quantity, product, name, category, vatRate, discount, cost }: SaleLine): LineRow {
  const row = [amount, quantity, product ?? 0, name ?? 0, category ?? 0, vatRate ?? 0, discount];
  if (cost !== undefined) return [...row, cost];
  let end = row.length;
  while (row[end - 1] === 0 && end > 2) end -= 1;
  return end === row.length ? row : row.slice(0, end);
}

/** `linesIn` reads what `linesText` wrote. */
export function linesIn(text: string): readonly SaleLine[] {
  return (JSON.parse(text) as readonly LineRow[]).map(([amount = 0, quantity = 0, product, name, category, vatRate, discount = 0, cost]) => ({
    amount: Number(amount), quantity: Number(quantity), product: textOf(product), name: textOf(name), category: textOf(category), vatRate: textOf(vatRate),
    discount: Number(discount), cost: cost === undefined ? undefined : Number(cost),
  }));
}

function textOf(value: string | number | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
