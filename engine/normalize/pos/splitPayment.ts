/**
 * `paymentIn` says how a receipt was paid, and if in several ways, how much in each. The parts stand in the sale itself: so its newest version says all of it,
 * and nothing is left of what a former one said.
 */
import Big from 'big.js';
import { sumMoney } from '../draft/money.js';
import { paymentOf } from '../draft/paymentMethod.js';
import { plainWords } from '../mapping/documentKinds.js';
import type { Receipt } from './receipt.js';

/** Several kinds whose amounts are known are `split`: of those two are counted, and what remains is neither. Minor units, both always said. */
interface PaymentSplit {
  readonly payment: 'split';
  readonly x_card_minor: number;
  readonly x_cash_minor: number;
}

/** By which means a return went back, where by several. */
interface PaymentShares {
  readonly payments: readonly { readonly by: string; readonly amount: string }[];
}

const VAGUE = { payment: 'other' } as const;

/** Several kinds that do not add up to the total are `other`, and flagged; those of a return are so without a flag. */
export function paymentIn(receipt: Receipt, type: 'sale' | 'refund'): PaymentSplit | PaymentShares | { readonly payment: string | undefined } {
  const words = receipt.values('payment').filter((value): value is string => typeof value === 'string');
  const [only, another] = new Set(words.map((word) => kindOf(receipt, word)));
  if (another === undefined) return { payment: only };
  if (receipt.pointer('paymentAmount') === '') return VAGUE;
  const parts = partsOf(receipt, type);
  if (parts === undefined) {
    if (type === 'sale') receipt.flags.add('payment.parts');
    return VAGUE;
  }
  const [used] = parts.keys();
  if (parts.size < 2) return used === undefined ? VAGUE : { payment: used };
  if (type === 'refund') return { payments: [...parts].map(([by, part]) => ({ by, amount: receipt.roundedText(part) })) };
  const minorOf = (kind: string): number => receipt.minorOf(parts.get(kind) ?? new Big(0));
  return { payment: 'split', x_card_minor: minorOf('card'), x_cash_minor: minorOf('cash') };
}

/** What each kind took or, of a return, gave, without those that did nothing; `undefined` where it is not said, or not the whole amount. */
function partsOf(receipt: Receipt, type: 'sale' | 'refund'): ReadonlyMap<string, Big> | undefined {
  const [amount] = receipt.values('amount');
  const [stated, total] = [tendered(receipt), receipt.decimal(amount)];
  if (stated === undefined || total === undefined) return undefined;
  return type === 'sale' ? wholeParts(stated, total) : wholeParts(new Map([...stated].map(([kind, part]) => [kind, part.abs()])), total.abs());
}

function wholeParts(parts: Map<string, Big>, total: Big): ReadonlyMap<string, Big> | undefined {
  const sum = sumMoney([...parts.values()]);
  // What was given beyond the total is change, and change is cash.
  if (sum.gt(total)) parts.set('cash', sumMoney([parts.get('cash'), total.minus(sum)]));
  if (sum.lt(total) || [...parts.values()].some((part) => part.lt(0))) return undefined;
  return new Map([...parts].filter(([, part]) => !part.eq(0)));
}

/** What was given of each kind, exactly; `undefined` where some of it is not said. */
function tendered(receipt: Receipt): Map<string, Big> | undefined {
  const parts = new Map<string, Big>();
  for (const [word, value] of receipt.pairs('payment', 'paymentAmount')) {
    if (word === undefined && value === undefined) continue;
    const part = receipt.decimal(value);
    if (part === undefined) return undefined;
    const kind = typeof word === 'string' ? kindOf(receipt, word) : 'other';
    parts.set(kind, sumMoney([parts.get(kind), part]));
  }
  return parts;
}

/** The till's word for a means of payment, in ours: the form's words, then those that shops have for it, too ("carta di credito"). */
function kindOf({ mapping }: Receipt, word: string): string {
  return mapping.payments.get(plainWords(word)) ?? paymentOf([plainWords(word)]) ?? 'other';
}
