/**
 * `maskContent` shows what a sender sent without whom it is about: names of fields, numbers, dates and codes stay; persons, addresses, free text and secrets
 * do not. What nobody can be sure of is masked.
 */
import { isRecord, isTooDeep, parseJson } from '../base/json.js';

/** `MaskedLine` of what was sent. `wrong`: it holds the place that the refusal names. */
export interface MaskedLine {
  readonly text: string;
  readonly mark: 'plain' | 'wrong';
}

/** `MaskedContent`: `masked` values in all; `more` lines beyond those that are shown. */
export interface MaskedContent {
  readonly lines: readonly MaskedLine[];
  readonly masked: number;
  readonly more: number;
}

/** `MASK` stands for what is not shown. */
export const MASK = '•••';
/** `MAX_LINES` that are shown. */
export const MAX_LINES = 300;
const MAX_TEXT = 120;
/** Beyond it may be the number of a card. */
const MAX_NUMBER = 1e13;
const MAX_DEPTH = 30;
const MAX_BYTES = 1024 * 1024;

/** Fields about persons and secrets, in English and Italian, as senders name them; what is inside is masked whole. */
const PERSONAL = new RegExp([
  '(?<!source_)name$', '^(nome|cognome|nominativo|intestatario|surname|nick|alias|person|people|user|utente)',
  '^(owner|author|contact|contatt|customer|client|cliente|buyer|acquirente|recipient|destinatario|member|guest|ospite|patient)', 'mail', 'phone',
  'telefon', '^tel', 'mobile', '^cell', 'fax', 'address', 'indirizz', 'street', '^via$', '(^|_)city', 'citt', 'comune', 'provinc', 'zip', 'postal',
  'postcode', '^cap$', 'latitude', 'longitude', 'coordinat', 'birth', 'nascita', 'gender', 'sesso', 'fiscal', 'tax_?id', 'vat_?(id|number)',
  'partita_?iva', '^p_?iva', 'iban', '^bic$', 'swift', 'passport', 'identit', 'card_?(number|holder)', '^pan$', 'cvv', 'holder', 'staff',
  'operator', 'operatore', 'cashier', 'cassier', 'camerier', 'waiter', 'employee', 'clerk', 'commess', 'venditore', 'seller', 'salesperson', 'note',
  'comment', 'commento', 'message', 'messaggio', 'remark', 'memo', 'reason_?text', 'secret', 'token', 'password', 'passwd', 'signature', 'firma',
  'cookie', 'session', 'authorization', 'api_?key', '^ip$', 'ip_?address', 'user_?agent', 'browser_?ip', 'device', '_?url$', '^link', 'href',
  'landing', 'referr',
].join('|'), 'i');
/** Names of things that are sold may be of several words. */
const GOODS = /^(product|item|line|sku|category|title|description|descrizione|prodotto|articolo|categoria|variant|payment|gateway|method|metodo|pagamento)/i;
/** Whose `name` is that of a thing, not of a person. */
const GOODS_LIST = new RegExp(
  '^(lines?|line_?items?|items?|products?|prodotti|articoli|righe|variants?|categor(y|ies)|payments?|taxes|tax_lines|discount\\w*|shipping_lines)$', 'i',
);
const WORDS = /\p{L}{2,}[\s,]+\p{L}{2,}/u;
const SECRET_LIKE = /@|^\+?[\d\s().-]{9,}\d$|\b[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]\b|\b[A-Z]{2}\d\d[A-Z\d]{11,}\b|\b\d{1,3}(\.\d{1,3}){3}\b|[A-Za-z\d+/_-]{41,}|:\/\//i;
const DATE_LIKE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][\d:.,]+([+-]\d\d:?\d\d|Z)?)?$/;
const AMOUNT_LIKE = /^[+-]?(\d{1,7}|\d{1,3}([.,']\d{3}){1,3})([.,]\d{1,4})?\s*(€|eur)?$/i;

/** `path`: a JSON Pointer into the content, of the place that is wrong. */
export function maskContent(content: Uint8Array, path: string): MaskedContent {
  if (content.length > MAX_BYTES) return { lines: [], masked: 0, more: 0 };
  const text = Buffer.from(content).toString('utf8');
  const parsed = isTooDeep(text, MAX_DEPTH) ? undefined : parseJson(text);
  return parsed === undefined ? maskText(text) : maskJson(parsed, path);
}

function maskJson(parsed: unknown, path: string): MaskedContent {
  const writer = new JsonWriter(path);
  writer.write(parsed, { indent: '', lead: '', tail: '', at: '', shown: 'yes', within: '', key: '' });
  return limited(writer.lines, writer.masked);
}

interface JsonPlace {
  readonly indent: string;
  readonly lead: string;
  readonly tail: string;
  /** JSON Pointer. */
  readonly at: string;
  readonly shown: 'yes' | 'no';
  /** What the nearest record with a name is called. */
  readonly within: string;
  readonly key: string;
}

class JsonWriter {
  readonly lines: MaskedLine[] = [];
  masked = 0;
  readonly #wrong: string;

  constructor(wrong: string) {
    this.#wrong = wrong;
  }

  write(value: unknown, place: JsonPlace): void {
    if (Array.isArray(value)) this.#writeAll(value.map((inner: unknown, index) => [String(index), '', inner]), '[]', place);
    else if (isRecord(value)) this.#writeAll(Object.entries(value).map(([key, inner]) => [key, `${JSON.stringify(keyShown(key))}: `, inner]), '{}', place);
    else this.#line(`${place.lead}${this.#scalar(value, place)}${place.tail}`, place);
  }

  #writeAll(entries: readonly (readonly [key: string, lead: string, value: unknown])[], brackets: '{}' | '[]', place: JsonPlace): void {
    const [open = '', close = ''] = brackets;
    if (entries.length === 0) { this.#line(`${place.lead}${brackets}${place.tail}`, place); return; }
    this.#line(place.lead + open, place);
    for (const [index, [key, lead, value]] of entries.entries()) {
      const at = `${place.at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const inner = { indent: `${place.indent}  `, lead, tail: index < entries.length - 1 ? ',' : '', at };
      this.write(value, { ...place, ...inner, ...(brackets === '{}' ? named(key, value, place) : {}) });
    }
    this.lines.push({ text: `${place.indent}${close}${place.tail}`, mark: 'plain' });
  }

  #scalar(value: unknown, place: JsonPlace): string {
    if (value === null || typeof value === 'boolean') return String(value);
    const isHarmlessHere = typeof value === 'number' ? Math.abs(value) < MAX_NUMBER : typeof value === 'string' && isHarmless(value, place);
    const isShown = place.shown === 'yes' && isHarmlessHere;
    if (isShown) return JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_TEXT) : value);
    this.masked += 1;
    return typeof value === 'string' ? JSON.stringify(MASK) : MASK;
  }

  #line(text: string, { indent, at }: JsonPlace): void {
    this.lines.push({ text: indent + text, mark: this.#wrong !== '' && at === this.#wrong ? 'wrong' : 'plain' });
  }
}

/** What the name of a field changes for what is in it. */
function named(key: string, value: unknown, place: JsonPlace): Pick<JsonPlace, 'key' | 'within' | 'shown'> {
  const isList = Array.isArray(value) || isRecord(value);
  return { key, within: isList ? key : place.within, shown: isPersonal(key, place) ? 'no' : place.shown };
}

/** `{"name": "Margherita"}` among lines is a thing. */
function isPersonal(key: string, { within }: JsonPlace): boolean {
  if (/^(nome|name|title)$/i.test(key) && GOODS_LIST.test(within)) return false;
  return PERSONAL.test(key);
}

/** Names that senders made up may be names of people: what cannot be the name of a field is masked, too. */
function keyShown(key: string): string {
  return /^[\w.$:@#/-]{1,60}$/.test(key) && !SECRET_LIKE.test(key.replace(/^@/, '')) ? key : MASK;
}

function isHarmless(text: string, { key, within }: JsonPlace): boolean {
  if (text === '' || DATE_LIKE.test(text) || AMOUNT_LIKE.test(text)) return true;
  if (SECRET_LIKE.test(text)) return false;
  const isGoods = GOODS.test(key) || (/^(nome|name)$/i.test(key) && GOODS_LIST.test(within));
  return isGoods || !WORDS.test(text);
}

/** No JSON. Of a table the first line names columns; of XML the tags stay. Of everything else letters and long numbers are masked. */
function maskText(text: string): MaskedContent {
  const rows = text.split(/\r?\n/);
  const isXml = /^\s*</.test(text);
  let masked = 0;
  const lines = rows.slice(0, MAX_LINES).map((row, index): MaskedLine => {
    const shown = isXml ? maskXml(row) : index === 0 && isHeading(row) ? row : maskWords(row);
    masked += shown.split(MASK).length - row.split(MASK).length;
    return { text: shown.slice(0, MAX_TEXT * 2), mark: 'plain' };
  });
  return { lines, masked: Math.max(0, masked), more: Math.max(0, rows.length - MAX_LINES) };
}

/** Columns have short names without digits. */
function isHeading(row: string): boolean {
  return row.split(/[;,\t|]/).length > 1 && !/\d/.test(row) && !row.includes('@');
}

function maskXml(row: string): string {
  return row.replace(/(^|>)([^<>]+)(?=<|$)/g, (_whole, before: string, inner: string) => before + maskWords(inner))
    .replace(/="([^"]*)"/g, (_whole, value: string) => `="${maskWords(value)}"`);
}

function maskWords(text: string): string {
  return text.replace(/[^\s;,|<>"]*(?:\p{L}{2}|@|\d{9})[^\s;,|<>"]*/gu, (word) => (DATE_LIKE.test(word) ? word : MASK));
}

function limited(lines: readonly MaskedLine[], masked: number): MaskedContent {
  return { lines: lines.slice(0, MAX_LINES), masked, more: Math.max(0, lines.length - MAX_LINES) };
}
