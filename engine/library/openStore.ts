/**
 * `openStore` opens the place where a shop's facts and sums live: memory, a directory, or a Redis that many processes share.
 */
import { present } from '../base/json.js';
import type { Store } from '../store/store.js';

/** `StoreLocation` says which store. `level`: a directory that one process at a time may open. `ca`: PEM text of a private authority. */
export type StoreLocation =
  | { readonly kind: 'memory' }
  | { readonly kind: 'level'; readonly directory: string }
  | { readonly kind: 'redis'; readonly url: string; readonly ca?: string };

/** `Runtime` gives the engine its time (epoch ms) and its randomness in [0, 1): `{ now: Date.now, random: Math.random }`. */
export interface Runtime {
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * `openStore` loads the driver it needs, and no other. Throws `ConfigError` for a location that cannot be, and the store's faults (`store.locked`,
 * `store.full`, `store.away`); a Redis that is away shows at the first verb. Close it when done.
 */
export async function openStore(location: StoreLocation, { now, random }: Runtime): Promise<Store> {
  const clock = { now };
  if (location.kind === 'redis') {
    const { openRedisStore } = await import('../store/redis/connection.js');
    return openRedisStore(location.url, { clock, random, ...present({ tls: location.ca === undefined ? undefined : { ca: location.ca } }) });
  }
  const { openLevelStore } = await import('../store/level/levelStore.js');
  return openLevelStore(location.kind === 'memory' ? { memory: true } : location.directory, clock);
}
