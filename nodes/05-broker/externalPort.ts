/**
 * `ExternalPort` is what the nodes use of a broker elsewhere: one connection to publish, one to listen (on a single one, 40 ms of delayed
 * acknowledgements add up).
 */
import type { MqttClient } from 'mqtt';
import type { BrokerPort, Health, MessageListener, OutgoingMessage } from '../shared/ports.js';
import { causeOf, type BrokerErrorCause, SubscriptionRefused } from './mqtt/errors.js';
import type { ExternalConfig } from './config.js';
import { Connection } from './mqttConnection.js';
import { WatchedHealth } from '../shared/health.js';
import { type SubscribeOptions, Subscriptions } from './mqtt/subscriptions.js';

/** `ExternalHooks`: what the port is given by its node. */
export interface ExternalHooks {
  words(cause: BrokerErrorCause): string;
  report(error: unknown): void;
  now(): number;
  random(): number;
  /** Random text, new at each start: two processes must not take each other's session. */
  readonly suffix: string;
}

/** `ExternalPort` of one broker node. */
export class ExternalPort implements BrokerPort {
  readonly #hooks: ExternalHooks;
  readonly #subscriptions: Subscriptions;
  readonly #health: WatchedHealth;
  readonly #publisher: Connection;
  readonly #listener: Connection;
  readonly #up = new Set<'publish' | 'listen'>();
  readonly #asked = new Set<Promise<void>>();

  constructor(config: ExternalConfig, hooks: ExternalHooks) {
    this.#hooks = hooks;
    this.#subscriptions = new Subscriptions((error) => { hooks.report(error); });
    this.#health = new WatchedHealth({ state: 'waiting', cause: 'broker.away', message: hooks.words('lost') });
    this.#publisher = this.#connection(config, 'publish', () => Promise.resolve());
    this.#listener = this.#connection(config, 'listen', (client) => this.#subscribeAll(client));
  }

  health(): Health {
    return this.#health.health();
  }

  watch(listener: (health: Health) => void): () => void {
    return this.#health.watch(listener);
  }

  async publish(topic: string, payload: string | Buffer, options: { retain?: boolean } = {}): Promise<void> {
    // The answer to what is published must not arrive before the subscription that was asked for first.
    while (this.#asked.size > 0) await Promise.allSettled(this.#asked);
    await this.#publisher.publish(topic, payload, options.retain ?? false);
  }

  async publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
    await Promise.allSettled(messages.map(({ topic, payload, retain }) => this.publish(topic, payload, { retain })));
  }

  subscribe(filter: string, listener: MessageListener, options: SubscribeOptions = {}): () => Promise<void> {
    const { all, end } = this.#subscriptions.add(filter, listener, options);
    const client = this.#listener.client;
    // Also for a known filter: the broker then sends its retained messages again.
    if (client !== undefined) this.#ask(client, all.wire);
    return async () => {
      const ended = end();
      const connected = this.#listener.client;
      if (ended !== undefined && connected !== undefined) await unsubscribed(connected, ended.wire);
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#publisher.close(), this.#listener.close()]);
    this.#health.set({ state: 'waiting', cause: 'broker.away', message: this.#hooks.words('lost') });
  }

  #connection(config: ExternalConfig, role: 'publish' | 'listen', prepare: (client: MqttClient) => Promise<void>): Connection {
    return new Connection(config, `${config.clientPrefix}-${this.#hooks.suffix}-${role === 'publish' ? 'p' : 'l'}`, {
      up: async (client) => {
        await prepare(client);
        this.#up.add(role);
        // Not in this turn: the connection counts as up only once this has returned.
        setImmediate(() => { if (this.#up.size === 2) this.#health.set({ state: 'ok' }); });
      },
      down: (error, retryMs) => {
        this.#up.delete(role);
        this.#health.set({ state: 'waiting', cause: 'broker.away', message: this.#hooks.words(causeOf(error)), retryAt: this.#hooks.now() + retryMs });
      },
      message: (topic, payload, retained) => { this.#subscriptions.deliver(topic, payload, retained); },
      random: () => this.#hooks.random(),
    });
  }

  async #subscribeAll(client: MqttClient): Promise<void> {
    await Promise.all(this.#subscriptions.all().map(({ wire }) => subscribed(client, wire)));
  }

  #ask(client: MqttClient, wire: string): void {
    const asked = subscribed(client, wire).catch((error: unknown) => {
      this.#hooks.report(error);
      // The next connection asks again, with pauses, and says why it waits.
      client.end(true);
    }).finally(() => { this.#asked.delete(asked); });
    this.#asked.add(asked);
  }
}

function subscribed(client: MqttClient, wire: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.subscribe(wire, { qos: 1 }, (error, granted) => {
      if (error === null && granted?.every(({ qos }) => qos < 128) === true) resolve();
      else reject(new SubscriptionRefused(`the broker does not grant ${wire}`, { cause: error }));
    });
  });
}

function unsubscribed(client: MqttClient, wire: string): Promise<void> {
  return new Promise((resolve) => { client.unsubscribe(wire, () => { resolve(); }); });
}
