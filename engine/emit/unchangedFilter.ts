/**
 * Was this number told already? What says the same as the last message about it is no news.
 */
import { type KpiValue, numberOf } from '../read/kpiValue.js';
import { MINUTE } from '../base/time.js';

/** What was last told of a number. */
interface LastEmitted {
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
export class UnchangedFilter {
  readonly #writers: 'one' | 'many';
  readonly #emitted = new Map<string, LastEmitted>();

  constructor(writers: 'one' | 'many') {
    this.#writers = writers;
  }

  /** Drops what says the same, and remembers the rest as told. */
  onlyChanged(values: readonly KpiValue[], now: number): KpiValue[] {
    const news = values.filter((value) => {
      const key = numberOf(value);
      if (this.#isSame(value, this.#emitted.get(key), now)) return false;
      // The last to be told is the last to be forgotten.
      this.#emitted.delete(key);
      const { count, status, revision, comparison } = value;
      this.#emitted.set(key, { value: value.value, count, status, revision, usual: comparison?.value, at: now });
      return true;
    });
    this.#forget();
    return news;
  }

  /** The revision that was told of a number. */
  revisionOf(value: KpiValue): number | undefined {
    return this.#emitted.get(numberOf(value))?.revision;
  }

  #forget(): void {
    for (const key of this.#emitted.keys()) {
      if (this.#emitted.size <= MAX_REMEMBERED) break;
      this.#emitted.delete(key);
    }
  }

  #isSame(value: KpiValue, told: LastEmitted | undefined, now: number): boolean {
    if (told?.value !== value.value || told.count !== value.count || told.status !== value.status) return false;
    if (this.#writers === 'many' && told.revision !== value.revision) return false;
    return told.usual === value.comparison?.value || Math.abs(now - told.at) < USUAL_MS;
  }
}
