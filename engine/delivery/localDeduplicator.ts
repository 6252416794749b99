/**
 * Which events were stored lately? Known by heart where one process has the store for itself, with a journal in it for the next start.
 *
 * An event under way passes like a new one, and what makes it a repeat is noted only when it is stored: so there is nothing to reserve or release,
 * and a journal that a crash cut short lets repeats pass, which does no harm.
 */
import { prefixRange, type Store, textOf } from '../store/store.js';

const PREFIX = 'd/j/';
const INSTANT_DIGITS = 15;
const MAX_BLOCK = 1_000;
const PAGE = 100;

/** Keys without line feeds (see `dedupeKey`), each until an instant (epoch ms). */
export class DedupeJournal {
  readonly #store: Store;
  readonly #most: number;
  readonly #name: string;
  /** In order of their end, as all are remembered equally long. */
  readonly #until = new Map<string, number>();
  #unwritten: string[] = [];
  #unwrittenUntil = 0;
  #blocks = 0;
  #read: Promise<void> | undefined;

  /** Keeps at most so many keys. `name` tells the blocks of this start from those of any other: letters and digits, never used twice. */
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
    let range = prefixRange(PREFIX);
    for (;;) {
      const entries = await this.#store.scan(range, PAGE);
      for (const { key, value } of entries) {
        const until = Number(key.slice(PREFIX.length, PREFIX.length + INSTANT_DIGITS));
        for (const known of (textOf(value) ?? '').split('\n')) this.#until.set(known, until);
        this.#forget(now);
      }
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE) return;
      range = { ...range, gte: `${last.key}\u0001` };
    }
  }

  #blockKey(expiresAt: number): string {
    return `${PREFIX}${String(Math.ceil(expiresAt)).padStart(INSTANT_DIGITS, '0')}/${this.#name}-${String(this.#blocks++)}`;
  }

  #forget(now: number): void {
    for (const [key, until] of this.#until) {
      if (this.#until.size <= this.#most && until > now) return;
      this.#until.delete(key);
    }
  }
}
