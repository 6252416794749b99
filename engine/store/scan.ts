/**
 * What lies in a range of keys, all of it? Page by page.
 */
import type { Entry, KeyRange, Store } from './store.js';

const PAGE = 1_000;

/** All entries of a range, in ascending order. */
export async function scanAll(store: Store, { gte, lt }: KeyRange): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = gte; ;) {
    const page = await store.scan({ gte: from, lt }, PAGE);
    for (const entry of page) entries.push(entry);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return entries;
    from = `${last.key}\u0001`;
  }
}
