/**
 * What was read or written lately? Hot keys (this minute's slices, the facts just read) cost no second read.
 */
import type { KnownRecord } from './record.js';

const MAX_ENTRIES = 8_192;
const MAX_TEXT = 4_096;

/** A bounded memory of two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
export class RecentRecords {
  #young = new Map<string, KnownRecord>();
  #old = new Map<string, KnownRecord>();

  /** `undefined` where nothing is known, which is not `absent`. */
  get(key: string): KnownRecord | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, known: KnownRecord): void {
    if (isLarge(known)) {
      this.#young.delete(key);
      this.#old.delete(key);
      return;
    }
    if (this.#young.size >= MAX_ENTRIES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, known);
  }

  /** After a failed write nobody knows what lies on disk. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

function isLarge(known: KnownRecord): boolean {
  return known !== 'absent' && typeof known.value === 'string' && known.value.length > MAX_TEXT;
}
