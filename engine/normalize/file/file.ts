/**
 * `normalizeBatch` reads the file of an offline day: a table of receipts, canonical events line by line, or a fiscal till's closing, distinguished
 * by type and content.
 */
import type { Refusal } from '../../base/errors.js';
import { type Body, readBody } from '../draft/jsonBody.js';
import { headerOf } from '../draft/headers.js';
import { Collector, type Intake, type NormalizeContext, type Normalized, type PlacedRefusal } from '../draft/collector.js';
import { addAdeClosing, adeHeadings } from './adeClosings.js';
import { addEvent, isCanonical } from './ndjson.js';
import { columnsOf, missingIn } from '../mapping/columns.js';
import { addClosing } from './cor10.js';
import { readCells } from './csv.js';
import { kindOf, textIn } from './format.js';
import { addReceipts } from './receipts.js';
import { type Row, type Table, tableIn, tableOf } from './table.js';
import { readXml } from './xml.js';
import type { CollectedFile } from './collected.js';
import { isRecord } from '../../base/json.js';
import type { Steps } from '../../base/steps.js';

/** The outcome, and what letters about single rows are to hold: all that is needed to read them again. */
export type NormalizedFile = Normalized & { readonly body: unknown };

/** Rules that a whole file breaks: it could not be read at all. */
export const UNREADABLE: readonly string[] = ['json', 'json.depth', 'csv.form', 'xml.form', 'text.form'];

/** More rows than any shop's day has, and than a file of receipts within the size of a body can have: each one costs time, also to refuse. */
const MAX_ROWS = 25_000;
const TOO_MANY: Refusal = { path: '', rule: 'maxItems', message: `more than ${String(MAX_ROWS)} rows: send them in several files` };

/** Bytes or text as they came, or JSON that an earlier node has parsed, a few rows a step. Never throws. */
export function* normalizeBatch(payload: unknown, intake: Intake, context: NormalizeContext): Steps<NormalizedFile> {
  const collector = new Collector(intake, context);
  const batch: CollectedFile = { collector, context, store: headerOf(intake, 'store'), till: headerOf(intake, 'till') };
  const body = yield* addFile(batch, payload, headerOf(intake, 'content-type'));
  const { events, refusals, ignored, refused, erasures } = collector;
  return { events, refusals: firstOfEach(refusals), ignored, refused, erasures, body };
}

/** One reason a row is enough: a file has thousands of them. */
function firstOfEach(refusals: readonly PlacedRefusal[]): PlacedRefusal[] {
  return refusals.filter(({ item }, at) => refusals[at - 1]?.item !== item);
}

function* addFile(batch: CollectedFile, payload: unknown, contentType: string | undefined): Steps<unknown> {
  const text = payload instanceof Uint8Array ? textIn(payload) : payload;
  if (typeof text !== 'string') {
    if (payload instanceof Uint8Array || payload === undefined) return refuse(batch, { path: '', rule: 'text.form', message: 'no text' });
    return yield* addElements(batch, elementsOf(payload));
  }
  if (text.trim() === '') return refuse(batch, { path: '', rule: 'text.form', message: 'is empty' });
  switch (kindOf(text, contentType)) {
    case 'xml': return addXml(batch, text);
    case 'lines': return yield* addElements(batch, yield* linesIn(text));
    case 'table': return yield* addTable(batch, text);
  }
}

function addXml(batch: CollectedFile, text: string): unknown {
  // A mark before the first element is no part of the document.
  const xml = readXml(text.replace(/^\s+/, ''));
  if (xml.outcome === 'refused') return refuse(batch, xml.refusal);
  addClosing(batch, xml.root);
  return undefined;
}

function* addTable(batch: CollectedFile, text: string): Steps<unknown> {
  const cells = yield* readCells(text, MAX_ROWS + 1);
  if (cells === undefined) return refuse(batch, { path: '', rule: 'csv.form', message: 'a quote does not close, or a row is too long' });
  if (cells.length > MAX_ROWS) return refuse(batch, TOO_MANY);
  const table = yield* tableIn(cells, (headings) => readerOf(headings, batch) !== undefined);
  return table === undefined ? refuse(batch, unknownTable(cells[0] ?? [], batch)) : yield* addRows(batch, table);
}

/** Our own columns, the tax agency's, or a till's. Answers what letters about the rows hold. */
function* addRows(batch: CollectedFile, table: Table): Steps<unknown[]> {
  const reader = readerOf(table.headings, batch);
  if (reader === undefined) {
    const refusal = unknownTable(table.headings, batch);
    for (const { index } of table.rows) batch.collector.refuse(index, refusal);
    return contentsOf(table);
  }
  return yield* reader(table);
}

type TableReader = (table: Table) => Steps<unknown[]>;

function readerOf(headings: readonly string[], batch: CollectedFile): TableReader | undefined {
  if (isCanonical(headings)) return (table) => rowByRow(table, (row) => { addEvent(batch, row); });
  const ade = adeHeadings(headings);
  if (ade !== undefined) return (table) => rowByRow(table, (row) => { addAdeClosing(batch, row, ade); });
  const columns = columnsOf(headings, batch.context.columns ?? new Map());
  return missingIn(columns).length > 0 ? undefined : (table) => addReceipts(batch, table, columns);
}

function* rowByRow(table: Table, add: (row: Row) => void): Steps<unknown[]> {
  for (const row of table.rows) {
    add(row);
    yield;
  }
  return contentsOf(table);
}

function unknownTable(headings: readonly string[], { context }: CollectedFile): Refusal {
  const missing = missingIn(columnsOf(headings, context.columns ?? new Map()));
  return { path: '', rule: 'csv.columns', message: `no column is known to hold: ${missing.join(', ')}` };
}

function contentsOf({ rows }: Table): unknown[] {
  const contents: unknown[] = [];
  for (const { index, values } of rows) contents[index] = values;
  return contents;
}

/** One JSON value a line, or one for all: an array, an object over several lines. */
function* linesIn(text: string): Steps<Body[]> {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const first = readBody(lines[0] ?? '');
  // One beyond the limit is enough to be refused.
  if (first.outcome === 'json' && lines.length > 1) return yield* bodiesOf(lines.slice(0, MAX_ROWS + 1));
  const whole = readBody(text);
  if (whole.outcome === 'json') return elementsOf(whole.value);
  if (lines.length === 1 || lines.length > MAX_ROWS) return [whole];
  const bodies = yield* bodiesOf(lines);
  return bodies.some(({ outcome }) => outcome === 'json') ? bodies : [whole];
}

function* bodiesOf(lines: readonly string[]): Steps<Body[]> {
  const bodies: Body[] = [];
  for (const line of lines) {
    bodies.push(readBody(line));
    yield;
  }
  return bodies;
}

function elementsOf(value: unknown): Body[] {
  return Array.from(Array.isArray(value) ? value : [value], (each: unknown) => ({ outcome: 'json', value: each }));
}

interface FileRecord {
  readonly index: number;
  readonly record: Readonly<Record<string, unknown>>;
}

/** Events as they are; records without `specversion` are rows of a table, as letters hold them. */
function* addElements(batch: CollectedFile, elements: readonly Body[]): Steps<unknown> {
  const { collector } = batch;
  if (elements.length > MAX_ROWS) return refuse(batch, TOO_MANY);
  const records: FileRecord[] = [];
  for (const [index, element] of elements.entries()) {
    yield;
    if (element.outcome === 'refused') collector.refuse(index, element.refusal);
    else if (!isRecord(element.value)) collector.refuse(index, { path: '', rule: 'type', message: 'must be object' });
    else if (Object.hasOwn(element.value, 'specversion')) collector.addCanonical(index, element.value);
    else records.push({ index, record: element.value });
  }
  const contents: unknown[] = elements.map((element) => (element.outcome === 'json' ? element.value : ''));
  if (records.length > 0) yield* addRecords(batch, records, contents);
  return contents;
}

/** An event that lacks `specversion` is refused as one; anything else may be a row. */
function* addRecords(batch: CollectedFile, records: readonly FileRecord[], contents: unknown[]): Steps<void> {
  const rows: FileRecord[] = [];
  for (const { index, record } of records) {
    yield;
    if (isRecord(record['data']) || isCanonical(Object.keys(record))) batch.collector.addCanonical(index, record);
    else rows.push({ index, record });
  }
  if (rows.length > 0) Object.assign(contents, yield* addRows(batch, tableOf(rows)));
}

/** The whole file: a letter about it holds it as it came. */
function refuse({ collector }: CollectedFile, refusal: Refusal): unknown {
  collector.refuse(0, refusal);
  return undefined;
}
