/**
 * `voidStates` says which receipts of one number at one till never were, and what becomes of the voids that say so; `returnedReceipt`, which receipt
 * a return is of. Pure functions of all of them, so neither the order in which they come nor how often matters.
 */
import { DAY, HOUR, parseInstant } from '../base/time.js';
import { minuteShown } from '../normalize/pos/receiptSubject.js';
import type { VoidState } from '../fact/fact.js';

/** A receipt that is known: its subject, the minute of issue (empty where numbers never begin again), its amount in minor units. */
export interface KnownReceipt {
  readonly subject: string;
  readonly issued: string;
  readonly amount: number | undefined;
}

/** A return that only repeats a number. `issued`: as of a receipt. */
export interface ReturnDocument {
  readonly subject: string;
  readonly issued: string;
}

/**
 * A document that says another never was. `by`: a `document` of its own, or the `status` of the receipt itself. `names`: the latest receipt of
 * its own `number`, or the one it makes `reference` to, of the day or minute `on` (empty where neither is stated). `known`: its own receipt was
 * once sent as a receipt, so the status is that receipt's and no other's.
 */
export interface VoidDocument extends ReturnDocument {
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
/** Where numbers begin again every day, today's document of a number comes about a day after yesterday's, and hardly within half of one. */
const OTHER_DAYS_MS = 12 * HOUR;
const LAST = '9999';

/** Where the receipt has been issued that a void may name: never after the void itself. */
export function rangeOf({ issued, names, on }: VoidDocument): IssueRange {
  const to = issued === '' ? LAST : issued;
  if (names === 'number') return repeatedRange(issued);
  if (on.length > DAY_LENGTH) return { from: on, to: on };
  const endOfDay = `${on}T23:59`;
  return on === '' ? { from: '', to } : { from: `${on}T00:00`, to: endOfDay < to ? endOfDay : to };
}

/** Where the receipt has been issued whose number is repeated. */
export function repeatedRange(issued: string): IssueRange {
  return issued === '' ? { from: '', to: LAST } : { from: minuteBefore(issued, REPEATED_WITHIN_MS), to: issued };
}

/** A number that never begins again is in every range. */
export function isIn({ from, to }: IssueRange, issued: string): boolean {
  return issued === '' || (issued >= from && issued <= to);
}

/** The state of every receipt and void that has one. */
export function voidStates(voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): ReadonlyMap<string, VoidState> {
  const states = new Map<string, VoidState>();
  const named = sentReceipts(voids, receipts);
  for (const one of voids) {
    const receipt = receiptOf(one, named);
    const own = receipt === undefined ? stateAlone(one) : 'applied';
    if (receipt !== undefined) states.set(receipt.subject, 'voided');
    if (own !== undefined && one.known === undefined) states.set(one.subject, own);
  }
  return states;
}

/** `returnedReceipt` is the latest receipt of the number that a return repeats. */
export function returnedReceipt(one: ReturnDocument, voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  const range = repeatedRange(one.issued);
  return latestOf(sentReceipts(voids, receipts).filter(({ issued }) => isIn(range, issued)));
}

/** Those of which more was sent than that they never were. */
function sentReceipts(voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): readonly KnownReceipt[] {
  const hollow = new Set(voids.filter(({ by, known }) => by === 'status' && known === undefined).map(({ subject }) => subject));
  return receipts.filter(({ subject }) => !hollow.has(subject));
}

function receiptOf(one: VoidDocument, receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  if (one.known !== undefined) return undefined;
  const range = rangeOf(one);
  return latestOf(receipts.filter((receipt) => receipt.subject !== one.subject && isIn(range, receipt.issued) && mayMean(one, receipt)));
}

/**
 * Who names a receipt means it, and so does who repeats its number: with its amount, with none, or with another one on the same day or half a day
 * later. With another amount and a day later it is a document of its own, whose number has begun again.
 */
function mayMean(one: VoidDocument, { issued, amount }: KnownReceipt): boolean {
  if (one.names === 'reference' || !statesAmount(one) || one.amount === amount || issued === '') return true;
  return issued.slice(0, DAY_LENGTH) === one.issued.slice(0, DAY_LENGTH) || issued >= minuteBefore(one.issued, OTHER_DAYS_MS);
}

function latestOf(receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  return receipts.reduce<KnownReceipt | undefined>((latest, each) => (latest === undefined || each.issued > latest.issued ? each : latest), undefined);
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
