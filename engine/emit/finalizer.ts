/**
 * Which windows are over and not yet said to be final? One mark per size remembers how far closing has come, across restarts and workers.
 */
import { SKEW_MS } from '../base/clockSkew.js';
import type { KpiValue } from '../read/kpiValue.js';
import { type Store, textOf } from '../store/store.js';
import { type Calendar, isSliding, type Span, type WindowSize } from '../calendar/windowAssigner.js';

/** A window that has just become final, with its values. */
export interface FinalizedWindow {
  readonly size: WindowSize;
  readonly span: Span;
  readonly values: readonly KpiValue[];
}

/** More missed windows than this (a box that was off for days) are final without being told one by one. */
const MAX_CATCH_UP = 300;

/** A claim this old belongs to a process that died while telling. */
const CLAIM_MS = 30_000;

/** Windows in `[from, end)` were closed by a claim made at `claimedAt` (epoch ms); before that, all were. */
interface FinalMark {
  readonly from: number;
  readonly end: number;
  readonly claimedAt: number;
  readonly state: 'telling' | 'told';
}

/** Reads a window that is over, with zeros for the groups that were there before. */
export interface FinalReader {
  readWithZeros(size: WindowSize, span: Span, now: number, status: 'final'): Promise<readonly KpiValue[]>;
}

export interface FinalizerDeps {
  readonly store: Store;
  readonly publication: FinalReader;
  readonly calendar: Calendar;
  readonly graceMs: number;
  /** Where others close, too: how far our clock is ahead of the one all share, in ms. */
  readonly skew?: () => Promise<number>;
}

/**
 * Closes what ended at least `graceMs` before `now`. A claim is committed before `tell` and confirmed after it: a window is
 * told once, also by several workers, and told again only where a process died in between. A worker whose clock is off by more than
 * the grace closes nothing: the others do.
 */
export async function finalizeWindows(deps: FinalizerDeps, sizes: readonly WindowSize[], now: number, tell: (closed: FinalizedWindow) => void): Promise<void> {
  for (const size of sizes) {
    if (!isSliding(size)) await closeSize(deps, size, now, tell);
  }
}

/** Whether a window that ends then has been told to be final, or is being told. */
export async function isFinalized(store: Store, size: WindowSize, end: number): Promise<boolean> {
  const text = textOf((await store.read([`w/${size}`]))[0]);
  return text !== undefined && (JSON.parse(text) as FinalMark).end >= end;
}

async function closeSize(deps: FinalizerDeps, size: WindowSize, now: number, tell: (closed: FinalizedWindow) => void): Promise<void> {
  const { store, publication, calendar, graceMs, skew } = deps;
  const key = `w/${size}`;
  const end = calendar.windowAt(size, now - graceMs).start;
  const text = textOf((await store.read([key]))[0]);
  const from = openFrom(text, end, now);
  if (from === undefined || Math.abs((await skew?.()) ?? 0) > Math.max(graceMs, SKEW_MS)) return;
  const claim = JSON.stringify({ from, end, claimedAt: now, state: 'telling' } satisfies FinalMark);
  const claimed = await store.commit([{ key, expect: text ?? null, value: claim }]);
  if (claimed.outcome === 'conflict') return;
  for (const span of calendar.windowsBetween(size, from, end, MAX_CATCH_UP)) {
    tell({ size, span, values: await publication.readWithZeros(size, span, now, 'final') });
  }
  await store.commit([{ key, expect: claim, value: JSON.stringify({ from, end, claimedAt: now, state: 'told' } satisfies FinalMark) }]);
}

/** Where closing goes on, `undefined` where nothing is to be closed now. A store that was never closed begins with the present. */
function openFrom(text: string | undefined, end: number, now: number): number | undefined {
  if (text === undefined) return end;
  const mark = JSON.parse(text) as FinalMark;
  // A claim from far ahead was made by a clock that has been set right since.
  if (mark.state === 'telling') return Math.abs(now - mark.claimedAt) >= CLAIM_MS ? mark.from : undefined;
  return mark.end < end ? mark.end : undefined;
}
