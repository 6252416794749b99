/**
 * `Patience` says when a widget asks its server side again. What is asked while the widget's node is not there yet (Node-RED is starting) reaches nobody.
 */
/** Twice as long each time that no answer comes. */
const FIRST_MS = 5_000;
const MOST_MS = 60_000;
/** The server side speaks each minute: who receives nothing for so long is not known there any more. */
const SILENCE_MS = 150_000;

export class Patience {
  #dueAt = Infinity;
  #waitMs = FIRST_MS;

  asked(now: number): void {
    this.#dueAt = now + this.#waitMs;
    this.#waitMs = Math.min(this.#waitMs * 2, MOST_MS);
  }

  answered(now: number): void {
    this.#dueAt = now + SILENCE_MS;
    this.#waitMs = FIRST_MS;
  }

  isOver(now: number): boolean {
    return now >= this.#dueAt;
  }
}
