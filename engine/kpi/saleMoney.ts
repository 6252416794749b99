/**
 * Money of one fact in minor units: what of its amount is revenue, tax, or was paid by what means.
 *
 * `amount` is all that was paid: VAT, shipping, tip and gift cards sold are in it, the discount is not.
 */
import { type Fact, fieldOf, linesOf, type Share, SLOT } from '../fact/fact.js';
import { lineVatOf, statedTaxes, taxIn } from './lineVat.js';

/** Means of payment that have a share of their own, and all of them. */
export type PaidBy = 'card' | 'cash' | 'any';

/** What was paid for goods and services: no tip, and no gift cards, which are owed until they are spent. `undefined` without an amount. */
export function revenueOf({ values }: Fact): number | undefined {
  const amount = values[SLOT.amount];
  return typeof amount === 'number' ? Math.max(0, amount - money(values, 'tip') - money(values, 'giftCards')) : undefined;
}

/** VAT at all rates, as stated or as the rates of all lines say it; `undefined` where the sender did not say. */
export function taxOf(fact: Fact): number | undefined {
  const stated = statedTaxes(fact);
  return stated === undefined ? lineVatOf(fact)?.total : stated.reduce((sum, { amount }) => sum + amount, 0);
}

/** Goods without VAT, shipping, duties, tip and gift cards; `undefined` where the sender did not say what VAT is in them. */
export function netSalesOf(fact: Fact): number | undefined {
  const vat = lineVatOf(fact);
  if (vat !== undefined) return amountOfLines(fact) - vat.total;
  return statedTaxes(fact) === undefined ? undefined : withoutTax(fact, (revenueOf(fact) ?? 0) - besideGoods(fact));
}

/** The same before the discount. */
export function grossSalesOf(fact: Fact): number | undefined {
  const vat = lineVatOf(fact);
  if (vat === undefined && statedTaxes(fact) === undefined) return undefined;
  if (vat === undefined) return withoutTax(fact, (revenueOf(fact) ?? 0) - besideGoods(fact) + money(fact.values, 'discount'));
  return lineDiscounts(fact).reduce((sum, discount) => sum + discount, amountOfLines(fact) - vat.total) + discountBesideLines(fact);
}

/** Discounts on the whole and on lines; `undefined` where the sender did not say any. */
export function discountOf(fact: Fact): number | undefined {
  const said = fact.values[SLOT.discount];
  if (typeof said === 'number') return said;
  const lines = linesOf(fact);
  return lines === undefined || lines.length === 0 ? undefined : lines.reduce((sum, { discount }) => sum + discount, 0);
}

/** The discount of each line without the VAT that would have been in it. */
export function lineDiscounts(fact: Fact): readonly number[] {
  const vat = lineVatOf(fact);
  return (linesOf(fact) ?? []).map(({ amount, discount }, place) => {
    if (discount === 0) return 0;
    const rate = vat?.rates[place];
    const tax = amount > 0 ? (discount * (vat?.taxes[place] ?? 0)) / amount : taxIn(discount, rate ?? '0');
    return discount - Math.round(tax);
  });
}

/** What was taken off and stands in no line, without its VAT. */
function discountBesideLines(fact: Fact): number {
  const beside = (discountOf(fact) ?? 0) - (linesOf(fact) ?? []).reduce((sum, { discount }) => sum + discount, 0);
  const amount = amountOfLines(fact);
  if (beside <= 0) return 0;
  return beside - (amount > 0 ? Math.round((beside * (lineVatOf(fact)?.total ?? 0)) / amount) : 0);
}

/** What all lines amount to. */
export function amountOfLines(fact: Fact): number {
  return (linesOf(fact) ?? []).reduce((sum, { amount }) => sum + amount, 0);
}

/** How many pieces, in thousandths; `undefined` without lines. */
export function unitsOf(fact: Fact): number | undefined {
  const lines = linesOf(fact);
  return lines === undefined || lines.length === 0 ? undefined : lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What customers pay beside the goods themselves: shipping, and duties where the shop collects them. */
function besideGoods(fact: Fact): number {
  const duties = fact.extras.length === 0 ? undefined : fieldOf(fact, 'x_duties_minor');
  return money(fact.values, 'shipping') + (typeof duties === 'number' ? duties : 0);
}

/**
 * How much was paid by these means; `undefined` where nobody said, or nothing was. Cash is what it has to be beside the other payments: the rest of what was
 * handed over is change.
 */
export function paidBy(fact: Fact, means: PaidBy): number | undefined {
  const { values } = fact;
  const amount = values[SLOT.amount];
  if (typeof amount !== 'number') return undefined;
  const payments = paymentsIn(fact);
  if (payments !== undefined && payments.length > 0) return shareOf(payments, means, amount) || undefined;
  const payment = values[SLOT.payment];
  if (payment === undefined) return undefined;
  return means === 'any' || payment === means ? amount : undefined;
}

/** How much was paid by which means, as `paidBy` counts it; empty where nobody said. Facts of former releases say it of several means otherwise. */
export function paymentsOf(fact: Fact): readonly Share[] {
  const { values } = fact;
  const [amount, payment] = [values[SLOT.amount], values[SLOT.payment]];
  if (typeof amount !== 'number') return [];
  const payments = paymentsIn(fact);
  if (payments !== undefined && payments.length > 0) {
    const means = [...new Set(payments.map((share) => share.of))];
    return means.map((of) => ({ of, amount: of === 'cash' ? shareOf(payments, 'cash', amount) : sumOf(payments, (by) => by === of) }));
  }
  return typeof payment === 'string' && payment !== 'split' ? [{ of: payment, amount }] : [];
}

function paymentsIn({ values }: Fact): readonly Share[] | undefined {
  return values[SLOT.payments] as readonly Share[] | undefined;
}

function shareOf(payments: readonly Share[], means: PaidBy, amount: number): number {
  const notCash = sumOf(payments, (by) => by !== 'cash');
  const cash = Math.min(sumOf(payments, (by) => by === 'cash'), Math.max(0, amount - notCash));
  if (means === 'cash') return cash;
  return means === 'card' ? sumOf(payments, (by) => by === 'card') : notCash + cash;
}

function sumOf(payments: readonly Share[], test: (by: string) => boolean): number {
  return payments.reduce((sum, share) => sum + (test(share.of) ? share.amount : 0), 0);
}

/** VAT is stated for all that was paid for; a part of that has its part of the VAT. */
function withoutTax(fact: Fact, part: number): number | undefined {
  const tax = taxOf(fact);
  const revenue = revenueOf(fact);
  if (tax === undefined || revenue === undefined || part < 0 || tax > revenue) return undefined;
  return revenue === 0 ? part : part - Math.round((tax * part) / revenue);
}

function money(values: Fact['values'], field: 'tip' | 'giftCards' | 'shipping' | 'discount'): number {
  const value = values[SLOT[field]];
  return typeof value === 'number' ? value : 0;
}
