/**
 * Waiting for what must come: asked again until it is there, for as long as a slow and busy machine may need. Tests wait for conditions, never for a time.
 */

/** A promise and no guess: what comes at all comes within this. Nothing waits so long unless something is broken. */
export const PATIENCE_MS = 90_000;
const PAUSE_MS = 10;

/** Asks until the answer satisfies; answers the last one, satisfying or not, so that the test's own assertion says what is wrong. */
export async function until<T>(ask: () => Promise<T> | T, satisfies: (answer: T) => boolean, withinMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer) || Date.now() > deadline) return answer;
    await pause();
  }
}

/** Asks until there is an answer. `undefined` and `false` are none, nor is an error; `what` says what did not come. */
export async function eventually<T>(
  ask: () => T | Promise<T>, what: string | (() => string) = () => String(ask), withinMs = PATIENCE_MS,
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + withinMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${String(withinMs)} ms: ${typeof what === 'string' ? what : what()}`, { cause });
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
}
