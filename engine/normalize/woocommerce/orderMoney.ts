/**
 * `orderMoney` reads the money of a WooCommerce order: totals of up to six decimals, fees, tips, and gift cards as the common plugins write them.
 *
 * WooCommerce knows one payment method for an order, so every gift card plugin lowers a total instead (woocommerce.com, "Gift Cards FAQ": "the
 * plugin modifies the order total of every order that is paid with gift cards"). What a customer paid with a card is put back here: it is a means
 * of payment, and the sale counts in full.
 *
 * | plugin | card spent | card sold |
 * |---|---|---|
 * | WooCommerce Gift Cards | `gift_cards: [{code, amount}]` of the order | line with meta `wc_gc_giftcard_…` |
 * | PW Gift Cards | nothing but a lower `total` (an item type of its own that the REST API leaves out) | line with meta `pw_gift_card_…` |
 * | YITH Gift Cards | a coupon, a negative fee, or meta `_ywgc_applied_gift_cards_totals` | line with meta `_ywgc_…` |
 * | Smart Coupons (store credit) | coupon of type `smart_coupon` | – |
 */
import Big from 'big.js';
import { at, decimalAt, listAt, textAt } from '../draft/fields.js';
import { isDecimal } from '../../base/money.js';
import { least, moneyAt, most, portionBeyond, positive, roundMoney, sumMoney } from '../draft/money.js';
import { paymentOf } from '../draft/paymentMethod.js';

/** Keys of the meta data of a line that sells a gift card. */
const CARD_META = /^_?(pw_gift_card|wc_gc_giftcard|ywgc)_/;
const CARD_NAME = /gift[ _-]?card|store[ _-]?credit|cart[ae] regalo|buon[oi] regalo/i;
const CARD_COUPONS = new Set(['smart_coupon', 'store_credit', 'gift_card', 'giftcard', 'gift_certificate']);
const TIP_NAME = /\b(tips?|gratuity|mancia|mance)\b/i;
/** A total that is lower than its parts by less than this is a matter of rounding. */
const ROUNDING = new Big('0.5');

/** `SaleMoneyParts` are fields of a sale. */
export interface SaleMoneyParts {
  readonly amount: string | undefined;
  readonly tip?: string | undefined;
  readonly giftCards?: string | undefined;
  readonly [field: string]: unknown;
}

/** `RefundParts`: what of a refund was a tip, and gift cards sold. */
export interface RefundParts {
  readonly tip?: string | undefined;
  readonly giftCards?: string | undefined;
  readonly [field: string]: unknown;
}

/** `orderMoney` gives the canonical fields of a sale's money. An `amount` that is no decimal is left to be refused. */
export function orderMoney(order: unknown, currency: string): SaleMoneyParts {
  const payment = paymentOf([at(order, 'payment_method')]);
  const total = moneyAt(order, 'total');
  const named = { currency: textAt(order, 'currency'), payment };
  if (total === undefined) return { ...named, amount: decimalAt(order, 'total') };
  const cardCoupons = cardCouponsIn(order);
  const spent = most(spentIn(order, cardCoupons), missingFrom(order, total));
  const amount = total.plus(spent);
  const rest = positive(total, currency);
  const discount = grossOf(order, 'discount_total', 'discount_tax').minus(cardCoupons);
  return {
    ...named,
    amount: roundMoney(amount, currency),
    ...(spent.gt(0) && {
      payment: undefined,
      payments: [{ by: 'voucher', amount: roundMoney(spent, currency) }, ...(rest === undefined ? [] : [{ by: payment ?? 'other', amount: rest }])],
    }),
    tip: positive(least(amount, sumMoney(listAt(order, 'fee_lines').filter(isTip).map(lineValue))), currency),
    giftCards: positive(least(amount, sumMoney(listAt(order, 'line_items').filter(sellsCard).map(lineValue))), currency),
    shipping: positive(grossOf(order, 'shipping_total', 'shipping_tax'), currency),
    discount: positive(discount, currency),
    taxes: taxesOf(order, currency),
  };
}

/**
 * `refundParts`: a refund says no more than its sum. What all of them, the oldest first, come to beyond the goods of the order gave back its gift cards,
 * then its tip; the only one, of all that was paid, gave back everything.
 */
export function refundParts(order: unknown, money: SaleMoneyParts, currency: string): ReadonlyMap<unknown, RefundParts> {
  const { amount } = money;
  if (amount === undefined || !isDecimal(amount)) return new Map();
  const [only, ...others] = listAt(order, 'refunds');
  const isAll = others.length === 0 && moneyAt(only, 'total')?.abs().eq(amount) === true;
  return isAll ? new Map([[only, wholeOf(money)]]) : partsInTurn(order, money, amount, currency);
}

function partsInTurn(order: unknown, { tip = '0', giftCards = '0' }: SaleMoneyParts, amount: string, currency: string): ReadonlyMap<unknown, RefundParts> {
  const parts = new Map<unknown, RefundParts>();
  if (tip === '0' && giftCards === '0') return parts;
  const whole = new Big(amount).minus(tip);
  let before = new Big(0);
  for (const refund of [...listAt(order, 'refunds')].sort((a, b) => Number(at(a, 'id') ?? 0) - Number(at(b, 'id') ?? 0))) {
    const given = moneyAt(refund, 'total')?.abs() ?? new Big(0);
    const portion = (limit: Big, all: string): string | undefined => positive(portionBeyond(limit, before, given, new Big(all)), currency);
    parts.set(refund, { giftCards: portion(whole.minus(giftCards), giftCards), tip: portion(whole, tip) });
    before = before.plus(given);
  }
  return parts;
}

function wholeOf({ tip, giftCards, lines, shipping, taxes }: SaleMoneyParts): RefundParts {
  return { tip, giftCards, lines, shipping, taxes };
}

function isCardCoupon(coupon: unknown): boolean {
  const keys = listAt(coupon, 'meta_data').map((entry) => textAt(entry, 'key') ?? '');
  return CARD_COUPONS.has(textAt(coupon, 'discount_type') ?? '') || CARD_NAME.test(textAt(coupon, 'code') ?? '') || keys.some((key) => CARD_META.test(key));
}

/** `cardCouponsIn` is what was paid with gift cards that lower line items as coupons do. */
export function cardCouponsIn(order: unknown): Big {
  return sumMoney(listAt(order, 'coupon_lines').filter(isCardCoupon).map((coupon) => grossOf(coupon, 'discount', 'discount_tax')));
}

/** `isCardFee`: a negative fee by which a gift card pays. */
export function isCardFee(fee: unknown): boolean {
  return CARD_NAME.test(textAt(fee, 'name') ?? '') && lineValue(fee).lt(0);
}

/** What the order itself says was paid with gift cards. */
function spentIn(order: unknown, cardCoupons: Big): Big {
  const lists = ['gift_cards', 'pw_gift_cards', 'gift_card_lines', 'pw_gift_card_lines'].flatMap((list) => listAt(order, list));
  const fees = listAt(order, 'fee_lines').filter(isCardFee).map(lineValue);
  const lines = sumMoney([...lists.map((card) => moneyAt(card, 'amount')?.abs()), ...fees.map((fee) => fee.abs()), cardCoupons]);
  const meta = listAt(order, 'meta_data').find((entry) => textAt(entry, 'key') === '_ywgc_applied_gift_cards_totals');
  return lines.gt(0) ? lines : moneyAt(meta, 'value')?.abs() ?? lines;
}

/** What the total lacks of its parts, where the order names all of them: nothing but a gift card lowers a total and no line. */
function missingFrom(order: unknown, total: Big): Big {
  const items = listAt(order, 'line_items');
  const lines = [...items, ...listAt(order, 'shipping_lines'), ...listAt(order, 'fee_lines')];
  const complete = items.length > 0 && lines.every((line) => moneyAt(line, 'total') !== undefined && moneyAt(line, 'total_tax') !== undefined);
  const missing = sumMoney(lines.map(lineValue)).minus(total);
  return complete && missing.gte(ROUNDING) ? missing : new Big(0);
}

/** `isTip` by the name of the fee. */
export function isTip(fee: unknown): boolean {
  return TIP_NAME.test(textAt(fee, 'name') ?? '');
}

/** `sellsCard`: a line item that is a gift card. */
export function sellsCard(line: unknown): boolean {
  const keys = listAt(line, 'meta_data').map((entry) => textAt(entry, 'key') ?? '');
  return keys.some((key) => CARD_META.test(key)) || new RegExp(`^(e-?)?(${CARD_NAME.source})`, 'i').test(textAt(line, 'name')?.trim() ?? '');
}

/** `lineValue` is what was paid for it, with VAT. */
export function lineValue(line: unknown): Big {
  return grossOf(line, 'total', 'total_tax');
}

function grossOf(record: unknown, net: string, tax: string): Big {
  return sumMoney([moneyAt(record, net), moneyAt(record, tax)]);
}

/** By `rate_percent` of the tax lines; `undefined` where the order has tax and no lines that say so. */
function taxesOf(order: unknown, currency: string): { rate: string; amount: string }[] | undefined {
  const lines = listAt(order, 'tax_lines');
  const tax = moneyAt(order, 'total_tax');
  if (lines.length === 0) return tax?.eq(0) === true ? [] : undefined;
  const byRate = new Map<string, Big>();
  for (const line of lines) {
    const rate = moneyAt(line, 'rate_percent')?.round(2).toFixed();
    if (rate === undefined) return undefined;
    byRate.set(rate, sumMoney([byRate.get(rate), moneyAt(line, 'tax_total'), moneyAt(line, 'shipping_tax_total')]));
  }
  return [...byRate].map(([rate, amount]) => ({ rate, amount: roundMoney(amount, currency) }));
}
