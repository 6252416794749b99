/**
 * Was this number told already? What says the same as the last message about it is no news.
 */
import { type KpiValue, numberOf } from './kpi.js';
import { MINUTE } from './time.js';

/** What was last told of a number. */
interface Told {
  readonly value: number | null;
  readonly count: number;
  readonly status: KpiValue['status'];
  readonly revision: number;
  readonly usual: number | null | undefined;
  readonly at: number;
}

const MAX_REMEMBERED = 20_000;
/** Where nothing happens, what is usual goes on: so often it is told anew. */
const USUAL_MS = 5 * MINUTE;

/**
 * The last message of each number, up to a limit. Where `many` write to the store and tell, a number may be back at what was told here while
 * another told something else in between: then each revision is news.
 */
export class News {
  readonly #writers: 'one' | 'many';
  readonly #told = new Map<string, Told>();

  constructor(writers: 'one' | 'many') {
    this.#writers = writers;
  }

  /** Drops what says the same, and remembers the rest as told. */
  of(values: readonly KpiValue[], now: number): KpiValue[] {
    const news = values.filter((value) => {
      const key = numberOf(value);
      if (this.#isSame(value, this.#told.get(key), now)) return false;
      // The last to be told is the last to be forgotten.
      this.#told.delete(key);
      this.#told.set(key, { value: value.value, count: value.count, status: value.status, revision: value.revision, usual: value.comparison?.value, at: now });
      return true;
    });
    this.#forget();
    return news;
  }

  /** The revision that was told of a number. */
  revisionOf(value: KpiValue): number | undefined {
    return this.#told.get(numberOf(value))?.revision;
  }

  #forget(): void {
    for (const key of this.#told.keys()) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(key);
    }
  }

  #isSame(value: KpiValue, told: Told | undefined, now: number): boolean {
    if (told?.value !== value.value || told.count !== value.count || told.status !== value.status) return false;
    if (this.#writers === 'many' && told.revision !== value.revision) return false;
    return told.usual === value.comparison?.value || Math.abs(now - told.at) < USUAL_MS;
  }
}
