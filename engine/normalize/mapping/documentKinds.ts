/**
 * `DocumentKind` of a till's document by the word that the till has for it: one closed list for pushed receipts, files and forms.
 *
 * Words are compared in small letters, without accents and signs. What only says that it is a document ("documento commerciale emesso per")
 * is left aside, and so are a number, a date and a means of payment that follow ("Reso n. 12 del 03/11"); what remains has to be in the list, or in the
 * shop's own.
 */
import { cleanName } from '../../base/name.js';
import { type DocumentLabel, KNOWN_MEANS, type Means, readLabel, withoutMeans } from './documentLabel.js';

/** `sale`: the customer paid. `return`: money was given back. `void`: another document never was. `ignored`: no sale, and nothing wrong. */
export type DocumentKind = 'sale' | 'return' | 'void' | 'ignored';

export const DOCUMENT_KINDS: readonly DocumentKind[] = ['sale', 'return', 'void', 'ignored'];

/** A shop's own words, in the form that `plainWords` gives them. */
export type OwnKinds = ReadonlyMap<string, DocumentKind>;

const WORDS: Readonly<Record<DocumentKind, readonly string[]>> = {
  sale: [
    'vendita', 'vendite', 'venduto', 'corrispettivo', 'corrispettivi', 'incasso', 'pagamento', 'conto', 'acconto', 'saldo', 'fattura', 'ft',
    'fatt', 'fattura immediata', 'fattura differita', 'fattura accompagnatoria', 'fattura semplificata', 'fattura elettronica', 'td01',
    'td07', 'td24', 'dc', 'sf', 'rf', 'prestazione', 'servizio', 'parlante', 'asporto', 'banco', 'tavolo', 'sala', 'domicilio', 'consegna',
    'normale', 'sale', 'sales', 'invoice', 'purchase', 'payment', 'bill', 'check', 'service', 'takeaway', 'take away', 'delivery',
    'dine in', 'eat in', 'normal', 'regular',
    'fatture', 'fatture immediate', 'fatture differite', 'fatture accompagnatorie', 'fatture semplificate', 'fatture elettroniche', 'conti', 'acconti',
    'saldi', 'incassi', 'pagamenti', 'prestazioni', 'servizi', 'invoices', 'purchases', 'payments', 'bills', 'checks', 'services', 'deliveries',
  ],
  return: [
    'reso', 'resi', 'resa', 'reso merce', 'resi merce', 'merce resa', 'rimborso', 'rimborsi', 'rimborsato', 'restituzione', 'storno merce',
    'nota di credito', 'nota credito', 'note di credito', 'nota accredito', 'nota di accredito', 'accredito', 'nc', 'n c', 'td04', 'td08',
    'reso vendita', 'reso su vendita', 'reso merci', 'resi merci', 'restituzione merce', 'refunded sale', 'returned sale',
    'return', 'returns', 'returned', 'return sale', 'refund', 'refunds', 'refunded', 'credit note',
    'credit memo', 'money back', 'return of goods', 'goods return', 'goods returned', 'returned goods',
    'resi vendita', 'resi vendite', 'merci rese', 'restituzioni', 'rimborsata', 'rimborsati', 'rimborsate', 'note credito', 'note accredito',
    'note di accredito', 'accrediti', 'credit notes', 'credit memos', 'sale return', 'sales return', 'sales returns', 'refunded sales', 'returned sales',
  ],
  void: [
    'annullo', 'annulli', 'annullamento', 'annullamenti', 'annullato', 'annullata', 'annulla', 'storno', 'storni', 'stornato', 'stornata',
    'storno vendita', 'annullo vendita', 'annullamento vendita', 'vendita annullata', 'vendita stornata', 'void', 'voided', 'void sale',
    'voided sale', 'cancellation', 'cancelled', 'canceled', 'cancel', 'reversal', 'reversed',
    'annullati', 'annullate', 'stornati', 'stornate', 'annulli vendita', 'annullamenti vendita', 'storni vendita', 'vendite annullate', 'vendite stornate',
    'cancellato', 'cancellata', 'cancellazione', 'voids', 'void sales', 'voided sales', 'cancellations', 'cancelations', 'reversals',
  ],
  ignored: [
    'proforma', 'pro forma', 'fattura proforma', 'fattura pro forma', 'preconto', 'pre conto', 'prescontrino', 'comanda', 'comande',
    'cortesia', 'di cortesia', 'regalo', 'preventivo', 'preventivi', 'offerta', 'bozza', 'non', 'gestionale', 'ddt', 'd d t', 'trasporto', 'bolla',
    'bolla di consegna', 'documento di trasporto', 'nota di consegna', 'copia', 'duplicato', 'ristampa', 'prova', 'addestramento',
    'chiusura', 'chiusura giornaliera', 'chiusura fiscale', 'azzeramento', 'lettura', 'rapporto', 'apertura cassetto', 'prelievo',
    'versamento', 'fondo cassa', 'quote', 'quotation', 'estimate', 'draft', 'gift', 'prebill', 'pre bill', 'bill preview', 'preview',
    'guest check', 'kitchen', 'kitchen order', 'order ticket', 'delivery note', 'packing slip', 'copy', 'duplicate', 'reprint', 'training',
    'test', 'non fiscal', 'nonfiscal', 'z report', 'x report', 'report', 'pay in', 'pay out', 'no sale',
    'proforma invoice', 'pro forma invoice', 'proforma invoices', 'pro forma invoices', 'fatture proforma', 'fatture pro forma', 'preconti', 'pre conti',
    'prescontrini', 'regali', 'offerte', 'bozze', 'bolle', 'copie', 'duplicati', 'ristampe', 'chiusure', 'chiusure giornaliere', 'letture', 'rapporti',
    'prelievi', 'versamenti', 'courtesy', 'gifts', 'quotes', 'quotations', 'estimates', 'drafts', 'prebills', 'pre bills', 'previews', 'guest checks',
    'kitchen orders', 'order tickets', 'delivery notes', 'packing slips', 'copies', 'duplicates', 'reprints', 'tests', 'reports', 'z reports', 'x reports',
  ],
};

/** Words that say no more than that it is a document, and who wrote it. */
const FILLERS: ReadonlySet<string> = new Set([
  'documento', 'documenti', 'doc', 'docum', 'commerciale', 'comm', 'scontrino', 'scontrini', 'ricevuta', 'fiscale', 'emesso', 'emessa',
  'emissione', 'per', 'di', 'da', 'del', 'della', 'dello', 'o', 'e', 'al', 'alla', 'con', 'tipo', 'operazione', 'cassa', 'cliente',
  'valido', 'valida', 'ai', 'fini', 'fiscali', 'elettronico', 'elettronica', 'digitale', 'telematico', 'n', 'nr', 'receipt', 'ticket',
  'document', 'fiscal', 'commercial', 'slip', 'for', 'of', 'the', 'a', 'type', 'transaction', 'customer', 'pos', 'commerciali', 'ricevute', 'emessi', 'emesse',
  'rt', 'receipts', 'tickets', 'documents', 'slips', 'transactions',
]);

/** What a receipt is called, and what makes a number that of something else. */
const NOUNS: ReadonlySet<string> = new Set(['documento', 'doc', 'docum', 'scontrino', 'ricevuta', 'document', 'receipt', 'ticket']);
const NUMBERED_OTHERS: ReadonlySet<string> = new Set(['tipo', 'type', 'operazione', 'transaction', 'cassa', 'pos', 'cliente', 'customer']);

/** How much of something: "reso parziale" is a return. Alone they say nothing. */
const QUALIFIERS: ReadonlySet<string> = new Set(['parziale', 'totale', 'completo', 'intero', 'partial', 'full', 'total', 'whole', 'dettaglio', 'beni']);

const KINDS: ReadonlyMap<string, DocumentKind> = new Map(DOCUMENT_KINDS.flatMap((kind) => WORDS[kind].map((word) => [word, kind] as const)));
/** The same without their fillers: "nota di credito" is found as "nota credito", too. */
const BARE_KINDS: ReadonlyMap<string, DocumentKind> = new Map(
  [...KINDS].map(([words, kind]) => [bare(words), kind] as const).filter(([words]) => words !== ''),
);

/** The kind that a till's word stands for, `undefined` where nobody has said so. */
export function documentKindOf(word: string, own: OwnKinds, means = KNOWN_MEANS): DocumentKind | undefined {
  return kindOfWord(word, own) ?? labelledKind(word, own, means) ?? paidKind(word, own, means);
}

/** Whether a word that stands for a void says that what never was is a return. */
export function voidsReturn(word: string, own: OwnKinds, means = KNOWN_MEANS): boolean {
  const label = readLabel(word).find(({ added }) => added === 'markedNumber')?.word ?? word;
  return [word, label, withoutMeans(label, means)?.word ?? label].some((each) => isVoidOfReturn(bare(plainWords(apart(each))), own));
}

function kindOfWord(word: string, own: OwnKinds): DocumentKind | undefined {
  return kindOfWords(plainWords(word), own) ?? kindOfWords(plainWords(apart(word)), own);
}

/** Of a word with a number or a date. "Tipo 3" and "Cassa n. 2" are no receipts: codes and places are numbered, too. */
function labelledKind(text: string, own: OwnKinds, means: Means): DocumentKind | undefined {
  const usable = readLabel(text).filter(({ word, added }) => isNumbered(plainWords(word), added, own)).map(({ word }) => word);
  return firstKind(usable, (word) => kindOfWord(word, own)) ?? firstKind(usable, (word) => paidKind(word, own, means));
}

function isNumbered(words: string, added: DocumentLabel['added'], own: OwnKinds): boolean {
  if (bare(words) !== '' || own.has(words)) return true;
  const each = words.split(' ');
  return added !== 'number' && each.some((word) => NOUNS.has(word)) && !each.some((word) => NUMBERED_OTHERS.has(word));
}

function firstKind(words: readonly string[], kindOf: (word: string) => DocumentKind | undefined): DocumentKind | undefined {
  for (const word of words) {
    const kind = kindOf(word);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Of a word with a means of payment. A credit may be given back for something; sold, it is no sale of goods. */
function paidKind(text: string, own: OwnKinds, means: Means): DocumentKind | undefined {
  const paid = withoutMeans(text, means);
  if (paid === undefined || bare(plainWords(paid.word)) === '') return undefined;
  const kind = kindOfWord(paid.word, own) ?? labelledKind(paid.word, own, means);
  return paid.as === 'money' || kind === 'return' || kind === 'void' ? kind : undefined;
}

/** Programs write "resoMerce". */
function apart(word: string): string {
  return word.replaceAll(/(\p{Ll})(?=\p{Lu})/gu, '$1 ');
}

function kindOfWords(words: string, own: OwnKinds): DocumentKind | undefined {
  const known = own.get(words) ?? KINDS.get(words);
  if (known !== undefined) return known;
  const rest = bare(words);
  if (rest === '') return words === '' ? undefined : 'sale';
  return bareKind(rest, own) ?? qualifiedKind(rest, own) ?? (isVoidOfReturn(rest, own) ? 'void' : undefined);
}

/** A void in part takes away no receipt, and how much it does take nobody says. */
function qualifiedKind(words: string, own: OwnKinds): DocumentKind | undefined {
  const all = words.split(' ');
  const kind = bareKind(all.filter((word) => !QUALIFIERS.has(word)).join(' '), own);
  return kind === 'void' && (all.includes('parziale') || all.includes('partial')) ? undefined : kind;
}

/** "Annullo reso": that return never was. The other way round ("reso annullato") nobody knows what is counted. */
function isVoidOfReturn(words: string, own: OwnKinds): boolean {
  const [first = '', ...rest] = words.split(' ');
  return (own.get(first) ?? KINDS.get(first)) === 'void' && rest.length > 0 && bareKind(rest.join(' '), own) === 'return';
}

function bareKind(words: string, own: OwnKinds): DocumentKind | undefined {
  return own.get(words) ?? KINDS.get(words) ?? BARE_KINDS.get(words) ?? sharedKind(words, own);
}

/** What each of several words says alone, where they all say the same: "vendita al banco". */
function sharedKind(words: string, own: OwnKinds): DocumentKind | undefined {
  const kinds = new Set(words.split(' ').map((word) => own.get(word) ?? KINDS.get(word)));
  const [only] = kinds;
  return kinds.size === 1 ? only : undefined;
}

/** Words as they are compared: small letters without accents, one space for whatever stands between them. */
export function plainWords(text: string): string {
  const letters = cleanName(text).normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return letters.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

function bare(words: string): string {
  return words.split(' ').filter((word) => !FILLERS.has(word)).join(' ');
}
