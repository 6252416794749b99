/**
 * Exponential backoff with jitter: how long to wait before a resource that failed is tried again.
 */

/** `Backoff` says how long the first wait is and how long waits become at most, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly lastMs: number;
}

const USUAL: Backoff = { firstMs: 250, lastMs: 30_000 };

/** `retryDelay` gives the milliseconds before the n-th retry (from 0): doubling from `firstMs` to `lastMs`, spread by half. `random` in [0, 1). */
export function retryDelay(attempt: number, random: number, { firstMs, lastMs }: Backoff = USUAL): number {
  return Math.round(Math.min(lastMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.5 + random / 2));
}
