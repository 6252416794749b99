/**
 * `DocumentLabel` is a till's word for a kind of document with what it adds: "Reso n. 12 del 03/11", "Refund (store credit)". Only what is a number, a
 * date or a means of payment is taken off; whatever else is added makes it another word.
 */
import { cleanName } from '../../base/name.js';

/** `reference`: the number that is said to be one ("n. 12"), and the date, as they were written. */
export interface DocumentLabel {
  readonly word: string;
  readonly added: 'number' | 'markedNumber' | 'date';
  readonly reference: { readonly number?: string; readonly date?: string };
}

const DATE = String.raw`\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?:[T ,]+\d{1,2}[:.]\d{2}(?::\d{2})?)?`;
/** Neither an amount ("12,50") nor a share ("50%"). */
const NUMBER = String.raw`[a-z]{0,4}[/-]?\d[\w/-]*`;
/** How a word ends that something is added to: "DOC. N. 12", "Reso (merce) n. 12". */
const END = String.raw`\p{L}\.?\)?`;
const ON = String.raw`(?:del|dated|of|from|on|il)`;
/** A number that is not said to be one may be anything, a code too: nothing but the kind is read of it. */
const BARE = new RegExp(String.raw`^(.*?${END})[\s:\u2010-\u2015-]+(?:\d[\w/-]*|\d{1,2}\.\d{1,2}\.\d{2,4})$`, 'iu');
/** What stands between a word and what is added to it. */
const GAP = String.raw`[\s:,\u2010-\u2015-]+`;
const MARK = String.raw`(?:(?:numero|number|num|nr|no|n)[.°º]*\s*|#\s*)`;
const MARKED = new RegExp(String.raw`^(.*?${END})${GAP}${MARK}(${NUMBER})(?:,?\s+${ON}\s+(${DATE}))?$`, 'iu');
const NUMBERED = new RegExp(String.raw`^(.*?${END})${GAP}(\d[\w/-]*),?\s+${ON}\s+(${DATE})$`, 'iu');
const DATED = new RegExp(String.raw`^(.*?[\p{L}\d]\.?\)?),?\s+${ON}\s+(${DATE})$`, 'iu');

const MONEY = [
  'contanti', 'contante', 'cash', 'carta', 'carta di credito', 'carta di debito', 'bancomat', 'card', 'credit card', 'debit card', 'pos', 'bonifico',
  'bank transfer', 'assegno', 'elettronico', 'contrassegno', 'pagobancomat', 'bancomat pay', 'postepay', 'carta prepagata', 'visa', 'mastercard',
  'maestro', 'amex', 'american express', 'satispay', 'paypal', 'apple pay', 'google pay', 'samsung pay', 'amazon pay', 'nexi', 'sumup', 'stripe',
  'zettle', 'klarna', 'scalapay', 'alipay', 'wechat pay', 'twint', 'revolut', 'cheque', 'wire transfer', 'cash on delivery',
] as const;
/** What gives money back may give it as credit; what sells a voucher is no sale (SEMANTICS, gift cards). */
const CREDIT = [
  'store credit', 'credito negozio', 'credito in negozio', 'buono', 'buono acquisto', 'buono spesa', 'voucher', 'gift card', 'buono pasto', 'buoni pasto',
  'ticket restaurant', 'carta regalo', 'meal voucher',
] as const;
const BY = '(?:(?:in|con|su|tramite|by|to|as|on|via|per|a mezzo)\\s+)?';

/** `Means` are the words for means of payment that may stand beside a kind of document. `credit`: those that are a credit at the shop. */
export interface Means {
  readonly after: RegExp;
  readonly before: RegExp;
  readonly credit: ReadonlySet<string>;
}

/** `meansWith` are those that are known anyway, and a shop's own: plain words, with the kind of payment that each is. */
export function meansWith(own: Iterable<readonly [word: string, kind: string]>): Means {
  const words = [...own].filter(([word]) => !KNOWN_WORDS.has(word));
  const longestFirst = [...KNOWN_WORDS, ...words.map(([word]) => word)].sort((a, b) => b.length - a.length);
  const patterns = longestFirst.map((word) => word.replaceAll(' ', String.raw`[^\p{L}\p{N}]+`)).join('|');
  return {
    after: new RegExp(String.raw`^(.*?[\p{L}\p{N}])[\s:,(\u2010-\u2015-]+${BY}(${patterns})\)?$`, 'iu'),
    before: new RegExp(String.raw`^(${patterns})[\s:-]+(.*\p{L}.*)$`, 'iu'),
    credit: new Set([...CREDIT, ...words.filter(([, kind]) => kind === 'voucher').map(([word]) => word)]),
  };
}

const KNOWN_WORDS: ReadonlySet<string> = new Set([...MONEY, ...CREDIT]);
/** `KNOWN_MEANS` are those of a shop without words of its own. */
export const KNOWN_MEANS = meansWith([]);

/** What a label may consist of, with the longest word first; nothing where nothing was added that is known. */
export function readLabel(text: string): readonly DocumentLabel[] {
  const label = labelIn(text);
  const [dated, marked, numbered, bare] = [DATED, MARKED, NUMBERED, BARE].map((pattern) => pattern.exec(label));
  return [
    ...(dated ? [labelOf('date', dated[1], undefined, dated[2])] : []),
    ...[marked, numbered].flatMap((found) => (found ? [labelOf('markedNumber', found[1], found[2], found[3])] : [])),
    ...(bare ? [labelOf('number', bare[1])] : []),
  ];
}

/** The number and the date that a label refers to, whether or not it says how it was paid. */
export function referenceOf(text: string, means = KNOWN_MEANS): DocumentLabel['reference'] {
  const labels = [...readLabel(text), ...readLabel(withoutMeans(text, means)?.word ?? '')];
  return labels.find(({ reference }) => reference.number !== undefined)?.reference ?? {};
}

/** The label without how it was paid, `undefined` where it does not say. `as`: money, or a credit at the shop. */
export function withoutMeans(text: string, { after, before, credit }: Means): { readonly word: string; readonly as: 'money' | 'credit' } | undefined {
  const label = labelIn(text).normalize('NFD').replaceAll(/\p{M}/gu, '');
  const [last, first] = [after.exec(label), before.exec(label)];
  const [word, means] = last ? [last[1], last[2]] : first ? [first[2], first[1]] : [];
  if (word === undefined || means === undefined) return undefined;
  return { word, as: credit.has(means.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')) ? 'credit' : 'money' };
}

/** Longer text is no label of a till's: "DOCUMENTO COMMERCIALE emesso per RESO MERCE N. 0018-0056 del 28/11/2026" is one. */
export const MAX_LABEL = 128;

function labelIn(text: string): string {
  return text.length > MAX_LABEL ? '' : cleanName(text).replaceAll(/\s+/gu, ' ');
}

function labelOf(added: DocumentLabel['added'], word = '', number?: string, date?: string): DocumentLabel {
  return { word, added, reference: { ...(number === undefined ? {} : { number }), ...(date === undefined ? {} : { date }) } };
}
