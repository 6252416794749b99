/**
 * `Table` is what stands under which heading: the rows of a table, found below whatever title lines stand above its heading.
 */
import type { Refusal, RefusalRule } from '../../base/errors.js';
import type { Steps } from '../../base/steps.js';

/** One row. `index` counts from 0 below the heading; `values` by heading, as text. */
export interface Row {
  readonly index: number;
  readonly values: Readonly<Record<string, string>>;
}

export interface Table {
  readonly headings: readonly string[];
  readonly rows: readonly Row[];
}

/** Title and address of the shop, a line about the period. */
const MAX_ABOVE = 20;

/**
 * The table below the first row that `isHeading` knows; `undefined` where none is. Of several columns with one heading the first counts. A row that is shorter
 * than the heading has no values beyond its end: thousands of headings over thousands of rows would be millions of empty ones.
 */
export function* tableIn(cells: readonly (readonly string[])[], isHeading: (headings: readonly string[]) => boolean): Steps<Table | undefined> {
  const at = cells.slice(0, MAX_ABOVE).findIndex(isHeading);
  const headings = cells[at];
  if (headings === undefined) return undefined;
  const seen = new Set<string>(['']);
  const named = headings.map((heading) => (seen.has(heading) ? undefined : (seen.add(heading), heading)));
  const rows: Row[] = [];
  for (const [index, row] of cells.slice(at + 1).entries()) {
    yield;
    const values = row.slice(0, named.length).flatMap((cell, column): [string, string][] => (named[column] === undefined ? [] : [[named[column], cell]]));
    rows.push({ index, values: Object.fromEntries(values) });
  }
  return { headings: named.filter((heading) => heading !== undefined), rows };
}

/** The same of JSON records, as a letter that is sent again holds them. Numbers become text, everything else that is no text is left out. */
export function tableOf(records: readonly { readonly index: number; readonly record: Readonly<Record<string, unknown>> }[]): Table {
  const rows = records.map(({ index, record }) => ({ index, values: Object.fromEntries(Object.entries(record).flatMap(cellOf)) }));
  return { headings: [...new Set(rows.flatMap(({ values }) => Object.keys(values)))], rows };
}

/** What a row says under a heading; empty where there is no such column. */
export function cellAt({ values }: Row, heading: string | undefined): string {
  return heading !== undefined && Object.hasOwn(values, heading) ? values[heading] ?? '' : '';
}

/** A refusal with the place of the cell. */
export function refusalAt(heading: string, rule: RefusalRule, message: string): Refusal {
  return { path: `/${heading.replaceAll('~', '~0').replaceAll('/', '~1')}`, rule, message };
}

function cellOf([heading, value]: readonly [string, unknown]): [string, string][] {
  return typeof value === 'string' || typeof value === 'number' ? [[heading, String(value)]] : [];
}
