/**
 * Money of one fact in minor units: what of its amount is revenue, tax, or was paid by what means.
 *
 * `amount` is all that was paid: VAT, shipping, tip and gift cards sold are in it, the discount is not.
 */
import { type Fact, fieldOf, type Share, SLOT } from '../fact/fact.js';

/** Means of payment that have a share of their own, and all of them. */
export type PaidBy = 'card' | 'cash' | 'any';

/** What was paid for goods and services: no tip, and no gift cards, which are owed until they are spent. `undefined` without an amount. */
export function revenueOf({ values }: Fact): number | undefined {
  const amount = values[SLOT.amount];
  return typeof amount === 'number' ? Math.max(0, amount - money(values, 'tip') - money(values, 'giftCards')) : undefined;
}

/** VAT at all rates; `undefined` where the sender did not say. */
export function taxOf({ values }: Fact): number | undefined {
  const taxes = sharesIn(values, 'taxes');
  return taxes?.reduce((sum, { amount }) => sum + amount, 0);
}

/** Goods without VAT, shipping, duties, tip and gift cards; `undefined` where the sender did not say what VAT is in them. */
export function netSalesOf(fact: Fact): number | undefined {
  return withoutTax(fact, (revenueOf(fact) ?? 0) - besideGoods(fact));
}

/** The same before the discount. */
export function grossSalesOf(fact: Fact): number | undefined {
  return withoutTax(fact, (revenueOf(fact) ?? 0) - besideGoods(fact) + money(fact.values, 'discount'));
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
  const payments = sharesIn(values, 'payments');
  if (payments !== undefined && payments.length > 0) return shareOf(payments, means, amount) || undefined;
  const payment = values[SLOT.payment];
  if (payment === undefined) return undefined;
  return means === 'any' || payment === means ? amount : undefined;
}

function shareOf(payments: readonly Share[], means: PaidBy, amount: number): number {
  const sumOf = (test: (by: string) => boolean): number => payments.reduce((sum, share) => sum + (test(share.of) ? share.amount : 0), 0);
  const notCash = sumOf((by) => by !== 'cash');
  const cash = Math.min(sumOf((by) => by === 'cash'), Math.max(0, amount - notCash));
  if (means === 'cash') return cash;
  return means === 'card' ? sumOf((by) => by === 'card') : notCash + cash;
}

/** VAT is stated for all that was paid for; a part of that has its part of the VAT. */
function withoutTax(fact: Fact, part: number): number | undefined {
  const tax = taxOf(fact);
  const revenue = revenueOf(fact);
  if (tax === undefined || revenue === undefined || part < 0 || tax > revenue) return undefined;
  return revenue === 0 ? part : part - Math.round((tax * part) / revenue);
}

function sharesIn(values: Fact['values'], field: 'taxes' | 'payments'): readonly Share[] | undefined {
  return values[SLOT[field]] as readonly Share[] | undefined;
}

function money(values: Fact['values'], field: 'tip' | 'giftCards' | 'shipping' | 'discount'): number {
  const value = values[SLOT[field]];
  return typeof value === 'number' ? value : 0;
}
