/**
 * `finalizeWindows` publishes what windows came to once they are over: the latest first, and those that ended while nobody was there a few at a time.
 */
import { SKEW_MS } from '../base/clockSkew.js';
import { present } from '../base/json.js';
import { DAY } from '../base/time.js';
import { type FinalMark, finalMarkKey, isToCome, parseFinalMark, readFinalMarks } from '../aggregate/publishedWindows.js';
import { KEEP_MS } from '../aggregate/slice.js';
import type { KpiValue } from '../read/kpiValue.js';
import { type Store, textOf } from '../store/store.js';
import { type Calendar, isSliding, sliceLevel, type Span, type Tumbling, type WindowSize } from '../calendar/windowAssigner.js';

/** A window that has just become final, with its values. */
export interface FinalizedWindow {
  readonly size: WindowSize;
  readonly span: Span;
  readonly values: readonly KpiValue[];
}

type Emit = (closed: FinalizedWindow) => Promise<void> | void;

/** So many windows of a size are published in one go; live numbers wait no longer than that. */
const MAX_AT_ONCE = 60;
/** Windows that ended longer ago than this while nobody was there are final without being published one by one. */
const MAX_BACKLOG_MS = { minute: KEEP_MS.minute, hour: 31 * DAY } as const;

/** A claim this old belongs to a process that died while publishing. */
const CLAIM_MS = 30_000;

/** Reads a window that is over, with zeros for the groups that were there before. */
export interface FinalReader {
  readWithZeros(size: WindowSize, span: Span, now: number, status: 'final'): Promise<readonly KpiValue[]>;
}

export interface FinalizerDeps {
  readonly store: Store;
  readonly publication: FinalReader;
  readonly calendar: Calendar;
  readonly graceMs: number;
  /** Where others finalize, too: how far our clock is ahead of the one all share, in ms. */
  readonly skew?: () => Promise<number>;
}

/**
 * Finalizes what ended at least `graceMs` before `now`. A claim is committed before `emit` and confirmed after it: a window is
 * published once, also by several workers, and again only where a process died in between. A worker whose clock is off by more than
 * the allowed lateness finalizes nothing: the others do.
 */
export async function finalizeWindows(deps: FinalizerDeps, sizes: readonly WindowSize[], now: number, emit: Emit): Promise<void> {
  for (const size of sizes) {
    if (!isSliding(size)) await finalizeSize(deps, size, now, emit);
  }
}

/** Whether whoever finalizes has still to publish a window that ends then. */
export async function isStillToFinalize(store: Store, size: WindowSize, end: number): Promise<boolean> {
  return !isSliding(size) && isToCome((await readFinalMarks(store, [size])).get(size), end);
}

async function finalizeSize(deps: FinalizerDeps, size: Tumbling, now: number, emit: Emit): Promise<void> {
  const { store, publication, calendar, graceMs, skew } = deps;
  const key = finalMarkKey(size);
  const text = textOf((await store.read([key]))[0]);
  const claim = nextClaim(deps, size, parseFinalMark(text), now);
  if (claim === undefined || Math.abs((await skew?.()) ?? 0) > Math.max(graceMs, SKEW_MS)) return;
  const claimed = await store.commit([{ key, expect: text ?? null, value: JSON.stringify(claim) }]);
  if (claimed.outcome === 'conflict') return;
  for (const span of latestFirst(calendar, size, claim.from, claim.to ?? claim.end)) {
    await emit({ size, span, values: await publication.readWithZeros(size, span, now, 'final') });
  }
  const done: FinalMark = { ...claim, state: 'told' }; // vocabulary-ok: as stored
  await store.commit([{ key, expect: JSON.stringify(claim), value: JSON.stringify(done) }]);
}

/** What to publish next, `undefined` where there is nothing. A store that never finalized begins with the present. */
function nextClaim({ calendar, graceMs }: FinalizerDeps, size: Tumbling, mark: FinalMark | undefined, now: number): FinalMark | undefined {
  const end = calendar.windowAt(size, now - graceMs).start;
  const claim = { claimedAt: now, state: 'telling' } as const; // vocabulary-ok: as stored
  if (mark === undefined) return { ...claim, from: end, end, since: end };
  // A claim from far ahead was made by a clock that has been set right since.
  if (mark.state === 'telling') return Math.abs(now - mark.claimedAt) >= CLAIM_MS ? { ...mark, ...claim } : undefined; // vocabulary-ok: as stored
  const { since = 0, backlog } = mark;
  if (mark.end < end) {
    const from = latestFrom(calendar, size, mark.end, end);
    const left = from > mark.end ? { from: Math.max(backlog?.from ?? mark.end, end - MAX_BACKLOG_MS[sliceLevel(size)]), to: from } : backlog;
    return present({ ...claim, from, end, since, backlog: left });
  }
  if (backlog === undefined || backlog.from >= backlog.to) return undefined;
  const from = latestFrom(calendar, size, backlog.from, backlog.to);
  return present({ ...claim, from, end: mark.end, to: backlog.to, since, backlog: from > backlog.from ? { from: backlog.from, to: from } : undefined });
}

/** Where the last `MAX_AT_ONCE` windows of a run begin. */
function latestFrom(calendar: Calendar, size: Tumbling, from: number, to: number): number {
  return latestFirst(calendar, size, from, to).at(-1)?.start ?? from;
}

function latestFirst(calendar: Calendar, size: Tumbling, from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (let end = to; end > from && spans.length < MAX_AT_ONCE;) {
    const span = calendar.windowAt(size, end - 1);
    spans.push(span);
    end = span.start;
  }
  return spans;
}
