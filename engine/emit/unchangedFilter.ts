/**
 * `UnchangedFilter` drops a number that says the same as the last message about it.
 */
import { type KpiValue, numberOf } from '../read/kpiValue.js';
import { MINUTE } from '../base/time.js';

/** What was last emitted of a number. */
interface LastEmitted {
  readonly value: number | null;
  readonly count: number;
  readonly status: KpiValue['status'];
  readonly revision: number;
  readonly usual: number | null | undefined;
  readonly at: number;
}

const MAX_REMEMBERED = 20_000;
/** Where nothing happens, what is usual goes on: so often it is emitted anew. */
const USUAL_MS = 5 * MINUTE;

/**
 * The last message of each number, up to a limit. Where `many` write to the store and publish, a number may be back at what was emitted here while
 * another published something else in between: then each revision is a change.
 */
export class UnchangedFilter {
  readonly #writers: 'one' | 'many';
  readonly #emitted = new Map<string, LastEmitted>();

  constructor(writers: 'one' | 'many') {
    this.#writers = writers;
  }

  /** Drops what says the same, and remembers the rest as emitted. */
  onlyChanged(values: readonly KpiValue[], now: number): KpiValue[] {
    const changed: KpiValue[] = [];
    for (const value of values) {
      const key = numberOf(value);
      if (this.#isSame(value, this.#emitted.get(key), now)) continue;
      // The last to be emitted is the last to be forgotten.
      this.#emitted.delete(key);
      const { count, status, revision, comparison } = value;
      this.#emitted.set(key, { value: value.value, count, status, revision, usual: comparison?.value, at: now });
      changed.push(value);
    }
    this.#forget();
    return changed;
  }

  /** The revision that was emitted of a number. */
  revisionOf(value: KpiValue): number | undefined {
    return this.#emitted.get(numberOf(value))?.revision;
  }

  #forget(): void {
    for (const key of this.#emitted.keys()) {
      if (this.#emitted.size <= MAX_REMEMBERED) break;
      this.#emitted.delete(key);
    }
  }

  #isSame(value: KpiValue, last: LastEmitted | undefined, now: number): boolean {
    if (last?.value !== value.value || last.count !== value.count || last.status !== value.status) return false;
    if (this.#writers === 'many' && last.revision !== value.revision) return false;
    return last.usual === value.comparison?.value || Math.abs(now - last.at) < USUAL_MS;
  }
}
