/**
 * `voidStates` says which receipts and returns of one number at one till never were, and what becomes of the voids that say so; `returnedReceipt`,
 * which receipt a return is of. Pure functions of all of them, so neither the order in which they come nor how often matters.
 */
import { DAY, HOUR, parseInstant } from '../base/time.js';
import { minuteShown } from '../normalize/pos/receiptSubject.js';
import type { VoidState } from '../fact/fact.js';

/**
 * A receipt that is known, or a return, which may have the subject of a receipt: its minute of issue (empty where numbers never begin again), its
 * amount in minor units.
 */
export interface KnownReceipt {
  readonly type: 'sale' | 'refund';
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
 * A document that says another never was. `by`: a `document` of its own, or the `status` of the receipt itself. `names`: the latest document of
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

/** Who only repeats a number means a document of the 24 hours before it. */
const REPEATED_WITHIN_MS = DAY;
/** Where numbers begin again every day, today's document of a number comes about a day after yesterday's, and hardly within half of one. */
const OTHER_DAYS_MS = 12 * HOUR;
const LAST = '9999';

/** Where the document has been issued that a void may name: never after the void itself. */
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

/** What a document is known by beside the others of its till: a return may have the subject of a receipt. A void is a sale. */
export function nameOf({ type, subject }: Pick<KnownReceipt, 'type' | 'subject'>): string {
  return `${type}/${subject}`;
}

/** The state of every document that has one, by its name; `receipts` are those that were sent. */
export function voidStates(voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): ReadonlyMap<string, VoidState> {
  const states = new Map<string, VoidState>();
  for (const one of voids) {
    const receipt = receiptOf(one, receipts);
    const own = receipt === undefined ? stateAlone(one) : 'applied';
    if (receipt !== undefined) states.set(nameOf(receipt), 'voided');
    if (own !== undefined && one.known === undefined) states.set(nameOf({ type: 'sale', subject: one.subject }), own);
  }
  return states;
}

/** `returnedReceipt` is the latest receipt of the number that a return repeats. */
export function returnedReceipt(one: ReturnDocument, receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  const range = repeatedRange(one.issued);
  return latestOf(receipts.filter(({ type, issued }) => type === 'sale' && isIn(range, issued)));
}

/** Those of which more was sent than that they never were, whichever of the number's voids says that. */
export function sentReceipts(voids: readonly VoidDocument[], receipts: readonly KnownReceipt[]): readonly KnownReceipt[] {
  const hollow = new Set(voids.filter(({ by, known }) => by === 'status' && known === undefined).map(({ subject }) => subject));
  return receipts.filter(({ type, subject }) => type === 'refund' || !hollow.has(subject));
}

function receiptOf(one: VoidDocument, receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  if (one.known !== undefined) return undefined;
  const range = rangeOf(one);
  return latestOf(receipts.filter((receipt) => isIn(range, receipt.issued) && mayMean(one, receipt)));
}

/**
 * Who names a document means it, and so does who repeats its number: with its amount, with none, or with another one on the same day or half a day
 * later. With another amount and a day later it is a document of its own, whose number has begun again.
 */
function mayMean(one: VoidDocument, { issued, amount }: KnownReceipt): boolean {
  if (one.names === 'reference' || !statesAmount(one) || one.amount === amount || issued === '') return true;
  return issued.slice(0, DAY_LENGTH) === one.issued.slice(0, DAY_LENGTH) || issued >= minuteBefore(one.issued, OTHER_DAYS_MS);
}

/** Of a receipt and a return of the same minute, the receipt. */
function latestOf(receipts: readonly KnownReceipt[]): KnownReceipt | undefined {
  return receipts.reduce<KnownReceipt | undefined>((latest, each) => (latest === undefined || isLater(each, latest) ? each : latest), undefined);
}

function isLater(one: KnownReceipt, other: KnownReceipt): boolean {
  return one.issued > other.issued || (one.issued === other.issued && one.type === 'sale' && other.type === 'refund');
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
