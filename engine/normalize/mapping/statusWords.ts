/**
 * `statusOfWord` is what a till's word says of a receipt: the form's words, then those that are known anyway, in Italian and English. That it was annulled
 * is said in the words for documents (documentKinds.ts).
 */
import type { SaleStatus } from '../../event/event.js';
import { documentKindOf, plainWords } from './documentKinds.js';
import type { PosMapping } from './fieldMapping.js';

const OPEN = [
  'aperto', 'aperta', 'aperti', 'aperte', 'in corso', 'in attesa', 'in lavorazione', 'sospeso', 'sospesa', 'sospesi', 'sospese', 'parcheggiato', 'parcheggiata',
  'da pagare', 'non pagato', 'non pagata', 'open', 'opened', 'pending', 'in progress', 'on hold', 'parked', 'suspended', 'unpaid', 'not paid',
];
const COMPLETED = [
  'completo', 'completa', 'completi', 'complete', 'completato', 'completata', 'completati', 'completate', 'chiuso', 'chiusa', 'chiusi', 'chiuse', 'pagato',
  'pagata', 'pagati', 'pagate', 'emesso', 'emessa', 'emessi', 'emesse', 'concluso', 'conclusa', 'conclusi', 'concluse', 'incassato', 'incassata', 'saldato',
  'saldata', 'valido', 'valida', 'ok', 'completed', 'closed', 'paid', 'done', 'finished', 'issued', 'settled', 'final', 'finalized',
];
const KNOWN: ReadonlyMap<string, SaleStatus> = new Map([
  ...OPEN.map((word) => [word, 'open'] as const), ...COMPLETED.map((word) => [word, 'completed'] as const),
]);

type StatusWords = Pick<PosMapping, 'statuses' | 'kinds' | 'means'>;

/** `undefined` where nobody has said what the word means. */
export function statusOfWord(word: string, { statuses, kinds, means }: StatusWords): SaleStatus | undefined {
  const words = plainWords(word);
  const known = statuses.get(words) ?? KNOWN.get(words);
  if (known !== undefined) return known;
  switch (documentKindOf(word, kinds, means)) {
    case 'void': return 'voided';
    // What is given back is a document that is finished.
    case 'return': return 'completed';
    default: return undefined;
  }
}

/** Whether a status says that a document gives money back. */
export function isReturnStatus(word: string, { statuses, kinds, means }: StatusWords): boolean {
  const words = plainWords(word);
  return !statuses.has(words) && !KNOWN.has(words) && documentKindOf(word, kinds, means) === 'return';
}
