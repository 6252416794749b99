/**
 * `LiveValues` are the KPI values of one shop as they come from the broker: one subscription per topic, however many widgets want it.
 */
import { decodeKpiMessage, StaleGuard } from '../../../engine/emit/kpiMessage.js';
import { kpiTopic, type KpiTopic } from '../../../engine/event/topic.js';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { groupOf } from '../../../engine/read/rollup.js';
import type { BrokerPort } from '../ports.js';

type ValueListener = (value: KpiValue) => void;

interface Subscribed {
  readonly listeners: Set<ValueListener>;
  /** By store and channel: a topic with `+` has several. */
  readonly last: Map<string, KpiValue>;
  end(): Promise<void>;
}

export class LiveValues {
  readonly #broker: BrokerPort;
  readonly #tenant: string;
  readonly #now: () => number;
  readonly #stale = new StaleGuard();
  readonly #topics = new Map<string, Subscribed>();

  constructor(broker: BrokerPort, tenant: string, now: () => number) {
    this.#broker = broker;
    this.#tenant = tenant;
    this.#now = now;
  }

  /**
   * Calls with the last values, where some are known, and with each new one; what the broker kept comes first. `+` in place of a store or channel
   * watches each of them, and all of them together. The answer ends it.
   */
  watch(topic: KpiTopic, listener: ValueListener): () => void {
    const name = kpiTopic(this.#tenant, topic);
    const subscribed = this.#topics.get(name) ?? this.#subscribe(name);
    const own: ValueListener = (value) => { listener(value); };
    subscribed.listeners.add(own);
    for (const value of subscribed.last.values()) own(value);
    return () => {
      subscribed.listeners.delete(own);
      if (subscribed.listeners.size > 0 || this.#topics.get(name) !== subscribed) return;
      this.#topics.delete(name);
      void subscribed.end();
    };
  }

  #subscribe(name: string): Subscribed {
    const subscribed: Subscribed = { listeners: new Set(), last: new Map(), end: () => Promise.resolve() };
    this.#topics.set(name, subscribed);
    subscribed.end = this.#broker.subscribe(name, (topic, payload) => {
      const value = decodeKpiMessage(topic, payload.toString());
      const group = value === undefined ? '' : groupOf(value);
      if (value === undefined || this.#stale.accept(value, this.#now()) === 'overtaken' || isOlder(value, subscribed.last.get(group))) return;
      subscribed.last.set(group, value);
      for (const listener of [...subscribed.listeners]) listener(value);
    });
    return subscribed;
  }
}

/** A correction of a past window passes by on the topic of the newest one. */
function isOlder({ window }: KpiValue, last: KpiValue | undefined): boolean {
  return last !== undefined && window.start < last.window.start;
}
