/**
 * `FinalMark` remembers which windows of a size were published as final, across restarts and workers; group marks, since when each store and
 * channel has been. What changes in a window that was published is a correction; what fills one that nobody published is not.
 */
import { type Add, countersOf, prefixRange, scanAll, type Store, textOf } from '../store/store.js';
import { TUMBLING, type Tumbling } from '../calendar/windowAssigner.js';

/**
 * Windows that end in `(since, end]` were published, but for those that end in the `backlog`, which are still to come. What is being published
 * at this moment (`telling`, claimed at epoch ms) is `(from, to]`; `to` is `end` where it is absent. vocabulary-ok
 */
export interface FinalMark {
  readonly from: number;
  readonly end: number;
  readonly to?: number;
  readonly claimedAt: number;
  readonly state: 'telling' | 'told'; // vocabulary-ok: as stored
  /** 0, or absent in marks of former releases: since ever. */
  readonly since?: number;
  readonly backlog?: { readonly from: number; readonly to: number };
}

export const finalMarkKey = (size: Tumbling): string => `w/${size}`;

export function parseFinalMark(text: string | undefined): FinalMark | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as FinalMark);
}

export type FinalMarks = ReadonlyMap<Tumbling, FinalMark>;

/** The marks of these sizes, as far as there are any. */
export async function readFinalMarks(store: Store, sizes: readonly Tumbling[]): Promise<FinalMarks> {
  const texts = (await store.read(sizes.map(finalMarkKey))).map(textOf);
  return new Map(sizes.flatMap((size, index) => {
    const mark = parseFinalMark(texts[index]);
    return mark === undefined ? [] : [[size, mark] as const];
  }));
}

/** Whether a window that ends then was published as final, or is being published. */
export function isPublished(mark: FinalMark | undefined, end: number): boolean {
  return mark !== undefined && end > (mark.since ?? -Infinity) && !isToCome(mark, end);
}

/** Whether a window that ends then is still to be published as final. Where nothing ever was, that begins with the present. */
export function isToCome(mark: FinalMark | undefined, end: number): boolean {
  if (mark === undefined) return false;
  return end > mark.end || (mark.backlog !== undefined && end > mark.backlog.from && end <= mark.backlog.to);
}

const GROUPS = 'gs/';

/** Since when a store and channel, or all that are meant by `_`, have been known (epoch ms): windows that ended before were published without them. */
export type KnownSince = (group: { readonly store: string; readonly channel: string }) => number;

/** Field of a group's mark: the negative of when it was first stored, so that the earliest of several writers is the largest. */
const SINCE = 'notBefore';

/** What marks groups that this process has not marked yet. */
export function groupMarks(store: Store, groups: readonly { readonly store: string; readonly channel: string }[], now: number): Add[] {
  const marked = markedGroups.get(store);
  const keys = new Set(groups.map((group) => `${GROUPS}${group.store}/${group.channel}`));
  return [...keys].filter((key) => marked?.has(key) !== true).map((key) => ({ key, add: {}, max: { [SINCE]: -now }, total: 'unneeded' }));
}

/** The mark of a group that was counted before groups were marked. */
export function alwaysKnown(group: { readonly store: string; readonly channel: string }): Add {
  return { key: `${GROUPS}${group.store}/${group.channel}`, add: {}, max: { [SINCE]: 0 }, total: 'unneeded' };
}

/** Remembers that these marks are stored. */
export function rememberMarks(store: Store, marks: readonly Add[]): void {
  const marked = markedGroups.get(store) ?? new Set<string>();
  markedGroups.set(store, marked);
  for (const { key } of marks) marked.add(key);
}

const markedGroups = new WeakMap<Store, Set<string>>();

/** The groups that have ever been counted, as far as they were not taken out of use. */
export async function readMarkedGroups(store: Store): Promise<{ readonly store: string; readonly channel: string }[]> {
  return (await scanAll(store, prefixRange(GROUPS))).map(({ key }) => {
    const [, name = '', channel = ''] = key.split('/');
    return { store: name, channel };
  });
}

/** Reads since when every group has been known. A store of a former release does not say which it knew: there, all always were. */
export async function readKnownSince(store: Store): Promise<KnownSince> {
  const [marks, finals] = await Promise.all([scanAll(store, prefixRange(GROUPS)), readFinalMarks(store, TUMBLING)]);
  const known = marks.map(({ key, value }) => {
    const [, name = '', channel = ''] = key.split('/');
    return { store: name, channel, since: -(countersOf(value)[SINCE] ?? 0) };
  });
  if ([...finals.values()].some(({ since = 0 }) => since === 0)) return () => 0;
  return (group) => known.reduce((earliest, mark) => (
    (group.store === '_' || group.store === mark.store) && (group.channel === '_' || group.channel === mark.channel) ? Math.min(earliest, mark.since) : earliest
  ), Infinity);
}
