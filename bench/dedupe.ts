/** (d) What does "was this seen before?" cost, when a crash must not forget it? Against a Map with a time to live, which forgets everything. */
import { confirm, dedupeKey, LocalDeduplicator, reserve } from '../engine/delivery/deduplicator.js';
import type { ShopEvent } from '../engine/event/event.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import type { Store } from '../engine/store/store.js';
import { HOUR, MINUTE } from '../engine/base/time.js';
import { keyed, partition } from '../nodes/30-dedupe/deduplicator.js';
import { LocalSeenIds } from '../nodes/30-dedupe/seenIds.js';
import { place } from './place.js';
import { compare, perSecond } from './report.js';
import { arraysOf, salesOf } from './stream.js';

const ROUNDS = 7;
const MEMORY_MS = 48 * HOUR;
const MAX_IDS = 200_000;
/** Messages handled between two pauses for what else there is to do. */
const TURN = 10;

type Pass = (array: readonly ShopEvent[], owner: string) => Promise<void>;
/** `close`: writes what is still to be written. */
type Passing = Pass & { close?(): Promise<void> };

export async function dedupe(): Promise<void> {
  const events = salesOf(80_000);
  const arrays = arraysOf(events, 100);
  const bare = (): Promise<number> => bareRate(events);
  const rounds = async (name: string, where: 'memory' | 'disk', passOf: (store: Store) => Passing): Promise<void> => {
    await compare(`dedupe/${name}`, 'events/s', ROUNDS, () => rateIn(where, arrays, passOf), bare);
  };
  await compare('dedupe/keys only', 'events/s', ROUNDS, () => perSecond(events.length, () => { events.forEach(dedupeKey); return undefined; }), bare);
  await rounds('own store/disk/arrays of 100', 'disk', own);
  await rounds('shared store/memory/arrays of 100', 'memory', shared);
}

async function rateIn(where: 'memory' | 'disk', arrays: readonly (readonly ShopEvent[])[], passOf: (store: Store) => Passing): Promise<number> {
  const on = place();
  const store = await openLevelStore(where === 'disk' ? on.path : { memory: true }, { now: () => Date.now() });
  const rate = await perSecond(arrays.flat().length, async () => {
    const pass = passOf(store);
    for (const [index, array] of arrays.entries()) {
      await pass(array, String(index));
      // A turn ends: what is to be written in the meantime is.
      if (index % TURN === 0) await new Promise(setImmediate);
    }
    await pass.close?.();
  });
  await store.close();
  on.remove();
  return rate;
}

/** As the dedupe node does where the store is its own: found, separated, noted when the delivery completes, and written. */
function own(store: Store): Pass & { close(): Promise<void> } {
  const settings = { memoryMs: MEMORY_MS, reservationMs: MINUTE, most: MAX_IDS, now: () => Date.now(), warn: (error: unknown) => { throw error; } };
  const seenIds = new LocalSeenIds(new LocalDeduplicator(store, MAX_IDS, 'bench'), settings);
  const pass = async (events: readonly ShopEvent[], owner: string): Promise<void> => {
    const message = keyed(events, owner);
    for (const { keys } of partition([message], await seenIds.find([message]))) await seenIds.confirm(keys);
  };
  return Object.assign(pass, { close: () => seenIds.close() });
}

/** As it does where others write to the store, too: reserved and confirmed there. */
function shared(store: Store): Pass {
  return async (array, owner) => {
    const now = Date.now();
    const keys = [...new Set(array.map(dedupeKey))];
    const sightings = await reserve(store, keys.map((key) => ({ key, owner, expiresAt: now + MINUTE })));
    await confirm(store, keys.filter((key) => sightings.get(key) === 'first'), now + MEMORY_MS);
  };
}

/** What is written first: a Map in order of insertion, cleaned at its old end. */
function bareRate(events: readonly ShopEvent[]): Promise<number> {
  const seen = new Map<string, number>();
  return perSecond(events.length, () => {
    for (const { id } of events) {
      const now = Date.now();
      const until = seen.get(id);
      if (until !== undefined && until > now) continue;
      seen.set(id, now + MEMORY_MS);
      evict(seen, now);
    }
    return undefined;
  });
}

function evict(seen: Map<string, number>, now: number): void {
  for (const [id, until] of seen) {
    if (seen.size <= MAX_IDS && until > now) return;
    seen.delete(id);
  }
}
