/**
 * `readCells` gives the cells of a table, with quotes, marks and line ends as programs write them; the separator is the one its first lines are full of.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { Steps } from '../../base/steps.js';

const SEPARATORS = [';', '\t', ',', '|'] as const;
/** Excel's own first line. */
const HINT = /^\ufeff?"?sep=(.)"?\r?\n/i;
const SAMPLE_LENGTH = 2_000;
const MAX_ROW = 65_536;

/** A row that is shorter or longer than the first costs the parser dozens of microseconds: so much text a step is little time whatever is in it. */
const PIECE_LENGTH = 8_192;

/** Rows of cells, the first `atMost` or a few more, without empty rows; `undefined` where quotes do not close. */
export function* readCells(text: string, atMost: number): Steps<string[][] | undefined> {
  const hint = HINT.exec(text);
  const form = { delimiter: hint?.[1] ?? separatorOf(text), lineEnd: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n' };
  const rows: string[][] = [];
  for (let from = hint?.[0].length ?? 0; from < text.length && rows.length < atMost;) {
    const piece = yield* pieceAt(text, from, form);
    if (piece === undefined) return undefined;
    for (const row of piece.rows) rows.push(row);
    from = piece.to;
  }
  return rows;
}

interface CellForm {
  readonly delimiter: string;
  readonly lineEnd: string;
}

interface Piece {
  readonly rows: readonly string[][];
  readonly to: number;
}

/** The rows from there on, as many as fit; a piece that ends between quotes is made longer. */
function* pieceAt(text: string, from: number, { delimiter, lineEnd }: CellForm): Steps<Piece | undefined> {
  for (let length = PIECE_LENGTH; ; length *= 2) {
    const to = endOfLine(text, from + length, lineEnd);
    const rows = rowsIn(text.slice(from, to), delimiter);
    yield;
    if (typeof rows !== 'string') return { rows, to };
    if (rows === 'unreadable' || to >= text.length || length > MAX_ROW) return undefined;
  }
}

/** Behind the first line that ends at `at` or later: a piece of text ends where a row may. */
function endOfLine(text: string, at: number, lineEnd: string): number {
  const end = text.indexOf(lineEnd, Math.max(0, at - lineEnd.length));
  return end < 0 ? text.length : end + lineEnd.length;
}

/** `unclosed`: a quote is open at the end, which may close further on. */
function rowsIn(text: string, delimiter: string): string[][] | 'unclosed' | 'unreadable' {
  try {
    return parse(text, {
      delimiter, bom: true, trim: true, relax_quotes: true, relax_column_count: true, max_record_size: MAX_ROW,
      skip_empty_lines: true, skip_records_with_empty_values: true,
    }).map((row) => row.map(bare));
  } catch (error) {
    if (error instanceof CsvError) return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'unclosed' : 'unreadable';
    throw error;
  }
}

/** The first in order of those that occur most often outside quotes. */
function separatorOf(text: string): string {
  const open = text.slice(0, SAMPLE_LENGTH).replaceAll(/"[^"]*"/g, '');
  const count = (separator: string): number => open.split(separator).length;
  return SEPARATORS.reduce<string>((best, separator) => (count(separator) > count(best) ? separator : best), ';');
}

/** Without the apostrophes that some exports put around every value, and Excel before a number that is to stay text. */
function bare(cell: string): string {
  return cell.startsWith("'") ? cell.replace(/^'(.*?)'?$/s, '$1') : cell;
}
