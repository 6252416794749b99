/**
 * `openStore` opens the place where a shop's facts and sums live: memory, a directory, or a Redis that many processes share.
 */
import { randomBytes } from 'node:crypto';
import { present } from '../base/json.js';
import { tlsOptions } from '../base/tls.js';
import { parseKeyRing } from '../store/sealed/keyRing.js';
import { SealedStore } from '../store/sealed/sealedStore.js';
import type { Store } from '../store/store.js';

/**
 * `StoreLocation` says which store. `level`: a directory that one process at a time may open. `ca`: PEM text of a private authority. `keys`: of an
 * encrypted store, as in BOTTEGA_ENCRYPTION_KEY; `tlsMin` as BOTTEGA_TLS_MIN.
 */
export type StoreLocation =
  | { readonly kind: 'memory' }
  | { readonly kind: 'level'; readonly directory: string; readonly keys?: string }
  | { readonly kind: 'redis'; readonly url: string; readonly ca?: string; readonly tlsMin?: '1.3' | '1.2'; readonly keys?: string };

/** `Runtime` gives the engine its time (epoch ms) and its randomness in [0, 1): `{ now: Date.now, random: Math.random }`. */
export interface Runtime {
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * `openStore` loads the driver it needs, and no other. Throws `ConfigError` for a location that cannot be, and the store's faults (`store.locked`,
 * `store.full`, `store.away`); a Redis that is away and a missing key (`store.key`) show at the first verb. Close it when done.
 */
export async function openStore(location: StoreLocation, { now, random }: Runtime): Promise<Store> {
  const clock = { now };
  if (location.kind === 'memory') {
    const { openLevelStore } = await import('../store/level/levelStore.js');
    return openLevelStore({ memory: true }, clock);
  }
  const terms = { ring: parseKeyRing(location.keys ?? '', 'keys'), randomBytes };
  if (location.kind === 'redis') {
    const { openRedisStore } = await import('../store/redis/connection.js');
    const tls = { ...tlsOptions(present({ BOTTEGA_TLS_MIN: location.tlsMin })), ...present({ ca: location.ca }) };
    return new SealedStore(openRedisStore(location.url, { clock, random, tls }), terms);
  }
  const { openLevelStore } = await import('../store/level/levelStore.js');
  return new SealedStore(await openLevelStore(location.directory, clock), terms);
}
