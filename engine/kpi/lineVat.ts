/**
 * `LineVat` is the VAT in each line of a sale or refund. What the sender states by rate is shared over the lines of that rate; where it states none,
 * every line that is worth anything has to say its rate.
 */
import { apportion } from '../base/apportion.js';
import { type Fact, linesOf, type Share, SLOT } from '../fact/fact.js';
import type { SaleLine } from '../fact/saleLine.js';

/** `rates` and `taxes` in the order of the lines; a line of unknown rate has none. `total`: of all lines, without that of shipping. */
export interface LineVat {
  readonly rates: readonly (string | undefined)[];
  readonly taxes: readonly number[];
  readonly total: number;
}

const known = new WeakMap<readonly SaleLine[], { readonly stated: readonly Share[] | undefined; readonly vat: LineVat | undefined }>();

/** `undefined` where there are no lines, or the sender did not say what VAT is in them. */
export function lineVatOf(fact: Fact): LineVat | undefined {
  const lines = linesOf(fact);
  if (lines === undefined || lines.length === 0) return undefined;
  const stated = statedTaxes(fact);
  const last = known.get(lines);
  if (last !== undefined && last.stated === stated) return last.vat;
  const vat = stated === undefined ? vatByRates(lines) : vatStated(lines, stated);
  known.set(lines, { stated, vat });
  return vat;
}

/** VAT by rate, as the sender states it. */
export function statedTaxes({ values }: Fact): readonly Share[] | undefined {
  return values[SLOT.taxes] as readonly Share[] | undefined;
}

/** What is VAT in an amount that has it in it; not rounded. */
export function taxIn(amount: number, rate: string): number {
  const percent = Number(rate);
  return (amount * percent) / (100 + percent);
}

function vatByRates(lines: readonly SaleLine[]): LineVat | undefined {
  if (lines.some(({ amount, vatRate }) => vatRate === undefined && amount !== 0)) return undefined;
  return shared(lines, lines.map(({ vatRate }) => vatRate), (rate, sum) => roundHalfUp(taxIn(sum, rate ?? '0')));
}

/** The VAT of a rate may be more than that of its lines: then it holds that of shipping, too. By a cent a line it is only rounded otherwise. */
function vatStated(lines: readonly SaleLine[], stated: readonly Share[]): LineVat {
  const sums = new Map<string, number>();
  for (const { of, amount } of stated) sums.set(of, (sums.get(of) ?? 0) + amount);
  const only = sums.size === 1 ? [...sums.keys()][0] : undefined;
  const rates = lines.map(({ vatRate }) => vatRate ?? only);
  const named = new Set(rates);
  const ofOthers = [...sums].reduce((sum, [rate, tax]) => (named.has(rate) ? sum : sum + tax), 0);
  return shared(lines, rates, (rate, sum, count) => {
    if (rate === undefined) return Math.min(ofOthers, Math.max(sum, 0));
    const tax = sums.get(rate) ?? 0;
    const computed = roundHalfUp(taxIn(sum, rate));
    return Math.abs(tax - computed) <= count ? tax : Math.min(tax, Math.max(computed, 0));
  });
}

function shared(
  lines: readonly SaleLine[], rates: readonly (string | undefined)[], taxOf: (rate: string | undefined, sum: number, count: number) => number,
): LineVat {
  const places = new Map<string | undefined, number[]>();
  for (let place = 0; place < rates.length; place += 1) {
    const known = places.get(rates[place]);
    if (known === undefined) places.set(rates[place], [place]);
    else known.push(place);
  }
  const taxes: number[] = new Array<number>(lines.length).fill(0);
  let total = 0;
  for (const [rate, ofRate] of places) {
    const amounts = ofRate.map((place) => lines[place]?.amount ?? 0);
    const tax = taxOf(rate, amounts.reduce((sum, amount) => sum + amount, 0), ofRate.length);
    if (tax === 0) continue;
    const shares = apportion(tax, amounts);
    for (let index = 0; index < shares.length; index += 1) taxes[ofRate[index] ?? 0] = shares[index] ?? 0;
    total += tax;
  }
  return { rates, taxes, total };
}

function roundHalfUp(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) + 0;
}
