/**
 * `VoidState` is what other documents make of a receipt, a void, a refund or a payment: no version of it says so, it is derived from all of them
 * (see aggregate/voidedReceipts.ts and aggregate/relatedFacts.ts), and follows whatever comes later.
 */
import type { SaleStatus } from '../event/event.js';
import { type Fact, isUnknown, SLOT, type VoidState } from './fact.js';

/** The fact in that state; the same fact where it is in it already. */
export function withVoidState(fact: Fact, voidState: VoidState | undefined): Fact {
  if (fact.voidState === voidState) return fact;
  const { voidState: _former, ...bare } = fact;
  return voidState === undefined ? bare : { ...bare, voidState };
}

/** As what a fact is added up, and how many times: a void that names nothing counts for itself, and takes back a sale of its amount. */
export function countedAs(fact: Fact): readonly (readonly [fact: Fact, times: 1 | -1])[] {
  switch (fact.voidState) {
    case 'applied': case 'waiting': return [];
    // What takes back a sale takes back that there was one; but something happened here, so what follows is known and not absent.
    case 'unnamed': return [[fact, 1], [withStatus(fact, 'completed'), -1], [withStatus(fact, 'cancelled'), 1]];
    default: return isUnknown(fact) ? [] : [[fact, 1]];
  }
}

function withStatus(fact: Fact, status: SaleStatus): Fact {
  return { ...fact, values: fact.values.map((value, place) => (place === SLOT.status ? status : value)) };
}
