/** What if two inboxes receive the same batch? Every batch that passes is published a second time at once: the group hands it to another worker. */
import mqtt, { type MqttClient } from 'mqtt';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/waiting.js';

const PATIENCE_MS = 20_000;

export class Echo {
  readonly #client: MqttClient;
  #repeating: 'yes' | 'no' = 'no';
  #repeated = 0;
  readonly #mine = new Map<string, number>();

  constructor(url: string) {
    this.#client = mqtt.connect(url, { clientId: 'echo', reconnectPeriod: 200 });
    this.#client.on('connect', () => { this.#client.subscribe('bottega/+/events/#', { qos: 1 }); });
    this.#client.on('error', () => undefined);
    this.#client.on('message', (topic, payload) => { this.#received(topic, payload); });
  }

  /** For so long, and until one came by. Answers how many batches were repeated. */
  async repeat(forMs: number): Promise<number> {
    const before = this.#repeated;
    this.#repeating = 'yes';
    await pause(forMs);
    await until(() => this.#repeated, (repeated) => repeated > before, PATIENCE_MS);
    this.#repeating = 'no';
    return this.#repeated - before;
  }

  close(): void {
    this.#client.end(true);
  }

  #received(topic: string, payload: Buffer): void {
    const text = `${topic}\n${payload.toString()}`;
    const own = this.#mine.get(text) ?? 0;
    if (own > 0) {
      if (own === 1) this.#mine.delete(text);
      else this.#mine.set(text, own - 1);
      return;
    }
    if (this.#repeating === 'no' || !this.#client.connected) return;
    this.#mine.set(text, own + 1);
    this.#repeated += 1;
    this.#client.publish(topic, payload, { qos: 1 });
  }
}
