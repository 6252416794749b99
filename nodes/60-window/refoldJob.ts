/**
 * `RefoldJob` brings stored facts to the present definitions, a page at a time between other work. What a fault of the store interrupts goes on
 * by itself, and all facts are read once more later, for what another worker still wrote under former definitions.
 */
import { isRefolded, markRefolded, refold } from '../../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../../engine/aggregate/slice.js';
import { messageOf } from '../../engine/base/errors.js';
import { retryDelay } from '../../engine/base/retry.js';
import { MINUTE } from '../../engine/base/time.js';
import type { Store } from '../../engine/store/store.js';
import { raiseWarning } from '../shared/raisedWarnings.js';

export interface RefoldDeps {
  readonly store: Store;
  readonly warn: (text: string) => void;
  readonly context: () => Promise<FoldContext>;
}

/** Between two pages. */
const PAUSE_MS = 5;
/** After the first pass; an old worker is replaced within minutes. */
const LATER_MS = [10 * MINUTE, 50 * MINUTE] as const;
const PAGE = 500;

/** Passes over all facts for one window node. */
export class RefoldJob {
  readonly #deps: RefoldDeps;
  #run: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(deps: RefoldDeps) {
    this.#deps = deps;
  }

  /** Begins from the first fact, after whatever was under way. Nothing begins once the job is closed: a store may open later than its node closes. */
  start(): void {
    if (this.#state === 'closed') return;
    const former = this.#run;
    former?.stop.abort();
    const stop = new AbortController();
    const passes = async (): Promise<void> => {
      await former?.done;
      await this.#passes(stop.signal);
    };
    this.#run = { stop, done: passes().finally(() => { raiseWarning(this); }) };
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#run?.stop.abort();
    await this.#run?.done;
  }

  async #passes(stop: AbortSignal): Promise<void> {
    if (await this.#retried(stop, async () => isRefolded(this.#deps.store, (await this.#deps.context()).generation)) === true) return;
    for (const later of [...LATER_MS, undefined]) {
      await this.#pass(stop);
      if (stop.aborted) return;
      if (later !== undefined) await pause(later, stop);
    }
    await this.#retried(stop, async () => { await markRefolded(this.#deps.store, (await this.#deps.context()).generation); });
  }

  async #pass(stop: AbortSignal): Promise<void> {
    let after: string | undefined = '';
    for (let facts = PAGE; after !== undefined && !stop.aborted; facts += PAGE) {
      const from: string = after;
      after = await this.#retried(stop, async () => refold(this.#deps.store, from, await this.#deps.context()));
      const message = `stored facts are brought to the present definitions: ${String(facts)} read`;
      raiseWarning(this, ...(after === undefined ? [] : [{ cause: 'window.refolding', message }]));
      await pause(PAUSE_MS, stop);
    }
  }

  /** What fails is said and tried again, until it is done or nobody wants it any more. */
  async #retried<T>(stop: AbortSignal, act: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; !stop.aborted; attempt += 1) {
      try {
        return await act();
      } catch (error) {
        const waitMs = retryDelay(attempt, Math.random());
        const message = `bringing stored facts to the present definitions goes on in ${String(Math.ceil(waitMs / 1_000))} s: ${messageOf(error)}`;
        this.#deps.warn(message);
        raiseWarning(this, { cause: 'window.refolding', message });
        await pause(waitMs, stop);
      }
    }
    return undefined;
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
    stop.addEventListener('abort', done);
    if (stop.aborted) done();
  });
}
