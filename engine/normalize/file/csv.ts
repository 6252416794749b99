/**
 * `readCells` gives the cells of a table, with quotes, marks and line ends as programs write them; the separator is the one its first lines are full of.
 */
import { CsvError, parse } from 'csv-parse/sync';

const SEPARATORS = [';', '\t', ',', '|'] as const;
/** Excel's own first line. */
const HINT = /^\ufeff?"?sep=(.)"?\r?\n/i;
const SAMPLE_LENGTH = 2_000;
const MAX_ROW = 65_536;

/** Rows of cells, the first `atMost`, without empty rows; `undefined` where quotes do not close. */
export function readCells(text: string, atMost: number): string[][] | undefined {
  const hint = HINT.exec(text);
  const delimiter = hint?.[1] ?? separatorOf(text);
  try {
    return parse(text.slice(hint?.[0].length ?? 0), {
      delimiter, bom: true, trim: true, relax_quotes: true, relax_column_count: true, max_record_size: MAX_ROW,
      skip_empty_lines: true, skip_records_with_empty_values: true, to: atMost,
    }).map((row) => row.map(bare));
  } catch (error) {
    if (error instanceof CsvError) return undefined;
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
