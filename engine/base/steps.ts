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

/** `inTurns` does it a turn at a time, with others' between; what fits into the first turn is done at once. */
export function inTurns<T>(steps: Steps<T>, turns: Turns): T | Promise<T> {
  const first = turn(steps, turns);
  return first.done === true ? first.value : laterTurns(steps, turns);
}

async function laterTurns<T>(steps: Steps<T>, turns: Turns): Promise<T> {
  for (;;) {
    await turns.others();
    const step = turn(steps, turns);
    if (step.done === true) return step.value;
  }
}

function turn<T>(steps: Steps<T>, { turnMs, ticks }: Turns): IteratorResult<void, T> {
  const until = ticks() + turnMs;
  let step = steps.next();
  while (step.done !== true && ticks() < until) step = steps.next();
  return step;
}
