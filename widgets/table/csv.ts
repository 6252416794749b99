/**
 * `csvOf` writes a table as spreadsheets of the viewer's language read it: in Italian with semicolons and a decimal comma. Amounts have the decimals of
 * their currency.
 */
import type { TableData } from '../../nodes/89-ui-table/view.js';
import type { SpokenLanguage, Words } from '../shared/words.js';
import { columnName, rowName } from './table.js';

const MARKS = { it: { between: ';', decimal: ',' }, en: { between: ',', decimal: '.' } } as const satisfies Record<SpokenLanguage, object>;

/** With the mark that says UTF-8, lines as RFC 4180 has them, and the total last. */
export function csvOf(data: TableData, words: Words): string {
  const { between } = MARKS[words.language];
  const units = data.columns.map(({ facts }) => facts?.unit ?? 'count');
  const head = [words.text(`by.${data.by}`), ...data.columns.map(({ name, facts }) => columnName(name, words) + unitName(facts?.unit ?? 'count', words))];
  const line = (name: string, cells: readonly (number | null)[]): string[] => [name, ...cells.map((value, index) => numberIn(value, units[index] ?? 'count', words.language))];
  const lines = [head, ...data.rows.map((row) => line(rowName(row, data, words, 'date'), row.cells)), line(words.text('total'), data.total)];
  return `\ufeff${lines.map((cells) => cells.map((text) => quoted(text, between)).join(between)).join('\r\n')}\r\n`;
}

/** "bottega-ore-2026-11-28.csv"; of several days the first and the last. */
export function fileNameOf({ by, days }: TableData, words: Words): string {
  const [from, to] = [words.isoDate(days.start), words.isoDate(days.end - 1)];
  return `bottega-${words.text(`file.${by}`)}-${from === to ? from : `${from}_${to}`}.csv`;
}

function unitName(unit: string, words: Words): string {
  return unit === 'count' ? '' : ` (${unit === 'ratio' ? '%' : unit === 'seconds' ? words.text('unit.s') : unit})`;
}

function numberIn(value: number | null, unit: string, language: SpokenLanguage): string {
  if (value === null) return '';
  return textIn(value, unit).replace('.', MARKS[language].decimal);
}

function textIn(value: number, unit: string): string {
  if (unit === 'ratio') return (value * 100).toFixed(2);
  if (unit === 'count' || unit === 'seconds') return String(Math.round(value * 1e6) / 1e6);
  return value.toFixed(new Intl.NumberFormat('en', { style: 'currency', currency: unit }).resolvedOptions().maximumFractionDigits);
}

/** A name that a spreadsheet would run as a formula gets an apostrophe; a negative number is no name. */
function quoted(text: string, between: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return safe.includes(between) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
