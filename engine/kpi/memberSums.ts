/**
 * `MemberField` sums are kept of each member of a dimension, per hour: from them its numbers are read with the formulas of the whole. What no member has
 * is what the whole has beside them, and is kept nowhere.
 */
import type { Counters } from '../store/store.js';
import type { Dimension } from './dimension.js';
import type { Kpi } from './kpi.js';
import { countField, typeField } from './measure.js';

/**
 * Sums of one member as they are stored, one letter each, since there are many; what is zero is left out. Of sales: `n` are orders and `f` what was given
 * away, `a` is revenue and `u` its part of unknown VAT, `t` VAT, `b` what is neither goods nor VAT, `d` discounts and `x` those without VAT, `q` units, and
 * `w` the revenue of sales without lines. Capital letters are the same of refunds.
 */
export type MemberField = 'n' | 'f' | 'a' | 'u' | 't' | 'b' | 'd' | 'x' | 'q' | 'w' | 'N' | 'A' | 'U' | 'T' | 'B';

/** What a member's sums say of the measures. */
export function measuresIn(counters: Counters): Record<string, number> {
  const at = (field: MemberField): number => counters[field] ?? 0;
  const [sales, refunds] = [at('n') + at('f'), at('N')];
  const goods = at('a') - at('u') - at('t') - at('b');
  const sums: Record<string, number> = {
    sales: at('a'), refunded: at('A'), net: goods - (at('A') - at('U') - at('T') - at('B')), gross: goods + at('x'), discounted: at('d'),
    taxed: at('t') - at('T'), taxed_sales: at('a') - at('u'), units: at('q'), lined_sales: at('a') - at('w'),
    [typeField('sale')]: sales, [typeField('refund')]: refunds, [countField('sales')]: at('n'), [countField('refunded')]: refunds,
  };
  for (const measure of ['net', 'taxed']) sums[countField(measure)] = sales + refunds;
  for (const measure of ['gross', 'discounted', 'units', 'taxed_sales']) sums[countField(measure)] = sales;
  return sums;
}

const MONEY = ['revenue', 'gross_revenue', 'refunds'];
const GOODS = [...MONEY, 'net_sales', 'taxes'];
const WHOLE = [...GOODS, 'gross_sales', 'discounts', 'orders', 'returns', 'average_ticket', 'returns_rate', 'units'];
const OF_LINES = [...GOODS, 'gross_sales', 'discounts', 'orders', 'returns', 'units'];

/** The numbers that the members of a dimension have. */
export const KPIS_BY: Readonly<Record<Dimension, readonly string[]>> = {
  product: OF_LINES, category: OF_LINES, rate: GOODS, payment: [...MONEY, 'orders', 'returns', 'average_ticket'], staff: WHOLE,
};

/** Whether what the members have adds up to what the whole has: an order with two products is one order of both. */
export function addsUp(dimension: Dimension, { top, bottom }: Kpi): boolean {
  const isWhole = dimension === 'staff';
  return isWhole || (bottom === undefined && top.every(({ of }) => of !== 'count'));
}
