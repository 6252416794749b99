/**
 * `RetainedWrites` brings kept messages to disk soon: the newest of each topic waits for the write before it, so that nobody waits who only
 * wants to pass it on.
 */

/** `Kept` is what aedes hands over to be kept; an empty payload forgets the topic. */
export interface Kept {
  readonly topic: string;
  readonly payload: string | Buffer;
}

/** `RetainedWrites`: one write at a time per topic, in the order given, of which only the last matters. */
export class RetainedWrites<P extends Kept> {
  readonly #write: (packet: P) => Promise<void>;
  readonly #next = new Map<string, P>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(write: (packet: P) => Promise<void>) {
    this.#write = write;
  }

  put(packet: P): void {
    this.#next.set(packet.topic, packet);
    // Begins the write; whoever waits for it receives its failure.
    this.written(packet.topic).catch(() => undefined);
  }

  /** Resolves when what was put for this topic is written; rejects where it could not be. */
  written(topic: string): Promise<void> {
    const running = this.#running.get(topic);
    if (running !== undefined) return running;
    if (!this.#next.has(topic)) return Promise.resolve();
    const work = this.#drain(topic).finally(() => { this.#running.delete(topic); });
    this.#running.set(topic, work);
    return work;
  }

  /** Resolves when nothing waits, written or not. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  async #drain(topic: string): Promise<void> {
    for (let packet = this.#next.get(topic); packet !== undefined; packet = this.#next.get(topic)) {
      this.#next.delete(topic);
      await this.#write(packet);
    }
  }
}
