/**
 * `referenceIn` reads which other document a receipt takes back: its number, and its day or minute where they are stated. "0012-0034 del
 * 21/11/2026" in one text, a number and a date in two fields, or both in an object. Where no field says so, the word for the kind of document may
 * ("Annullo scontrino n. 0012"), unless that number is the document's own.
 */
import { isRecord } from '../../base/json.js';
import { referenceOf } from '../mapping/documentLabel.js';
import type { Receipt } from './receipt.js';
import { minuteShown, plainNumber, subjectOf } from './receiptSubject.js';

const NUMBERS = ['numero', 'numeroScontrino', 'numeroDocumento', 'number', 'receiptNumber', 'id'] as const;
const DATES = ['dataOra', 'data', 'datetime', 'date', 'time'] as const;
/** "n. 12 del 21/11/2026", "no. 12 of 21/11/2026". */
const STATED = /^(?:(?:scontrino|documento(?:\s+commerciale)?|doc\.?|ricevuta|receipt)\s+)?(?:(?:n|nr|no|num)[.°º]?\s+|n[.°º]\s*|#\s*)?(.+?)(?:,?\s+(?:del|of|dated|from)\s+(.+))?$/i;

/** The subject it refers to, as much of it as is known; `undefined` where it refers to none, or where the receipt remembers why not. */
export function referenceIn(receipt: Receipt): string | undefined {
  const [value] = receipt.values('refersTo');
  const [beside] = receipt.values('refersToDate');
  const [stated, date] = isRecord(value) ? [fieldIn(value, NUMBERS), fieldIn(value, DATES) ?? beside] : [value, beside];
  const text = receipt.textIn('refersTo', stated);
  const { number = '', date: within } = text === undefined ? labelled(receipt) : statedIn(text);
  const plain = plainNumber(number);
  if (plain === '') return undefined;
  return subjectOf({ kind: 'receipt', number: plain, issued: receipt.mapping.receiptNumbers === 'never' ? '' : issuedIn(receipt, date ?? within) });
}

interface Reference {
  readonly number?: string | undefined;
  readonly date?: string | undefined;
}

function statedIn(text: string): Reference {
  const [, number, date] = STATED.exec(text) ?? [];
  return { number, date };
}

/** What the word for its kind refers to; its own number is no reference, whatever day stands beside it. */
function labelled(receipt: Receipt): Reference {
  const [kind, status] = [receipt.text('kind'), receipt.text('status')];
  const references = [kind, status].map((word) => (word === undefined ? {} : referenceOf(word, receipt.mapping.means)));
  const { number = '', date } = references.find((one) => one.number !== undefined) ?? {};
  return plainNumber(number) === plainNumber(receipt.text('number') ?? '') ? {} : { number, date };
}

/** A day where no time of day is stated. */
function issuedIn(receipt: Receipt, value: unknown): string {
  const read = receipt.date('refersToDate', withYear(receipt, value));
  if (read === undefined) return '';
  const minute = minuteShown(read.shownMs);
  return read.flags.includes('time.dateonly') ? minute.slice(0, 10) : minute;
}

/** "03/11" is the latest such day that is not after the document's own. */
function withYear(receipt: Receipt, value: unknown): unknown {
  const [day, separator = ''] = typeof value === 'string' ? /^\d{1,2}([/.-])\d{1,2}$/.exec(value.trim()) ?? [] : [];
  const issued = receipt.date('time', receipt.values('time')[0])?.shownMs;
  if (day === undefined || issued === undefined) return value;
  const year = Number(minuteShown(issued).slice(0, 4));
  const inYear = (each: number): string => `${day}${separator}${String(each)}`;
  const read = receipt.date('refersToDate', inYear(year));
  return read === undefined ? undefined : inYear(read.shownMs > issued ? year - 1 : year);
}

function fieldIn(record: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(record, each) && record[each] !== null && record[each] !== '');
  return name === undefined ? undefined : record[name];
}
