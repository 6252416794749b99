/**
 * `EmbeddedPort` is what the nodes use of the embedded broker, while it opens, runs, loses its port or is opened anew.
 */
import { messageOf } from '../../engine/base/errors.js';
import type { BrokerPort, Health, MessageListener, OutgoingMessage } from '../shared/ports.js';
import { away, causeOf, type BrokerErrorCause } from './mqtt/errors.js';
import { EmbeddedBroker, type EmbeddedSettings } from './aedes/embeddedBroker.js';
import { retryDelay } from '../../engine/base/retry.js';
import { WatchedHealth } from '../shared/health.js';
import { type SubscribeOptions, Subscriptions } from './mqtt/subscriptions.js';

/** `EmbeddedListener` says whether the TCP ports are open to other programs; the nodes of this process do not need it. */
export type EmbeddedListener =
  | { readonly state: 'open' }
  | { readonly state: 'shut'; readonly cause: BrokerErrorCause; readonly port: number; readonly error: string; readonly retryMs: number };

/** `EmbeddedHooks`: what the port is given by its node. */
export interface EmbeddedHooks {
  words(cause: BrokerErrorCause): string;
  listener(socket: EmbeddedListener): void;
  random(): number;
}

/** `EmbeddedPort` of one broker node. */
export class EmbeddedPort implements BrokerPort {
  readonly #settings: EmbeddedSettings;
  readonly #hooks: EmbeddedHooks;
  readonly #subscriptions: Subscriptions;
  readonly #health: WatchedHealth;
  #broker: EmbeddedBroker | undefined;
  #opening: Promise<void>;
  #retry: NodeJS.Timeout | undefined;
  #attempt = 0;
  #life: 'running' | 'closed' = 'running';

  constructor(settings: EmbeddedSettings, hooks: EmbeddedHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    this.#subscriptions = new Subscriptions(settings.report);
    this.#health = new WatchedHealth({ state: 'waiting', cause: 'broker.away', message: hooks.words('lost') });
    this.#opening = this.#open();
  }

  health(): Health {
    return this.#health.health();
  }

  watch(listener: (health: Health) => void): () => void {
    return this.#health.watch(listener);
  }

  async publish(topic: string, payload: string | Buffer, options: { retain?: boolean } = {}): Promise<void> {
    if (this.#broker === undefined) throw away('the embedded broker is not open');
    await this.#broker.publish(topic, Buffer.from(payload), options.retain ?? false);
  }

  async publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.#broker?.publishAll(messages);
  }

  subscribe(filter: string, listener: MessageListener, options: SubscribeOptions = {}): () => Promise<void> {
    const { added, all, end } = this.#subscriptions.add(filter, listener, options);
    if (added !== undefined) this.#broker?.subscribe(added);
    // A further listener of a known filter has missed the retained messages; receiving one again hurts nobody.
    else if (options.group === undefined) this.#broker?.replay(all).catch(this.#settings.report);
    return () => {
      const ended = end();
      if (ended !== undefined) this.#broker?.unsubscribe(ended);
      return Promise.resolve();
    };
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    clearTimeout(this.#retry);
    await this.#opening;
    const broker = this.#broker;
    this.#broker = undefined;
    this.#health.set({ state: 'waiting', cause: 'broker.away', message: this.#hooks.words('lost') });
    await broker?.close();
  }

  async #open(): Promise<void> {
    try {
      const broker = this.#broker ?? await this.#start();
      await broker.listen();
      this.#attempt = 0;
      this.#hooks.listener({ state: 'open' });
    } catch (error) {
      this.#again(error);
    }
  }

  async #start(): Promise<EmbeddedBroker> {
    const broker = await EmbeddedBroker.open(this.#settings);
    for (const subscription of this.#subscriptions.all()) broker.subscribe(subscription);
    this.#broker = broker;
    if (this.#life === 'running') this.#health.set({ state: 'ok' });
    return broker;
  }

  #again(error: unknown): void {
    const cause = causeOf(error);
    const retryMs = retryDelay(this.#attempt, this.#hooks.random());
    this.#attempt += 1;
    const port = (error as { readonly port?: number }).port ?? this.#settings.port;
    this.#hooks.listener({ state: 'shut', cause, port, error: messageOf(error), retryMs });
    if (this.#broker === undefined) this.#health.set({ state: 'waiting', cause: 'broker.away', message: this.#hooks.words(cause) });
    if (this.#life === 'closed') return;
    this.#retry = setTimeout(() => { this.#opening = this.#open(); }, retryMs);
  }
}
