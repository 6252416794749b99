/**
 * Which numbers must be told again? Windows whose slices moved, at most once per interval and group, the last value always.
 */
import { isClosed } from './closing.js';
import { ALL, emptyKpis, type KpiValue } from './kpi.js';
import { type Books, readAllGroups } from './ledger.js';
import type { SliceChange } from './slice.js';
import type { Store } from './store/store.js';
import { parseInstant } from './time.js';
import { isSliding, sliceLevel, type Span, type WindowSize } from './window.js';

/** A window of one group that moved. */
interface Moved {
  readonly size: WindowSize;
  readonly span: Span;
  readonly store: string;
  readonly channel: string;
}

/**
 * What is told and how often: `intervalMs` between two values of one group. Where `many` write to the store and tell, a number may be back
 * at what was told here while another told something else in between: then each revision is news.
 */
export interface PublicationSettings {
  readonly sizes: readonly WindowSize[];
  readonly intervalMs: number;
  readonly writers?: 'one' | 'many';
}

const MAX_REMEMBERED = 20_000;

/** Keeps what moved until it is due. Holds no timer and no clock: the room asks. */
export class Publication {
  readonly #store: Store;
  readonly #books: Books;
  readonly #settings: PublicationSettings;
  readonly #moved = new Map<string, Moved>();
  readonly #toldAt = new Map<string, number>();
  readonly #told = new Map<string, { readonly content: string; readonly revision: number }>();

  constructor(store: Store, books: Books, settings: PublicationSettings) {
    this.#store = store;
    this.#books = books;
    this.#settings = settings;
  }

  /** Windows waiting to be told. */
  get size(): number {
    return this.#moved.size;
  }

  /** Notes that these slices moved: every window size and every group they are part of. */
  touch(slices: readonly SliceChange[], now: number): void {
    for (const { level, start, store, channel } of slices) {
      for (const size of this.#settings.sizes) {
        if (sliceLevel(size) !== level) continue;
        const span = this.#books.calendar.windowAt(size, isSliding(size) ? now : start);
        if (isSliding(size) && start < span.start) continue;
        this.#note({ size, span, store, channel });
      }
    }
  }

  /**
   * Notes that these values were told and have arrived: they are read once more, and what differs is told again. So the last to arrive is
   * right although another told a newer value before it. Needed among `many` only.
   */
  told(values: readonly KpiValue[]): void {
    if (this.#settings.writers !== 'many') return;
    for (const { status, window, store, channel } of values) {
      const start = parseInstant(window.start);
      if (status !== 'live' || start === undefined) continue;
      const moved = { size: window.size, span: { start, end: parseInstant(window.end) ?? start }, store, channel };
      this.#moved.set(nameOf(moved), moved);
    }
  }

  /** Epoch ms at which something is due, `undefined` where nothing waits. */
  nextAt(): number | undefined {
    let next: number | undefined;
    for (const key of this.#moved.keys()) {
      const dueAt = (this.#toldAt.get(key) ?? -Infinity) + this.#settings.intervalMs;
      if (next === undefined || dueAt < next) next = dueAt;
    }
    return next;
  }

  /** Takes what is due and reads its present values, without those that were told already. `everything` ignores the interval. */
  async take(now: number, everything = false): Promise<KpiValue[]> {
    const due = [...this.#moved].filter(([key]) => everything || this.#isDue(key, now));
    for (const [key] of due) {
      this.#moved.delete(key);
      this.#toldAt.set(key, now);
    }
    this.#forget(now);
    try {
      return this.news(await this.#withoutEnds(await this.#readGroups(new Map(due), now)));
    } catch (error) {
      for (const [key, moved] of due) this.#moved.set(key, moved);
      throw error;
    }
  }

  /** Present values of one window, for every group and for all together. */
  readAllGroups(size: WindowSize, span: Span, now: number): Promise<KpiValue[]> {
    return readAllGroups(this.#store, size, span, this.#books, now);
  }

  /** The state to tell at a start or at a reconnection: the current windows, with zeros for groups that were there before. */
  async current(now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    for (const size of this.#settings.sizes) {
      values.push(...(await this.readWithZeros(size, this.#books.calendar.windowAt(size, now), now, 'live')));
    }
    return values;
  }

  /** A window's values, with zeros for the groups that were heard on its day (for a day: on the day before). */
  async readWithZeros(size: WindowSize, span: Span, now: number, status: 'live' | 'final'): Promise<KpiValue[]> {
    const present = await this.readAllGroups(size, span, now);
    const day = this.#books.calendar.windowAt('1d', size === '1d' ? span.start - 1 : isSliding(size) ? now : span.start);
    const seen = await this.readAllGroups('1d', day, now);
    return [...present, ...emptyKpis(seen, present, { size, span, status }, this.#books.kpis, now)];
  }

  /** Drops what says the same as the last message about the same number. */
  news(values: readonly KpiValue[]): KpiValue[] {
    return values.filter((value) => {
      const key = numberOf(value);
      const told = this.#told.get(key);
      const content = `${String(value.value)} ${String(value.count)} ${value.status}`;
      const isSame = told?.content === content && (this.#settings.writers !== 'many' || told.revision === value.revision);
      if (isSame) return false;
      this.#told.delete(key);
      this.#told.set(key, { content, revision: value.revision });
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

  /** What was told in the future was told before the clock was set back. */
  #isDue(key: string, now: number): boolean {
    const toldAt = this.#toldAt.get(key);
    return toldAt === undefined || toldAt > now || toldAt + this.#settings.intervalMs <= now;
  }

  async #readGroups(wanted: ReadonlyMap<string, Moved>, now: number): Promise<KpiValue[]> {
    const values: KpiValue[] = [];
    for (const { size, span } of windowsOf([...wanted.values()])) {
      const rows = await this.readAllGroups(size, span, now);
      values.push(...rows.filter(({ store, channel }) => wanted.has(nameOf({ size, span, store, channel }))));
    }
    return values;
  }

  #note(moved: Moved): void {
    for (const store of [moved.store, ALL]) {
      for (const channel of [moved.channel, ALL]) {
        const group = { ...moved, store, channel };
        this.#moved.set(nameOf(group), group);
      }
    }
  }

  #forget(now: number): void {
    for (const [key, at] of this.#toldAt) {
      if (at + this.#settings.intervalMs > now) break;
      this.#toldAt.delete(key);
    }
    for (const key of this.#told.keys()) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(key);
    }
  }
}

function numberOf({ name, window, store, channel }: KpiValue): string {
  return `${name}/${window.size}/${window.start}/${store}/${channel}`;
}

function nameOf({ size, span, store, channel }: Moved): string {
  return `${size}/${String(span.start)}/${store}/${channel}`;
}

function windowsOf(moved: readonly Moved[]): { size: WindowSize; span: Span }[] {
  const windows = new Map(moved.map(({ size, span }) => [`${size}/${String(span.start)}`, { size, span }]));
  return [...windows.values()];
}
