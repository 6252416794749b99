/**
 * `addRefund` reads the money that a Shopify refund gives back: its refund transactions, as one fact, whether the refund comes by itself or in its order.
 */
import Big from 'big.js';
import { toMinor } from '../../base/money.js';
import { parseInstant } from '../../base/time.js';
import type { EventDraft } from '../draft/collector.js';
import { at, idAt, listAt, textAt } from '../draft/fields.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { least, moneyAt, portionBeyond, positive, roundMoney, sumMoney } from '../draft/money.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { rankedInMillisecond } from '../draft/sequence.js';
import { refundLines } from './orderLines.js';
import { dutiesField, orderMoney, shopMoney, type TaxAmount, taxesIn, worthOf } from './orderMoney.js';
import { givenIn, refundTotal, type RefundTotal, refundTransactions } from './refundTransactions.js';
import { channelNamed, type ShopifyStore, shopifyId, sourceOf, versionAt } from './store.js';

/** `RefundedOrder` is the order a refund was found in: its place there, and where the order itself is recorded. */
export interface RefundedOrder {
  readonly order: unknown;
  readonly position: number;
  readonly channel: string;
  readonly store: string;
  /** What of it is of the order's tip. */
  readonly tip: Big | undefined;
  /** The order's lines that are gift cards. */
  readonly cards: CardsSold;
}

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
  const total = refundTotal(given, refund, found?.order, shop.context.currency);
  if (total.outcome === 'refused') collector.refuse(0, { path: `${prefix}/transactions`, rule: total.rule, message: total.message });
  else if (transactions.length > 0 && (given.length === 0 || !total.amount.eq(0))) {
    collector.add(0, draftOf(shop, { refund, id, transactions, total, status: given.length === 0 ? 'voided' : 'completed', prefix, found }));
  }
  // Inside an order a refund without money says nothing new: `refunds/create` has been counted as ignored.
  else if (found === undefined) collector.ignore(0, isTest(refund) ? 'test' : 'refund.empty');
}

interface RefundSource {
  readonly refund: unknown;
  readonly id: string;
  readonly transactions: readonly unknown[];
  readonly total: Extract<RefundTotal, { outcome: 'total' }>;
  readonly status: 'completed' | 'voided';
  readonly prefix: string;
  readonly found: RefundedOrder | undefined;
}

function draftOf(shop: ShopifyStore, { refund, id, transactions, total, status, prefix, found }: RefundSource): EventDraft {
  const { context } = shop;
  const [first] = transactions;
  const own = placeOf(first, context);
  const { channel, store } = found ?? own;
  // Where neither says when, the one with more transactions settled is the later one, and the order knows better where it belongs.
  const rank = 2 * Math.min(transactions.length, 400) + (channel === own.channel && store === own.store ? 0 : 1);
  const time = at(refund, 'processed_at') ?? at(refund, 'created_at');
  const orderId = found === undefined ? idAt(refund, 'order_id') : shopifyId(found.order);
  const { currency } = context;
  const means = meansOf(givenIn(refund), total.amount, currency);
  const tip = found?.tip === undefined ? undefined : positive(found.tip, currency);
  const parts = partsOf(refund, found, total.amount, currency);
  const sums = { amount: roundMoney(total.amount, currency), currency: total.currency, tip, ...parts };
  const money = { ...sums, ...means, lines: refundLines(refund, found?.order, sums, currency) };
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

function placeOf(transaction: unknown, context: ShopifyStore['context']): { readonly channel: string; readonly store: string } {
  return { channel: channelNamed(at(transaction, 'source_name')), store: storeNamed(context, idAt(transaction, 'location_id')) ?? defaultStore(context) };
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
function partsOf(refund: unknown, found: RefundedOrder | undefined, amount: Big, currency: string): Record<string, unknown> {
  const lines = listAt(refund, 'refund_line_items');
  const cards = cardsIn(refund, found?.cards ?? NO_CARDS);
  const adjustments = listAt(refund, 'order_adjustments').filter((adjustment) => at(adjustment, 'kind') === 'shipping_refund');
  const postage = [
    ...adjustments.map((adjustment) => shopMoney(adjustment, 'amount')?.abs()),
    ...listAt(refund, 'refund_shipping_lines').map((line) => moneyAt(line, 'subtotal_amount_set', 'shop_money', 'amount')),
  ];
  return {
    ...(found === undefined ? { x_beyond_returned_minor: beyondReturned(refund, amount, currency) } : {}),
    giftCards: positive(least(amount, cards), currency),
    shipping: positive(least(amount, sumMoney(postage)), currency),
    x_duties_minor: dutiesField(sumMoney(listAt(refund, 'duties').map((duty) => shopMoney(duty, 'amount'))), amount, currency),
    taxes: taxesOf(lines, amount, currency),
  };
}

/**
 * What is given back beyond what is returned: what an earlier edit took out (see aggregate/editedOrders.ts). By itself a refund does not say whether its prices
 * are with VAT; what may be that of returned lines is none of it.
 */
function beyondReturned(refund: unknown, amount: Big, currency: string): number | undefined {
  const tax = sumMoney(listAt(refund, 'refund_line_items').map((line) => shopMoney(line, 'total_tax')));
  const beyond = positive(amount.minus(worthOf(undefined, refund)).minus(tax), currency);
  return beyond === undefined ? undefined : toMinor(beyond, currency);
}

type CardsSold = ReadonlySet<string | undefined>;

const NO_CARDS: CardsSold = new Set();

/** `cardsSold` are the ids of an order's lines that are gift cards. */
export function cardsSold(order: unknown): CardsSold {
  return new Set(listAt(order, 'line_items').filter((line) => at(line, 'gift_card') === true).map((line) => idAt(line, 'id')));
}

/** Gift cards among the returned lines, as the line or its order says. */
function cardsIn(refund: unknown, sold: CardsSold): Big {
  const cards = listAt(refund, 'refund_line_items').filter((line) => at(line, 'line_item', 'gift_card') === true || sold.has(idAt(line, 'line_item_id') ?? ''));
  return sumMoney(cards.map((line) => shopMoney(line, 'subtotal')));
}

/**
 * `tipsIn` says of each refund of an order what it gives back of the tip: that is in no returned line, and given back last, by what the refunds up to this one
 * come to beyond everything else.
 */
export function tipsIn(order: unknown, cards: CardsSold, currency: string): Big[] {
  const { amount: paid, tip = 0, giftCards = 0 } = orderMoney(order, currency);
  const goods = new Big(paid ?? 0).minus(tip).minus(giftCards);
  let before = new Big(0);
  return listAt(order, 'refunds').map((refund) => {
    const total = refundTotal(givenIn(refund), refund, order, currency);
    if (total.outcome === 'refused') return new Big(0);
    const amount = total.amount.minus(cardsIn(refund, cards));
    const part = portionBeyond(goods, before, amount, new Big(tip));
    before = before.plus(amount);
    return part;
  });
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
