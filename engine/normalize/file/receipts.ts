/**
 * `addReceipts` makes receipts of a table's rows: one row each, or the lines of one receipt together. They are read as the till's own messages
 * are, so that a receipt that came by both ways is one receipt.
 */
import Big from 'big.js';
import type { Refusal } from '../../base/errors.js';
import { parseNumber } from '../formats/numbers.js';
import { addReceipt } from '../pos/pos.js';
import type { Steps } from '../../base/steps.js';
import type { PathStep } from '../mapping/jsonPath.js';
import type { Mapped, PosMapping } from '../mapping/fieldMapping.js';
import type { Columns } from '../mapping/columns.js';
import { plainWords } from '../mapping/documentKinds.js';
import { statusOfWord } from '../mapping/statusWords.js';
import { lineSequence } from '../draft/sequence.js';
import { groupRows, type RowGroup, type TimedRow, timeText } from './receiptRows.js';
import { cellAt, refusalAt, type Row, type Table } from './table.js';
import { type CollectedFile } from './collected.js';
import { lineCells, linePaths, withRates } from './receiptLines.js';

/** What a reader needs to know about the whole file. */
interface Sheet {
  readonly batch: CollectedFile;
  readonly columns: Columns;
  readonly locale: string | null;
  readonly pos: PosMapping;
}

/** Answers what a letter about each row has to hold: one of a receipt's letters holds all its rows, because one row alone would be another receipt. */
export function* addReceipts(batch: CollectedFile, { rows }: Table, columns: Columns): Steps<unknown[]> {
  const locale = yield* localeOf(rows, columns, batch);
  const sheet: Sheet = { batch, columns: withRates(rows, columns), locale, pos: mappingOf(columns, batch) };
  const contents: unknown[] = [];
  for (const row of rows) {
    contents[row.index] = row.values;
    if (isFooter(row, columns)) batch.collector.ignore(row.index, 'row.total');
    yield;
  }
  for (const group of yield* groupRows(rows.filter((row) => !isFooter(row, columns)), columns, sheet.pos)) {
    yield;
    const holder = yield* addGroup(sheet, group);
    if (group.length > 1 && holder !== 'each') for (const { row } of group) contents[row.index] = row.index === holder ? valuesInOrder(group) : [];
  }
  return contents;
}

/** The rows as they stood in the file: what a letter holds is read again like it. */
function valuesInOrder(group: RowGroup): unknown[] {
  return group.map(({ row }) => row).sort((a, b) => a.index - b.index).map(({ values }) => values);
}

const TOTAL = /^(sub)?tot(al[ei]?s?)?\b/i;

/** No number and no date, but the word "total" somewhere. */
function isFooter(row: Row, { number, time, date }: Columns): boolean {
  const named = cellAt(row, number);
  if ((named !== '' && !TOTAL.test(named)) || [time, date].some((heading) => /\d/.test(cellAt(row, heading)))) return false;
  return Object.values(row.values).some((cell) => TOTAL.test(cell));
}

/**
 * Where a column says so, rows are lines. Where none does, the same row twice is a repetition, rows of different states are versions, and
 * rows that differ otherwise nobody can distinguish from a mistake. Answers the row whose letter speaks for all,
 * or that each has its own.
 */
function* addGroup(sheet: Sheet, group: RowGroup): Steps<number | 'each'> {
  const { batch: { collector }, columns: { line, status } } = sheet;
  if (line !== undefined) return addVersions(sheet, group);
  if (status === undefined && new Set(group.map(({ row }) => JSON.stringify(row.values))).size > 1) {
    for (const { row: { index } } of group) collector.refuse(index, SAME_NUMBER);
    return group[0].row.index;
  }
  for (const timed of group) {
    addLines(sheet, [timed]);
    yield;
  }
  return 'each';
}

/** Rows that say they never were, beside rows of the same receipt that do not: if they repeat these the receipt was voided, else only those lines were. */
function addVersions(sheet: Sheet, group: RowGroup): number {
  const [kept, taken] = [group.filter(({ row }) => !isVoided(sheet, row)), group.filter(({ row }) => isVoided(sheet, row))];
  const [first, ...rest] = kept;
  const [firstTaken, ...restTaken] = taken;
  if (first === undefined || firstTaken === undefined) return addLines(sheet, group);
  const blamed = addLines(sheet, [first, ...rest], group.length);
  if (isSame(linesIn(sheet, kept), linesIn(sheet, taken))) addLines(sheet, [issuedWith(sheet, firstTaken, first), ...restTaken]);
  return blamed;
}

/** Lines may be taken back minutes later: what is voided is the receipt as it was issued. */
function issuedWith({ columns }: Sheet, { row }: TimedRow, issued: TimedRow): TimedRow {
  const times = timeHeadings(columns).map((heading) => [heading, cellAt(issued.row, heading)] as const);
  return { ...issued, row: { ...row, values: { ...row.values, ...Object.fromEntries(times) } } };
}

function timeHeadings({ time, date, clock, openedAt, closedAt }: Columns): string[] {
  return [time, date, clock, openedAt, closedAt].filter((heading) => heading !== undefined);
}

function isVoided({ batch, columns }: Sheet, row: Row): boolean {
  const word = columns.status === undefined ? stateOf(row, columns, batch)[SAID.status] ?? '' : cellAt(row, columns.status);
  return word !== '' && statusOfWord(word, batch.context.pos) === 'voided';
}

/** What rows say of their lines, neither when nor in what state; tills write what they take back with a minus, or without. */
function linesIn({ columns }: Sheet, rows: readonly TimedRow[]): string[] {
  const aside = new Set([...timeHeadings(columns), columns.status ?? columns.kind]);
  const cellsOf = (row: Row): string[] => Object.entries(row.values).flatMap(([heading, cell]) => (aside.has(heading) ? [] : [unsigned(cell)]));
  return rows.map(({ row }) => JSON.stringify(cellsOf(row))).sort();
}

function unsigned(cell: string): string {
  return cell.replace(/^[-\u2212]\s*(?=[\d\p{Sc}])/u, '');
}

function isSame(ones: readonly string[], others: readonly string[]): boolean {
  return ones.length === others.length && ones.every((one, index) => one === others[index]);
}

const SAME_NUMBER: Refusal = { path: '', rule: 'receipt.twice', message: 'the same number in rows that differ, and no column says that they are lines' };

/** One refused line refuses the whole receipt: its total would be wrong. Answers the first row that is to blame. `rows`: how many the receipt has. */
function addLines(sheet: Sheet, group: RowGroup, rows = group.length): number {
  const { batch: { collector, context }, pos } = sheet;
  const [{ row: first }, ...rest] = [group[0], ...group.slice(1).map(({ row }) => row)] as const;
  const refused = new Map<number, Refusal>();
  const record = recordOf(sheet, group, rows, (row, refusal) => { if (!refused.has(row.index)) refused.set(row.index, refusal); });
  const before = collector.refused;
  if (refused.size === 0) addReceipt(collector, first.index, record, { ...context, pos });
  const [blamed = first.index] = refused.keys();
  if (refused.size === 0 && collector.refused === before) return blamed;
  for (const { index } of refused.size === 0 ? rest : [first, ...rest]) collector.refuse(index, refused.get(index) ?? OTHER_LINE);
  return blamed;
}

const OTHER_LINE: Refusal = { path: '', rule: 'receipt.line', message: 'another row of the same receipt is refused' };

type Refuse = (row: Row, refusal: Refusal) => void;

/** The receipt as a till would have sent it, under the table's own headings. */
function recordOf({ batch, columns, locale, pos }: Sheet, group: RowGroup, rows: number, refuse: Refuse): Record<string, unknown> {
  const { payment, quantity } = columns;
  const lines = group.map(({ row }) => row);
  const first = group[0].row;
  const decimals = (heading: string, currency: string | undefined): string[] => lines.flatMap((row) => decimalAt(row, heading, { locale, currency, refuse }));
  const amountHeading = columns.total ?? columns.amount ?? '';
  const amounts = decimals(amountHeading, batch.context.currency);
  if (columns.total !== undefined && new Set(amounts).size > 1) {
    for (const row of lines) refuse(row, refusalAt(amountHeading, 'receipt.total', 'the rows of this receipt say different totals'));
  }
  return {
    ...first.values,
    ...fallbacksOf(batch, columns),
    ...stateOf(first, columns, batch),
    ...versionOf(group, rows, columns, pos),
    [amountHeading]: amounts.length < lines.length ? '' : columns.total === undefined ? sumOf(amounts) : amounts[0],
    ...timesOf(first, columns),
    ...(payment === undefined ? {} : { [payment]: paymentsOf(lines, payment, columns.total === undefined ? amounts : []) }),
    ...(quantity === undefined ? {} : { [quantity]: decimals(quantity, undefined) }),
    ...lineCells(lines, columns, { locale, currency: batch.context.currency }),
  };
}

/** How each line was paid, with what it cost where that is its own. */
function paymentsOf(lines: readonly Row[], payment: string, amounts: readonly string[]): { word: string; amount?: string }[] {
  const paid = lines.map((row, index) => ({ word: cellAt(row, payment), ...(amounts[index] === undefined ? {} : { amount: amounts[index] }) }));
  return paid.filter(({ word }) => word !== '');
}

interface RowReading {
  readonly locale: string | null;
  readonly currency: string | undefined;
  readonly refuse: Refuse;
}

function decimalAt(row: Row, heading: string, { locale, currency, refuse }: RowReading): string[] {
  const cell = cellAt(row, heading);
  if (cell === '') {
    if (currency !== undefined) refuse(row, refusalAt(heading, 'required', 'is missing'));
    return [];
  }
  const parsed = parseNumber(cell, currency === undefined ? { locale } : { locale, currency });
  if (parsed.outcome === 'number') return [parsed.text];
  refuse(row, refusalAt(heading, parsed.rule, parsed.message));
  return [];
}

function sumOf(decimals: readonly string[]): string {
  return decimals.reduce((sum, decimal) => sum.plus(decimal), new Big(0)).toFixed();
}

/** Date and time of day in one text; a day whose hours stand in a third column is the same day. */
function timesOf(row: Row, columns: Columns): Record<string, string> {
  const { time, date, openedAt, closedAt } = columns;
  if (time !== undefined || date === undefined) return {};
  const day = cellAt(row, date);
  const at = (heading: string | undefined): [string, string][] => {
    const cell = cellAt(row, heading);
    return heading === undefined || !/^\d\d?[:.]\d\d([:.]\d\d)?$/.test(cell) ? [] : [[heading, `${day} ${cell}`]];
  };
  return { [date]: timeText(row, columns), ...Object.fromEntries([...at(openedAt), ...at(closedAt)]) };
}

/** The same file, sent again when it has grown, has more lines of its last receipt. */
function versionOf([first]: RowGroup, rows: number, { status }: Columns, pos: PosMapping): Record<string, string> {
  const word = cellAt(first.row, status);
  const isDone = word === '' || statusOfWord(word, pos) === 'completed';
  return rows === 1 || first.at === undefined || !isDone ? {} : { [SAID.sequence]: lineSequence(first.at, rows) };
}

/** Headings of columns that the table does not have, and no table has. */
const SAID = { store: '(store)', till: '(till)', status: '(status)', sequence: '(sequence)' } as const;

/** A table without a column for it may say what became of a receipt by its type: "annullato" is this receipt, "annullo" one that voids another. */
function stateOf(row: Row, { status, kind }: Columns, { context: { pos } }: CollectedFile): Record<string, string> {
  const word = cellAt(row, kind);
  return kind !== undefined && status === undefined && pos.statuses.has(plainWords(word)) ? { [SAID.status]: word, [kind]: '' } : {};
}

/** A file that names no store is the one of whoever sent it, else of the first store, by the name its till gives it. */
function fallbacksOf({ store, till, context }: CollectedFile, columns: Columns): Record<string, string | undefined> {
  const [first] = context.stores;
  return {
    ...(columns.store === undefined ? { [SAID.store]: store ?? first?.aliases[0] } : {}),
    ...(columns.till === undefined ? { [SAID.till]: till } : {}),
  };
}

function mappingOf(columns: Columns, { context: { pos } }: CollectedFile): PosMapping {
  const step = (heading: string | undefined, ...more: readonly PathStep[]): readonly PathStep[] | undefined =>
    (heading === undefined ? undefined : [{ field: heading }, ...more]);
  const { number, time, date, amount, total, currency, payment, store, till, quantity, covers, status, kind, openedAt, closedAt } = columns;
  const paths: Partial<Record<Mapped, readonly PathStep[] | undefined>> = {
    number: step(number), time: step(time ?? date), amount: step(total ?? amount), currency: step(currency),
    store: step(store ?? SAID.store), till: step(till ?? SAID.till), quantity: step(quantity, 'every'),
    payment: step(payment, 'every', { field: 'word' }), paymentAmount: total === undefined ? step(payment, 'every', { field: 'amount' }) : undefined,
    covers: step(covers), status: step(status ?? SAID.status), kind: step(kind), openedAt: step(openedAt), closedAt: step(closedAt),
    refersTo: step(columns.refersTo), refersToDate: step(columns.refersToDate), sequence: step(SAID.sequence),
    staff: step(columns.staff), ...linePaths(columns),
  };
  const { locale, zone } = pos.date;
  return {
    ...pos,
    paths: Object.fromEntries(Object.entries(paths).filter(([, steps]) => steps !== undefined)),
    // Read here already, and written plainly.
    number: { locale: 'en-US' },
    date: { ...(locale === undefined ? {} : { locale }), ...(zone === undefined ? {} : { zone }) },
  };
}

/** As the form declares; a file in which some amount can only be read with a decimal point is written so as a whole. */
function* localeOf(rows: readonly Row[], columns: Columns, { context: { pos, currency } }: CollectedFile): Steps<string | null> {
  const declared = pos.number.locale ?? null;
  const reads = (cell: string, locale: string | null): boolean => parseNumber(cell, { locale, currency }).outcome === 'number';
  let onlyWithPoint = false;
  for (const row of rows) {
    yield;
    const cell = cellAt(row, columns.total ?? columns.amount);
    if (!/[.,]/.test(cell)) continue;
    const [withPoint, asDeclared] = [reads(cell, POINT), reads(cell, declared)];
    if (asDeclared && !withPoint) return declared;
    if (withPoint && !asDeclared) onlyWithPoint = true;
  }
  return onlyWithPoint ? POINT : declared;
}

const POINT = 'en-US';
