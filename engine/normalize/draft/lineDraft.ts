/**
 * `LineDraft` is a line of a sale as a sender's body has it, exact; `writeLines` makes canonical lines of them, rounded so that they add up.
 */
import Big from 'big.js';
import { cleanName } from '../../base/name.js';
import { minorDigits } from '../../base/money.js';
import type { EventLine } from '../../event/lines.js';
import { moneyAt, sumMoney } from './money.js';

/** `LineDraft`: `amount` with VAT and after discounts. Texts are as they were sent. */
export interface LineDraft {
  readonly product?: unknown;
  readonly name?: unknown;
  readonly category?: unknown;
  readonly quantity?: number | undefined;
  readonly amount: Big;
  readonly discount?: Big | undefined;
  readonly vatRate?: string | undefined;
  readonly cost?: Big | undefined;
}

const MAX_CODE = 128;
const MAX_NAME = 256;
/** As much as a line may say (see event/schema.ts). */
const MAX_AMOUNT = 1e9;
const MAX_QUANTITY = 1e7;

/**
 * `writeLines`, rounded to the currency by largest remainder. `sum`: what they should come to; where some have more decimals than the currency, and all of
 * them differ from it by no more than rounding, they come to it. What no line may say is left out, and the event flagged.
 */
export function writeLines(drafts: readonly LineDraft[], currency: string, sum?: Big): readonly EventLine[] {
  const lines = drafts.filter(({ amount }) => amount.abs().lt(MAX_AMOUNT));
  const digits = minorDigits(currency);
  const amounts = roundedTo(lines.map(({ amount }) => amount), digits, sum);
  return lines.map((line, index) => lineOf(line, amounts[index] ?? line.amount, digits));
}

function lineOf({ product, name, category, quantity, discount, vatRate, cost }: LineDraft, amount: Big, digits: number): EventLine {
  const texts = { product: textOf(product, MAX_CODE), name: articleName(name), category: textOf(category, MAX_CODE) };
  const sums = { discount: positiveText(discount, digits), cost: cost === undefined || cost.lt(0) ? undefined : amountText(cost, digits) };
  const count = quantity === undefined || !Number.isFinite(quantity) || Math.abs(quantity) > MAX_QUANTITY ? undefined : Math.round(quantity * 1_000) / 1_000;
  return withoutAbsent({ amount: amount.toFixed(digits), ...texts, ...sums, quantity: count, vatRate });
}

function withoutAbsent(line: Readonly<Record<string, unknown>>): EventLine {
  const known: Record<string, unknown> = {};
  for (const field in line) if (line[field] !== undefined) known[field] = line[field];
  return known as unknown as EventLine;
}

function positiveText(amount: Big | undefined, digits: number): string | undefined {
  const text = amount === undefined ? undefined : amountText(amount, digits);
  return text === undefined || amount?.lte(0) === true ? undefined : text;
}

function amountText(amount: Big, digits: number): string | undefined {
  return amount.lt(MAX_AMOUNT) ? amount.round(digits, Big.roundHalfUp).toFixed(digits) : undefined;
}

/** Each rounded down or up: up goes first to those that lose most, so that the whole is right. Most need no rounding at all. */
function roundedTo(amounts: readonly Big[], digits: number, sum: Big | undefined): readonly Big[] {
  if (amounts.every(({ c, e }) => c.length - 1 - e <= digits)) return amounts;
  const exact = amounts.reduce((total, amount) => total.plus(amount), new Big(0));
  const unit = new Big(10).pow(-digits);
  // Shipping, tip, gift cards and the sum itself have each been rounded, too.
  const isRounding = sum?.minus(exact).abs().lte(unit.times(amounts.length + 4).div(2)) === true;
  const target = (isRounding ? sum : exact).round(digits, Big.roundHalfUp);
  const down = amounts.map((amount) => amount.round(digits, amount.lt(0) ? Big.roundUp : Big.roundDown));
  const missing = Number(target.minus(down.reduce((total, amount) => total.plus(amount), new Big(0))).div(unit));
  if (missing === 0 || amounts.length === 0) return down;
  const lost = amounts.map((amount, index) => amount.minus(down[index] ?? amount));
  const order = amounts.map((_amount, index) => index).sort((a, b) => lost[b]?.cmp(lost[a] ?? 0) ?? 0);
  const rounded = [...down];
  for (let given = 0; given < Math.abs(missing); given += 1) {
    const place = order[missing > 0 ? given % order.length : order.length - 1 - (given % order.length)] ?? 0;
    rounded[place] = (rounded[place] ?? unit)[missing > 0 ? 'plus' : 'minus'](unit);
  }
  return rounded;
}

/** The parts of a sale's money, as canonical fields: decimal text, duties in minor units. */
export interface PricedSale {
  readonly amount: string | undefined;
  readonly tip?: unknown;
  readonly giftCards?: unknown;
  readonly shipping?: unknown;
  readonly x_duties_minor?: unknown;
}

/** `goodsIn` is what of the amount the lines come to. */
export function goodsIn({ amount, tip, giftCards, shipping, x_duties_minor: duties }: PricedSale, currency: string): Big {
  const beside = [tip, giftCards, shipping].map((part) => (typeof part === 'string' ? new Big(part) : undefined));
  const onTop = typeof duties === 'number' ? new Big(duties).div(new Big(10).pow(minorDigits(currency))) : new Big(0);
  return (moneyAt({ amount }, 'amount') ?? new Big(0)).minus(sumMoney(beside)).minus(onTop);
}

/**
 * What people write by hand may name a person: an address, a telephone number, a tax number ("scontrino parlante"). Such a name is left out, as in campaigns
 * (see campaign.ts); what was sold is known by its number and its category.
 */
const PERSONAL = /@|(?:^|[^\d])(?:\+\d{6}|00\d{9})|(?:^|[^\d])3\d{2}[ ./-]?\d{3}[ ./-]?\d{3,4}(?!\d)|(?:^|[^a-z0-9])[a-z]{6}\d{2}[abcdehlmprst]\d{2}[a-z]\d{3}[a-z](?![a-z0-9])/i;

/** Nearly no name has that many digits. */
const MAY_NAME = /@|\d{2}/;

/** `articleName` is the name of an article as it may be kept: clean, and of nobody. */
export function articleName(name: unknown): string | undefined {
  const text = textOf(name, MAX_NAME);
  return text === undefined || (MAY_NAME.test(text) && PERSONAL.test(text)) ? undefined : text;
}

const PRINTED = /^[ -~]*$/;

/** Text, or a whole number, without what no name holds, cut at a character. */
function textOf(value: unknown, length: number): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  const clean = cleanName(PRINTED.test(value) ? value : value.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' '));
  const cut = clean.length <= length ? clean : clean.slice(0, length).replace(/[\ud800-\udbff]$/, '').trim();
  return cut === '' ? undefined : cut;
}
