/**
 * `lineCells` are what the rows of one receipt say of its articles, as a till would have sent them: a list of its own in the record, read by the mapping's
 * fields of a line (see pos/receiptLines.ts).
 */
import { parseNumber } from '../formats/numbers.js';
import type { Columns } from '../mapping/columns.js';
import type { Mapped } from '../mapping/fieldMapping.js';
import type { PathStep } from '../mapping/jsonPath.js';
import { cellAt, type Row } from './table.js';

/** A heading that no table has. */
const LINES = '(lines)';

/** How each of them is read. */
const TEXTS = ['lineProduct', 'lineName', 'lineCategory', 'lineVatRate'] as const;
const SUMS = ['linePrice', 'lineAmount', 'lineCost'] as const;
type LineCell = (typeof TEXTS)[number] | (typeof SUMS)[number] | 'quantity' | 'lineDiscount';

interface CellReading {
  readonly locale: string | null;
  readonly currency: string;
}

/** `linePaths` lead to what `lineCells` says. A table whose rows are receipts has no lines. */
export function linePaths({ line, quantity }: Columns): Partial<Record<Mapped, readonly PathStep[]>> {
  if (line === undefined) return {};
  const fields: readonly LineCell[] = [...TEXTS, ...SUMS, 'lineDiscount', ...(quantity === undefined ? [] : ['quantity' as const])];
  return Object.fromEntries(fields.map((field) => [field, [{ field: LINES }, 'every', { field }]]));
}

/** `lineCells`: numbers are written plainly; what is none is left out, since no receipt is refused for its articles. */
export function lineCells(rows: readonly Row[], columns: Columns, reading: CellReading): Record<string, readonly RowCells[]> {
  return columns.line === undefined ? {} : { [LINES]: rows.map((row) => cellsOf(row, columns, reading)) };
}

type RowCells = Partial<Record<LineCell, string>>;

function cellsOf(row: Row, columns: Columns, { locale, currency }: CellReading): RowCells {
  const cells: RowCells = {};
  for (const field of TEXTS) cells[field] = cellAt(row, columns[field]);
  cells.lineVatRate = cells.lineVatRate?.replace(',', '.') ?? '';
  for (const field of SUMS) cells[field] = plain(cellAt(row, field === 'lineAmount' ? ownAmount(columns) : columns[field]), { locale, currency });
  cells.quantity = plain(cellAt(row, columns.quantity), { locale });
  const discount = cellAt(row, columns.lineDiscount);
  cells.lineDiscount = discount.trim().endsWith('%') ? discount.replace(',', '.') : plain(discount, { locale, currency });
  return cells;
}

/** Where another column has the receipt's total, it is the row's own. */
function ownAmount({ amount, total }: Columns): string | undefined {
  return amount === total ? undefined : amount;
}

function plain(cell: string, format: { readonly locale: string | null; readonly currency?: string }): string {
  const parsed = parseNumber(cell, format);
  return parsed.outcome === 'number' ? parsed.text : '';
}

/** Rates that Italy knows, or whatever says that it is a percentage. */
const RATE = /^((0|4|5|10|22)([.,]0+)?|.*%|N[1-7](\.\d)?|es(ente|\.)?)$/i;

/** `withRates`: the columns, without one for VAT rates that holds something else, as amounts of VAT. */
export function withRates(rows: readonly Row[], { lineVatRate, ...columns }: Columns): Columns {
  if (lineVatRate === undefined || !rows.every((row) => RATE.test(cellAt(row, lineVatRate).trim()) || cellAt(row, lineVatRate).trim() === '')) return columns;
  return { ...columns, lineVatRate };
}
