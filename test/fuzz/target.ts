/** `FuzzTarget` is one thing that takes input from outside: what it is given, and what must hold. */
import fc from 'fast-check';
import { assertCleanPrototypes, type Judge } from './judge.js';

/** `FuzzTarget` by its name; `property` is checked by fast-check. */
export interface FuzzTarget {
  readonly name: string;
  property(judge: Judge): fc.IAsyncProperty<[unknown]>;
}

/** `target` makes one of inputs and what is done with each. */
export function target<T>(name: string, inputs: fc.Arbitrary<T>, run: (input: T, judge: Judge) => Promise<void> | void): FuzzTarget {
  return {
    name,
    property: (judge) => fc.asyncProperty(inputs, async (input) => {
      await run(input, judge);
      assertCleanPrototypes();
    }),
  };
}

/** `Failure` says what failed, on what, and how to see it again. */
export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly message: string;
}

/** `Checked` is what became of one target. */
export interface Checked {
  readonly runs: number;
  readonly failure?: Failure;
}

export interface Effort {
  readonly seed: number;
  /** As a failure named it: that input alone. */
  readonly path?: string;
  readonly runs: number;
  readonly ms: number;
}

const MAX_SHOWN = 3_000;

/** `check` draws inputs until one fails, all were right, or the time is over. */
export async function check(fuzzed: FuzzTarget, judge: Judge, { seed, path, runs, ms }: Effort): Promise<Checked> {
  const time = path === undefined ? { interruptAfterTimeLimit: ms, markInterruptAsFailure: false } : { path, endOnFailure: true };
  const outcome = await fc.check(fuzzed.property(judge), { seed, numRuns: runs, ...time });
  if (!outcome.failed) return { runs: outcome.numRuns };
  const shown = fc.stringify(outcome.counterexample?.[0]).slice(0, MAX_SHOWN);
  const error = outcome.errorInstance instanceof Error ? outcome.errorInstance.stack ?? outcome.errorInstance.message : String(outcome.errorInstance);
  return { runs: outcome.numRuns, failure: { seed: outcome.seed, path: outcome.counterexamplePath ?? '', message: `${shown}\n${error.slice(0, MAX_SHOWN)}` } };
}
