/**
 * When are orders to forget somebody carried out? At once, a page at a time between other work; and what other workers left undone, within the hour.
 */
import { eraseNext } from '../../engine/erasure/eraseFacts.js';
import type { FoldContext } from '../../engine/aggregate/slice.js';
import type { Store } from '../../engine/store/store.js';
import { HOUR } from '../../engine/base/time.js';
import { WakeTimer } from '../shared/wakeTimer.js';
import { events } from '../shared/metrics.js';

export interface EraserDeps {
  readonly store: Store;
  readonly now: () => number;
  readonly warn: (text: string) => void;
  readonly log: (text: string) => void;
  /** What folding depends on, once it is known. */
  readonly context: () => Promise<FoldContext>;
}

/** Between two pages. */
const PAUSE_MS = 5;

/** Forgetting for one window node. */
export class ErasureJob {
  readonly #deps: EraserDeps;
  readonly #alarm: WakeTimer;

  constructor(deps: EraserDeps) {
    const { now, warn } = deps;
    this.#deps = deps;
    this.#alarm = new WakeTimer({ now, warn, wake: () => this.#check() });
  }

  /** There may be an order. */
  set(): void {
    this.#alarm.set(this.#deps.now());
  }

  close(): Promise<void> {
    return this.#alarm.close();
  }

  async #check(): Promise<number> {
    const { store, now, log, context } = this.#deps;
    const turn = await eraseNext(store, await context());
    if (turn.outcome === 'idle') return Math.min(turn.nextAt ?? Infinity, now() + HOUR);
    if (turn.erased > 0) events.inc({ source: 'window', outcome: 'erased' }, turn.erased);
    // The source is a shop or a till, never a person.
    if (turn.outcome === 'finished') log(`customers to be forgotten, asked by ${turn.source}: pseudonym erased from ${String(turn.total)} facts`);
    return now() + PAUSE_MS;
  }
}
