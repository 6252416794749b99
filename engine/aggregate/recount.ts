/**
 * `recountFacts` has all sums counted anew from the facts, after a repair that may have kept a fact without its sums, or sums without their fact.
 *
 * Sums are set to zero, and facts are marked as counted nowhere: the next start folds them into the present definitions, as after a change of these
 * (see `refold`). Facts outlive the slices they add to, so nothing is forgotten. Nobody else may write meanwhile.
 */
import { type Change, countersOf, type Entry, prefixRange, type Store, textOf } from '../store/store.js';
import { forgetRefolded } from './applyEvents.js';
import { UNCOUNTED } from './fold.js';
import { MEMBERS } from './memberSlice.js';

const PAGE = 1_000;

/** `recountFacts` of one shop. */
export async function recountFacts(store: Store): Promise<void> {
  await store.commit([forgetRefolded()]);
  for (const slices of ['m/', 'h/', MEMBERS]) await rewrite(store, slices, zeroed);
  await rewrite(store, 'f/', ({ key, value }) => {
    const text = textOf(value) ?? '';
    return { key, value: UNCOUNTED + text.slice(text.indexOf('\t')) };
  });
}

/** Without their bookkeeping: what was published goes on from its revision. */
function zeroed({ key, value }: Entry): Change {
  const add: Record<string, number> = {};
  for (const [field, sum] of Object.entries(countersOf(value))) if (!field.startsWith('~')) add[field] = -sum;
  return { key, add, total: 'unneeded' };
}

async function rewrite(store: Store, prefix: string, changed: (entry: Entry) => Change): Promise<void> {
  const { gte: first, lt } = prefixRange(prefix);
  for (let gte = first; ;) {
    const page = await store.scan({ gte, lt }, PAGE);
    await store.commit(page.map(changed), 'soon');
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    gte = `${last.key}\u0001`;
  }
}
