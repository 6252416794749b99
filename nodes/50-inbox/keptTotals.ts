/**
 * `KeptTotals` counts by running totals: a visit is kept with its total until the flow has stored it, and sent on again where it has not.
 */
import { takeTotal, visitStored, waitingVisits } from '../../engine/event/footfall.js';
import type { ShopEvent } from '../../engine/event/event.js';
import { SECOND } from '../../engine/base/time.js';
import type { Store } from '../../engine/store/store.js';
import type { DecodedMessage, MarkedEvent } from './decode.js';

const RETRY_MS = 5 * SECOND;

interface KeptTotalsContext {
  readonly store: Store;
  take(message: DecodedMessage): void;
  warn(error: unknown): void;
}

export class KeptTotals {
  readonly #context: KeptTotalsContext;
  /** Ids of visits that are in the flow now. */
  readonly #underWay = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  #life: 'running' | 'closed' = 'running';

  constructor(context: KeptTotalsContext) {
    this.#context = context;
  }

  /** The visit of those who came since the total before, `undefined` where that is nobody. */
  async since(counter: string, total: number, visitOf: (people: number) => ShopEvent | undefined): Promise<MarkedEvent | undefined> {
    const visit = await takeTotal(this.#context.store, counter, total, visitOf);
    return visit === undefined ? undefined : this.#sent(counter, visit);
  }

  /** Sends on what a crash or a refusal left behind. */
  sendWaiting(): void {
    this.#sendAll().catch((error: unknown) => { this.#fail(error); });
  }

  async #sendAll(): Promise<void> {
    const waiting = await waitingVisits(this.#context.store);
    const events = waiting.filter(({ visit }) => !this.#underWay.has(visit.id)).map(({ counter, visit }) => this.#sent(counter, visit));
    if (events.length > 0 && this.#life === 'running') this.#context.take({ events, rejected: [] });
  }

  close(): void {
    this.#life = 'closed';
    clearTimeout(this.#retry);
  }

  #sent(counter: string, visit: ShopEvent): MarkedEvent {
    this.#underWay.add(visit.id);
    return { event: visit, settled: (outcome) => { this.#settle(counter, visit.id, outcome); } };
  }

  #settle(counter: string, id: string, outcome: 'stored' | 'failed'): void {
    if (outcome === 'failed') {
      this.#underWay.delete(id);
      this.#retryLater();
      return;
    }
    visitStored(this.#context.store, counter, id).catch((error: unknown) => { this.#fail(error); }).finally(() => { this.#underWay.delete(id); });
  }

  /** What is kept is not lost: it is sent on later. */
  #fail(error: unknown): void {
    this.#context.warn(error);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#life === 'closed' || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.sendWaiting();
    }, RETRY_MS);
  }
}
