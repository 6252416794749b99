/**
 * `markFormerGroups` marks the groups that a former release counted and did not mark: from their hours, once per store.
 */
import { type Entry, prefixRange, type Store } from '../store/store.js';
import { alwaysKnown, readMarkedGroups } from './publishedWindows.js';
import { parseSliceKey } from './slice.js';

const DONE = 'groups-marked';
const HOURS = 'h/';
const PAGE = 1_000;
const MARKS_PER_COMMIT = 500;

/** Reads all hours of the store where that has not been done yet; may be cut short and begun anew. */
export async function markFormerGroups(store: Store): Promise<void> {
  if ((await store.read([DONE]))[0] !== undefined) return;
  const marked = new Set((await readMarkedGroups(store)).map(nameOf));
  const found = new Map<string, { readonly store: string; readonly channel: string }>();
  for await (const { key } of hours(store)) {
    const group = parseSliceKey(key);
    if (!marked.has(nameOf(group))) found.set(nameOf(group), group);
  }
  const marks = [...found.values()].map(alwaysKnown);
  for (let from = 0; from < marks.length; from += MARKS_PER_COMMIT) await store.commit(marks.slice(from, from + MARKS_PER_COMMIT), 'stored');
  await store.commit([{ key: DONE, value: '1' }], 'stored');
}

function nameOf({ store, channel }: { readonly store: string; readonly channel: string }): string {
  return `${store}/${channel}`;
}

async function* hours(store: Store): AsyncGenerator<Entry> {
  const range = prefixRange(HOURS);
  for (let gte = range.gte; ;) {
    const page = await store.scan({ ...range, gte }, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    gte = `${last.key}\u0001`;
  }
}
