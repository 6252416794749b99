/**
 * `referenceIn` reads which other document a receipt takes back: its number, and its day or minute where they are stated. "0012-0034 del
 * 21/11/2026" in one text, a number and a date in two fields, or both in an object.
 */
import { isRecord } from '../../base/json.js';
import type { Receipt } from './receipt.js';
import { minuteShown, plainNumber, subjectOf } from './receiptSubject.js';

const NUMBERS = ['numero', 'numeroScontrino', 'numeroDocumento', 'number', 'receiptNumber', 'id'] as const;
const DATES = ['dataOra', 'data', 'datetime', 'date', 'time'] as const;
/** "n. 12 del 21/11/2026", "no. 12 of 21/11/2026". */
const STATED = /^(?:(?:scontrino|documento|doc\.?|ricevuta|receipt)\s+)?(?:(?:n|nr|no|num)[.°º]?\s+|n[.°º]\s*|#\s*)?(.+?)(?:,?\s+(?:del|of|dated|from)\s+(.+))?$/i;

/** The subject it refers to, as much of it as is known; `undefined` where it refers to none, or where the receipt remembers why not. */
export function referenceIn(receipt: Receipt): string | undefined {
  const [value] = receipt.values('refersTo');
  const [beside] = receipt.values('refersToDate');
  const [stated, date] = isRecord(value) ? [fieldIn(value, NUMBERS), fieldIn(value, DATES) ?? beside] : [value, beside];
  const text = receipt.textIn('refersTo', stated);
  if (text === undefined) return undefined;
  const [, number = '', within] = STATED.exec(text) ?? [];
  const plain = plainNumber(number);
  if (plain === '') return undefined;
  return subjectOf({ kind: 'receipt', number: plain, issued: receipt.mapping.receiptNumbers === 'never' ? '' : issuedIn(receipt, date ?? within) });
}

/** A day where no time of day is stated. */
function issuedIn(receipt: Receipt, value: unknown): string {
  const read = receipt.date('refersToDate', value);
  if (read === undefined) return '';
  const minute = minuteShown(read.shownMs);
  return read.flags.includes('time.dateonly') ? minute.slice(0, 10) : minute;
}

function fieldIn(record: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(record, each) && record[each] !== null && record[each] !== '');
  return name === undefined ? undefined : record[name];
}
