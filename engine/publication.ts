/**
 * Which numbers must be told again? Those whose slices moved: the first change at once, then at most one per interval, the last value always.
 */
import { Affected } from './affected.js';
import { isClosed } from './closing.js';
import { ALL, type Group, groupOf } from './groups.js';
import { type KpiValue, numberOf } from './kpi.js';
import type { Books } from './reading.js';
import type { SliceChange } from './slice.js';
import type { Counters, Store } from './store/store.js';
import { type Growth, Telling, type TellingSettings } from './telling.js';
import { MINUTE, parseInstant } from './time.js';
import { ToldAt } from './toldAt.js';
import { isSliding, sliceLevel, type Span, type WindowSize } from './window.js';

/** A window of one group that moved: the lists of KPIs it concerns, and what it grew by since it was told (kept where it is over). */
interface Moved extends Group {
  readonly size: WindowSize;
  readonly span: Span;
  readonly kpis: Set<readonly string[]>;
  growth?: Growth;
}

/** What of a moved window is due. */
interface Due {
  readonly moved: Moved;
  readonly kpis: ReadonlySet<string>;
}

/**
 * What is told and how often: `intervalMs` between two values of one number. Where `many` write to the store and tell, a number may be back
 * at what was told here while another told something else in between: then each revision is news.
 */
export interface PublicationSettings extends TellingSettings {
  readonly intervalMs: number;
}

interface Told {
  readonly content: string;
  readonly revision: number;
  readonly usual: number | null | undefined;
  readonly at: number;
}

const MAX_REMEMBERED = 20_000;
/** Where nothing happens, what is usual goes on: so often it is told anew. */
const USUAL_MS = 5 * MINUTE;

/** Keeps what moved until it is due. Holds no timer and no clock: the room asks. */
export class Publication {
  readonly #store: Store;
  readonly #books: Books;
  readonly #settings: PublicationSettings;
  readonly #telling: Telling;
  readonly #affected: Affected;
  readonly #toldAt: ToldAt;
  readonly #moved = new Map<string, Moved>();
  readonly #told = new Map<string, Told>();
  #nextAt: number | undefined;

  constructor(store: Store, books: Books, settings: PublicationSettings) {
    this.#store = store;
    this.#books = books;
    this.#settings = settings;
    this.#telling = new Telling(store, books, settings);
    this.#affected = new Affected(books.kpis);
    this.#toldAt = new ToldAt(settings.intervalMs);
  }

  /** Windows waiting to be told. */
  get size(): number {
    return this.#moved.size;
  }

  /** Sizes whose ends have to be told. */
  get sizes(): readonly WindowSize[] {
    return this.#telling.sizes;
  }

  /** Notes that these slices moved: every window size and every group they are part of. A window that is still to come is told when it begins. */
  touch(slices: readonly SliceChange[], now: number): void {
    this.#telling.learn(slices, now);
    for (const { level, start, store, channel, add } of slices) {
      const kpis = this.#affected.by(add);
      for (const size of this.#telling.sizes) {
        if (sliceLevel(size) !== level) continue;
        const span = this.#books.calendar.windowAt(size, isSliding(size) ? now : start);
        if (span.start > now || (isSliding(size) && start < span.start)) continue;
        const isOver = !isSliding(size) && span.end + this.#books.graceMs <= now;
        this.#note({ size, span, store, channel }, kpis, now, isOver ? add : undefined);
      }
    }
  }

  /**
   * Notes that these values were told and have arrived: they are read once more, and what differs is told again. So the last to arrive is
   * right although another told a newer value before it. Needed among `many` only.
   */
  told(values: readonly KpiValue[], now: number): void {
    if (this.#settings.writers !== 'many') return;
    for (const { name, status, window, store, channel } of values) {
      const start = parseInstant(window.start);
      if (status !== 'live' || start === undefined) continue;
      this.#noteGroup({ size: window.size, span: { start, end: parseInstant(window.end) ?? start }, store, channel }, [name], now);
    }
  }

  /** Epoch ms at which something is due, `undefined` where nothing waits. */
  nextAt(): number | undefined {
    return this.#nextAt;
  }

  /** Takes what is due and reads its present values, without those that were told already. `everything` ignores the interval. */
  async take(now: number, everything = false): Promise<KpiValue[]> {
    const due = this.#takeDue(now, everything);
    try {
      const values = this.news(await this.#withoutEnds(await this.#read(due, now)), now);
      for (const { name, window, store, channel } of values) {
        this.#toldAt.set(nameOf(window.size, parseInstant(window.start) ?? 0, { store, channel }), name, now);
      }
      return values;
    } catch (error) {
      for (const { moved, kpis } of due.values()) this.#noteGroup(moved, [...kpis], now, moved.growth);
      throw error;
    }
  }

  /** The state to tell at a start or at a reconnection: the current windows, with zeros for groups that were there before. */
  async current(now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    for (const size of this.#telling.sizes) {
      values.push(...(await this.readWithZeros(size, this.#books.calendar.windowAt(size, now), now, 'live')));
    }
    return values;
  }

  /** A window's values, with zeros for the groups that were heard on its day (for a day: on the day before). */
  readWithZeros(size: WindowSize, span: Span, now: number, status: 'live' | 'final'): Promise<KpiValue[]> {
    return this.#telling.readWithZeros(size, span, now, status);
  }

  /** Drops what says the same as the last message about the same number. */
  news(values: readonly KpiValue[], now: number): KpiValue[] {
    return values.filter((value) => {
      const key = numberOf(value);
      const told = this.#told.get(key);
      const content = `${String(value.value)} ${String(value.count)} ${value.status}`;
      const usual = value.comparison?.value;
      const isSame = told?.content === content && (this.#settings.writers !== 'many' || told.revision === value.revision);
      if (isSame && (told.usual === usual || Math.abs(now - told.at) < USUAL_MS)) return false;
      this.#told.delete(key);
      this.#told.set(key, { content, revision: value.revision, usual, at: now });
      return true;
    });
  }

  /** That a window is over is told by whoever closes it (see closing.ts), after all that was in time; here only what changed since. */
  async #withoutEnds(values: readonly KpiValue[]): Promise<KpiValue[]> {
    const closed = new Map<string, boolean>();
    for (const { status, window: { size, end } } of values) {
      const name = `${size}/${end}`;
      if (status === 'final' && !closed.has(name)) closed.set(name, await isClosed(this.#store, size, parseInstant(end) ?? 0));
    }
    return values.filter((value) => {
      if (value.status !== 'final') return true;
      return closed.get(`${value.window.size}/${value.window.end}`) === true && this.#told.get(numberOf(value))?.revision !== value.revision;
    });
  }

  #takeDue(now: number, everything: boolean): Map<string, Due> {
    const due = new Map<string, Due>();
    let nextAt: number | undefined;
    for (const [key, moved] of this.#moved) {
      const names = new Set([...moved.kpis].flat());
      const ready = everything || moved.growth !== undefined ? names : new Set([...names].filter((name) => this.#toldAt.dueAt(key, name, now) <= now));
      if (ready.size > 0) due.set(key, { moved, kpis: ready });
      if (ready.size === names.size) {
        this.#moved.delete(key);
        continue;
      }
      const waiting = [...names].filter((name) => !ready.has(name));
      this.#moved.set(key, { ...moved, kpis: new Set([waiting]) });
      for (const name of waiting) nextAt = earlier(nextAt, this.#toldAt.dueAt(key, name, now));
    }
    this.#nextAt = nextAt;
    this.#forget(now);
    return due;
  }

  async #read(due: ReadonlyMap<string, Due>, now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    const look = this.#telling.look(now);
    for (const { size, span } of windowsOf([...due.values()])) {
      const wanted = new Map<string, { kpis: ReadonlySet<string>; growth?: Growth }>();
      for (const { moved, kpis } of due.values()) {
        if (moved.size !== size || moved.span.start !== span.start) continue;
        wanted.set(groupOf(moved), { kpis, ...(moved.growth === undefined ? {} : { growth: moved.growth }) });
      }
      values.push(...(await this.#telling.read(size, span, wanted, now, look)));
    }
    return values;
  }

  #note(window: Omit<Moved, 'kpis' | 'growth'>, kpis: readonly string[], now: number, growth: Counters | undefined): void {
    const grown = growth === undefined ? undefined : { sums: growth, changes: 1 };
    for (const store of [window.store, ALL]) {
      for (const channel of [window.channel, ALL]) this.#noteGroup({ ...window, store, channel }, kpis, now, grown);
    }
  }

  #noteGroup(window: Omit<Moved, 'kpis' | 'growth'>, kpis: readonly string[], now: number, growth?: Growth): void {
    if (kpis.length === 0) return;
    const key = nameOf(window.size, window.span.start, window);
    const { size, span, store, channel } = window;
    const moved = this.#moved.get(key) ?? { size, span, store, channel, kpis: new Set() };
    this.#moved.set(key, moved);
    moved.kpis.add(kpis);
    if (growth !== undefined) moved.growth = grownBy(moved.growth, growth);
    this.#nextAt = earlier(this.#nextAt, growth === undefined ? this.#toldAt.soonest(key, kpis, now) : now);
  }

  #forget(now: number): void {
    this.#toldAt.forget(now);
    for (const key of this.#told.keys()) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(key);
    }
  }
}

function earlier(a: number | undefined, b: number): number {
  return a === undefined || b < a ? b : a;
}

function grownBy(before: Growth | undefined, { sums, changes }: Growth): Growth {
  if (before === undefined) return { sums, changes };
  const grown: Record<string, number> = { ...before.sums };
  for (const [field, sum] of Object.entries(sums)) grown[field] = (grown[field] ?? 0) + sum;
  return { sums: grown, changes: before.changes + changes };
}

function nameOf(size: WindowSize, start: number, group: Group): string {
  return `${size}/${String(start)}/${groupOf(group)}`;
}

function windowsOf(due: readonly Due[]): { size: WindowSize; span: Span }[] {
  const windows = new Map(due.map(({ moved: { size, span } }) => [`${size}/${String(span.start)}`, { size, span }]));
  return [...windows.values()];
}
