/**
 * `addRefund` reads the money that a Shopify refund gives back: its refund transactions, as one fact, whether the refund comes by itself or in its order.
 */
import Big from 'big.js';
import type { RefusalRule } from '../../base/errors.js';
import { parseInstant } from '../../base/time.js';
import type { EventDraft } from '../draft/collector.js';
import { at, idAt, listAt, textAt } from '../draft/fields.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { least, moneyAt, portionBeyond, positive, roundMoney, sumMoney } from '../draft/money.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { rankedInMillisecond } from '../draft/sequence.js';
import { dutiesField, orderMoney, refundTransactions, shopMoney, type TaxAmount, taxesIn } from './orderMoney.js';
import { channelNamed, type ShopifyStore, shopifyId, sourceOf, versionAt } from './store.js';

/** `RefundedOrder` is the order a refund was found in: its place there, and where the order itself is recorded. */
export interface RefundedOrder {
  readonly order: unknown;
  readonly position: number;
  readonly channel: string;
  readonly store: string;
}

/**
 * What counts: `success`, and `pending` ("the transaction is being processed", Admin REST API, Transaction), which may still end as `failure` or
 * `error`; then the refund never was.
 */
const GIVEN = new Set(['success', 'pending']);

/**
 * `addRefund`: the same refund in `refunds/create` and in its order is one fact. What the order says of it is the later version: it knows store and
 * channel, and it is sent again whenever a transaction changes.
 */
export function addRefund(shop: ShopifyStore, refund: unknown, found?: RefundedOrder): void {
  const { collector } = shop;
  const prefix = found === undefined ? '' : `/refunds/${String(found.position)}`;
  const id = shopifyId(refund);
  if (id === undefined) {
    collector.refuse(0, { path: `${prefix}/id`, rule: 'required', message: 'the refund has no usable id' });
    return;
  }
  const transactions = refundTransactions(refund);
  const given = givenIn(refund);
  const total = totalOf(given, refund, found?.order, shop.context.currency);
  if (total.outcome === 'refused') collector.refuse(0, { path: `${prefix}/transactions`, rule: total.rule, message: total.message });
  else if (transactions.length > 0 && (given.length === 0 || !total.amount.eq(0))) {
    collector.add(0, draftOf(shop, { refund, id, transactions, total, status: given.length === 0 ? 'voided' : 'completed', prefix, found }));
  }
  // Inside an order a refund without money says nothing new: `refunds/create` has been counted as ignored.
  else if (found === undefined) collector.ignore(0, isTest(refund) ? 'test' : 'refund.empty');
}

function givenIn(refund: unknown): readonly unknown[] {
  return refundTransactions(refund).filter((transaction) => GIVEN.has(textAt(transaction, 'status') ?? ''));
}

type Total =
  | { readonly outcome: 'total'; readonly amount: Big; readonly currency: string | undefined }
  | { readonly outcome: 'refused'; readonly rule: RefusalRule; readonly message: string };

interface RefundSource {
  readonly refund: unknown;
  readonly id: string;
  readonly transactions: readonly unknown[];
  readonly total: Extract<Total, { outcome: 'total' }>;
  readonly status: 'completed' | 'voided';
  readonly prefix: string;
  readonly found: RefundedOrder | undefined;
}

function draftOf(shop: ShopifyStore, { refund, id, transactions, total, status, prefix, found }: RefundSource): EventDraft {
  const { context } = shop;
  const [first] = transactions;
  const own = { channel: channelNamed(at(first, 'source_name')), store: storeNamed(context, idAt(first, 'location_id')) ?? defaultStore(context) };
  const { channel, store } = found ?? own;
  // Where neither says when, the one with more transactions settled is the later one, and the order knows better where it belongs.
  const rank = 2 * Math.min(transactions.length, 400) + (channel === own.channel && store === own.store ? 0 : 1);
  const time = at(refund, 'processed_at') ?? at(refund, 'created_at');
  const orderId = found === undefined ? idAt(refund, 'order_id') : shopifyId(found.order);
  const { currency } = context;
  const means = meansOf(givenIn(refund), total.amount, currency);
  const tip = found === undefined ? undefined : positive(tipIn(found, total.amount, currency), currency);
  const parts = partsOf(refund, found?.order, total.amount, currency);
  const money = { amount: roundMoney(total.amount, currency), currency: total.currency, ...means, tip, ...parts };
  return {
    type: 'refund',
    source: sourceOf(shop),
    subject: `refund/${id}`,
    time,
    sequence: sequenceOf(shop, time, found, rank),
    data: { store, channel, status, ...(status === 'voided' ? {} : money), refersTo: orderId === undefined ? undefined : `order/${orderId}` },
    origins: {
      '/time': `${prefix}${at(refund, 'processed_at') === undefined ? '/created_at' : '/processed_at'}`,
      '/data/amount': `${prefix}/transactions`,
      '/data/currency': `${prefix}/transactions`,
    },
  };
}

/** The means by which it was given back, as each transaction's gateway names it: one, or several with the amount of each. */
function meansOf(given: readonly unknown[], total: Big, currency: string): { readonly payment?: string; readonly payments?: readonly object[] } {
  const payment = paymentOf(given.map((transaction) => at(transaction, 'gateway')));
  if (payment === undefined) return {};
  const parts = given.map((transaction) => (
    { by: paymentOf([at(transaction, 'gateway')]) ?? 'other', amount: shopMoney(transaction, 'amount') ?? new Big(0) }));
  if (payment !== 'other' || !sumMoney(parts.map(({ amount }) => amount)).eq(total)) return { payment };
  return { payments: parts.map(({ by, amount }) => ({ by, amount: roundMoney(amount, currency) })) };
}

/** A refund has no version of its own: by itself it is as it was made, in its order it is as late as the order's version. */
function sequenceOf(shop: ShopifyStore, time: unknown, found: RefundedOrder | undefined, rank: number): string | undefined {
  const madeAt = typeof time === 'string' ? parseInstant(time) : undefined;
  const changedAt = parseInstant(textAt(found?.order, 'updated_at') ?? '') ?? -Infinity;
  if (madeAt === undefined) return undefined;
  const second = Math.floor(madeAt / 1_000) * 1_000;
  return changedAt >= second ? versionAt(shop, textAt(found?.order, 'updated_at'), 1) : rankedInMillisecond(second, rank);
}

/**
 * Gift cards and VAT among the returned lines, duties ("reimbursed as part of the refund", Admin REST API, Refund) and postage that was given back, each
 * at most what was given back in all.
 */
function partsOf(refund: unknown, order: unknown, amount: Big, currency: string): Record<string, unknown> {
  const lines = listAt(refund, 'refund_line_items');
  const cards = cardsIn(refund, order);
  const adjustments = listAt(refund, 'order_adjustments').filter((adjustment) => at(adjustment, 'kind') === 'shipping_refund');
  const postage = [
    ...adjustments.map((adjustment) => shopMoney(adjustment, 'amount')?.abs()),
    ...listAt(refund, 'refund_shipping_lines').map((line) => moneyAt(line, 'subtotal_amount_set', 'shop_money', 'amount')),
  ];
  return {
    giftCards: positive(least(amount, cards), currency),
    shipping: positive(least(amount, sumMoney(postage)), currency),
    x_duties_minor: dutiesField(sumMoney(listAt(refund, 'duties').map((duty) => shopMoney(duty, 'amount'))), amount, currency),
    taxes: taxesOf(lines, amount, currency),
  };
}

/** Gift cards among the returned lines, as the line or its order says. */
function cardsIn(refund: unknown, order: unknown): Big {
  const sold = new Set(listAt(order, 'line_items').filter((line) => at(line, 'gift_card') === true).map((line) => idAt(line, 'id')));
  const cards = listAt(refund, 'refund_line_items').filter((line) => at(line, 'line_item', 'gift_card') === true || sold.has(idAt(line, 'line_item_id') ?? ''));
  return sumMoney(cards.map((line) => shopMoney(line, 'subtotal')));
}

/** A tip is in no returned line: it is given back last, by what the refunds up to this one come to beyond everything else. */
function tipIn({ order, position }: RefundedOrder, amount: Big, currency: string): Big {
  const { amount: paid, tip = 0, giftCards = 0 } = orderMoney(order, currency);
  const goods = new Big(paid ?? 0).minus(tip).minus(giftCards);
  const before = listAt(order, 'refunds').slice(0, position).map((refund) => {
    const total = totalOf(givenIn(refund), refund, order, currency);
    return total.outcome === 'total' ? total.amount.minus(cardsIn(refund, order)) : undefined;
  });
  return portionBeyond(goods, sumMoney(before), amount.minus(cardsIn(listAt(order, 'refunds')[position], order)), new Big(tip));
}

/** A returned line says what VAT was in it, its line item at what rates; `undefined` where one does not, or it is more than was given back. */
function taxesOf(lines: readonly unknown[], amount: Big, currency: string): TaxAmount[] | undefined {
  if (lines.length === 0 || lines.some((line) => at(line, 'line_item', 'tax_lines') === undefined)) return undefined;
  const sums = new Map<string, Big>();
  for (const line of lines) {
    const taxLines = listAt(line, 'line_item', 'tax_lines');
    const [tax, all] = [shopMoney(line, 'total_tax') ?? new Big(0), sumMoney(taxLines.map((one) => shopMoney(one, 'price')))];
    if (all.lte(0) && tax.gt(0)) return undefined;
    for (const { rate, amount: part } of all.gt(0) ? taxesIn(taxLines, tax.div(all), currency) : []) sums.set(rate, sumMoney([sums.get(rate), new Big(part)]));
  }
  return sumMoney([...sums.values()]).gt(amount) ? undefined : [...sums].map(([rate, part]) => ({ rate, amount: part.toFixed() }));
}

function isTest(refund: unknown): boolean {
  const transactions = listAt(refund, 'transactions').filter((transaction) => at(transaction, 'kind') === 'refund');
  return transactions.length > 0 && transactions.every((transaction) => at(transaction, 'test') === true);
}

function totalOf(transactions: readonly unknown[], refund: unknown, order: unknown, currency: string): Total {
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
