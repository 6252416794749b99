/**
 * `VoidState` is what other documents make of a sale, a void, a refund or a payment: no version of it says so, it is derived from all of them
 * (see aggregate/voidedReceipts.ts and aggregate/relatedFacts.ts), and follows whatever comes later.
 */
import type { SaleStatus } from '../event/event.js';
import { type Fact, type FieldValue, isUnknown, type Share, SLOT, type VoidState } from './fact.js';

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
    default: return isUnknown(fact) ? [] : [[raised(fact), 1]];
  }
}

/** The sale with what edits took out of it and refunds gave back; the parts of its VAT grow with it. */
function raised(fact: Fact): Fact {
  const by = raiseOf(fact.voidState);
  const before = fact.values[SLOT.amount];
  if (by === 0 || typeof before !== 'number') return fact;
  const grown = ({ of, amount }: Share): Share => ({ of, amount: before === 0 ? amount : Math.round((amount * (before + by)) / before) });
  const valueAt = (value: FieldValue | undefined, place: number): FieldValue | undefined => {
    if (place === SLOT.amount) return before + by;
    return place === SLOT.taxes && typeof value === 'object' ? (value as readonly Share[]).map(grown) : value;
  };
  return { ...fact, values: fact.values.map(valueAt) };
}

const RAISED = 'raised:';

/** The state of a sale that is worth so much more than its latest version says. */
export function raisedBy(amount: number): VoidState | undefined {
  return amount > 0 ? `${RAISED}${String(amount)}` : undefined;
}

function raiseOf(state: VoidState | undefined): number {
  return state?.startsWith(RAISED) === true ? Number(state.slice(RAISED.length)) : 0;
}

function withStatus(fact: Fact, status: SaleStatus): Fact {
  return { ...fact, values: fact.values.map((value, place) => (place === SLOT.status ? status : value)) };
}
