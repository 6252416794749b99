/**
 * `orderLines` reads what a Shopify order sold and what its refunds take back: line items after discounts and edits, with VAT.
 *
 * `price` of a line item is "the price of the item before discounts", `discount_allocations` are its part of all discounts, those of the whole order too;
 * `current_quantity` is what edits and refunds left of `quantity` (Admin REST API, Order). A refund is a fact of its own: what it took back is sold.
 */
import Big from 'big.js';
import type { EventLine } from '../../event/lines.js';
import { at, idAt, listAt, textAt } from '../draft/fields.js';
import { goodsIn, type LineDraft, type PricedSale, writeLines } from '../draft/lineDraft.js';
import { moneyAt, sumMoney } from '../draft/money.js';
import { editsOf, shopMoney } from './orderMoney.js';

/** `orderLines` of a sale; absent where the order has no line items, as in a body with some fields only. */
export function orderLines(order: unknown, money: PricedSale, currency: string): readonly EventLine[] | undefined {
  const items = listAt(order, 'line_items');
  if (items.length === 0 || money.amount === undefined) return undefined;
  const edits = editsOf(order);
  const [gone, back] = [quantitiesIn(edits), quantitiesIn(listAt(order, 'refunds').filter((refund) => !edits.includes(refund)))];
  const drafts = items.filter(isArticle).flatMap((item) => draftOf(order, item, soldOf(item, gone, back)) ?? []);
  return writeLines(drafts, currency, goodsIn(money, currency));
}

/** `refundLines`: what a refund takes back. By itself it does not say whether its prices are with VAT: they are as they fit what is given back. */
export function refundLines(refund: unknown, order: unknown, money: PricedSale, currency: string): readonly EventLine[] | undefined {
  const returned = listAt(refund, 'refund_line_items');
  if (returned.length === 0 || money.amount === undefined) return undefined;
  const sold = new Map(listAt(order, 'line_items').map((item) => [idAt(item, 'id'), item]));
  const lines = returned.map((line) => ({ line, item: at(line, 'line_item') ?? sold.get(idAt(line, 'line_item_id')) })).filter(({ item }) => isArticle(item));
  const goods = goodsIn(money, currency);
  const isNet = order === undefined ? isOnTop(returned, goods) : at(order, 'taxes_included') === false;
  return writeLines(lines.flatMap(({ line, item }) => {
    const value = shopMoney(line, 'subtotal') ?? fullPrice(item, numberAt(line, 'quantity'));
    const amount = isNet ? value?.plus(shopMoney(line, 'total_tax') ?? 0) : value;
    return amount === undefined ? [] : [{ ...articleOf(order, item), quantity: numberAt(line, 'quantity'), amount }];
  }), currency, goods);
}

/** Gift cards are owed, and tips are the staff's: they have fields of their own. */
function isArticle(item: unknown): boolean {
  return at(item, 'gift_card') !== true && at(item, 'tip') === undefined;
}

/** How many of each line item such records take back. */
function quantitiesIn(records: readonly unknown[]): ReadonlyMap<string | undefined, number> {
  const quantities = new Map<string | undefined, number>();
  for (const line of records.flatMap((record) => listAt(record, 'refund_line_items'))) {
    const id = idAt(line, 'line_item_id');
    quantities.set(id, (quantities.get(id) ?? 0) + (numberAt(line, 'quantity') ?? 0));
  }
  return quantities;
}

type Quantities = ReturnType<typeof quantitiesIn>;

/** What was sold of it: all but what edits took out, whether a record of `refunds[]` says so or nothing but `current_quantity`. */
function soldOf(item: unknown, edited: Quantities, returned: Quantities): number {
  const [id, quantity, current] = [idAt(item, 'id'), numberAt(item, 'quantity') ?? 1, numberAt(item, 'current_quantity')];
  const left = quantity - (edited.get(id) ?? 0);
  return Math.max(0, Math.min(left, current === undefined ? left : current + (returned.get(id) ?? 0)));
}

function draftOf(order: unknown, item: unknown, sold: number): LineDraft | undefined {
  const [price, quantity] = [shopMoney(item, 'price'), numberAt(item, 'quantity') ?? 1];
  if (price === undefined || sold === 0 || quantity === 0) return undefined;
  const [discounts, tax] = [discountsOf(item), at(order, 'taxes_included') === false ? taxOf(item) : new Big(0)];
  const net = price.times(quantity).minus(discounts);
  const part = (whole: Big): Big => (sold === quantity ? whole : whole.times(sold).div(quantity));
  // Where prices are without VAT, a discount saves its own VAT, too.
  const saved = tax.gt(0) && net.gt(0) ? discounts.plus(discounts.times(tax).div(net)) : discounts;
  return { ...articleOf(order, item), quantity: sold, amount: part(net.plus(tax)), discount: part(saved) };
}

function fullPrice(item: unknown, quantity = 1): Big | undefined {
  const [price, all] = [shopMoney(item, 'price'), numberAt(item, 'quantity') ?? 1];
  return price === undefined || all === 0 ? undefined : price.times(all).minus(discountsOf(item)).times(quantity).div(all);
}

function discountsOf(item: unknown): Big {
  const allocations = listAt(item, 'discount_allocations');
  return allocations.length > 0 ? sumMoney(allocations.map((one) => shopMoney(one, 'amount'))) : shopMoney(item, 'total_discount') ?? new Big(0);
}

function taxOf(item: unknown): Big {
  return sumMoney(listAt(item, 'tax_lines').map((tax) => shopMoney(tax, 'price')));
}

/** Something that staff typed in has no number, and its text may say anything: it is known by its rate. */
function articleOf(order: unknown, item: unknown): Pick<LineDraft, 'product' | 'name' | 'category' | 'vatRate'> {
  const product = textAt(item, 'sku') ?? idAt(item, 'variant_id') ?? idAt(item, 'product_id');
  const vatRate = rateOf(order, item);
  return product === undefined ? { vatRate } : { product, name: at(item, 'name') ?? at(item, 'title'), category: at(item, 'product_type'), vatRate };
}

/** In percent; several taxes on one line are one rate. Where nothing is taxed it is 0. */
function rateOf(order: unknown, item: unknown): string | undefined {
  const taxes = at(item, 'tax_lines');
  if (!Array.isArray(taxes)) return undefined;
  const rates = taxes.map((tax) => moneyAt(tax, 'rate'));
  if (rates.length === 0) return at(item, 'taxable') === false || moneyAt(order, 'total_tax')?.eq(0) === true ? '0' : undefined;
  const percent = sumMoney(rates).times(100).round(2);
  return rates.includes(undefined) || percent.lt(0) || percent.gt(100) ? undefined : percent.toFixed();
}

/** Whether VAT comes on top of what lines of a refund say, as far as that fits better. */
function isOnTop(returned: readonly unknown[], goods: Big): boolean {
  const value = sumMoney(returned.map((line) => shopMoney(line, 'subtotal')));
  const tax = sumMoney(returned.map((line) => shopMoney(line, 'total_tax')));
  return value.plus(tax).minus(goods).abs().lt(value.minus(goods).abs());
}

function numberAt(record: unknown, field: string): number | undefined {
  const value = at(record, field);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
