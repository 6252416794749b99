/**
 * `unknownToSale` says what an edited order is worth beyond its latest version. An order of 100 that was paid and then edited down to 60 is a sale of
 * 60, until 40 are given back: then it is one of 100 with a refund of 40 (see normalize/shopify/orderMoney.ts). The refund may be known before the
 * version of the order that knows it; until that comes, the sale is raised by it.
 */
import { type Fact, fieldOf, SLOT, statusOf, writerOf } from '../fact/fact.js';

/** On a sale: what edits took out and was not given back yet, in minor units. */
const TAKEN_OUT = 'x_edited_out_minor';
/** On the same version of it: the refunds that it knows. */
const KNOWN_REFUNDS = 'x_edited_refunds';
/** On a refund: what it gives back beyond what it says is returned, in minor units. */
const BEYOND_RETURNED = 'x_beyond_returned_minor';

/** `FollowingRefund` is a refund of the sale. */
export interface FollowingRefund {
  readonly subject: string;
  readonly fact: Fact;
}

/** Whether some version of the sale says that edits took something out. */
export function isEdited(sale: Fact): boolean {
  return sale.extras.includes(TAKEN_OUT);
}

/** In minor units; 0 where the latest version, by which the sale has its amount, took nothing out or knows all refunds. */
export function unknownToSale(sale: Fact, refunds: readonly FollowingRefund[]): number {
  const [takenOut, known] = [fieldOf(sale, TAKEN_OUT), fieldOf(sale, KNOWN_REFUNDS)];
  if (typeof takenOut !== 'number' || typeof known !== 'string' || statusOf(sale) !== 'completed' || !isOfLatest(sale)) return 0;
  const names = new Set(known.split(' '));
  const given = refunds.filter(({ subject, fact }) => !names.has(subject) && statusOf(fact) === 'completed').map(({ fact }) => beyondReturned(fact));
  return Math.min(takenOut, given.reduce((sum, amount) => sum + amount, 0));
}

function isOfLatest(sale: Fact): boolean {
  const [amount, takenOut] = [writerOf(sale, 'amount'), writerOf(sale, TAKEN_OUT)];
  return amount.sequence === takenOut.sequence && amount.id === takenOut.id;
}

function beyondReturned(refund: Fact): number {
  const [beyond, amount] = [fieldOf(refund, BEYOND_RETURNED), refund.values[SLOT.amount]];
  return typeof beyond === 'number' && typeof amount === 'number' ? Math.min(beyond, amount) : 0;
}
