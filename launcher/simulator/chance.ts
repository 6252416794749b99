/**
 * `Chance` is where the simulated shop's variety comes from, one seeded generator (mulberry32): the same seed is the same day.
 */
export interface Chance {
  /** In `[0, 1)`. */
  next(): number;
  /** An integer in `[least, most]`. */
  between(least: number, most: number): number;
  /** One of the choices, in proportion to their weights. */
  pick<T>(choices: readonly (readonly [choice: T, weight: number])[]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (choices) => pickFrom(choices, next()),
  };
}

function pickFrom<T>(choices: readonly (readonly [choice: T, weight: number])[], at: number): T {
  let left = at * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last[0];
}
