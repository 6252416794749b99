/**
 * `refundTransactions` are what a Shopify refund moved: which transactions count, and what they come to in the shop's currency.
 */
import type Big from 'big.js';
import type { RefusalRule } from '../../base/errors.js';
import { at, listAt, textAt } from '../draft/fields.js';
import { moneyAt, sumMoney } from '../draft/money.js';

/** `RefundTotal` is what a refund's transactions come to, or why that cannot be said. */
export type RefundTotal =
  | { readonly outcome: 'total'; readonly amount: Big; readonly currency: string | undefined }
  | { readonly outcome: 'refused'; readonly rule: RefusalRule; readonly message: string };

/**
 * What counts: `success`, and `pending` ("the transaction is being processed", Admin REST API, Transaction), which may still end as `failure` or
 * `error`; then the refund never was.
 */
const GIVEN = new Set(['success', 'pending']);

/** `refundTransactions` are those that give money back, whatever became of them. A test of the payment provider is none. */
export function refundTransactions(refund: unknown): readonly unknown[] {
  return listAt(refund, 'transactions').filter((transaction) => at(transaction, 'kind') === 'refund' && at(transaction, 'test') !== true);
}

/** `givenIn` are those that count. */
export function givenIn(refund: unknown): readonly unknown[] {
  return refundTransactions(refund).filter((transaction) => GIVEN.has(textAt(transaction, 'status') ?? ''));
}

/** `refundTotal` adds transactions of a refund up, in one currency. */
export function refundTotal(transactions: readonly unknown[], refund: unknown, order: unknown, currency: string): RefundTotal {
  const amounts: Big[] = [];
  const currencies = new Set<string | undefined>();
  for (const transaction of transactions) {
    const inShop = inShopCurrency(transaction, refund, order, currency);
    if (inShop === undefined) return { outcome: 'refused', rule: 'number.form', message: 'a transaction has no exact amount' };
    amounts.push(inShop.amount);
    currencies.add(inShop.currency);
  }
  if (currencies.size > 1) return { outcome: 'refused', rule: 'currency.mixed', message: 'transactions in several currencies' };
  return { outcome: 'total', amount: sumMoney(amounts).abs(), currency: [...currencies][0] };
}

/** `givenAtSale` is what all refunds of an order gave back, at the order's own rate: what was paid of it then, whatever the rate is since. */
export function givenAtSale(order: unknown, currency: string): Big {
  const [ours, theirs] = ['shop_money', 'presentment_money'].map((side) => moneyAt(order, 'total_price_set', side, 'amount'));
  const foreign = textAt(order, 'total_price_set', 'presentment_money', 'currency_code') ?? currency;
  const rate = foreign !== currency && ours?.gt(0) === true && theirs?.gt(0) === true ? ours.div(theirs) : undefined;
  return sumMoney(listAt(order, 'refunds').flatMap((refund) => givenIn(refund).map((transaction) => {
    const inSet = moneyAt(transaction, 'amount_set', 'presentment_money', 'amount');
    const paid = inSet ?? (textAt(transaction, 'currency') === foreign ? moneyAt(transaction, 'amount') : undefined);
    return rate === undefined || paid === undefined ? inShopCurrency(transaction, refund, order, currency)?.amount : paid.times(rate);
  })));
}

interface Money {
  readonly amount: Big;
  readonly currency: string | undefined;
}

/**
 * A transaction in the shop's currency, by the first of: its own `amount_set`; its amount, where that is in this currency; what its
 * `currency_exchange_adjustment` comes to ("final_amount: the amount of the associated transaction in the shop currency", Admin REST API,
 * Transaction); the rate at which the same message gives other sums in both currencies. Else it stays foreign, and is refused.
 */
function inShopCurrency(transaction: unknown, refund: unknown, order: unknown, currency: string): Money | undefined {
  const inSet = moneyAt(transaction, 'amount_set', 'shop_money', 'amount');
  if (inSet !== undefined) return { amount: inSet, currency: textAt(transaction, 'amount_set', 'shop_money', 'currency_code') };
  const amount = moneyAt(transaction, 'amount');
  if (amount === undefined) return undefined;
  const foreign = textAt(transaction, 'currency');
  if (foreign === undefined || foreign === currency) return { amount, currency: foreign };
  const exchanged = moneyAt(transaction, 'currency_exchange_adjustment', 'final_amount');
  const exchangedTo = textAt(transaction, 'currency_exchange_adjustment', 'currency');
  if (exchanged !== undefined && (exchangedTo ?? currency) === currency) return { amount: exchanged, currency };
  const rate = rateIn(refund, foreign, currency) ?? rateIn(order, foreign, currency);
  return rate === undefined ? { amount, currency: foreign } : { amount: amount.times(rate), currency };
}

const SETS = [
  'total_price_set', 'current_total_price_set', 'subtotal_set', 'total_tax_set', 'amount_set', 'tax_amount_set', 'subtotal_amount_set',
] as const;

/** Shop's money for the customer's, over all sums that this record and its parts give in both. */
function rateIn(record: unknown, foreign: string, currency: string): Big | undefined {
  const parts = [record, ...['refund_line_items', 'order_adjustments', 'refund_shipping_lines', 'transactions'].flatMap((list) => listAt(record, list))];
  const sets = parts.flatMap((part) => SETS.map((name) => at(part, name))).filter((set) =>
    at(set, 'shop_money', 'currency_code') === currency && at(set, 'presentment_money', 'currency_code') === foreign);
  const [ours, theirs] = ['shop_money', 'presentment_money'].map((side) => sumMoney(sets.map((set) => moneyAt(set, side, 'amount')?.abs())));
  return ours !== undefined && theirs?.gt(0) === true && ours.gt(0) ? ours.div(theirs) : undefined;
}
