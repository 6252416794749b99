/**
 * `answerMembers` gives the rows of an answer that is split by product, category, VAT rate, means of payment or seller; beside each, where it is asked,
 * what the same member had in a former window.
 */
import type { Refusal } from '../base/errors.js';
import { formatInstant } from '../base/time.js';
import { BEYOND } from '../kpi/dimension.js';
import { MAX_CELLS, type MemberQuestion, type MemberRows, type MemberValue, readMemberRows } from '../read/memberRows.js';
import type { KpiRow } from '../read/kpiValue.js';
import type { ShopContext } from '../read/windowReader.js';
import type { Store } from '../store/store.js';
import { formerSpans } from './comparedRows.js';
import type { KpiQuestion, KpiSplit } from './kpiQuery.js';

export type MemberAnswer =
  | { readonly outcome: 'rows'; readonly rows: readonly KpiRow[] }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

const TOO_MANY: Refusal = { path: 'from', rule: 'range', message: `asks for more than ${String(MAX_CELLS)} windows of members: ask for fewer or longer ones` };

/** Answers a checked question; throws the store's faults. */
export async function answerMembers(store: Store, question: KpiQuestion, split: KpiSplit, shop: ShopContext, now: number): Promise<MemberAnswer> {
  const asked: MemberQuestion = { ...question, ...split };
  const read = await readMemberRows(store, asked, shop, now);
  const beside = await formerRows(store, question, asked, shop, now);
  if (read.outcome === 'tooMany' || beside.outcome === 'tooMany') return { outcome: 'refused', refusals: [TOO_MANY] };
  const former = new Map(beside.rows.map((row) => [numberAt(row, row.window.start), row]));
  const { compare, as, spans } = question;
  const starts = compare === 'nothing' || compare === 'usual' ? new Map<number, never>() : formerSpans(question, compare, shop.calendar);
  const startOf = new Map(spans.map(({ start }) => [formatInstant(start), formatInstant(starts.get(start)?.start ?? start)]));
  const rows = read.rows.map((row): KpiRow => {
    // Who the others are depends on who is at the top.
    const isSame = row.member.key !== BEYOND || split.top === undefined;
    const known = isSame ? former.get(numberAt(row, startOf.get(row.window.start) ?? '')) : undefined;
    const window = as === 'total' ? { ...row.window, size: 'total' as const } : row.window;
    const comparison = known === undefined ? {} : { comparison: { value: known.value, days: 1, start: known.window.start, end: known.window.end } };
    return { ...row, window, ...comparison };
  });
  return { outcome: 'rows', rows };
}

/** All members: who is at the top today need not have been there before. */
async function formerRows(store: Store, question: KpiQuestion, { top: _top, ...asked }: MemberQuestion, shop: ShopContext, now: number): Promise<MemberRows> {
  const { compare } = question;
  if (compare === 'nothing' || compare === 'usual') return { outcome: 'rows', rows: [] };
  const spans = new Map([...formerSpans(question, compare, shop.calendar).values()].map((span) => [span.start, span]));
  return readMemberRows(store, { ...asked, spans: [...spans.values()].sort((a, b) => a.start - b.start) }, shop, now);
}

function numberAt({ name, member }: MemberValue, start: string): string {
  return JSON.stringify([start, name, member.key]);
}
