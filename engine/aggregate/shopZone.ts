/**
 * `openZone` keeps the shop's time zone beside its sums, so that a change of it restates history exactly or is refused.
 *
 * Hours are summed as the shop's clock shows them. Another zone whose hours begin at the same instants groups the same sums into other days: that
 * is exact. One that is off by half an hour or a quarter would begin new hours in the middle of old ones.
 */
import { DAY, HOUR, LocalClock } from '../base/time.js';
import { MAX_AGE_MS } from '../event/event.js';
import { prefixRange, type Store, textOf } from '../store/store.js';

/** `ZoneOpened`: `refused` because the kept hours are those of the `former` zone. */
export type ZoneOpened = { readonly outcome: 'opened' } | { readonly outcome: 'refused'; readonly former: string };

const KEY = 'zone';
const HOURS = 'h/';

/** `openZone` writes the zone down, unless hours of another one are kept that do not fit. Throws the store's faults. */
export async function openZone(store: Store, clock: LocalClock, now: number): Promise<ZoneOpened> {
  const former = textOf((await store.read([KEY]))[0]);
  if (former === clock.zone) return { outcome: 'opened' };
  if (former !== undefined && !sameHours(new LocalClock(former), clock, now)) {
    const [kept] = await store.scan(prefixRange(HOURS), 1);
    if (kept !== undefined) return { outcome: 'refused', former };
  }
  const result = await store.commit([{ key: KEY, expect: former ?? null, value: clock.zone }], 'stored');
  // Another worker was quicker: what it wrote counts.
  return result.outcome === 'ok' ? { outcome: 'opened' } : openZone(store, clock, now);
}

/** Whether hours began at the same instants on every day that sums are kept of. */
function sameHours(a: LocalClock, b: LocalClock, now: number): boolean {
  for (let at = now - MAX_AGE_MS - DAY; at <= now + DAY; at += DAY) if ((a.offsetAt(at) - b.offsetAt(at)) % HOUR !== 0) return false;
  return true;
}
