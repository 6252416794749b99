/**
 * What do the slices of a window add up to, for a store, a channel, or all of them?
 */
import { parseSliceKey, UPDATED_AT } from '../aggregate/slice.js';
import { type Counters, countersOf, type Entry } from '../store/store.js';
import type { Span } from '../calendar/windowAssigner.js';

/** `_` in place of a store or channel: all of them. */
export const ALL = '_';

/** What is grouped by. */
export interface Grouping {
  readonly store: boolean;
  readonly channel: boolean;
}

/** Every grouping of a shop: as a whole, by store, by channel, and by both. */
export const GROUPINGS: readonly Grouping[] = [
  { store: false, channel: false },
  { store: true, channel: false },
  { store: false, channel: true },
  { store: true, channel: true },
];

const COARSER = GROUPINGS.filter(({ store, channel }) => !store || !channel);

/** A store and channel, or all of them. */
export interface Group {
  readonly store: string;
  readonly channel: string;
}

/** Sums of one window and group; `shift` names a window that is one. */
export interface WindowSums extends Group {
  readonly span: Span;
  readonly sums: Counters;
  readonly shift?: string;
}

/** Merges slices (all of one level, in the spans' order of time) into one row of sums per window and group. */
export function sumWindows(slices: readonly Entry[], spans: readonly Span[], grouping: Grouping): WindowSums[] {
  const rows = new Map<string, Group & { span: Span; sums: Record<string, number> }>();
  for (const { key, value } of slices) {
    const slice = parseSliceKey(key);
    const span = spanAt(spans, slice.start);
    if (span === undefined) continue;
    const group = grouped(slice, grouping);
    const name = `${String(span.start)}/${groupOf(group)}`;
    const row = rows.get(name) ?? { span, ...group, sums: {} };
    rows.set(name, row);
    mergeSums(row.sums, countersOf(value));
  }
  return [...rows.values()];
}

/** The rows of one window by the names of their groups. */
export type GroupRows = ReadonlyMap<string, WindowSums>;

/**
 * The sums of one window for every group, added to by store and channel. A group of one store and channel has the very sums of these: what is read
 * from them is read once.
 */
export class GroupSums {
  readonly rows = new Map<string, WindowSums & { sums: Record<string, number>; parts: number }>();
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  add(part: Group, grown: Counters): void {
    const known = this.rows.get(groupOf(part));
    const sums = known?.sums ?? {};
    mergeSums(sums, grown);
    if (known === undefined) this.rows.set(groupOf(part), { span: this.#span, ...part, sums, parts: 1 });
    for (const grouping of COARSER) this.#addTo(grouped(part, grouping), sums, grown, known === undefined ? 1 : 0);
  }

  #addTo(group: Group, sums: Record<string, number>, grown: Counters, parts: 0 | 1): void {
    const name = groupOf(group);
    const row = this.rows.get(name);
    if (row === undefined) {
      this.rows.set(name, { span: this.#span, ...group, sums, parts });
      return;
    }
    row.parts += parts;
    if (row.sums === sums) return;
    if (row.parts === 2 && parts === 1) row.sums = { ...row.sums };
    mergeSums(row.sums, grown);
  }
}

/** The sums of one window for every grouping: slices are added up once, by store and channel, and those sums once more for the others. */
export function sumGroups(slices: readonly Entry[], span: Span): GroupRows {
  const groups = new GroupSums(span);
  for (const row of sumWindows(slices, [span], { store: true, channel: true })) groups.add(row, row.sums);
  return groups.rows;
}

/** Adds what one store and channel has to the sums of all its groups, by their names. */
export function addToGroups(byGroup: Map<string, Record<string, number>>, part: Group, grown: Counters): void {
  for (const grouping of GROUPINGS) {
    const name = groupOf(grouped(part, grouping));
    const sums = byGroup.get(name) ?? {};
    byGroup.set(name, sums);
    mergeSums(sums, grown);
  }
}

/** The group that something belongs to under this grouping. */
export function grouped({ store, channel }: Group, grouping: Grouping): Group {
  return { store: grouping.store ? store : ALL, channel: grouping.channel ? channel : ALL };
}

/** "milano/pos": the name of a group. */
export function groupOf({ store, channel }: Group): string {
  return `${store}/${channel}`;
}

/** Whether a store and channel are of a group, which may be all. */
export function isWithin(one: Group, group: Group): boolean {
  return (group.store === ALL || group.store === one.store) && (group.channel === ALL || group.channel === one.channel);
}

/** Adds a slice; when it last changed is no sum. */
export function mergeSums(into: Record<string, number>, from: Counters): void {
  for (const field in from) {
    const value = from[field] ?? 0;
    into[field] = field === UPDATED_AT ? Math.max(into[field] ?? 0, value) : (into[field] ?? 0) + value;
  }
}

/** The span that holds an instant, of spans in order of time that do not overlap. */
export function spanAt(spans: readonly Span[], start: number): Span | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined || start < span.start) high = middle - 1;
    else if (start >= span.end) low = middle + 1;
    else return span;
  }
  return undefined;
}
