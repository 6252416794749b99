/**
 * Was this event seen before? Reserved when it comes in, confirmed once it is stored, released where storing it failed: for a store that several
 * processes share (dedupeJournal.ts is for one that has it for itself).
 *
 * Two compare-and-set rules keep the promise that an event nobody stored is never taken for a repeat: only `confirm` writes
 * what makes later ones repeats, and `release` removes nothing but the own reservation.
 */
import { createHash } from 'node:crypto';
import type { ShopEvent } from '../event/event.js';
import { Fault } from '../base/errors.js';
import { type Put, type Store, textOf } from '../store/store.js';

/** `first`: reserved now. `repeat`: stored within memory. `inFlight`: reserved by a delivery under way, so nobody knows yet. */
export type Sighting = 'first' | 'repeat' | 'inFlight';

/** A key to reserve. `owner` names one attempt of one delivery, never used twice; from `expiresAt` (epoch ms) on it binds nobody. */
export interface Reservation {
  readonly key: string;
  readonly owner: string;
  readonly expiresAt: number;
}

const CONFIRMED = 'stored';
const MAX_ATTEMPTS = 8;

/** What a key can hold as it is: short, without control characters. */
const PLAIN = /^[\x20-\x7e]{1,122}$/;

/** `d/…` of an event: the same for each redelivery of it, whoever sends it and how. Printable ASCII, at most 122 characters. */
export function dedupeKey({ source, id }: Pick<ShopEvent, 'source' | 'id'>): string {
  // The length keeps "ab" + "c" apart from "a" + "bc"; a digest has no bar.
  const name = `d/${String(source.length)}|${source}|${id}`;
  return PLAIN.test(name) ? name : `d/${createHash('sha256').update(name).digest('base64url').slice(0, 22)}`;
}

/**
 * Reserves what can be reserved, in one commit. Keys must differ. Throws the store's faults, and `store.contended` where others
 * keep moving the same keys; then nothing is reserved.
 */
export async function reserve(store: Store, wanted: readonly Reservation[]): Promise<ReadonlyMap<string, Sighting>> {
  const sightings = new Map<string, Sighting>();
  let open = wanted;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && open.length > 0; attempt += 1) {
    const result = await store.commit(open.map(reservationPut), 'soon');
    if (result.outcome === 'ok') {
      for (const { key } of open) sightings.set(key, 'first');
      return sightings;
    }
    await look(store, result.keys, sightings);
    open = wanted.filter(({ key }) => !sightings.has(key));
  }
  if (open.length > 0) throw new Fault('store.contended', 'the same events keep coming in elsewhere');
  return sightings;
}

/** Stored: from now on they are repeats, until `expiresAt`. */
export async function confirm(store: Store, keys: readonly string[], expiresAt: number): Promise<void> {
  // Unconditional on purpose: who completed has stored the event, whoever holds the reservation now.
  if (keys.length > 0) await store.commit(keys.map((key) => ({ key, value: CONFIRMED, expiresAt })), 'soon');
}

/** Not stored: the next one is first again. What has been confirmed or reserved by others meanwhile stays. */
export async function release(store: Store, keys: readonly string[], owner: string): Promise<void> {
  let open = keys;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && open.length > 0; attempt += 1) {
    const result = await store.commit(open.map((key) => ({ key, expect: reserved(owner) })), 'soon');
    if (result.outcome === 'ok') return;
    const moved = new Set(result.keys);
    open = open.filter((key) => !moved.has(key));
  }
}

async function look(store: Store, keys: readonly string[], sightings: Map<string, Sighting>): Promise<void> {
  const values = await store.read(keys);
  keys.forEach((key, index) => {
    const value = textOf(values[index]);
    // Absent: it expired or was released between the commit and this look, and can be reserved now.
    if (value !== undefined) sightings.set(key, value === CONFIRMED ? 'repeat' : 'inFlight');
  });
}

function reservationPut({ key, owner, expiresAt }: Reservation): Put {
  return { key, expect: null, value: reserved(owner), expiresAt };
}

function reserved(owner: string): string {
  return `by ${owner}`;
}
