/**
 * `orderMoney` reads the money of a Shopify order: what the sale is worth after edits, and what of it is tip, gift cards, shipping, discount and VAT.
 *
 * Amounts are the shop's ("in the shop currency", Admin REST API, Order; `*_set.shop_money`), never the customer's. `total_price` keeps what edits
 * took out (GraphQL `totalPriceSet`: "before returns"), `current_total_price` "reflects order edits, returns, and refunds". An edit that removes items
 * stands in `refunds[]` without a transaction; one that adds a discount shows in `current_total_price` alone.
 */
import Big from 'big.js';
import { toMinor } from '../../base/money.js';
import { parseInstant } from '../../base/time.js';
import { at, decimalAt, idAt, listAt, textAt } from '../draft/fields.js';
import { least, moneyAt, most, positive, roundMoney, roundText, sumMoney } from '../draft/money.js';
import { givenAtSale, refundTransactions } from './refundTransactions.js';
import { shopifyId } from './store.js';

/** `TaxAmount` is the VAT of one rate in percent. */
export interface TaxAmount {
  readonly rate: string;
  readonly amount: string;
}

/** `OrderMoney` are the canonical fields of a sale's money. An `amount` that is no decimal is left to be refused. */
export interface OrderMoney {
  readonly amount: string | undefined;
  readonly currency: string | undefined;
  readonly tip?: string | undefined;
  readonly giftCards?: string | undefined;
  readonly shipping?: string | undefined;
  /** Minor units. */
  readonly x_duties_minor?: number | undefined;
  readonly discount?: string | undefined;
  readonly taxes?: readonly TaxAmount[] | undefined;
}

/** A cancellation's own record in `refunds[]` is written in the same moment. */
const CANCELLATION_MS = 60_000;

/** `shopMoney` is a sum by its name, in the shop's currency. */
export function shopMoney(record: unknown, field: string): Big | undefined {
  return moneyAt(record, `${field}_set`, 'shop_money', 'amount') ?? moneyAt(record, field);
}

/**
 * `orderMoney`: the sale is `total_price` minus what edits took out without giving money back; of an order that was only ever paid in part it is what
 * was paid (`receivedFor`). Tips and gift cards sold are in `amount`, and stand beside it. `currency` is the shop's.
 */
export function orderMoney(order: unknown, currency: string): OrderMoney {
  const named = { currency: textAt(order, 'total_price_set', 'shop_money', 'currency_code') ?? textAt(order, 'currency') };
  const total = shopMoney(order, 'total_price');
  if (total === undefined) {
    return { ...named, amount: decimalAt(order, 'total_price_set', 'shop_money', 'amount') ?? decimalAt(order, 'total_price') };
  }
  const edits = editsOf(order);
  const { amount } = receivedFor(order, total, currency);
  return {
    ...named,
    amount: roundMoney(amount, currency),
    tip: positive(least(amount, shopMoney(order, 'total_tip_received') ?? new Big(0)), currency),
    giftCards: positive(least(amount, giftCardsIn(order, edits)), currency),
    shipping: positive(shippingOf(order), currency),
    x_duties_minor: dutiesField(dutiesIn(order), amount, currency),
    discount: positive(shopMoney(order, 'total_discounts') ?? new Big(0), currency),
    taxes: at(order, 'tax_lines') === undefined ? undefined : taxesIn(listAt(order, 'tax_lines'), shareOf(amount, total), currency),
  };
}

/**
 * `editedOut` is what a version of a paid order says of edits that took something out which was not given back: how much of that may still be, in
 * minor units, and the refunds that it knows. Where `total_outstanding` says what is owed to the customer, which is negative then, that is the most.
 * Absent where there is nothing of the kind (see aggregate/editedOrders.ts).
 */
export function editedOut(order: unknown, currency: string): { readonly x_edited_out_minor?: number | undefined; readonly x_edited_refunds?: string } {
  const total = shopMoney(order, 'total_price');
  if (total === undefined || !FULLY_PAID.has(textAt(order, 'financial_status') ?? '')) return {};
  const owed = moneyAt(order, 'total_outstanding')?.times(-1);
  const takenOut = total.minus(receivedFor(order, total, currency).amount);
  const rounded = positive(owed === undefined ? takenOut : least(takenOut, owed), currency);
  const refunds = listAt(order, 'refunds').filter((refund) => refundTransactions(refund).length > 0);
  const names = refunds.map((refund) => `refund/${shopifyId(refund) ?? ''}`).join(' ');
  return rounded === undefined || names.length > MAX_NAMES ? {} : { x_edited_out_minor: toMinor(rounded, currency), x_edited_refunds: names };
}

const FULLY_PAID = new Set(['paid', 'partially_refunded']);
/** A field of ours holds no more. */
const MAX_NAMES = 256;

/** `Received` is what was paid of a sale: as this version states it, or as it is guessed where the version allows of several sums. */
export interface Received {
  readonly amount: Big;
  readonly basis: 'stated' | 'guessed';
}

/**
 * `receivedFor` is what was ever paid of the sale that is left after edits, before refunds. `refunded` is "the full amount paid for an order was refunded",
 * `partially_refunded` less than that (GraphQL Admin API, OrderDisplayFinancialStatus). `total_outstanding` is "the total amount not yet transacted …
 * positive … in the merchant's favor": the current total minus what was paid, plus what was given back. Where money was given back that the current
 * total does not show, what is owed may have grown by it or not; a cancellation ends it. Then an earlier version knows better what was paid.
 */
export function receivedFor(order: unknown, total: Big, currency: string): Received {
  const sale = most(new Big(0), saleAfter(order, total, editsOf(order)));
  const status = textAt(order, 'financial_status');
  const back = givenAtSale(order, currency);
  if (status === 'refunded' && back.gt(0)) return { amount: least(sale, back), basis: 'stated' };
  const owed = moneyAt(order, 'total_outstanding');
  if (status === 'partially_refunded' && textAt(order, 'cancelled_at') !== undefined) return { amount: sale, basis: 'guessed' };
  if (owed === undefined || !isPaidInPart(status, owed, back)) return { amount: sale, basis: 'stated' };
  const current = shopMoney(order, 'current_total_price') ?? sale;
  const received = most(back, least(sale, current.plus(back).minus(owed)));
  return { amount: received, basis: current.plus(back).gt(sale) ? 'guessed' : 'stated' };
}

function isPaidInPart(status: string | undefined, owed: Big, back: Big): boolean {
  return status === 'partially_paid' || (status === 'partially_refunded' && owed.gt(0) && back.gt(0));
}

/** `checkoutMoney` is what a checkout comes to; nobody has paid it yet. */
export function checkoutMoney(checkout: unknown, currency: string): OrderMoney {
  return {
    amount: roundText(decimalAt(checkout, 'total_price_set', 'shop_money', 'amount') ?? decimalAt(checkout, 'total_price'), currency),
    currency: textAt(checkout, 'total_price_set', 'shop_money', 'currency_code') ?? textAt(checkout, 'currency'),
  };
}

/** `taxesIn` are tax lines by rate, each times `share`. Shopify's `rate` is a fraction (0.22). */
export function taxesIn(lines: readonly unknown[], share: Big, currency: string): TaxAmount[] {
  const byRate = new Map<string, Big>();
  for (const line of lines) {
    const [rate, amount] = [moneyAt(line, 'rate'), shopMoney(line, 'price')];
    if (rate === undefined || amount === undefined || rate.lt(0) || rate.gt(1)) continue;
    const percent = rate.times(100).round(2).toFixed();
    byRate.set(percent, amount.times(share).plus(byRate.get(percent) ?? 0));
  }
  return [...byRate].map(([rate, amount]) => ({ rate, amount: roundMoney(amount, currency) }));
}

/** `lineValue` is what returned lines are worth; where prices are without VAT, it comes on top. */
export function lineValue(order: unknown, refund: unknown): Big {
  const lines = listAt(refund, 'refund_line_items');
  const taxes = at(order, 'taxes_included') === false ? lines.map((line) => shopMoney(line, 'total_tax')) : [];
  return sumMoney([...lines.map((line) => shopMoney(line, 'subtotal')), ...taxes]);
}

/** `editsOf` are records of `refunds[]` that took lines out of the order and gave no money back; those of a cancellation are none: the sale stays. */
export function editsOf(order: unknown): readonly unknown[] {
  const cancelledAt = parseInstant(textAt(order, 'cancelled_at') ?? '') ?? Infinity;
  const isEdit = (refund: unknown): boolean =>
    refundTransactions(refund).length === 0 && (parseInstant(textAt(refund, 'created_at') ?? '') ?? 0) < cancelledAt - CANCELLATION_MS;
  return listAt(order, 'refunds').filter(isEdit);
}

/**
 * What an edit took out and what is given back for it later are two records: the later one gives more than its own lines and adjustments are worth. A record
 * that gives less, in an order of which nobody owes anything, exchanged the rest for other lines.
 */
function saleAfter(order: unknown, total: Big, edits: readonly unknown[]): Big {
  const refunds = listAt(order, 'refunds').filter((refund) => !edits.includes(refund));
  const byLines = sumMoney(edits.map((edit) => lineValue(order, edit)));
  const givenForEdits = sumMoney(refunds.map((refund) => most(new Big(0), goneBack(refund).minus(worthOf(order, refund)))));
  const notGiven = byLines.minus(least(byLines, givenForEdits));
  const current = shopMoney(order, 'current_total_price');
  if (current === undefined) return total.minus(notGiven);
  const isSettled = moneyAt(order, 'total_outstanding')?.gte(0) === true && textAt(order, 'cancelled_at') === undefined;
  const given = refunds.map((refund) => {
    const back = goneBack(refund);
    return isSettled && worthOf(order, refund).gt(back) ? back : most(lineValue(order, refund), back);
  });
  const takenOut = most(notGiven, total.minus(current).minus(sumMoney(given)));
  return total.minus(least(takenOut, most(new Big(0), total.minus(current))));
}

/** `worthOf`: what a record says it gives back: its lines, duties, and adjustments, which are negative where they give more. */
export function worthOf(order: unknown, refund: unknown): Big {
  const adjustments = listAt(refund, 'order_adjustments').flatMap((one) => [shopMoney(one, 'amount'), shopMoney(one, 'tax_amount')]);
  const duties = listAt(refund, 'duties').map((duty) => shopMoney(duty, 'amount'));
  return lineValue(order, refund).plus(sumMoney(duties)).minus(sumMoney(adjustments));
}

function goneBack(refund: unknown): Big {
  return sumMoney(refundTransactions(refund).map((transaction) => shopMoney(transaction, 'amount')));
}

/** Line items with `gift_card: true`, without what edits took out. */
function giftCardsIn(order: unknown, edits: readonly unknown[]): Big {
  const removed = new Map<string | undefined, number>();
  for (const line of edits.flatMap((edit) => listAt(edit, 'refund_line_items'))) {
    const id = idAt(line, 'line_item_id');
    removed.set(id, (removed.get(id) ?? 0) + Number(at(line, 'quantity') ?? 0));
  }
  const cards = listAt(order, 'line_items').filter((line) => at(line, 'gift_card') === true);
  return sumMoney(cards.map((line) => {
    const quantity = Number(at(line, 'quantity') ?? 1);
    const left = Math.max(0, quantity - (removed.get(idAt(line, 'id')) ?? 0));
    const price = shopMoney(line, 'price');
    if (price === undefined || !Number.isSafeInteger(quantity) || !Number.isSafeInteger(left) || quantity === 0) return undefined;
    const discounts = sumMoney(listAt(line, 'discount_allocations').map((discount) => shopMoney(discount, 'amount')));
    return price.minus(discounts.div(quantity)).times(left);
  }));
}

/** What was paid for it: `total_shipping_price_set` is without its discounts, and where prices are without VAT, without that. */
function shippingOf(order: unknown): Big {
  const lines = listAt(order, 'shipping_lines').filter((line) => at(line, 'is_removed') !== true);
  if (lines.length === 0) return moneyAt(order, 'total_shipping_price_set', 'shop_money', 'amount') ?? new Big(0);
  const discounts = lines.flatMap((line) => listAt(line, 'discount_allocations').map((discount) => shopMoney(discount, 'amount')));
  const taxes = at(order, 'taxes_included') === false ? lines.flatMap((line) => listAt(line, 'tax_lines').map((tax) => shopMoney(tax, 'price'))) : [];
  return sumMoney([...lines.map((line) => shopMoney(line, 'price')), ...taxes]).minus(sumMoney(discounts));
}

/**
 * `dutiesIn` are those that the shop collects. They are in the total ("including duties, taxes and discounts", Shopify's changelog of 2020-11-20,
 * "Duties are now available on the Storefront API") and so in the revenue, as in Shopify's "total sales"; they are neither shipping nor goods.
 */
function dutiesIn(order: unknown): Big | undefined {
  return moneyAt(order, 'current_total_duties_set', 'shop_money', 'amount') ?? moneyAt(order, 'original_total_duties_set', 'shop_money', 'amount');
}

/** `dutiesField` is absent where there are none, or more than was paid in all. */
export function dutiesField(duties: Big | undefined, amount: Big, currency: string): number | undefined {
  const rounded = positive(least(amount, duties ?? new Big(0)), currency);
  return rounded === undefined ? undefined : toMinor(rounded, currency);
}

function shareOf(part: Big, whole: Big): Big {
  return whole.gt(0) ? part.div(whole) : new Big(1);
}
