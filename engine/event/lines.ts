/**
 * `EventLine` is one article of a sale, a return or waste. `canonicalLines` gives lines their one form, and says where they do not add up: they are never
 * corrected.
 */
import type { QualityFlag } from '../base/errorTable/index.js';
import type { Refusal } from '../base/errors.js';
import { cleanName } from '../base/name.js';
import { fromMinor, toMinor } from '../base/money.js';

/**
 * `EventLine`: `amount` is what was paid for all of the line, with VAT and after discounts, and negative where an article comes back in exchange. `quantity`
 * has at most three decimals and is 1 where nobody says more; `discount` is what was taken off the line; `cost` is what the shop itself paid for all of it,
 * without VAT. A line without `product` and `name` has its rate and category.
 */
export interface EventLine {
  readonly amount: string;
  readonly product?: string;
  readonly name?: string;
  readonly category?: string;
  readonly quantity?: number;
  readonly discount?: string;
  readonly vatRate?: string;
  readonly cost?: string;
}

/** `MAX_LINES` of one event: where more were sent, the last of these is all the rest. */
export const MAX_LINES = 300;

type SentLine = Readonly<Record<string, unknown>>;
type Adding = 'amount' | 'discount' | 'cost';

/** A line whose sums are integers: minor units and thousandths. */
interface CountedLine {
  readonly texts: SentLine;
  amount: number;
  discount: number | undefined;
  cost: number | undefined;
  quantity: number;
}

/** `cleanLines`: names without what nobody sees. The list itself where all are clean, or where it is none. */
export function cleanLines(lines: unknown): unknown {
  if (!Array.isArray(lines)) return lines;
  const cleaned = (lines as readonly unknown[]).map(cleanLine);
  return cleaned.some((line, index) => line !== lines[index]) ? cleaned : lines;
}

const NAMES = ['product', 'name', 'category'] as const;

function cleanLine(line: unknown): unknown {
  if (typeof line !== 'object' || line === null) return line;
  let clean = line as SentLine;
  for (const field of NAMES) {
    const name = clean[field];
    if (typeof name !== 'string') continue;
    const cleanText = cleanName(name);
    if (cleanText !== name) clean = { ...clean, [field]: cleanText };
  }
  return clean;
}

/** `canonicalLines` of lines that the schema allows: fields in order, money exact; more than `MAX_LINES` are added up. */
export function canonicalLines(sent: readonly SentLine[], currency: string, refusals: Refusal[]): readonly EventLine[] {
  const lines = sent.map((line, index) => countedLine(line, `/data/lines/${String(index)}`, currency, refusals));
  return (lines.length > MAX_LINES ? fewerLines(lines) : lines).map((line) => written(line, currency));
}

function countedLine(line: SentLine, path: string, currency: string, refusals: Refusal[]): CountedLine {
  const minorAt = (field: Adding): number | undefined => {
    const raw = line[field];
    const minor = raw === undefined ? undefined : toMinor(moneyText(raw), currency);
    if (raw !== undefined && minor === undefined) refusals.push({ path: `${path}/${field}`, rule: 'precision', message: `not an exact amount of ${currency}` });
    return minor;
  };
  // Plus zero: "-0" is 0.
  const thousandths = Math.round(((line['quantity'] ?? 1) as number) * 1e6) / 1e3 + 0;
  if (!Number.isInteger(thousandths)) refusals.push({ path: `${path}/quantity`, rule: 'precision', message: 'at most three decimals' });
  return { texts: line, amount: minorAt('amount') ?? 0, discount: minorAt('discount'), cost: minorAt('cost'), quantity: thousandths };
}

/** `moneyText` is a JSON number without its exponent, and without decimals that no currency has. */
export function moneyText(raw: unknown): string {
  return typeof raw === 'number' && Math.abs(raw) < 1e-6 ? '0' : String(raw);
}

/** `rateText`: "10.00" and 10 are the rate "10". */
export function rateText(rate: unknown): string {
  return String(Math.round(Number(rate) * 100) / 100);
}

function written({ texts, amount, discount, cost, quantity }: CountedLine, currency: string): EventLine {
  const { category, name, product, vatRate } = texts as Partial<Record<string, string>>;
  return {
    amount: fromMinor(amount, currency),
    ...(category === undefined ? {} : { category }),
    ...(cost === undefined ? {} : { cost: fromMinor(cost, currency) }),
    ...(discount === undefined ? {} : { discount: fromMinor(discount, currency) }),
    ...(name === undefined ? {} : { name }),
    ...(product === undefined ? {} : { product }),
    quantity: quantity / 1_000,
    ...(vatRate === undefined ? {} : { vatRate: rateText(vatRate) }),
  };
}

/** Lines of the same article are one; where that is not enough, what comes last is one line that names none. */
function fewerLines(lines: readonly CountedLine[]): readonly CountedLine[] {
  const articles = new Map<string, CountedLine>();
  for (const line of lines) {
    const { product, name, category, vatRate } = line.texts;
    const key = JSON.stringify([product, name, category, vatRate]);
    articles.set(key, added(articles.get(key), line));
  }
  const all = [...articles.values()];
  if (all.length <= MAX_LINES) return all;
  const rest = all.slice(MAX_LINES - 1).reduce<CountedLine | undefined>((sum, line) => added(sum, { ...line, texts: {} }), undefined);
  return [...all.slice(0, MAX_LINES - 1), ...(rest === undefined ? [] : [rest])];
}

function added(sum: CountedLine | undefined, line: CountedLine): CountedLine {
  if (sum === undefined) return line;
  return {
    texts: sum.texts, amount: sum.amount + line.amount, discount: sumOf(sum.discount, line.discount),
    // What some of them cost is not what all of them cost.
    cost: sum.cost === undefined || line.cost === undefined ? undefined : sum.cost + line.cost, quantity: sum.quantity + line.quantity,
  };
}

function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}

/** Canonical data, as far as its sum goes. */
interface PricedLines {
  readonly amount?: string;
  readonly shipping?: string;
  readonly tip?: string;
  readonly giftCards?: string;
  readonly lines?: readonly EventLine[];
  readonly x_duties_minor?: unknown;
}

/** `lineFlags`: what is doubtful about the lines of canonical data. `sent`: how many there were. */
export function lineFlags(data: PricedLines, sent: number, currency: string): readonly QualityFlag[] {
  const flags: QualityFlag[] = sent > MAX_LINES ? ['lines.many'] : [];
  const { amount, lines = [] } = data;
  if (amount === undefined || lines.length === 0) return flags;
  const minor = (text: string | undefined): number => (text === undefined ? 0 : toMinor(text, currency) ?? 0);
  const { x_duties_minor: duties } = data;
  const beside = minor(data.shipping) + minor(data.tip) + minor(data.giftCards) + (typeof duties === 'number' ? duties : 0);
  const sum = lines.reduce((subtotal, line) => subtotal + minor(line.amount), beside);
  return sum === minor(amount) ? flags : [...flags, 'lines.sum'];
}
