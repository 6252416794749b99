/**
 * `WatchedValue` holds one value and calls its watchers back at each change.
 */
export class WatchedValue<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(first: T) {
    this.#value = first;
  }

  get(): T {
    return this.#value;
  }

  /** Calls back at once and at each change; the answer stops it. */
  watch(listener: (value: T) => void): () => void {
    // A wrapper of its own: the same function may watch twice.
    const watcher = (value: T): void => { listener(value); };
    this.#listeners.add(watcher);
    watcher(this.#value);
    return () => { this.#listeners.delete(watcher); };
  }

  /** What reads the same as JSON is no change. */
  set(value: T): void {
    if (JSON.stringify(value) === JSON.stringify(this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }
}
