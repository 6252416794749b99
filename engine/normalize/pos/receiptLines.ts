/**
 * `linesIn` reads what a receipt sold, through the mapping of its lines. No receipt is refused for them: one whose lines cannot be read has none.
 */
import Big from 'big.js';
import type { EventLine } from '../../event/lines.js';
import { type LineDraft, writeLines } from '../draft/lineDraft.js';
import { moneyAt, sumMoney } from '../draft/money.js';
import { parseNumber } from '../formats/numbers.js';
import type { Mapped } from '../mapping/fieldMapping.js';
import type { Receipt } from './receipt.js';

/** `ReceiptParts` are what lines and taxes of a receipt say, as canonical fields. */
export interface ReceiptParts {
  readonly lines?: readonly EventLine[] | undefined;
  readonly discount?: string | undefined;
  readonly tip?: string | undefined;
  readonly shipping?: string | undefined;
  readonly taxes?: readonly { readonly rate: string; readonly amount: string }[] | undefined;
}

const FIELDS = ['lineProduct', 'lineName', 'lineCategory', 'quantity', 'linePrice', 'lineAmount', 'lineDiscount', 'lineVatRate', 'lineCost'] as const;
type LineValues = Readonly<Partial<Record<Mapped, unknown>>>;

/** `linesIn` a receipt of that amount, which may be negative and hold shipping. Of what is taken back all is said as it was sold. */
export function linesIn(receipt: Receipt, amount: string | undefined, sent?: Big): ReceiptParts {
  const tip = partOf(receipt, 'tip');
  const taxes = taxesIn(receipt);
  const drafts = draftsIn(receipt);
  const total = drafts === undefined ? undefined : moneyAt({ amount }, 'amount')?.abs();
  const known = { tip: textOf(receipt, tip), taxes, shipping: textOf(receipt, sent) };
  if (drafts === undefined || total === undefined) return { ...known, discount: textOf(receipt, partOf(receipt, 'discount')) };
  const goods = total.minus(tip ?? 0).minus(sent ?? 0);
  const shared = discounted(signed(drafts), partOf(receipt, 'discount'), goods);
  const saved = sumMoney(shared.map(({ discount }) => discount));
  return { ...known, lines: writeLines(shared, receipt.currency, goods), discount: textOf(receipt, saved) };
}

/** `undefined` where there are no lines, or the worth of one cannot be read. Words between them ("senza cipolla") are none. */
function draftsIn(receipt: Receipt): readonly LineDraft[] | undefined {
  const rows = receipt.rows(FIELDS, ['lineAmount', 'linePrice']);
  const priced = rows.filter((row) => row.lineAmount !== undefined || row.linePrice !== undefined);
  const drafts = priced.map((row) => draftOf(receipt, row)).filter((draft) => draft !== undefined);
  return drafts.length === 0 || drafts.length < priced.length ? undefined : drafts;
}

function draftOf(receipt: Receipt, row: LineValues): LineDraft | undefined {
  const quantity = row.quantity === undefined ? new Big(1) : receipt.plain(row.quantity);
  const [stated, price] = [receipt.decimal(row.lineAmount), receipt.decimal(row.linePrice)];
  const full = price === undefined || quantity === undefined ? undefined : price.times(quantity);
  const saved = discountOf(receipt, row.lineDiscount, full);
  const amount = stated ?? full?.minus(saved ?? 0);
  if (amount === undefined) return undefined;
  const discount = stated === undefined ? saved : beyond(full, stated);
  return {
    product: row.lineProduct, name: row.lineName, category: row.lineCategory, quantity: quantity === undefined ? undefined : Number(quantity), amount, discount,
    vatRate: rateOf(receipt, row.lineVatRate), cost: costOf(receipt, row.lineCost, quantity),
  };
}

/** What price and amount say of the discount holds, whatever is written beside them. */
function beyond(full: Big | undefined, stated: Big): Big | undefined {
  return full?.abs().gt(stated.abs()) === true ? full.abs().minus(stated.abs()) : undefined;
}

/** Money, or "-10%" of the price. */
function discountOf(receipt: Receipt, said: unknown, full: Big | undefined): Big | undefined {
  if (typeof said !== 'string' || !said.trim().endsWith('%')) return receipt.decimal(said)?.abs();
  const percent = parseNumber(said, { ...receipt.plainFormat, kind: 'rate' });
  return percent.outcome === 'number' ? full?.abs().times(new Big(percent.text).abs()) : undefined;
}

/** Of one piece, in the till; of all of the line, here. */
function costOf(receipt: Receipt, said: unknown, quantity = new Big(1)): Big | undefined {
  return receipt.decimal(said)?.times(quantity.abs());
}

/** Documents without VAT say why by a code: N1 to N7, or that they are exempt. */
const UNTAXED = /^(N[1-7](\.\d)?|es(ente|\.)?|art\.? ?15|escluso|non imponibile)$/i;

/** 22, "22%" and 0.22 are one rate: there is none below 1 percent. */
function rateOf(receipt: Receipt, said: unknown): string | undefined {
  if (typeof said === 'string' && UNTAXED.test(said.trim())) return '0';
  const parsed = parseNumber(said, { ...receipt.plainFormat, kind: 'rate-percent' });
  if (parsed.outcome !== 'number') return undefined;
  const percent = new Big(parsed.text).times(100);
  const rate = percent.gt(0) && percent.lt(1) ? percent.times(100) : percent;
  return rate.lt(0) || rate.gt(100) ? undefined : rate.round(2).toFixed();
}

/** Tills write what they take back with a minus. */
function signed(drafts: readonly LineDraft[]): readonly LineDraft[] {
  if (sumMoney(drafts.map(({ amount }) => amount)).gte(0)) return drafts;
  return drafts.map((draft) => ({ ...draft, amount: draft.amount.times(-1), quantity: draft.quantity === undefined ? undefined : -draft.quantity }));
}

/** A discount at the foot of the receipt is in no line: each bears its part of it, if lines and total say that it is so. */
function discounted(drafts: readonly LineDraft[], atFoot: Big | undefined, goods: Big): readonly LineDraft[] {
  const sum = sumMoney(drafts.map(({ amount }) => amount));
  if (atFoot === undefined || sum.lte(0) || !sum.minus(atFoot).eq(goods)) return drafts;
  return drafts.map((draft) => {
    const part = draft.amount.times(atFoot).div(sum);
    return { ...draft, amount: draft.amount.minus(part), discount: sumMoney([draft.discount, part]) };
  });
}

/** As many as an event may have. */
const MAX_RATES = 20;

/** VAT by rate, as the receipt states it; `undefined` where some of it cannot be read. */
function taxesIn(receipt: Receipt): ReceiptParts['taxes'] {
  if (receipt.values('taxAmount').length === 0) return undefined;
  const byRate = new Map<string, Big>();
  const stated = receipt.pairs('taxRate', 'taxAmount').filter(([rate, amount]) => rate !== undefined || amount !== undefined);
  for (const [said, value] of stated) {
    const [rate, amount] = [rateOf(receipt, said), receipt.decimal(value)?.abs()];
    if (rate === undefined || amount === undefined) return undefined;
    byRate.set(rate, sumMoney([byRate.get(rate), amount]));
  }
  return byRate.size === 0 || byRate.size > MAX_RATES ? undefined : [...byRate].map(([rate, amount]) => ({ rate, amount: receipt.roundedText(amount) }));
}

function partOf(receipt: Receipt, field: 'tip' | 'discount'): Big | undefined {
  return receipt.decimal(receipt.values(field)[0])?.abs();
}

function textOf(receipt: Receipt, amount: Big | undefined): string | undefined {
  return amount === undefined || amount.eq(0) ? undefined : receipt.roundedText(amount);
}
