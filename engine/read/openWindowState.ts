/**
 * What do the windows that are open now add up to, without reading them again for every change? Read once, then kept up by each change.
 *
 * A slice is known by its whole sums after a commit, and by the number of its changes: so it does not matter whether a change is received
 * before or after the store was read that holds it already. Only where one process writes; what a second one writes is seen at the next read.
 */
import { type Group, type GroupRows, GroupSums } from './rollup.js';
import { type Level, parseSliceKey, REVISION, sliceKey, type SliceChange, UPDATED_AT } from '../aggregate/slice.js';
import { type Counters, countersOf, type Entry } from '../store/store.js';
import { type Span, sliceLevel, type WindowSize } from '../calendar/windowAssigner.js';

/** One open window. */
interface Open {
  readonly level: Level;
  readonly span: Span;
  readonly slices: Map<string, Counters>;
  readonly groups: GroupSums;
  loaded: Promise<unknown>;
}

const MAX_WINDOWS = 32;

export class OpenWindowState {
  readonly #windows = new Map<string, Open>();

  /** Slices that changed. One whose sums are not given makes its windows unknown. */
  learn(changes: readonly SliceChange[]): void {
    for (const { level, start, store, channel, totals } of changes) {
      const key = sliceKey(level, start, store, channel);
      for (const [name, window] of this.#windows) {
        if (window.level !== level || start < window.span.start || start >= window.span.end) continue;
        if (totals === undefined) this.#windows.delete(name);
        else put(window, key, { store, channel }, totals);
      }
    }
  }

  /** Sums of an open window for every group; `read` gives its slices where they are not known yet. */
  async rows(size: WindowSize, span: Span, read: () => Promise<readonly Entry[]>): Promise<GroupRows> {
    const known = this.#windows.get(nameOf(size, span));
    const window = known ?? this.#open(size, span, read);
    await window.loaded;
    return window.groups.rows;
  }

  /** What a read of the store found in a window, should it be kept here. `moved`: it was not known. */
  refresh(size: WindowSize, span: Span, slices: readonly Entry[]): 'same' | 'moved' {
    const window = this.#windows.get(nameOf(size, span));
    if (window === undefined) return 'moved';
    const moved = slices.filter(({ key, value }) => put(window, key, parseSliceKey(key), countersOf(value)) === 'moved');
    return moved.length === 0 ? 'same' : 'moved';
  }

  /** How many groups an open window has, 0 where it is not kept. */
  groupsIn(size: WindowSize, span: Span): number {
    return this.#windows.get(nameOf(size, span))?.groups.rows.size ?? 0;
  }

  /** Drops what was over before `now`. */
  forget(now: number): void {
    for (const [name, { span }] of this.#windows) if (span.end <= now) this.#windows.delete(name);
  }

  #open(size: WindowSize, span: Span, read: () => Promise<readonly Entry[]>): Open {
    const name = nameOf(size, span);
    const window: Open = { level: sliceLevel(size), span, slices: new Map(), groups: new GroupSums(span), loaded: Promise.resolve() };
    if (this.#windows.size >= MAX_WINDOWS) this.#windows.clear();
    this.#windows.set(name, window);
    window.loaded = read().then((slices) => { for (const { key, value } of slices) put(window, key, parseSliceKey(key), countersOf(value)); });
    window.loaded.catch(() => { this.#windows.delete(name); });
    return window;
  }
}

/** The sums with more changes are the newer ones. */
function put({ slices, groups }: Open, key: string, { store, channel }: Group, totals: Counters): 'same' | 'moved' {
  const before = slices.get(key);
  if (before !== undefined && (before[REVISION] ?? 0) >= (totals[REVISION] ?? 0)) return 'same';
  slices.set(key, totals);
  groups.add({ store, channel }, before === undefined ? totals : growth(before, totals));
  return 'moved';
}

function growth(before: Counters, totals: Counters): Counters {
  const grown: Record<string, number> = {};
  for (const field in totals) {
    const total = totals[field] ?? 0;
    const more = field === UPDATED_AT ? total : total - (before[field] ?? 0);
    if (more !== 0) grown[field] = more;
  }
  return grown;
}

function nameOf(size: WindowSize, { start }: Span): string {
  return `${size}/${String(start)}`;
}
