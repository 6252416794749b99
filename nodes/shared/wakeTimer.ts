/**
 * `WakeTimer` wakes at the next instant something is due: one timer, one call at a time; a call that fails is repeated.
 */
import { messageOf } from '../../engine/base/errors.js';
import { MINUTE, SECOND } from '../../engine/base/time.js';

const RETRY_MS = 5 * SECOND;
/** Wakes in any case: the clock may have been set. */
const LONGEST_MS = MINUTE;

export interface WakeTimerDeps {
  now(): number;
  /** Answers when to wake again (epoch ms), `undefined`: not by itself. */
  wake(): Promise<number | undefined>;
  warn(text: string): void;
}

export class WakeTimer {
  readonly #deps: WakeTimerDeps;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = Infinity;
  #waking: Promise<void> | undefined;
  #phase: 'open' | 'closed' = 'open';

  constructor(deps: WakeTimerDeps) {
    this.#deps = deps;
  }

  /** Wakes at that instant, or earlier where that was planned before. */
  set(at: number | undefined): void {
    if (at === undefined || at >= this.#nextAt) return;
    this.#nextAt = at;
    if (this.#waking === undefined) this.#arm();
  }

  async close(): Promise<void> {
    this.#phase = 'closed';
    clearTimeout(this.#timer);
    await this.#waking;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#phase === 'closed' || this.#nextAt === Infinity) return;
    this.#timer = setTimeout(() => { this.#wakeUp(); }, Math.min(Math.max(0, this.#nextAt - this.#deps.now()), LONGEST_MS)).unref();
  }

  #wakeUp(): void {
    this.#nextAt = Infinity;
    this.#waking = this.#wake().finally(() => {
      this.#waking = undefined;
      this.#arm();
    });
  }

  async #wake(): Promise<void> {
    try {
      const next = await this.#deps.wake();
      this.#nextAt = Math.min(this.#nextAt, next ?? Infinity);
    } catch (error) {
      if (this.#phase === 'open') this.#deps.warn(messageOf(error));
      this.#nextAt = Math.min(this.#nextAt, this.#deps.now() + RETRY_MS);
    }
  }
}
