/** What does a benchmark say? One JSON object a line; medians of rounds that alternate with the baseline, because machines are shared. */

/** `ratio` is value / baseline, both of the same run: the median of the rounds' own ratios. */
export interface Result {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio?: number;
  readonly baseline?: number;
}

export function report(result: Result): void {
  process.stdout.write(`${JSON.stringify({ ...result, ...rounded(result) })}\n`);
}

/** What both sides of a comparison do in one round: answers a figure, the larger the better or the smaller the better. */
export type Round = () => Promise<number> | number;

/** Alternates the two, so that a slow minute of the machine hurts both; says what it found and answers the ratio. */
export async function compare(bench: string, unit: string, rounds: number, ours: Round, baseline: Round): Promise<number> {
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await baseline();
    pairs.push([await ours(), bare]);
  }
  const ratio = median(pairs.map(([value, bare]) => value / bare));
  report({ bench, unit, value: median(pairs.map(([value]) => value)), ratio, baseline: median(pairs.map(([, bare]) => bare)) });
  return ratio;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that at least that share of the values does not exceed; NaN where there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** How many of `count` a second, when all of them take the work's time. */
export async function perSecond(count: number, work: () => Promise<unknown> | undefined): Promise<number> {
  const startedAt = performance.now();
  await work();
  return count / ((performance.now() - startedAt) / 1_000);
}

/** CPU µs for each of `count`, of all threads of this process: a figure that neighbors on the machine hardly change. */
export async function cpuMicros(count: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function rounded({ value, ratio, baseline }: Result): Partial<Result> {
  return {
    value: significant(value, 4),
    ...(ratio === undefined ? {} : { ratio: significant(ratio, 3) }),
    ...(baseline === undefined ? {} : { baseline: significant(baseline, 4) }),
  };
}

/** Counts stay exact. */
function significant(value: number, digits: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(digits));
}
