/**
 * `PosMapping` says how a till writes its receipts: paths, declared formats and the till's own words, as the form edits them.
 */
import { ConfigError } from '../../base/errors.js';
import { present } from '../../base/json.js';
import { cleanName } from '../../base/name.js';
import type { SaleStatus } from '../../event/event.js';
import { DATE_KINDS, type DateFormat } from '../formats/dates.js';
import { grammarOf } from '../formats/locale.js';
import type { NumberFormat } from '../formats/numbers.js';
import { isZone } from '../../base/time.js';
import { DOCUMENT_KINDS, documentKindOf, type OwnKinds, plainWords } from './documentKinds.js';
import { type Means, meansWith } from './documentLabel.js';
import { parsePath, type PathStep } from './jsonPath.js';

/**
 * The fields of an event that a path can fill. `covers` becomes `x_covers`, `kind` says what kind of document it is (documentKinds.ts),
 * `refersTo` and `refersToDate` which other document it takes back, `paymentAmount` see splitPayment.ts. Fields of a line, `quantity` among them, stand in
 * one list; `linePrice` and `lineCost` are of one piece, `lineAmount` is what was paid for all of the line.
 */
export const MAPPED = [
  'store', 'till', 'number', 'time', 'amount', 'currency', 'payment', 'paymentAmount', 'quantity', 'covers', 'status', 'openedAt', 'closedAt',
  'sequence', 'kind', 'refersTo', 'refersToDate', 'lineProduct', 'lineName', 'lineCategory', 'linePrice', 'lineAmount', 'lineDiscount', 'lineVatRate',
  'lineCost', 'discount', 'tip', 'taxRate', 'taxAmount', 'staff',
] as const;
export type Mapped = (typeof MAPPED)[number];

export interface PosMapping {
  readonly paths: Readonly<Partial<Record<Mapped, readonly PathStep[]>>>;
  readonly number: NumberFormat;
  readonly date: DateFormat;
  /** The till's words, plain (see `plainWords`). */
  readonly statuses: ReadonlyMap<string, SaleStatus>;
  readonly payments: ReadonlyMap<string, string>;
  readonly stores: ReadonlyMap<string, string>;
  /** Kinds of documents beside those that are known anyway. */
  readonly kinds: OwnKinds;
  /** What may stand beside a kind: "Reso buono dipendenti". */
  readonly means: Means;
  /** When receipt numbers begin again: then a number is a receipt's only with its minute of issue. */
  readonly receiptNumbers: (typeof RESTARTS)[number];
  /** A store nobody has declared: book it under the default store, under its own name, or refuse. */
  readonly unknownStore: 'default' | 'asSent' | 'refuse';
}

export const RESTARTS = ['midnight', 'closing', 'never'] as const;

/** What the form saves: text only. */
export type SavedMapping = Readonly<Record<string, unknown>>;

/** The receipt of an Italian till, as long as nobody edits the form. */
export const DEFAULT_MAPPING = {
  paths: {
    store: 'idNegozio', till: 'idCassa', number: 'numeroScontrino', time: 'dataOra', amount: 'totale', currency: 'valuta', payment: 'pagamenti[].tipo',
    paymentAmount: 'pagamenti[].importo', quantity: 'righe[].qta', covers: 'coperti', status: 'stato', openedAt: 'apertura', closedAt: 'chiusura', sequence: '',
    kind: 'tipoDocumento',
    refersTo: 'riferimento|documentoRiferimento|scontrinoRiferimento|numeroRiferimento|scontrinoAnnullato|documentoAnnullato|scontrinoOrigine',
    refersToDate: 'dataRiferimento|dataDocumentoRiferimento|dataScontrinoRiferimento|dataScontrinoAnnullato|dataOrigine',
    lineProduct: 'righe[].sku|codice|codiceArticolo|plu|ean', lineName: 'righe[].descrizione|articolo|nome', lineCategory: 'righe[].reparto|categoria',
    linePrice: 'righe[].prezzo|prezzoUnitario', lineAmount: 'righe[].totale|importo|totaleRiga', lineDiscount: 'righe[].sconto',
    lineVatRate: 'righe[].aliquota|aliquotaIva|iva', lineCost: 'righe[].costo', discount: 'sconto|scontoTotale', tip: '', taxRate: 'iva[].aliquota',
    taxAmount: 'iva[].imposta', staff: 'operatore',
  },
  numbers: 'it-IT',
  minorUnits: '',
  dates: 'it-IT',
  dateKind: '',
  zone: '',
  statuses: 'completo=completed\ncompletato=completed\nchiuso=completed\npagato=completed\ncompleted=completed\n'
    + 'aperto=open\nin corso=open\nsospeso=open\nopen=open\nannullato=voided\nstornato=voided\ncancelled=voided\nvoided=voided',
  payments: 'elettronico=card\ncarta=card\nbancomat=card\npos=card\ncontanti=cash\ncontante=cash\nresto=cash\nbuono=voucher\n'
    + 'buono pasto=voucher\nticket=voucher\nbonifico=transfer\ncard=card\ncash=cash\nvoucher=voucher\ntransfer=transfer',
  stores: '',
  kinds: '',
  receiptNumbers: 'midnight',
  unknownStore: 'default',
} as const;

/** A till that takes a receipt back says that it never was. */
const STATUS_WORDS: readonly SaleStatus[] = ['open', 'completed', 'voided'];
/** Words of a payment alone: beside a kind they may mean something else ("Reso ticket"). */
const DEFAULT_PAYMENTS: ReadonlySet<string> = new Set(DEFAULT_MAPPING.payments.split('\n').map((line) => line.slice(0, line.indexOf('='))));
const PAYMENT = /^[a-z][a-z0-9_-]{0,31}$/;

/** Brings a table saved before version 2 of the form to today's words. Today's own is answered as it is. */
export function upgradeMapping(saved: SavedMapping): SavedMapping {
  const { returns, receiptNumbers, statuses, ...rest } = saved;
  return {
    ...rest,
    ...(typeof returns === 'string' ? { kinds: kindLines(returns, rest['kinds']) } : present({ returns })),
    ...present({ receiptNumbers: FORMER_RESTARTS.get(receiptNumbers) ?? receiptNumbers }),
    ...present({ statuses: typeof statuses === 'string' ? statuses.replaceAll(/=\s*cancelled\s*$/gm, '=voided') : statuses }),
  };
}

const FORMER_RESTARTS: ReadonlyMap<unknown, string> = new Map([['perDay', 'midnight'], ['unique', 'never']]);

/** Words with commas between them, of documents that give money back; what is known anyway needs no line. */
function kindLines(returns: string, kinds: unknown): string {
  const named = wordsIn('returns', returns.split(/[\n,]/));
  const words = named.filter((word) => documentKindOf(word, new Map()) !== 'return');
  return [...(typeof kinds === 'string' && kinds !== '' ? [kinds] : []), ...words.map((word) => `${word}=return`)].join('\n');
}

/** Reads the form's table; throws `ConfigError` that names the row. `zone` is the shop's, for a till that has none of its own. */
export function readMapping(saved: SavedMapping, zone: string): PosMapping {
  const form: SavedMapping = { ...DEFAULT_MAPPING, ...saved };
  const payments = readWords(form, 'payments', (word) => PAYMENT.test(word));
  return {
    paths: readPaths({ ...DEFAULT_MAPPING.paths, ...(form['paths'] as object) }),
    number: readNumbers(form),
    date: readDates(form, zone),
    statuses: readWords(form, 'statuses', (word) => (STATUS_WORDS as readonly string[]).includes(word)) as ReadonlyMap<string, SaleStatus>,
    payments,
    means: meansWith([...payments].filter(([word]) => !DEFAULT_PAYMENTS.has(word))),
    stores: readWords(form, 'stores', (word) => word !== '', (theirs) => cleanName(theirs).toLowerCase()),
    kinds: readWords(form, 'kinds', (word) => (DOCUMENT_KINDS as readonly string[]).includes(word)) as OwnKinds,
    receiptNumbers: oneOf(form, 'receiptNumbers', RESTARTS),
    unknownStore: oneOf(form, 'unknownStore', ['default', 'asSent', 'refuse']),
  };
}

function readPaths(saved: Readonly<Record<string, unknown>>): PosMapping['paths'] {
  const paths: Partial<Record<Mapped, readonly PathStep[]>> = {};
  for (const field of MAPPED) {
    const text = saved[field];
    if (text === undefined || text === '') continue;
    const steps = typeof text === 'string' ? parsePath(text) : undefined;
    if (steps === undefined) throw new ConfigError(`mapping.paths.${field}`, 'must be a path such as a.b[0].c', text);
    paths[field] = steps;
  }
  for (const field of ['number', 'time', 'amount'] as const) {
    if (paths[field] === undefined) throw new ConfigError(`mapping.paths.${field}`, 'is needed', saved[field]);
  }
  return paths;
}

function readNumbers(form: SavedMapping): NumberFormat {
  const minorUnits = textIn(form, 'minorUnits');
  if (minorUnits !== '' && !/^[0-4]$/.test(minorUnits)) throw new ConfigError('mapping.minorUnits', 'must be empty or 0 to 4', minorUnits);
  return { ...readLocale(form, 'numbers'), ...(minorUnits === '' ? {} : { minorUnits: Number(minorUnits) }) };
}

function readDates(form: SavedMapping, shopZone: string): DateFormat {
  const saved = textIn(form, 'dateKind');
  const kind = DATE_KINDS.find((known) => known === saved);
  if (saved !== '' && kind === undefined) throw new ConfigError('mapping.dateKind', `must be empty or one of ${DATE_KINDS.join(', ')}`, saved);
  const zone = textIn(form, 'zone') === '' ? shopZone : textIn(form, 'zone');
  if (!isZone(zone)) throw new ConfigError('mapping.zone', 'must be an IANA time zone', zone);
  return { ...readLocale(form, 'dates'), zone, ...(kind === undefined ? {} : { kind }) };
}

/** Empty: nothing is declared, and text that needs a locale is refused. */
function readLocale(form: SavedMapping, field: 'numbers' | 'dates'): { locale?: string } {
  const locale = textIn(form, field);
  if (locale === '') return {};
  if (grammarOf(locale) === undefined) throw new ConfigError(`mapping.${field}`, 'must be empty or a locale such as it-IT', locale);
  return { locale };
}

/** Lines of `theirs=ours`; `theirs` by its plain words. */
function readWords(form: SavedMapping, field: string, allowed: (word: string) => boolean, plain = plainWords): ReadonlyMap<string, string> {
  const lines = wordsIn(field, textIn(form, field).split('\n'));
  return new Map(lines.map((line) => {
    const cut = line.lastIndexOf('=');
    const [theirs, ours] = [plain(line.slice(0, Math.max(cut, 0)).trim()), line.slice(cut + 1).trim()];
    if (theirs === '' || !allowed(ours)) throw new ConfigError(`mapping.${field}`, 'every line must be theirs=ours', line);
    return [theirs, ours];
  }));
}

/** More than any till has words for; each costs time when the form is read. */
const MAX_WORDS = 2_000;

function wordsIn(field: string, parts: readonly string[]): string[] {
  const words = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (words.length > MAX_WORDS) throw new ConfigError(`mapping.${field}`, `must be at most ${String(MAX_WORDS)} entries`, words.length);
  return words;
}

function oneOf<T extends string>(form: SavedMapping, field: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === form[field]);
  if (found === undefined) throw new ConfigError(`mapping.${field}`, `must be one of ${allowed.join(', ')}`, form[field]);
  return found;
}

function textIn(form: SavedMapping, field: string): string {
  const text = form[field] ?? '';
  if (typeof text === 'string') return text.trim();
  if (typeof text === 'number') return String(text);
  throw new ConfigError(`mapping.${field}`, 'must be text', text);
}
