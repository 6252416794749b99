/**
 * `Steps` are work that lets others have their turn: it yields wherever it may rest, and answers at its end. At once or in turns, the answer is the same.
 */
export type Steps<T> = Generator<void, T, void>;

/** `Turns` say how long one turn may take, on what clock, and how others get theirs. */
export interface Turns {
  readonly turnMs: number;
  readonly ticks: () => number;
  readonly others: () => Promise<void>;
}

/** `atOnce` does the work to its end. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** `inTurns` does it a turn at a time, with others' between. */
export async function inTurns<T>(steps: Steps<T>, { turnMs, ticks, others }: Turns): Promise<T> {
  for (;;) {
    const until = ticks() + turnMs;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (ticks() < until);
    await others();
  }
}
