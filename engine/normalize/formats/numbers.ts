/**
 * `parseNumber` reads the number that a text means, as its source declared it: exact decimal text or a refusal, never a guess and never a float.
 */
import { ownOf } from '../../base/json.js';
import { isDecimal } from '../../base/money.js';
import { type Grammar, grammarOf } from './locale.js';

/** What is declared about a source's numbers. Without a locale only text without separators is understood. */
export interface NumberFormat {
  /** BCP 47: `it-IT` 1.234,50 · `en` 1,234.50 · `it-CH` 1'234.50. */
  readonly locale?: string | null;
  /** The source counts in this many decimals: 13000 with 2 is 130.00. */
  readonly minorUnits?: number;
  /** `rate` is a fraction or carries %, `rate-percent` always means percent, `id` stays the text it is. */
  readonly kind?: 'money' | 'rate' | 'rate-percent' | 'id';
  /** ISO 4217; another currency in the text is refused. */
  readonly currency?: string;
}

export type ParsedNumber =
  | { readonly outcome: 'number'; readonly text: string }
  | { readonly outcome: 'refused'; readonly rule: NumberRule; readonly message: string };

export type NumberRule =
  | 'number.type' | 'number.missing' | 'number.form' | 'number.locale' | 'number.grouping' | 'number.currency' | 'number.rate' | 'number.integer'
  | 'id.precision';

const MAX_LENGTH = 64;
const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  '€': ['EUR'], Euro: ['EUR'], euro: ['EUR'], '£': ['GBP'], '¥': ['JPY', 'CNY'], $: ['USD', 'CAD', 'AUD', 'NZD'], 'Fr.': ['CHF'], 'SFr.': ['CHF'],
};
const AFFIX = String.raw`(€|£|¥|\$|S?Fr\.|[Ee]uro|[A-Z]{3})`;
const LEADING = new RegExp(`^([-+]?)\\s*${AFFIX}\\s*`);
const TRAILING = new RegExp(`\\s*${AFFIX}$`);

/** Decimal text keeps the digits that were written ("130.000000"), leading zeros aside. JSON numbers are plain decimals. */
export function parseNumber(input: unknown, format: NumberFormat = {}): ParsedNumber {
  if (format.kind === 'id') return parseId(input);
  if (typeof input !== 'number' && typeof input !== 'string') return refused('number.type', 'neither text nor number');
  const plain = typeof input === 'number' ? plainOf(input) : plainText(input, format);
  if (plain.outcome === 'refused') return plain;
  return shifted(plain, format);
}

interface Plain {
  readonly outcome: 'number';
  readonly text: string;
  readonly percent: boolean;
}

type RefusedNumber = Extract<ParsedNumber, { outcome: 'refused' }>;

function parseId(input: unknown): ParsedNumber {
  if (typeof input === 'string' && input.trim() !== '') return { outcome: 'number', text: input.trim() };
  if (typeof input !== 'number') return refused('number.type', 'neither text nor number');
  return Number.isSafeInteger(input) ? { outcome: 'number', text: String(input) } : refused('id.precision', 'beyond the exact integers: send it as text');
}

/** The shortest decimal that reads back as the same double is what the sender wrote. */
function plainOf(input: number): Plain | RefusedNumber {
  const text = String(input);
  return isDecimal(text) ? { outcome: 'number', text: Object.is(input, -0) ? '0' : text, percent: false } : refused('number.form', 'not a plain decimal');
}

function plainText(input: string, format: NumberFormat): Plain | RefusedNumber {
  if (input.length > MAX_LENGTH) return refused('number.form', 'too long');
  const trimmed = input.trim().replaceAll('\u2212', '-');
  if (trimmed === '') return refused('number.missing', 'is empty');
  const bare = withoutCurrency(trimmed, format);
  if (bare === undefined) return refused('number.currency', 'is in another currency');
  const percent = bare.endsWith('%');
  if (percent && !isRate(format)) return refused('number.form', 'a percentage where an amount is expected');
  const signed = signOf(percent ? bare.slice(0, -1).trimEnd() : bare);
  if (signed === undefined) return refused('number.form', 'not a plain decimal');
  const digits = /^\d+$/.test(signed.text) ? signed.text : decimalOf(signed.text, format.locale);
  if (typeof digits !== 'string') return digits;
  const text = trimZeros(digits);
  return { outcome: 'number', text: signed.minus && /[1-9]/.test(text) ? `-${text}` : text, percent };
}

/** The text without its one currency sign or code; `undefined` where that is not the declared currency. */
function withoutCurrency(text: string, format: NumberFormat): string | undefined {
  const [pattern, kept] = LEADING.test(text) ? [LEADING, '$1'] : [TRAILING, ''];
  const found = pattern.exec(text);
  if (found === null) return text;
  const sign = found.at(-1) ?? '';
  const codes = ownOf(SYMBOLS, sign) ?? [sign];
  return format.currency === undefined || codes.includes(format.currency) ? text.replace(pattern, kept) : undefined;
}

/** The sign may stand before, after (old tills) or be a pair of brackets, once. */
function signOf(text: string): { text: string; minus: boolean } | undefined {
  const forms: readonly [RegExp, boolean][] = [[/^-\s*([^-+()]+)$/, true], [/^([^-+()]+?)\s*-$/, true], [/^\(([^-+()]+)\)$/, true], [/^\+?\s*([^-+()]+)$/, false]];
  for (const [form, minus] of forms) {
    const body = form.exec(text)?.[1];
    if (body !== undefined) return { text: body.trim(), minus };
  }
  return undefined;
}

function decimalOf(text: string, locale: string | null | undefined): string | RefusedNumber {
  if (!/^[\d.,'’\s]+$/u.test(text) || !/\d/.test(text)) return refused('number.form', 'not a plain decimal');
  if (locale === undefined || locale === null) return refused('number.locale', 'has separators, and the source declares no locale');
  const grammar = grammarOf(locale);
  if (grammar === undefined) return refused('number.locale', 'the declared locale is unknown');
  return regular(text.replaceAll(/[\u00a0\u202f\u2009]/g, ' ').replaceAll('’', "'"), grammar);
}

function regular(text: string, { decimal, group, grouped }: Grammar): string | RefusedNumber {
  const [whole = '', fraction, ...more] = text.split(decimal);
  const isFraction = fraction === undefined || /^\d+$/.test(fraction);
  const isWhole = /^\d+$/.test(whole) || grouped.test(whole);
  if (more.length > 0 || !isFraction || !isWhole) return refused('number.grouping', 'separators are not where the locale puts them');
  return whole.replaceAll(group, '') + (fraction === undefined ? '' : `.${fraction}`);
}

function shifted(plain: Plain, format: NumberFormat): ParsedNumber {
  const { text, percent } = plain;
  if (percent || format.kind === 'rate-percent') return { outcome: 'number', text: shift(text, 2) };
  if (format.kind === 'rate' && !/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) return refused('number.rate', 'a fraction or a percentage, but which?');
  if (format.minorUnits === undefined) return { outcome: 'number', text };
  return text.includes('.') ? refused('number.integer', 'minor units are whole') : { outcome: 'number', text: shift(text, format.minorUnits) };
}

/** Moves the decimal point `places` to the left, digit by digit. */
function shift(text: string, places: number): string {
  const minus = text.startsWith('-');
  const [whole = '', fraction = ''] = text.slice(minus ? 1 : 0).split('.');
  const padded = whole.padStart(places + 1, '0');
  const cut = padded.length - places;
  const tail = padded.slice(cut) + fraction;
  return `${minus ? '-' : ''}${trimZeros(padded.slice(0, cut))}${tail === '' ? '' : `.${tail}`}`;
}

function isRate({ kind }: NumberFormat): boolean {
  return kind === 'rate' || kind === 'rate-percent';
}

function trimZeros(text: string): string {
  return text.replace(/^0+(?=\d)/, '');
}

function refused(rule: NumberRule, message: string): RefusedNumber {
  return { outcome: 'refused', rule, message };
}
