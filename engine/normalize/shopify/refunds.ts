/**
 * How much money did a Shopify refund give back? The sum of its successful refund transactions, as one fact, told by the refund or inside its order.
 */
import Big from 'big.js';
import type { RefusalRule } from '../../base/errors.js';
import { isDecimal } from '../../base/money.js';
import { parseInstant } from '../../base/time.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import type { EventDraft } from '../draft/collector.js';
import { at, decimalAt, idAt, listAt, textAt } from '../draft/fields.js';
import { rankedSequence } from '../draft/sequence.js';
import { channelNamed, type ShopifyStore, shopifyId, sourceOf } from './store.js';

/** The order a refund was found in: its place there, and where the order itself is booked. */
export interface RefundedOrder {
  readonly position: number;
  readonly channel: string;
  readonly store: string;
}

/**
 * The same refund in `refunds/create` and in its order is one event. Where the order knows better which store and channel
 * it belongs to, the order's word is the later version of the fact, whichever arrives first.
 */
export function addRefund(shop: ShopifyStore, refund: unknown, order?: RefundedOrder): void {
  const { collector: harvest } = shop;
  const prefix = order === undefined ? '' : `/refunds/${String(order.position)}`;
  const id = shopifyId(refund);
  if (id === undefined) {
    harvest.refuse(0, { path: `${prefix}/id`, rule: 'required', message: 'the refund has no usable id' });
    return;
  }
  const given = listAt(refund, 'transactions').filter((transaction) => at(transaction, 'kind') === 'refund' && at(transaction, 'status') === 'success');
  const total = totalOf(given.filter((transaction) => at(transaction, 'test') !== true));
  if (total.outcome === 'refused') harvest.refuse(0, { path: `${prefix}/transactions`, rule: total.rule, message: total.message });
  else if (!total.amount.eq(0)) harvest.add(0, draftOf(shop, { refund, id, given, total, prefix, ...(order === undefined ? {} : { order }) }));
  // Inside an order a refund without money is no news: `refunds/create` has said and counted it.
  else if (order === undefined) harvest.ignore(0, given.length > 0 && given.every((transaction) => at(transaction, 'test') === true) ? 'test' : 'refund.empty');
}

type Total =
  | { readonly outcome: 'total'; readonly amount: Big; readonly currency: string | undefined }
  | { readonly outcome: 'refused'; readonly rule: RefusalRule; readonly message: string };

interface RefundSource {
  readonly refund: unknown;
  readonly id: string;
  readonly given: readonly unknown[];
  readonly total: Extract<Total, { outcome: 'total' }>;
  readonly prefix: string;
  readonly order?: RefundedOrder;
}

function draftOf(shop: ShopifyStore, { refund, id, given, total, prefix, order }: RefundSource): EventDraft {
  const { context } = shop;
  const own = { channel: channelNamed(at(given[0], 'source_name')), store: storeNamed(context, idAt(given[0], 'location_id')) ?? defaultStore(context) };
  const booked = order ?? own;
  const corrected = booked.channel !== own.channel || booked.store !== own.store;
  const time = at(refund, 'processed_at') ?? at(refund, 'created_at');
  const toldAt = typeof time === 'string' ? parseInstant(time) : undefined;
  // Shopify gives refunds no version: the one with more transactions settled is the later one.
  const rank = 2 * Math.min(given.length, 400) + (corrected ? 1 : 0);
  return {
    type: 'refund',
    source: sourceOf(shop),
    subject: `refund/${id}`,
    time,
    ...(toldAt === undefined ? {} : { sequence: rankedSequence(Math.floor(toldAt / 1_000) * 1_000, rank) }),
    data: { store: booked.store, channel: booked.channel, status: 'completed', amount: total.amount.toFixed(), currency: total.currency },
    origins: {
      '/time': `${prefix}${at(refund, 'processed_at') === undefined ? '/created_at' : '/processed_at'}`,
      '/data/amount': `${prefix}/transactions`,
      '/data/currency': `${prefix}/transactions`,
    },
  };
}

function totalOf(transactions: readonly unknown[]): Total {
  let amount = new Big(0);
  const currencies = new Set<string | undefined>();
  for (const transaction of transactions) {
    const inSet = decimalAt(transaction, 'amount_set', 'shop_money', 'amount');
    const text = inSet ?? decimalAt(transaction, 'amount') ?? '';
    if (!isDecimal(text)) return { outcome: 'refused', rule: 'number.form', message: 'a transaction has no exact amount' };
    amount = amount.plus(text);
    currencies.add(inSet === undefined ? textAt(transaction, 'currency') : textAt(transaction, 'amount_set', 'shop_money', 'currency_code'));
  }
  if (currencies.size > 1) return { outcome: 'refused', rule: 'currency.mixed', message: 'transactions in several currencies' };
  return { outcome: 'total', amount: amount.abs(), currency: [...currencies][0] };
}
