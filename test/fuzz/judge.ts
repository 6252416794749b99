/**
 * `Judge` runs what is fuzzed and says what must hold whatever comes in: no stall, nothing left in prototypes. What throws, fast-check sees.
 */
import assert from 'node:assert/strict';
import type { Steps } from '../../engine/base/steps.js';

/** Tried so often, the least counts: what a collection of garbage or another process took is not the input's. */
const TRIES = 3;

/** `Judge` knows how much CPU one call may take. */
export class Judge {
  readonly #limitMs: number;
  /** The longest call so far that was within the limit. */
  longestMs = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Answers what the call answers; throws where it takes longer than it may, each time it is tried. */
  timed<T>(call: () => T): T {
    const limitMs = this.#limitMs;
    let least = Infinity;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const before = process.cpuUsage();
      const answer = call();
      least = Math.min(least, spentSince(before));
      if (least <= limitMs) {
        this.longestMs = Math.max(this.longestMs, least);
        return answer;
      }
    }
    throw new Error(`took ${least.toFixed(0)} ms of CPU; ${limitMs.toFixed(0)} are allowed`);
  }

  /** Like `timed`, of each step of work that lets others have their turn. */
  timedSteps<T>(steps: () => Steps<T>): T {
    let least = Infinity;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const { answer, longest } = longestStep(steps());
      least = Math.min(least, longest);
      if (least > this.#limitMs) continue;
      this.longestMs = Math.max(this.longestMs, least);
      return answer;
    }
    throw new Error(`one step took ${least.toFixed(0)} ms of CPU; ${this.#limitMs.toFixed(0)} are allowed`);
  }

  /** Like `timed`, of what waits for a store in memory. */
  async timedWork<T>(call: () => Promise<T>): Promise<T> {
    const before = process.cpuUsage();
    const answer = await call();
    const spent = spentSince(before);
    assert.ok(spent <= this.#limitMs, `took ${spent.toFixed(0)} ms of CPU; ${String(this.#limitMs)} are allowed`);
    this.longestMs = Math.max(this.longestMs, spent);
    return answer;
  }
}

function longestStep<T>(steps: Steps<T>): { answer: T; longest: number } {
  let longest = 0;
  for (;;) {
    const before = process.cpuUsage();
    const step = steps.next();
    longest = Math.max(longest, spentSince(before));
    if (step.done === true) return { answer: step.value, longest };
  }
}

function spentSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const OBJECT_NAMES = Object.getOwnPropertyNames(Object.prototype).join();

/** `assertCleanPrototypes`: an input may not write into what every object inherits. */
export function assertCleanPrototypes(): void {
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), OBJECT_NAMES, 'something was left in Object.prototype');
}
