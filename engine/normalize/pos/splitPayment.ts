/**
 * `paymentIn` says how a receipt was paid, and if in several ways, how much in each. The parts stand in the sale itself: so its newest version says all of it,
 * and nothing is left of what a former one said.
 */
import type Big from 'big.js';
import { sumMoney } from '../draft/money.js';
import { plainWords } from '../mapping/documentKinds.js';
import type { Receipt } from './receipt.js';

/** Several kinds whose amounts are known are `split`: of those two are counted, and what remains is neither. Minor units, both always said. */
interface PaymentSplit {
  readonly payment: 'split';
  readonly x_card_minor: number;
  readonly x_cash_minor: number;
}

const VAGUE = { payment: 'other' } as const;

/** Several kinds that do not add up to the total are `other`, and flagged; those of a return are so without a flag. */
export function paymentIn(receipt: Receipt, type: 'sale' | 'refund'): PaymentSplit | { readonly payment: string | undefined } {
  const words = receipt.values('payment').filter((value): value is string => typeof value === 'string');
  const [only, another] = new Set(words.map((word) => kindOf(receipt, word)));
  if (another === undefined) return { payment: only };
  if (type === 'refund' || receipt.pointer('paymentAmount') === '') return VAGUE;
  const parts = partsOf(receipt);
  if (parts === undefined) {
    receipt.flags.add('payment.parts');
    return VAGUE;
  }
  const [used] = parts.keys();
  if (parts.size < 2) return used === undefined ? VAGUE : { payment: used };
  return { payment: 'split', x_card_minor: parts.get('card') ?? 0, x_cash_minor: parts.get('cash') ?? 0 };
}

/** What each kind took, without those that took nothing, in minor units; `undefined` where it is not said, or not the whole amount. */
function partsOf(receipt: Receipt): ReadonlyMap<string, number> | undefined {
  const [amount] = receipt.values('amount');
  const [parts, total] = [tendered(receipt), receipt.decimal(amount)];
  if (parts === undefined || total === undefined) return undefined;
  const sum = sumMoney([...parts.values()]);
  // What was given beyond the total is change, and change is cash.
  if (sum.gt(total)) parts.set('cash', sumMoney([parts.get('cash'), total.minus(sum)]));
  if (sum.lt(total) || [...parts.values()].some((part) => part.lt(0))) return undefined;
  return new Map([...parts].filter(([, part]) => !part.eq(0)).map(([kind, part]) => [kind, receipt.minorOf(part)]));
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

/** The till's word for a means of payment, in ours. */
function kindOf({ mapping }: Receipt, word: string): string {
  return mapping.payments.get(plainWords(word)) ?? 'other';
}
