/**
 * How much is it, exactly? Decimal text outside, integer minor units inside, never a float in between.
 */
import Big from 'big.js';

/** ISO 4217 minor units that are not 2 (list of active codes, 2026). */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
};

const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,18})?$/;

/** Digits after the point of a currency's minor unit; 2 where ISO 4217 says nothing else. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS[currency] ?? 2;
}

/** True for plain decimal text: no exponent, no grouping, no leading zeros, at most 15 digits before the point. */
export function isDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text);
}

/**
 * "42.50" EUR → 4250. `undefined` where the text is no plain decimal, has more (non-zero) decimals than the currency, or
 * leaves the exact integers.
 */
export function toMinor(text: string, currency: string): number | undefined {
  const cents = centsOf(text);
  if (cents >= 0 && minorDigits(currency) === 2) return cents;
  if (!isDecimal(text)) return undefined;
  const minor = new Big(text).times(new Big(10).pow(minorDigits(currency)));
  const value = Number(minor.toFixed(0));
  return minor.eq(minor.round(0)) && Number.isSafeInteger(value) ? value + 0 : undefined;
}

/** The usual amount, at most 13 digits, a point and two more, needs no arithmetic: its digits are its cents. -1 for any other text. */
function centsOf(text: string): number {
  const point = text.length - 3;
  if (point < 1 || point > 13 || text[point] !== '.' || (text[0] === '0' && point > 1)) return -1;
  let cents = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (at === point) continue;
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    cents = cents * 10 + digit;
  }
  return cents;
}

/** 4250 EUR → "42.50", always with the currency's number of decimals. */
export function fromMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  if (digits === 2 && minor >= 100) return `${String(minor).slice(0, -2)}.${String(minor).slice(-2)}`;
  return new Big(minor).div(new Big(10).pow(digits)).toFixed(digits);
}

/** 123450 EUR → 1234.5, for a chart or a JSON number: the nearest double of the exact decimal. */
export function toNumber(minor: number, currency: string): number {
  return Number(fromMinor(minor, currency));
}
