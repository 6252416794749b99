/**
 * Deduplication: was this event seen before? `LocalDeduplicator` knows by heart what one process has stored; `reserve`, `confirm` and `release` ask a
 * store that several processes share.
 *
 * An event that nobody stored is never taken for a repeat: only confirming makes later ones repeats, and that happens once the event is stored.
 */
import { Fault } from '../base/errors.js';
import { sha256 } from '../base/secret.js';
import type { ShopEvent } from '../event/event.js';
import { prefixRange, type Put, type Store, textOf } from '../store/store.js';

/** `Sighting`: `first` is reserved now. `repeat`: stored within memory. `inFlight`: reserved by a delivery under way, so nobody knows yet. */
export type Sighting = 'first' | 'repeat' | 'inFlight';

/** `Reservation` is a key to reserve. `owner` names one attempt of one delivery, never used twice; from `expiresAt` (epoch ms) on it binds nobody. */
export interface Reservation {
  readonly key: string;
  readonly owner: string;
  readonly expiresAt: number;
}

const CONFIRMED = 'stored';
const MAX_ATTEMPTS = 8;
const JOURNAL = 'd/j/';
const INSTANT_DIGITS = 15;
const MAX_BLOCK = 1_000;
const PAGE = 100;

/** What a key can hold as it is: short, without control characters. */
const PLAIN = /^[\x20-\x7e]{1,122}$/;

/** `dedupeKey` is `d/…` of an event: the same for each redelivery of it, whoever sends it and how. Printable ASCII, at most 122 characters. */
export function dedupeKey({ source, id }: Pick<ShopEvent, 'source' | 'id'>): string {
  // The length keeps "ab" + "c" apart from "a" + "bc"; a digest has no bar.
  const name = `d/${String(source.length)}|${source}|${id}`;
  return PLAIN.test(name) ? name : `d/${sha256(name).toString('base64url').slice(0, 22)}`;
}

/**
 * `reserve` reserves what can be reserved, in one commit. Keys must differ. Throws the store's faults, and `store.contended` where others
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
    await learn(store, result.keys, sightings);
    open = wanted.filter(({ key }) => !sightings.has(key));
  }
  if (open.length > 0) throw new Fault('store.contended', 'the same events keep coming in elsewhere');
  return sightings;
}

/** `confirm` says that they are stored: from now on they are repeats, until `expiresAt`. */
export async function confirm(store: Store, keys: readonly string[], expiresAt: number): Promise<void> {
  // Unconditional on purpose: who completed has stored the event, whoever holds the reservation now.
  if (keys.length > 0) await store.commit(keys.map((key) => ({ key, value: CONFIRMED, expiresAt })), 'soon');
}

/** `release` says that they are not stored: the next one is first again. What has been confirmed or reserved by others meanwhile stays. */
export async function release(store: Store, keys: readonly string[], owner: string): Promise<void> {
  let open = keys;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && open.length > 0; attempt += 1) {
    const result = await store.commit(open.map((key) => ({ key, expect: reserved(owner) })), 'soon');
    if (result.outcome === 'ok') return;
    const moved = new Set(result.keys);
    open = open.filter((key) => !moved.has(key));
  }
}

async function learn(store: Store, keys: readonly string[], sightings: Map<string, Sighting>): Promise<void> {
  const values = await store.read(keys);
  keys.forEach((key, index) => {
    const value = textOf(values[index]);
    // Absent: it expired or was released between the commit and this lookup, and can be reserved now.
    if (value !== undefined) sightings.set(key, value === CONFIRMED ? 'repeat' : 'inFlight');
  });
}

function reservationPut({ key, owner, expiresAt }: Reservation): Put {
  return { key, expect: null, value: reserved(owner), expiresAt };
}

function reserved(owner: string): string {
  return `by ${owner}`;
}

/**
 * `LocalDeduplicator` is for one process that has the store for itself: keys in memory, each until an instant (epoch ms), with a journal in the store
 * for the next start. An event under way passes like a new one, and is a repeat only when it is stored: so there is nothing to reserve or release,
 * and a journal that a crash cut short lets repeats pass, which does no harm.
 */
export class LocalDeduplicator {
  readonly #store: Store;
  readonly #most: number;
  readonly #name: string;
  /** In order of their end, as all are remembered equally long. */
  readonly #until = new Map<string, number>();
  #unwritten: string[] = [];
  #unwrittenUntil = 0;
  #blocks = 0;
  #read: Promise<void> | undefined;

  /** Keeps at most so many keys. `name` distinguishes the blocks of this start from those of any other: letters and digits, never used twice. */
  constructor(store: Store, most: number, name: string) {
    this.#store = store;
    this.#most = most;
    this.#name = name;
  }

  /** Keys that are noted and not yet in the store. */
  get unwritten(): number {
    return this.#unwritten.length;
  }

  /** Reads what former starts have written, once; to be awaited before `knows`. Throws the store's faults, and tries again at the next call. */
  open(now: number): Promise<void> {
    this.#read ??= this.#readAll(now).catch((error: unknown) => {
      this.#read = undefined;
      throw error;
    });
    return this.#read;
  }

  knows(key: string, now: number): boolean {
    const until = this.#until.get(key);
    return until !== undefined && until > now;
  }

  /** Stored: from now on they are repeats, until `expiresAt`. */
  confirm(keys: readonly string[], expiresAt: number, now: number): void {
    // First, because what is over would keep its old place in the order.
    this.#forget(now);
    for (const key of keys) {
      this.#until.set(key, expiresAt);
      this.#unwritten.push(key);
    }
    this.#unwrittenUntil = Math.max(this.#unwrittenUntil, expiresAt);
  }

  /** Writes what was noted since the last time. What cannot be written is known until the process ends. */
  async write(): Promise<void> {
    const keys = this.#unwritten;
    const expiresAt = this.#unwrittenUntil;
    this.#unwritten = [];
    this.#unwrittenUntil = 0;
    const blocks = Array.from({ length: Math.ceil(keys.length / MAX_BLOCK) }, (_, block) => keys.slice(block * MAX_BLOCK, (block + 1) * MAX_BLOCK));
    if (blocks.length > 0) await this.#store.commit(blocks.map((block) => ({ key: this.#blockKey(expiresAt), value: block.join('\n'), expiresAt })), 'soon');
  }

  async #readAll(now: number): Promise<void> {
    let range = prefixRange(JOURNAL);
    for (;;) {
      const entries = await this.#store.scan(range, PAGE);
      for (const { key, value } of entries) {
        const until = Number(key.slice(JOURNAL.length, JOURNAL.length + INSTANT_DIGITS));
        for (const known of (textOf(value) ?? '').split('\n')) this.#until.set(known, until);
        this.#forget(now);
      }
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE) return;
      range = { ...range, gte: `${last.key}\u0001` };
    }
  }

  #blockKey(expiresAt: number): string {
    return `${JOURNAL}${String(Math.ceil(expiresAt)).padStart(INSTANT_DIGITS, '0')}/${this.#name}-${String(this.#blocks++)}`;
  }

  #forget(now: number): void {
    for (const [key, until] of this.#until) {
      if (this.#until.size <= this.#most && until > now) return;
      this.#until.delete(key);
    }
  }
}
