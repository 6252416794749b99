/**
 * `Emitter` decides which numbers are emitted again: those whose slices moved: the first change at once, then at most one per interval, the last value always.
 */
import { Affected, type AffectedKpis } from './affected.js';
import { type PendingWindow, PendingWindows, type Due } from './pendingWindows.js';
import { isStillToFinalize } from './finalizer.js';
import { groupOf } from '../read/rollup.js';
import type { KpiValue } from '../read/kpiValue.js';
import { UnchangedFilter } from './unchangedFilter.js';
import type { ShopContext } from '../read/windowReader.js';
import type { SliceChange } from '../aggregate/slice.js';
import type { Store } from '../store/store.js';
import { type CorrectionDelta, type WantedGroup, WindowValues, type WindowValuesSettings } from './windowValues.js';
import { present } from '../base/json.js';
import { formatInstant, parseInstant } from '../base/time.js';
import { isSliding, type Span, type WindowSize } from '../calendar/windowAssigner.js';

/** What is emitted and how often: `intervalMs` between two values of one number. */
export interface EmitterSettings extends WindowValuesSettings {
  readonly intervalMs: number;
}

/** Keeps what moved until it is due. Holds no timer and no clock: the node asks. */
export class Emitter {
  readonly #store: Store;
  readonly #shop: ShopContext;
  readonly #settings: EmitterSettings;
  readonly #windowValues: WindowValues;
  readonly #affected: Affected;
  readonly #cells: PendingWindows;
  readonly #moved = new Set<PendingWindow>();
  readonly #unchanged: UnchangedFilter;
  /** The windows that were read in full, by size. */
  readonly #begun = new Map<WindowSize, number>();
  #nextAt: number | undefined;

  constructor(store: Store, shop: ShopContext, settings: EmitterSettings) {
    this.#store = store;
    this.#shop = shop;
    this.#settings = settings;
    this.#windowValues = new WindowValues(store, shop, settings);
    this.#affected = new Affected(shop.kpis);
    this.#cells = new PendingWindows(shop.calendar, this.#windowValues.sizes, settings.intervalMs);
    this.#unchanged = new UnchangedFilter(settings.writers ?? 'one');
  }

  /** Windows waiting to be emitted. */
  get size(): number {
    return this.#moved.size;
  }

  /** Sizes whose ends have to be published. */
  get sizes(): readonly WindowSize[] {
    return this.#windowValues.sizes;
  }

  /** Notes that these slices moved: every window size and every group they are part of. A window that is still to come is emitted when it begins. */
  onSlicesChanged(slices: readonly SliceChange[], now: number): void {
    this.#windowValues.onSlicesChanged(slices, now);
    for (const slice of slices) {
      const affected = this.#affected.by(slice.add);
      for (const cell of this.#cells.of(slice, now)) {
        if (cell.span.start > now) continue;
        const isOver = !isSliding(cell.size) && cell.span.end + this.#shop.graceMs <= now;
        this.#note(cell, affected, now, isOver ? { sums: slice.add, changes: 1 } : undefined);
      }
    }
  }

  /**
   * Notes that these values were published and have arrived: they are read once more, and what differs is emitted again. So the last to arrive is
   * right although another published a newer value before it. Needed among `many` only.
   */
  onPublished(values: readonly KpiValue[], now: number): void {
    if (this.#settings.writers !== 'many') return;
    for (const { name, status, window, store, channel } of values) {
      const start = parseInstant(window.start);
      const kpi = this.#shop.kpis.find((one) => one.name === name);
      if (status !== 'live' || start === undefined || kpi === undefined) continue;
      const cell = this.#cells.cell(window.size, { start, end: parseInstant(window.end) ?? start }, { store, channel });
      this.#note(cell, { moved: [kpi], spokenOf: [] }, now, undefined);
    }
  }

  /** Epoch ms at which something is due, `undefined` where nothing waits. */
  nextAt(): number | undefined {
    return this.#nextAt;
  }

  /** Takes what is due and reads its present values, without those that were emitted already. `everything` ignores the interval. */
  async emitDue(now: number, everything = false): Promise<KpiValue[]> {
    const due = this.#takeDue(now, everything ? 'everything' : 'due');
    try {
      const values = this.onlyChanged(await this.#withoutEnds(await this.#read(due, now)), now);
      this.#remember(due, values, now);
      return values;
    } catch (error) {
      for (const { cell, kpis, growth } of due) this.#note(cell, { moved: [...kpis], spokenOf: [] }, now, growth);
      throw error;
    }
  }

  /** The state to publish at a start or at a reconnection: the current windows, with zeros for groups that were there before. */
  async snapshot(now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    for (const size of this.#windowValues.sizes) {
      for (const value of await this.readWithZeros(size, this.#shop.calendar.windowAt(size, now), now, 'live')) values.push(value);
    }
    return values;
  }

  /** What time alone changes, at each minute: windows that begin, those that slide, what is open, and what is usual. */
  async emitMinute(now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    const read = new Map<WindowSize, number>();
    for (const size of this.#windowValues.sizes) {
      const span = this.#shop.calendar.windowAt(size, now);
      if (this.#begun.get(size) === span.start && await this.#windowValues.isStill(size, span, now)) continue;
      for (const value of await this.readWithZeros(size, span, now, 'live')) values.push(value);
      read.set(size, span.start);
    }
    for (const [size, start] of read) this.#begun.set(size, start);
    return this.onlyChanged(values, now);
  }

  /** A window's values, with zeros for the groups that had facts on its day (for a day: on the day before). */
  readWithZeros(size: WindowSize, span: Span, now: number, status: 'live' | 'final'): Promise<KpiValue[]> {
    return this.#windowValues.readWithZeros(size, span, now, status);
  }

  /** Drops what says the same as the last message about the same number. */
  onlyChanged(values: readonly KpiValue[], now: number): KpiValue[] {
    return this.#unchanged.onlyChanged(values, now);
  }

  /** That a window is final is published by the finalizer, after all that was in time; here only what changed since. */
  async #withoutEnds(values: readonly KpiValue[]): Promise<readonly KpiValue[]> {
    const toCome = new Map<string, boolean>();
    for (const { status, window: { size, end } } of values) {
      const name = `${size}/${end}`;
      if (status === 'final' && !toCome.has(name)) toCome.set(name, await isStillToFinalize(this.#store, size, parseInstant(end) ?? 0));
    }
    if (toCome.size === 0) return values;
    return values.filter((value) => {
      if (value.status !== 'final') return true;
      return toCome.get(`${value.window.size}/${value.window.end}`) !== true && this.#unchanged.revisionOf(value) !== value.revision;
    });
  }

  #takeDue(now: number, wanted: 'due' | 'everything'): Due[] {
    const taken: Due[] = [];
    let nextAt: number | undefined;
    for (const cell of this.#moved) {
      const due = cell.drain(now, wanted);
      if (due !== undefined) taken.push(due);
      const waitsUntil = cell.nextAt(now);
      if (waitsUntil === undefined) this.#moved.delete(cell);
      else nextAt = earlier(nextAt, waitsUntil);
    }
    this.#nextAt = nextAt;
    return taken;
  }

  async #read(due: readonly Due[], now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    const snapshot = this.#windowValues.openFacts(now);
    for (const { size, span, wanted } of windowsOf(due)) values.push(...(await this.#windowValues.valuesOf(size, span, wanted, now, snapshot)));
    return values;
  }

  /** Only a window of which something was emitted keeps its numbers back. */
  #remember(due: readonly Due[], values: readonly KpiValue[], now: number): void {
    const emitted = new Set<string>();
    for (const { window, store, channel } of values) emitted.add(`${window.size} ${window.start} ${store}/${channel}`);
    for (const { cell, kpis } of due) {
      if (emitted.has(`${cell.size} ${formatInstant(cell.span.start)} ${groupOf(cell)}`)) cell.emitted(kpis, now);
    }
  }

  #note(cell: PendingWindow, affected: AffectedKpis, now: number, growth: CorrectionDelta | undefined): void {
    const dueAt = cell.markDirty(affected, now, growth);
    if (dueAt === undefined) return;
    this.#moved.add(cell);
    this.#nextAt = earlier(this.#nextAt, dueAt);
  }
}

function earlier(a: number | undefined, b: number): number {
  return a === undefined || b < a ? b : a;
}

interface DueWindow {
  readonly size: WindowSize;
  readonly span: Span;
  readonly wanted: WantedGroup[];
}

/** What is due, by window. */
function windowsOf(due: readonly Due[]): Iterable<DueWindow> {
  const windows = new Map<string, DueWindow>();
  for (const { cell, kpis, growth } of due) {
    const { size, span } = cell;
    const key = `${size}/${String(span.start)}`;
    const window = windows.get(key) ?? { size, span, wanted: [] };
    windows.set(key, window);
    window.wanted.push(present({ group: cell, kpis, growth }));
  }
  return windows.values();
}
