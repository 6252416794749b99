/**
 * `admitEvents` asks of each event whether its store, channel and source may have numbers of their own. What is known is what the store marks: one key
 * per group that was counted and one per source that was seen, so that all workers agree and a restart forgets nothing.
 */
import { isErasure } from '../privacy/erasureRequest.js';
import { SECOND } from '../base/time.js';
import type { ShopEvent } from '../event/event.js';
import { prefixRange, scanAll, type Store } from '../store/store.js';
import { type NameVerdict, admit, isKnown, type CountedNames, type NameRules, noteGroup } from './nameLimits.js';
import { readMarkedGroups } from './publishedWindows.js';

const SOURCES = 'src/';
/** Names that other workers let in, and places that were given back, are known within so long. */
const FRESH_MS = SECOND;

interface Remembered {
  readonly known: CountedNames;
  readonly readAt: number;
}

const remembered = new WeakMap<Store, Remembered>();

/** One answer per event, in their order. Throws the store's faults. Several workers that meet new names in the same second may let in a few too many. */
export async function admitEvents(store: Store, events: readonly ShopEvent[], rules: NameRules, now: number): Promise<readonly NameVerdict[]> {
  const [first] = events;
  if (first === undefined) return [];
  const known = remembered.get(store)?.known;
  const isAllKnown = known !== undefined && events.every((event) => isErasure(event) || isKnown(event, known, rules));
  if (isAllKnown) return events.map((event) => ({ outcome: 'admitted', event }));
  const names = await freshNames(store, rules, now);
  return events.map((event) => (isErasure(event) ? { outcome: 'admitted', event } : admit(event, names, rules)));
}

/** The names that count towards the limits, read anew where what is known of them is older than that. */
export async function freshNames(store: Store, rules: Pick<NameRules, 'declared'>, now: number, freshMs = FRESH_MS): Promise<CountedNames> {
  const last = remembered.get(store);
  // The distance: a clock that was set back must not keep old names for an hour.
  if (last !== undefined && Math.abs(now - last.readAt) < freshMs) return last.known;
  const known = await readNames(store, rules);
  remembered.set(store, { known, readAt: now });
  return known;
}

/** Forgets what this process knows: names were merged or retired. */
export function forgetNames(store: Store): void {
  remembered.delete(store);
}

async function readNames(store: Store, { declared }: Pick<NameRules, 'declared'>): Promise<CountedNames> {
  const [groups, sources] = await Promise.all([readMarkedGroups(store), scanAll(store, prefixRange(SOURCES))]);
  const known: CountedNames = {
    stores: new Set(), channels: new Set(), groups: new Set(), sources: new Set(sources.map(({ key }) => decodeURIComponent(key.slice(SOURCES.length)))),
  };
  for (const group of groups) noteGroup(group.store, group.channel, known, declared);
  return known;
}
