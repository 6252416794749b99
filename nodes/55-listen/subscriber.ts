/**
 * `Subscriber` makes messages of the flow from published numbers, collected for one turn of the event loop.
 */
import { StaleGuard, decodeKpiMessage } from '../../engine/emit/kpiMessage.js';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import type { NodeContext } from '../shared/node.js';

const MAX_MESSAGE_VALUES = 500;
/** What is shown of a message that is no number. */
const MAX_SHOWN = 1_000;

type SubscriberContext = Pick<NodeContext<unknown>, 'out' | 'now'> & { changed(): void };

export class Subscriber {
  readonly #context: SubscriberContext;
  readonly #staleGuard = new StaleGuard();
  #newer: KpiValue[] = [];
  #older: KpiValue[] = [];
  #turn: NodeJS.Immediate | undefined;
  received = 0;
  overtaken = 0;

  constructor(context: SubscriberContext) {
    this.#context = context;
  }

  /** An empty message clears a topic: there is no number in it. */
  take(topic: string, payload: Buffer): void {
    if (payload.length === 0) return;
    const value = decodeKpiMessage(topic, payload.toString());
    if (value === undefined) {
      this.#context.out.secondary({ topic, payload: payload.toString('utf8', 0, MAX_SHOWN) }, 'kpi.malformed');
      return;
    }
    (this.#staleGuard.accept(value, this.#context.now()) === 'newer' ? this.#newer : this.#older).push(value);
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#flush();
    });
  }

  close(): void {
    clearImmediate(this.#turn);
  }

  #flush(): void {
    const { out } = this.#context;
    this.received += this.#newer.length;
    this.overtaken += this.#older.length;
    while (this.#newer.length > 0) out.primary({ topic: 'kpi', payload: this.#newer.splice(0, MAX_MESSAGE_VALUES) });
    while (this.#older.length > 0) out.secondary({ topic: 'kpi', payload: this.#older.splice(0, MAX_MESSAGE_VALUES) }, 'kpi.overtaken');
    this.#context.changed();
  }
}
