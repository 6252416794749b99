/**
 * `Ticker` acts at every interval, never twice at once: behind a store that hangs, ticks are skipped and do not pile up.
 */

/** `Ticker` from its making until it is stopped. */
export class Ticker {
  readonly #act: () => Promise<unknown>;
  readonly #failed: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  /** `first`: whether it also acts at once. */
  constructor(intervalMs: number, first: 'now' | 'later', act: () => Promise<unknown>, failed: (error: unknown) => void) {
    this.#act = act;
    this.#failed = failed;
    this.#timer = setInterval(() => { this.#tick(); }, intervalMs).unref();
    if (first === 'now') this.#tick();
  }

  /** No further tick; resolves when the one under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#act().then(() => undefined, this.#failed).finally(() => { this.#running = undefined; });
  }
}
