/** (d) What does "was this seen before?" cost, when a crash must not forget it? Against a Map with a time to live, which forgets everything. */
import { confirm, dedupeKey, reserve } from '../engine/dedupe.js';
import type { ShopEvent } from '../engine/event.js';
import { openLevelStore } from '../engine/store/level.js';
import { HOUR, MINUTE } from '../engine/time.js';
import { place } from './place.js';
import { compare, perSecond } from './report.js';
import { arraysOf, salesOf } from './stream.js';

const ROUNDS = 5;
const MEMORY_MS = 48 * HOUR;
const MAX_IDS = 100_000;

export async function dedupe(): Promise<void> {
  const events = salesOf(40_000);
  const arrays = arraysOf(events, 100);
  await compare('dedupe/keys only', 'events/s', ROUNDS, () => perSecond(events.length, () => { events.forEach(dedupeKey); return undefined; }), () => bareRate(events));
  await compare('dedupe/memory store/arrays of 100', 'events/s', ROUNDS, () => rateIn({ memory: true }, arrays), () => bareRate(events));
  await compare('dedupe/disk/arrays of 100', 'events/s', ROUNDS, async () => {
    const where = place();
    const rate = await rateIn(where.path, arrays);
    where.remove();
    return rate;
  }, () => bareRate(events));
}

/** Reserved and confirmed, as a delivery that completes does. */
async function rateIn(location: string | { readonly memory: true }, arrays: readonly (readonly ShopEvent[])[]): Promise<number> {
  const store = await openLevelStore(location, { now: () => Date.now() });
  const rate = await perSecond(arrays.flat().length, async () => {
    for (const [index, array] of arrays.entries()) await passArray(store, array, String(index));
  });
  await store.close();
  return rate;
}

async function passArray(store: Awaited<ReturnType<typeof openLevelStore>>, array: readonly ShopEvent[], owner: string): Promise<void> {
  const now = Date.now();
  const keys = [...new Set(array.map(dedupeKey))];
  const sightings = await reserve(store, keys.map((key) => ({ key, owner, expiresAt: now + MINUTE })));
  await confirm(store, keys.filter((key) => sightings.get(key) === 'first'), now + MEMORY_MS);
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
