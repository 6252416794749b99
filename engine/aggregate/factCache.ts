/**
 * Which facts were written lately, or are being written? Decoded, so that the next version costs no read; only a guess, that the commit has
 * to check.
 */
import type { FactChange, KnownFact } from './fold.js';
import type { Store } from '../store/store.js';

/** Facts of one store, twice this many at most: about half a kilobyte each. */
const MAX_FACTS = 8_192;

/** A bounded memory of two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
export class FactCache {
  #young = new Map<string, KnownFact>();
  #old = new Map<string, KnownFact>();

  get(key: string): KnownFact | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** What was read of a fact; a commit under way knows better. */
  learn(key: string, fact: KnownFact | undefined): void {
    const known = this.get(key);
    if (known?.commit === undefined && known !== fact) this.#restore(key, fact);
  }

  /**
   * These facts are being written. Commits are judged in their order, so the next batch may already build on them; if this one fails, what was
   * built on it is refused.
   */
  async during<T>(facts: readonly FactChange[], commit: Promise<T>, isDone: (result: T) => boolean): Promise<T> {
    for (const { after } of facts) {
      after.commit = commit;
      this.#set(after);
    }
    let outcome: 'done' | 'failed' = 'failed';
    try {
      const result = await commit;
      if (isDone(result)) outcome = 'done';
      return result;
    } finally {
      for (const { before, after } of facts) {
        after.commit = undefined;
        if (outcome === 'failed' && this.get(after.key) === after) this.#restore(after.key, before);
      }
    }
  }

  /** Resolves when nobody is writing these facts any more, whatever became of it. */
  async settled(keys: readonly string[]): Promise<void> {
    const commits = new Set<Promise<unknown>>();
    for (const key of keys) {
      const commit = this.get(key)?.commit;
      if (commit !== undefined) commits.add(commit);
    }
    if (commits.size > 0) await Promise.allSettled(commits);
  }

  #set(fact: KnownFact): void {
    if (this.#young.size >= MAX_FACTS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(fact.key, fact);
  }

  #restore(key: string, fact: KnownFact | undefined): void {
    this.#young.delete(key);
    this.#old.delete(key);
    if (fact !== undefined) this.#set(fact);
  }
}

const caches = new WeakMap<Store, FactCache>();

/** The cache that belongs to a store, forgotten with it. */
export function cacheOf(store: Store): FactCache {
  const known = caches.get(store) ?? new FactCache();
  caches.set(store, known);
  return known;
}
