/**
 * `ReceiptName` is what a till's document is known by: the till (its source), the number, and the minute of issue where numbers begin again.
 *
 * The minute is the one that the till's clock showed, so neither the shop's zone nor the hour at which its day ends has a part in it.
 * Subjects are `receipt/<number>[/<minute>]`, and `void/<number>[/<minute>]` of a document that says another one never was. A document refers to
 * another by such a subject, or by as much of it as it knows: `receipt/12/2026-11-21` is the receipt 12 of that day.
 */
import { cleanName } from '../../base/name.js';
import { formatInstant, MINUTE } from '../../base/time.js';

export interface ReceiptName {
  readonly kind: 'receipt' | 'void';
  readonly number: string;
  /** "2026-11-21T09:15", a day where nobody knows more, empty where the number alone says all. */
  readonly issued: string;
}

/** Sources of tills: `urn:bottega:pos:<store>/<till>`. */
const SOURCE = 'urn:bottega:pos:';

/** Whether the subjects of a source are tills' documents. */
export function isTill(source: string): boolean {
  return source.startsWith(SOURCE);
}

/** One till is one source: its receipt numbers are its own. `store`: the shop's own name for it; a till may be called "1" or "001". */
export function tillSource(store: string, till: string | undefined): string {
  return `${SOURCE}${urnPart(cleanName(store))}/${till === undefined ? '-' : urnPart(plainNumber(till))}`;
}

/** A number as it is compared: without zeros in front, without the decimals that a spreadsheet adds, without spaces. */
export function plainNumber(number: string): string {
  const joined = cleanName(number).normalize('NFKC').trim().toLowerCase().replaceAll(/\s+/g, ' ').replaceAll(/\s*[-/\\\u2010-\u2015\u2212]\s*/g, '-').replaceAll(' ', '');
  const whole = joined.replace(/^(\d+)[.,]0+$/, '$1');
  return whole.replaceAll(/(?<![\p{L}\p{N}])0+(?=\d)/gu, '');
}

/** The minute that a till's clock showed, `shownMs` being that clock as if it were UTC. */
export function minuteShown(shownMs: number): string {
  return formatInstant(Math.floor(shownMs / MINUTE) * MINUTE).slice(0, 16);
}

export function subjectOf({ kind, number, issued }: ReceiptName): string {
  return issued === '' ? `${kind}/${number}` : `${kind}/${number}/${issued}`;
}

/** The document that a subject names, `undefined` where it names something else. */
export function nameIn(subject: string): ReceiptName | undefined {
  const [kind, number, issued = '', ...more] = subject.split('/');
  if ((kind !== 'receipt' && kind !== 'void') || number === undefined || number === '' || more.length > 0) return undefined;
  return { kind, number, issued };
}

function urnPart(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\ufffd'));
}
