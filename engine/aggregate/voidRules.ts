/**
 * `voidStates` says which receipts of one number at one till never were, and what becomes of the voids that say so: a pure function of all of
 * them, so neither the order in which they come nor how often matters.
 */
import { DAY, parseInstant } from '../base/time.js';
import { minuteShown } from '../normalize/pos/receiptSubject.js';
import type { VoidState } from '../fact/fact.js';

/** A receipt that is known: its subject, the minute of issue (empty where numbers never begin again), its amount in minor units. */
export interface KnownReceipt {
  readonly subject: string;
  readonly issued: string;
  readonly amount: number | undefined;
}

/**
 * A document that says another never was. `by`: a `document` of its own, or the `status` of the receipt itself. `names`: the latest receipt of
 * its own `number`, or the one it makes `reference` to, of the day or minute `on` (empty where neither is stated). `known`: its own receipt was
 * once sent as a receipt, so the status is that receipt's and no other's.
 */
export interface VoidDocument {
  readonly subject: string;
  readonly issued: string;
  readonly by: 'document' | 'status';
  readonly names: 'number' | 'reference';
  readonly on: string;
  readonly amount?: number;
  readonly known?: true;
}

/** Minutes of issue from `from` to `to`, both inclusive, empty for the first and last there is. */
export interface IssueRange {
  readonly from: string;
  readonly to: string;
}

/** Who only repeats a number means a receipt of the 24 hours before it. */
const REPEATED_WITHIN_MS = DAY;
const LAST = '9999';

/** Where the receipt has been issued that a void may name. */
export function rangeOf({ issued, names, on }: VoidDocument): IssueRange {
  const to = issued === '' ? LAST : issued;
  if (names === 'number') return { from: issued === '' ? '' : minuteBefore(issued, REPEATED_WITHIN_MS), to };
  if (on.length > DAY_LENGTH) return { from: on, to: on };
  return on === '' ? { from: '', to } : { from: `${on}T00:00`, to: `${on}T23:59` };
}

/** A number that never begins again is in every range. */
export function isIn({ from, to }: IssueRange, issued: string): boolean {
  return issued === '' || (issued >= from && issued <= to);
}

/** The state of every receipt and void that has one. */
export function voidStates(voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): ReadonlyMap<string, VoidState> {
  const states = new Map<string, VoidState>();
  const hollow = new Set(voids.filter(({ by, known }) => by === 'status' && known === undefined).map(({ subject }) => subject));
  const named = receipts.filter(({ subject }) => !hollow.has(subject));
  for (const one of voids) {
    const receipt = receiptOf(one, named);
    const own = receipt === undefined ? stateAlone(one) : 'applied';
    if (receipt !== undefined) states.set(receipt.subject, 'voided');
    if (own !== undefined && one.known === undefined) states.set(one.subject, own);
  }
  return states;
}

/** The latest that it may mean. Who repeats a number and states an amount means a receipt of that amount. */
function receiptOf(one: VoidDocument, receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  if (one.known !== undefined) return undefined;
  const range = rangeOf(one);
  const meant = receipts.filter(({ subject, issued, amount }) => {
    if (subject === one.subject || !isIn(range, issued)) return false;
    return one.names === 'reference' || !statesAmount(one) || one.amount === amount;
  });
  return meant.reduce<KnownReceipt | undefined>((latest, each) => (latest === undefined || each.issued > latest.issued ? each : latest), undefined);
}

function stateAlone(one: VoidDocument): VoidState | undefined {
  if (one.by === 'status') return undefined;
  return one.names === 'reference' || !statesAmount(one) ? 'waiting' : 'unnamed';
}

/** Many tills print an annulment with a total of nothing. */
function statesAmount({ amount = 0 }: VoidDocument): boolean {
  return amount !== 0;
}

function minuteBefore(minute: string, ms: number): string {
  const at = parseInstant(`${minute}:00.000Z`);
  return at === undefined ? '' : minuteShown(at - ms);
}

const DAY_LENGTH = '2026-11-22'.length;
