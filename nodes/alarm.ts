/**
 * When must one look again? One timer, one look at a time; a look that fails is repeated.
 */
import { messageOf } from '../engine/errors.js';
import { MINUTE, SECOND } from '../engine/time.js';

const RETRY_MS = 5 * SECOND;
/** Looks in any case: the clock may have been set. */
const LONGEST_MS = MINUTE;

export interface AlarmDeps {
  now(): number;
  /** Answers when to look again (epoch ms), `undefined`: not by itself. */
  look(): Promise<number | undefined>;
  warn(text: string): void;
}

export class Alarm {
  readonly #deps: AlarmDeps;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = Infinity;
  #looking: Promise<void> | undefined;
  #phase: 'open' | 'closed' = 'open';

  constructor(deps: AlarmDeps) {
    this.#deps = deps;
  }

  /** Looks at that instant, or earlier where that was planned before. */
  set(at: number | undefined): void {
    if (at === undefined || at >= this.#nextAt) return;
    this.#nextAt = at;
    if (this.#looking === undefined) this.#arm();
  }

  async close(): Promise<void> {
    this.#phase = 'closed';
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#phase === 'closed' || this.#nextAt === Infinity) return;
    this.#timer = setTimeout(() => { this.#ring(); }, Math.min(Math.max(0, this.#nextAt - this.#deps.now()), LONGEST_MS)).unref();
  }

  #ring(): void {
    this.#nextAt = Infinity;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      this.#arm();
    });
  }

  async #look(): Promise<void> {
    try {
      const next = await this.#deps.look();
      this.#nextAt = Math.min(this.#nextAt, next ?? Infinity);
    } catch (error) {
      if (this.#phase === 'open') this.#deps.warn(messageOf(error));
      this.#nextAt = Math.min(this.#nextAt, this.#deps.now() + RETRY_MS);
    }
  }
}
