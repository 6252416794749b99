/**
 * Money, exactly: decimal text outside, integer minor units inside, never a float in between.
 */

/** ISO 4217 minor units that are not 2 (list of active codes, 2026). */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
};

const PLAIN_DECIMAL = /^(-?(?:0|[1-9]\d{0,14}))(?:\.(\d{1,18}))?$/;

/** `minorDigits` gives the digits after the point of a currency's minor unit; 2 where ISO 4217 says nothing else. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS[currency] ?? 2;
}

/** `isDecimal` is true for plain decimal text: no exponent, no grouping, no leading zeros, at most 15 digits before the point. */
export function isDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text);
}

/**
 * `toMinor` reads "42.50" EUR as 4250. More decimals than the currency has are rounded half up, of negative amounts away from zero: what is given
 * back of 10.005 is what was paid of it. `undefined` where the text is no plain decimal, or leaves the exact integers.
 */
export function toMinor(text: string, currency: string): number | undefined {
  const [, whole, decimals = ''] = PLAIN_DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = minorDigits(currency);
  const size = Number(whole.replace('-', '') + decimals.slice(0, digits).padEnd(digits, '0')) + (decimals.charAt(digits) >= '5' ? 1 : 0);
  // Plus zero: "-0" is 0.
  return Number.isSafeInteger(size) ? (whole.startsWith('-') ? -size : size) + 0 : undefined;
}

/** `fromMinor` writes 4250 EUR as "42.50", always with the currency's number of decimals. */
export function fromMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
