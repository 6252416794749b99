/**
 * Money in a sender's body: exact decimals, rounded once to the currency's own.
 */
import Big from 'big.js';
import { isDecimal, minorDigits } from '../../base/money.js';
import { decimalAt } from './fields.js';

/** `moneyAt` is the decimal at a path of field names, `undefined` where there is none. */
export function moneyAt(value: unknown, ...path: readonly string[]): Big | undefined {
  const text = decimalAt(value, ...path);
  return text !== undefined && isDecimal(text) ? new Big(text) : undefined;
}

/** `sumMoney` adds; 0 where there is nothing. */
export function sumMoney(amounts: readonly (Big | undefined)[]): Big {
  return amounts.reduce<Big>((sum, amount) => (amount === undefined ? sum : sum.plus(amount)), new Big(0));
}

/** `roundMoney` rounds half up to the decimals of the currency. */
export function roundMoney(amount: Big, currency: string): string {
  return amount.round(minorDigits(currency), Big.roundHalfUp).toFixed();
}

/** `roundText` rounds a decimal as it was sent; text that is none stays as it is, to be refused. */
export function roundText(text: string | undefined, currency: string): string | undefined {
  return text !== undefined && isDecimal(text) ? roundMoney(new Big(text), currency) : text;
}

/** `positive` is the amount rounded, absent where it is 0 or less. */
export function positive(amount: Big, currency: string): string | undefined {
  const rounded = roundMoney(amount, currency);
  return new Big(rounded).gt(0) ? rounded : undefined;
}

/** `least` is the smaller of two amounts. */
export function least(a: Big, b: Big): Big {
  return a.lt(b) ? a : b;
}

/** `most` is the larger of two amounts. */
export function most(a: Big, b: Big): Big {
  return a.gt(b) ? a : b;
}

/** `portionBeyond` is how much of `amount`, which comes after `before`, lies beyond `limit`; at most `all` lies there. */
export function portionBeyond(limit: Big, before: Big, amount: Big, all: Big): Big {
  const beyond = (sum: Big): Big => least(all, most(new Big(0), sum.minus(limit)));
  return beyond(before.plus(amount)).minus(beyond(before));
}
