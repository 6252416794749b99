/**
 * `orderLines` reads what a WooCommerce order sold: line items and fees after coupons, with VAT.
 *
 * `subtotal` of a line item is before coupons and `total` after them, both without VAT; `taxes` names the rates of its VAT by id, `tax_lines` of the order
 * their percent (WooCommerce REST API, Order). A gift card that lowers line items as a coupon does is a means of payment: it is put back here.
 */
import Big from 'big.js';
import type { EventLine } from '../../event/lines.js';
import { at, idAt, listAt, textAt } from '../draft/fields.js';
import { goodsIn, type LineDraft, type PricedSale, writeLines } from '../draft/lineDraft.js';
import { moneyAt, positive, sumMoney } from '../draft/money.js';
import { cardCouponsIn, isCardFee, isTip, lineValue, sellsCard } from './orderMoney.js';

/** `orderLines` of a sale; absent where the order has no line items. */
export function orderLines(order: unknown, money: PricedSale, currency: string): readonly EventLine[] | undefined {
  const items = listAt(order, 'line_items');
  if (items.length === 0 || moneyAt(money, 'amount') === undefined) return undefined;
  const fees = listAt(order, 'fee_lines').filter((fee) => !isTip(fee) && !isCardFee(fee));
  const rates = ratesOf(order);
  const paid = paidByCards(order, items);
  const drafts = [...items.filter((item) => !sellsCard(item)).map((item) => draftOf(item, rates, paid)), ...fees.map((fee) => feeOf(fee, rates))];
  return writeLines(drafts.filter((draft) => draft !== undefined), currency, goodsIn(money, currency));
}

/** What came back, as canonical fields. */
interface GivenBack {
  readonly lines: readonly EventLine[];
  readonly shipping: string | undefined;
}

/**
 * `linesGivenBack`: of a refund that says itself what came back, as WooCommerce's own endpoint of refunds does (its orders do not), lines and shipping. All
 * its sums are negative.
 */
export function linesGivenBack(refund: unknown, order: unknown, money: PricedSale, currency: string): GivenBack {
  const rates = ratesOf(order);
  const drafts = listAt(refund, 'line_items').filter((item) => !sellsCard(item)).map((item): LineDraft => {
    const quantity = quantityOf(item);
    return { ...articleOf(item, rates), quantity: quantity === undefined ? undefined : Math.abs(quantity), amount: lineValue(item).abs() };
  });
  const shipping = positive(sumMoney(listAt(refund, 'shipping_lines').map(lineValue)).abs(), currency);
  return { lines: writeLines(drafts, currency, goodsIn({ ...money, shipping }, currency)), shipping };
}

function draftOf(item: unknown, rates: Rates, paidShare: Big): LineDraft | undefined {
  if (moneyAt(item, 'total') === undefined) return undefined;
  const total = lineValue(item);
  const before = moneyAt(item, 'subtotal') === undefined ? total : sumMoney([moneyAt(item, 'subtotal'), moneyAt(item, 'subtotal_tax')]);
  const saved = before.minus(total);
  const paid = saved.times(paidShare);
  return { ...articleOf(item, rates), quantity: quantityOf(item), amount: total.plus(paid), discount: saved.minus(paid) };
}

/** What a fee is called is anybody's words; it is known by its rate. */
function feeOf(fee: unknown, rates: Rates): LineDraft {
  return { vatRate: rateOf(fee, rates), amount: lineValue(fee) };
}

/** How much of what coupons took off line items was paid with gift cards: between 0 and 1. */
function paidByCards(order: unknown, items: readonly unknown[]): Big {
  const cards = cardCouponsIn(order);
  if (cards.eq(0)) return cards;
  const saved = sumMoney(items.map((item) => sumMoney([moneyAt(item, 'subtotal'), moneyAt(item, 'subtotal_tax')]).minus(lineValue(item))));
  return saved.lte(0) ? new Big(0) : cards.gte(saved) ? new Big(1) : cards.div(saved);
}

function articleOf(item: unknown, rates: Rates): Pick<LineDraft, 'product' | 'name' | 'vatRate'> {
  const product = textAt(item, 'sku') ?? positiveId(item, 'variation_id') ?? positiveId(item, 'product_id');
  const vatRate = rateOf(item, rates);
  return product === undefined ? { vatRate } : { product, name: plainText(textAt(item, 'name')), vatRate };
}

/** 0 stands for none. */
function positiveId(item: unknown, field: string): string | undefined {
  const id = idAt(item, field);
  return id === '0' ? undefined : id;
}

function quantityOf(item: unknown): number | undefined {
  const quantity = at(item, 'quantity');
  return typeof quantity === 'number' ? quantity : undefined;
}

/** Percent by the id of a rate. */
type Rates = ReadonlyMap<string | undefined, Big | undefined>;

function ratesOf(order: unknown): Rates {
  return new Map(listAt(order, 'tax_lines').map((line) => [idAt(line, 'rate_id'), moneyAt(line, 'rate_percent')]));
}

/** Several taxes on one line are one rate; without tax it is 0, where the line says that there is none. */
function rateOf(item: unknown, rates: Rates): string | undefined {
  const taxed = listAt(item, 'taxes').filter((tax) => moneyAt(tax, 'total')?.abs().gt(0) === true);
  if (taxed.length === 0) return moneyAt(item, 'total_tax')?.eq(0) === true && moneyAt(item, 'total')?.eq(0) === false ? '0' : undefined;
  const percents = taxed.map((tax) => rates.get(idAt(tax, 'id')));
  const sum = sumMoney(percents).round(2);
  return percents.includes(undefined) || sum.lt(0) || sum.gt(100) ? undefined : sum.toFixed();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: ' ', ndash: '–', mdash: '—', hellip: '…', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”',
  agrave: 'à', egrave: 'è', eacute: 'é', igrave: 'ì', ograve: 'ò', ugrave: 'ù', Agrave: 'À', Egrave: 'È', Eacute: 'É', Igrave: 'Ì', Ograve: 'Ò', Ugrave: 'Ù',
  ccedil: 'ç', ntilde: 'ñ', euro: '€', deg: '°', middot: '·', laquo: '«', raquo: '»', times: '×', frac12: '½', frac14: '¼',
};

/** Names come as HTML: tags go, entities are what they stand for. */
function plainText(html: string | undefined): string | undefined {
  return html?.replaceAll(/<[^<>]*>/g, ' ').replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (entity, decimal?: string, hex?: string, name?: string) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (name === undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] ?? entity : entity;
  });
}
