/**
 * `groupRows` finds the rows of a table that make one document.
 *
 * Documents are distinguished as everywhere: by store, till, number and minute of issue, where numbers begin again. Where a column says that rows
 * are lines, rows with one number that follow each other at their till at most ten minutes apart are lines of one receipt, issued with the
 * earliest; so are rows of one number and minute, wherever they stand.
 */
import { parseDate, shownBy } from '../formats/dates.js';
import { documentKindOf, plainWords } from '../mapping/documentKinds.js';
import type { Columns } from '../mapping/columns.js';
import type { PosMapping } from '../mapping/fieldMapping.js';
import { minuteShown, plainNumber } from '../pos/receiptSubject.js';
import type { Steps } from '../../base/steps.js';
import { MINUTE } from '../../base/time.js';
import { cellAt, type Row } from './table.js';

/** A row with when it was: `at` in epoch ms, `shownMs` as the till's clock showed it; absent where no date can be read. */
export interface TimedRow {
  readonly row: Row;
  readonly at?: number;
  readonly shownMs?: number;
}

/** Rows of one document, the earliest first. */
export type RowGroup = readonly [TimedRow, ...TimedRow[]];

const MAX_APART_MS = 10 * MINUTE;

/** The documents in the order of their first rows. A row without a number is one of its own. */
export function* groupRows(rows: readonly Row[], columns: Columns, pos: PosMapping): Steps<RowGroup[]> {
  const runs = yield* runsOf(rows, columns, pos);
  const groups = new Map<string, TimedRow[]>();
  for (const [index, { till, name, rows: timed }] of runs.entries()) {
    yield;
    const key = name === '' ? `#${String(index)}` : JSON.stringify([till, name, issuedOf(timed, columns, pos)]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, timed);
    else known.push(...timed);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...rest] = group.sort((a, b) => (a.shownMs ?? 0) - (b.shownMs ?? 0));
    return first === undefined ? [] : [[first, ...rest] as const];
  });
}

/** Rows that follow each other at their till. `name`: number and kind of document, empty without a number. */
interface Run {
  readonly till: string;
  readonly name: string;
  readonly rows: TimedRow[];
}

function* runsOf(rows: readonly Row[], columns: Columns, pos: PosMapping): Steps<Run[]> {
  const runs: Run[] = [];
  const latest = new Map<string, Run>();
  for (const row of rows) {
    yield;
    const timed = { row, ...timeOf(row, columns, pos) };
    const till = JSON.stringify([cellAt(row, columns.store), plainNumber(cellAt(row, columns.till))]);
    const name = nameOf(row, columns, pos);
    const run = latest.get(till);
    if (run !== undefined && columns.line !== undefined && run.name === name && isNear(run.rows.at(-1), timed)) run.rows.push(timed);
    else {
      const next = { till, name, rows: [timed] };
      runs.push(next);
      latest.set(till, next);
    }
  }
  return runs;
}

function isNear(before: TimedRow | undefined, { shownMs }: TimedRow): boolean {
  if (before?.shownMs === undefined || shownMs === undefined) return false;
  return Math.abs(shownMs - before.shownMs) <= MAX_APART_MS;
}

function nameOf(row: Row, columns: Columns, pos: PosMapping): string {
  const plain = plainNumber(cellAt(row, columns.number));
  return plain === '' ? '' : `${kindOf(cellAt(row, columns.kind), columns, pos)} ${plain}`;
}

/** A line's type may say what became of it: "annullato" is a line of the same receipt, "annullo" a document of its own. */
function kindOf(word: string, { line, status }: Columns, { kinds, means, statuses }: PosMapping): string {
  if (word === '' || (line !== undefined && status === undefined && statuses.has(plainWords(word)))) return 'sale';
  return documentKindOf(word, kinds, means) ?? word;
}

/** The minute of the earliest row; where no date can be read, what stands in its place. */
function issuedOf(rows: readonly TimedRow[], { time, date }: Columns, { receiptNumbers }: PosMapping): string {
  if (receiptNumbers === 'never') return '';
  const shown = rows.flatMap(({ shownMs }) => (shownMs === undefined ? [] : [shownMs]));
  return shown.length > 0 ? minuteShown(Math.min(...shown)) : rows.map(({ row }) => cellAt(row, time ?? date)).join();
}

function timeOf(row: Row, columns: Columns, pos: PosMapping): { at?: number; shownMs?: number } {
  const parsed = parseDate(timeText(row, columns), pos.date);
  return parsed.outcome === 'instant' ? { at: parsed.at, shownMs: shownBy(parsed, pos.date) } : {};
}

/** Date and time of day in one text. */
export function timeText(row: Row, { time, date, clock }: Columns): string {
  return time !== undefined || date === undefined ? cellAt(row, time) : `${cellAt(row, date)} ${cellAt(row, clock)}`.trim();
}
