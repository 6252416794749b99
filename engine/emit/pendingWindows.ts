/**
 * `PendingWindows` are the windows that a slice is part of, and what of them waits to be emitted: one for each window and group, found once and kept.
 */
import type { AffectedKpis } from './affected.js';
import { ALL, type Group, groupOf } from '../read/rollup.js';
import { type Level, type SliceChange, sliceKey } from '../aggregate/slice.js';
import type { CorrectionDelta } from './windowValues.js';
import type { Kpi } from '../kpi/kpi.js';
import { type Calendar, isSliding, sliceLevel, type Span, type WindowSize } from '../calendar/windowAssigner.js';

/** Numbers of a cell that may be emitted now and, of a window that is over, what its sums grew by since they were emitted. */
export interface Due {
  readonly cell: PendingWindow;
  readonly kpis: ReadonlySet<Kpi>;
  readonly growth?: CorrectionDelta;
}

const MAX_SLICES = 2_000;
const MAX_CELLS = 20_000;

/** One window of one group: its numbers that wait, and when each was emitted last. */
export class PendingWindow implements Group {
  readonly size: WindowSize;
  readonly span: Span;
  readonly store: string;
  readonly channel: string;
  readonly #intervalMs: number;
  readonly #waiting = new Set<Kpi>();
  /** Of these all wait, so that the next change of the same kind has nothing to add. */
  readonly #noted = new Set<AffectedKpis>();
  readonly #emittedAt = new Map<Kpi, number>();
  #latestAt: number | undefined;
  #growth: CorrectionDelta | undefined;

  constructor(size: WindowSize, span: Span, { store, channel }: Group, intervalMs: number) {
    this.size = size;
    this.span = span;
    this.store = store;
    this.channel = channel;
    this.#intervalMs = intervalMs;
  }

  /**
   * Adds numbers to what waits; answers when the first of them may be emitted, `undefined` where that was known. `growth`: at once. What a change only
   * speaks of is emitted the first time, for then it becomes known.
   */
  markDirty(affected: AffectedKpis, now: number, growth?: CorrectionDelta): number | undefined {
    if (growth !== undefined) this.#growth = grownBy(this.#growth, growth);
    else if (this.#noted.has(affected)) return undefined;
    this.#noted.add(affected);
    for (const kpi of affected.moved) this.#waiting.add(kpi);
    for (const kpi of affected.spokenOf) if (!this.#emittedAt.has(kpi)) this.#waiting.add(kpi);
    if (this.#waiting.size === 0) return undefined;
    return this.#growth === undefined ? this.#soonest(this.#waiting, now) : now;
  }

  /** Takes what is due, or everything. */
  drain(now: number, wanted: 'due' | 'everything'): Due | undefined {
    const growth = this.#growth;
    const isWhole = wanted === 'everything' || growth !== undefined || !this.#isHeldBack(now);
    const kpis = new Set(isWhole ? this.#waiting : [...this.#waiting].filter((kpi) => this.#dueAt(kpi, now) <= now));
    if (kpis.size === 0) return undefined;
    this.#growth = undefined;
    this.#noted.clear();
    for (const kpi of kpis) this.#waiting.delete(kpi);
    return { cell: this, kpis, ...(growth === undefined ? {} : { growth }) };
  }

  /** Whatever was read along with a change was emitted: an average that stayed the same is not read again at each sale. */
  emitted(kpis: Iterable<Kpi>, now: number): void {
    this.#latestAt = now;
    for (const kpi of kpis) this.#emittedAt.set(kpi, now);
  }

  /** When the first of those that wait may be emitted; `undefined` where none waits. */
  nextAt(now: number): number | undefined {
    return this.#waiting.size === 0 ? undefined : this.#soonest(this.#waiting, now);
  }

  isIdle(now: number): boolean {
    return this.#waiting.size === 0 && !this.#isHeldBack(now);
  }

  /** Whether any number was emitted within the interval. What was emitted in the future was emitted before the clock was set back. */
  #isHeldBack(now: number): boolean {
    return this.#latestAt !== undefined && this.#latestAt <= now && this.#latestAt + this.#intervalMs > now;
  }

  #soonest(kpis: Iterable<Kpi>, now: number): number {
    if (!this.#isHeldBack(now)) return now;
    let soonest = Infinity;
    for (const kpi of kpis) soonest = Math.min(soonest, this.#dueAt(kpi, now));
    return soonest;
  }

  #dueAt(kpi: Kpi, now: number): number {
    const at = this.#emittedAt.get(kpi);
    return at === undefined || at > now ? now : Math.max(now, at + this.#intervalMs);
  }
}

/** All cells that wait, or that may soon again. */
export class PendingWindows {
  readonly #calendar: Calendar;
  readonly #sizes: Readonly<Record<Level, readonly WindowSize[]>>;
  readonly #intervalMs: number;
  readonly #cells = new Map<string, PendingWindow>();
  readonly #bySlice = new Map<string, readonly PendingWindow[]>();

  constructor(calendar: Calendar, sizes: readonly WindowSize[], intervalMs: number) {
    const of = (level: Level): WindowSize[] => sizes.filter((size) => sliceLevel(size) === level);
    this.#calendar = calendar;
    this.#sizes = { minute: of('minute'), hour: of('hour') };
    this.#intervalMs = intervalMs;
  }

  /** Cells of every window that holds a slice: of its store and channel, its store, its channel, and of all together. */
  of(slice: SliceChange, now: number): readonly PendingWindow[] {
    const { level, start, store, channel } = slice;
    const key = sliceKey(level, start, store, channel);
    if (this.#bySlice.size >= MAX_SLICES || this.#cells.size >= MAX_CELLS) this.#forget(now);
    const known = this.#bySlice.get(key) ?? this.#around(slice, (size) => (isSliding(size) ? undefined : this.#calendar.windowAt(size, start)));
    this.#bySlice.set(key, known);
    if (!this.#sizes[level].some(isSliding)) return known;
    const sliding = this.#around(slice, (size) => (isSliding(size) ? this.#calendar.windowAt(size, now) : undefined));
    return [...known, ...sliding.filter(({ span }) => start >= span.start)];
  }

  cell(size: WindowSize, span: Span, group: Group): PendingWindow {
    const key = `${size}/${String(span.start)}/${groupOf(group)}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell = new PendingWindow(size, span, group, this.#intervalMs);
    this.#cells.set(key, cell);
    return cell;
  }

  #around({ level, store, channel }: SliceChange, spanOf: (size: WindowSize) => Span | undefined): PendingWindow[] {
    const groups = [{ store, channel }, { store, channel: ALL }, { store: ALL, channel }, { store: ALL, channel: ALL }];
    return this.#sizes[level].flatMap((size) => {
      const span = spanOf(size);
      return span === undefined ? [] : groups.map((group) => this.cell(size, span, group));
    });
  }

  #forget(now: number): void {
    this.#bySlice.clear();
    for (const [key, cell] of this.#cells) if (cell.isIdle(now)) this.#cells.delete(key);
  }
}

function grownBy(before: CorrectionDelta | undefined, { sums, changes }: CorrectionDelta): CorrectionDelta {
  if (before === undefined) return { sums, changes };
  const grown: Record<string, number> = { ...before.sums };
  for (const [field, sum] of Object.entries(sums)) grown[field] = (grown[field] ?? 0) + sum;
  return { sums: grown, changes: before.changes + changes };
}
