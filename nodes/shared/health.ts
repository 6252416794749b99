/**
 * How is a resource (store, broker), and who wants to know?
 */
import type { Health, Watched } from './ports.js';

/** Holds one health and tells its watchers each change. */
export class WatchedHealth implements Watched {
  #health: Health;
  readonly #listeners = new Set<(health: Health) => void>();

  constructor(first: Health) {
    this.#health = first;
  }

  health(): Health {
    return this.#health;
  }

  watch(listener: (health: Health) => void): () => void {
    // A wrapper of its own: the same function may watch twice.
    const watcher = (health: Health): void => { listener(health); };
    this.#listeners.add(watcher);
    watcher(this.#health);
    return () => { this.#listeners.delete(watcher); };
  }

  set(health: Health): void {
    if (sameAs(this.#health, health)) return;
    this.#health = health;
    for (const listener of [...this.#listeners]) listener(health);
  }
}

function sameAs(a: Health, b: Health): boolean {
  if (a.state === 'ok' || b.state === 'ok') return a.state === b.state;
  return a.cause === b.cause && a.message === b.message && a.retryAt === b.retryAt;
}
