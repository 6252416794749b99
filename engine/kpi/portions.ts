/**
 * What of one sale or refund falls to which members: a line to its product and category, VAT and revenue to rates, payments to their means, the whole
 * to who sold.
 */
import { apportion } from '../base/apportion.js';
import { type Fact, linesOf, SLOT, sourceIn, statusOf } from '../fact/fact.js';
import type { SaleLine } from '../fact/saleLine.js';
import { channelOf, storeOf, type Sums } from './contribution.js';
import type { Dimension } from './dimension.js';
import { lineVatOf } from './lineVat.js';
import type { StoreAliases } from './measure.js';
import type { MemberField } from './memberSums.js';
import { portionsByRate } from './ratePortions.js';
import { discountOf, grossSalesOf, lineDiscounts, netSalesOf, paymentsOf, revenueOf, taxOf, unitsOf } from './saleMoney.js';
import { isOfRecord, type SystemOfRecord } from './systemOfRecord.js';

/** The sums of a member of a dimension in the hour that holds an instant. */
export type MembersAt = (dimension: Dimension, at: number) => (member: string) => Sums;

/** Adds what falls to members, `sign` times. `key`: the fact's, which names its source. */
export type AddPortions = (fact: Fact, sign: 1 | -1, membersAt: MembersAt, key: string) => void;

/** Compiled for a generation; adds nothing where it has no dimensions. */
export function compilePortions(dimensions: readonly Dimension[], records: readonly SystemOfRecord[], aliases: StoreAliases): AddPortions {
  const has = new Set(dimensions);
  const isOurs = (fact: Fact, key: string): boolean => (
    records.length === 0 || isOfRecord(records, { store: storeOf(fact, aliases), channel: channelOf(fact), source: sourceIn(key) }));
  return (fact, sign, membersAt, key) => {
    const { [SLOT.time]: time, [SLOT.staff]: staff } = fact.values;
    const revenue = has.size === 0 ? undefined : revenueOf(fact);
    if (typeof time !== 'number' || revenue === undefined || !isCounted(fact) || !isOurs(fact, key)) return;
    const portion = { fact, revenue, sign };
    const lines = linesOf(fact);
    if (lines !== undefined) addLines(portion, lines, has, (dimension) => membersAt(dimension, time));
    if (has.has('rate') && isTaxed(fact)) addRates(portion, () => membersAt('rate', time));
    if (has.has('payment')) addPayments(portion, () => membersAt('payment', time));
    if (has.has('staff') && typeof staff === 'string') addWhole(portion, membersAt('staff', time)(staff));
  };
}

/** The member of a line: an article without a number is known by its name. */
export function productOf({ product, name }: { readonly product?: string | undefined; readonly name?: string | undefined }): string | undefined {
  return product ?? name;
}

function isTaxed({ values }: Fact): boolean {
  return values[SLOT.taxes] !== undefined || values[SLOT.lines] !== undefined;
}

function isCounted(fact: Fact): boolean {
  const status = statusOf(fact);
  if (fact.type === 'sale') return status === 'completed';
  return fact.type === 'refund' && status !== 'cancelled' && status !== 'voided';
}

interface Portion {
  readonly fact: Fact;
  readonly revenue: number;
  readonly sign: 1 | -1;
}

const REFUND: Readonly<Partial<Record<MemberField, MemberField>>> = { n: 'N', f: 'N', a: 'A', u: 'U', t: 'T', b: 'B' };

/** What only sales have is nothing of a refund. */
function add(sums: Sums, { fact, sign }: Portion, field: MemberField, value: number): void {
  if (value === 0) return;
  const stored = fact.type === 'sale' ? field : REFUND[field];
  if (stored !== undefined) sums[stored] = (sums[stored] ?? 0) + sign * value;
}

/** One order, or one that nothing was paid for. */
function addOne(sums: Sums, portion: Portion): void {
  add(sums, portion, portion.revenue > 0 ? 'n' : 'f', 1);
}

function addLines(
  portion: Portion, lines: readonly SaleLine[], has: ReadonlySet<Dimension>, membersOf: (dimension: Dimension) => (member: string) => Sums,
): void {
  const { fact } = portion;
  const vat = lineVatOf(fact);
  const discounts = lineDiscounts(fact);
  for (const dimension of ['product', 'category'] as const) {
    if (!has.has(dimension)) continue;
    const sumsOf = membersOf(dimension);
    const counted = new Set<string>();
    for (const [place, line] of lines.entries()) {
      const member = dimension === 'product' ? productOf(line) : line.category;
      if (member === undefined) continue;
      const sums = sumsOf(member);
      if (!counted.has(member)) addOne(sums, portion);
      counted.add(member);
      add(sums, portion, 'a', line.amount);
      add(sums, portion, 'q', line.quantity);
      add(sums, portion, 'd', line.discount);
      if (vat === undefined) add(sums, portion, 'u', line.amount);
      else {
        add(sums, portion, 't', vat.taxes[place] ?? 0);
        add(sums, portion, 'x', discounts[place] ?? 0);
      }
    }
  }
}

function addRates(portion: Portion, members: () => (member: string) => Sums): void {
  const portions = portionsByRate(portion.fact, portion.revenue);
  if (portions.length === 0) return;
  const sumsOf = members();
  for (const { rate, revenue, tax, beside } of portions) {
    const sums = sumsOf(rate);
    addOne(sums, portion);
    add(sums, portion, 'a', revenue);
    add(sums, portion, 't', tax);
    add(sums, portion, 'b', beside);
  }
}

/** Means of payment share the revenue as they share what was paid, tip and gift cards included. */
function addPayments(portion: Portion, members: () => (member: string) => Sums): void {
  const payments = paymentsOf(portion.fact);
  const [first] = payments;
  if (first === undefined) return;
  if (payments.length === 1 && first.amount === portion.revenue) {
    const sums = members()(first.of);
    addOne(sums, portion);
    add(sums, portion, 'a', portion.revenue);
    return;
  }
  const amount = portion.fact.values[SLOT.amount];
  const paid = payments.reduce((sum, share) => sum + share.amount, 0);
  const unsaid = Math.max(0, (typeof amount === 'number' ? amount : 0) - paid);
  const shares = apportion(portion.revenue, [...payments.map((share) => share.amount), unsaid]);
  const sumsOf = members();
  for (const [index, { of }] of payments.entries()) {
    const sums = sumsOf(of);
    addOne(sums, portion);
    add(sums, portion, 'a', shares[index] ?? 0);
  }
}

function addWhole(portion: Portion, sums: Sums): void {
  const { fact, revenue } = portion;
  addOne(sums, portion);
  add(sums, portion, 'a', revenue);
  add(sums, portion, 'd', discountOf(fact) ?? 0);
  const units = unitsOf(fact);
  if (units === undefined) add(sums, portion, 'w', revenue);
  else add(sums, portion, 'q', units);
  const [tax, net] = [taxOf(fact), netSalesOf(fact)];
  if (tax === undefined || net === undefined) add(sums, portion, 'u', revenue);
  else {
    add(sums, portion, 't', tax);
    add(sums, portion, 'b', revenue - tax - net);
    add(sums, portion, 'x', (grossSalesOf(fact) ?? net) - net);
  }
}
