/**
 * `HeldLetters` sends held letters in again when the clock of this computer has come to where it should have been.
 */
import type { DeadLetter } from '../../engine/deadletter/deadLetter.js';
import type { DeadLetterStore, HeldTimes } from '../../engine/deadletter/deadLetterStore.js';
import { HOUR, SECOND } from '../../engine/base/time.js';
import { Ticker } from '../shared/ticker.js';
import type { Replayer } from './replay.js';

const POLL_MS = 2 * SECOND;

/** `HeldLetters` of one node; polls while it is open. */
export class HeldLetters {
  readonly #letters: Pick<DeadLetterStore, 'firstHeld'>;
  readonly #replayer: Pick<Replayer, 'start' | 'progress'>;
  readonly #now: () => number;
  readonly #ticker: Ticker;
  #first: HeldTimes | undefined;
  /** After a start and after each run the store knows best. */
  #known: 'yes' | 'no' = 'no';

  constructor(letters: Pick<DeadLetterStore, 'firstHeld'>, replayer: Pick<Replayer, 'start' | 'progress'>, now: () => number) {
    this.#letters = letters;
    this.#replayer = replayer;
    this.#now = now;
    // The store may be away: then the next poll asks again.
    this.#ticker = new Ticker(POLL_MS, 'later', () => this.poll(), () => undefined);
  }

  /** Letters that were just stored. */
  stored(letters: readonly DeadLetter[]): void {
    if (letters.some(({ kind }) => kind === 'held')) this.#known = 'no';
  }

  async poll(): Promise<void> {
    if (this.#replayer.progress.state === 'running') return;
    if (this.#known === 'no') {
      this.#known = 'yes';
      this.#first = await this.#letters.firstHeld().catch((error: unknown) => {
        this.#known = 'no';
        throw error;
      });
    }
    const [first, now] = [this.#first, this.#now()];
    if (first === undefined || first.dueAt > now) return;
    if (this.#replayer.start({ due: { now, since: first.receivedAt - HOUR } }) === 'started') this.#known = 'no';
  }

  close(): void {
    void this.#ticker.stop();
  }
}
