/**
 * `PaymentMethod`: the names that shops and tills give to means of payment, sorted into the few that are counted.
 */
/** `PaymentMethod` is one of the kinds that are counted. */
export type PaymentMethod = 'cash' | 'card' | 'voucher' | 'transfer' | 'other';

const KINDS: readonly (readonly [RegExp, PaymentMethod])[] = [
  [/gift|voucher|buono|ticket|coupon/, 'voucher'],
  [/cash|contant|cod\b|contrassegno/, 'cash'],
  [/bank|bacs|bonifico|transfer|wire|sepa/, 'transfer'],
  [/shopify_payments|woocommerce_payments|stripe|card|carta|credit|debit|bancomat|nexi|xpay|sumup|adyen|mollie|square|zettle|elettronic|\bpos\b|visa|mastercard|amex/, 'card'],
];

/** `paymentOf` is the one kind that all names share; `other` where they differ, `undefined` where there are none. */
export function paymentOf(names: readonly unknown[]): PaymentMethod | undefined {
  const kinds = new Set(names.filter((name): name is string => typeof name === 'string' && name.trim() !== '').map(kindOf));
  const [only] = kinds;
  return kinds.size > 1 ? 'other' : only;
}

function kindOf(name: string): PaymentMethod {
  const lower = name.toLowerCase().slice(0, 64);
  return KINDS.find(([pattern]) => pattern.test(lower))?.[1] ?? 'other';
}
