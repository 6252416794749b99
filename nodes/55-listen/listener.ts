/**
 * How do published numbers become messages of the flow? Collected for one turn.
 */
import { Hearing, parseKpi } from '../../engine/hearing.js';
import type { KpiValue } from '../../engine/kpi.js';
import type { RoomContext } from '../runtime.js';

const MAX_MESSAGE_VALUES = 500;
/** What is shown of a message that is no number. */
const MAX_SHOWN = 1_000;

type Context = Pick<RoomContext<unknown>, 'out' | 'now'> & { changed(): void };

export class Listener {
  readonly #context: Context;
  readonly #hearing = new Hearing();
  #newer: KpiValue[] = [];
  #older: KpiValue[] = [];
  #turn: NodeJS.Immediate | undefined;
  heard = 0;
  overtaken = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** An empty message clears a topic: there is no number in it. */
  take(topic: string, payload: Buffer): void {
    if (payload.length === 0) return;
    const value = parseKpi(topic, payload.toString());
    if (value === undefined) {
      this.#context.out.side({ topic, payload: payload.toString('utf8', 0, MAX_SHOWN) }, 'kpi.malformed');
      return;
    }
    (this.#hearing.hear(value, this.#context.now()) === 'newer' ? this.#newer : this.#older).push(value);
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
    this.heard += this.#newer.length;
    this.overtaken += this.#older.length;
    while (this.#newer.length > 0) out.main({ topic: 'kpi', payload: this.#newer.splice(0, MAX_MESSAGE_VALUES) });
    while (this.#older.length > 0) out.side({ topic: 'kpi', payload: this.#older.splice(0, MAX_MESSAGE_VALUES) }, 'kpi.overtaken');
    this.#context.changed();
  }
}
