/**
 * Fuzzes every intake and mapping in turn: `npm run fuzz -- --seed N --minutes M`. A failure is printed with the command that shows it again.
 */
import { parseArgs } from 'node:util';
import { INTAKES } from './intakes.js';
import { Judge } from './judge.js';
import { ELSEWHERE } from './questions.js';
import { check, type Failure, type FuzzTarget } from './target.js';

/** What a single input may take of the processor. */
const LIMIT_MS = 200;
const ENDLESS = 1_000_000_000;

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' }, only: { type: 'string' }, path: { type: 'string' } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const minutes = Number(values.minutes ?? 1);
const targets = [...INTAKES, ...ELSEWHERE].filter(({ name }) => values.only === undefined || name === values.only);

let rejected = 0;
process.on('unhandledRejection', (reason) => {
  rejected += 1;
  console.error(`unhandled rejection, with seed ${String(seed)}:`, reason);
});

/** Says what failed and how to see it again. */
function explain({ name }: FuzzTarget, { seed: from, path, message }: Failure): void {
  console.error(`\n${name} failed on ${message}\nAgain: npm run fuzz -- --seed ${String(from)} --only '${name}' --path ${path}\n`);
}

async function main(): Promise<number> {
  if (targets.length === 0 || !Number.isInteger(seed) || !(minutes > 0)) throw new Error('use: npm run fuzz -- [--seed N] [--minutes M] [--only TARGET] [--path P]');
  console.log(`seed ${String(seed)}, ${String(minutes)} minutes, ${String(targets.length)} targets`);
  let failed = 0;
  for (const fuzzed of targets) {
    const judge = new Judge(LIMIT_MS);
    const effort = { seed, runs: ENDLESS, ms: (minutes * 60_000) / targets.length };
    const { runs, failure } = await check(fuzzed, judge, values.path === undefined ? effort : { ...effort, path: values.path });
    console.log(`${failure === undefined ? 'ok    ' : 'FAILED'} ${fuzzed.name}: ${String(runs)} inputs, ${judge.longestMs.toFixed(0)} ms the longest`);
    if (failure === undefined) continue;
    explain(fuzzed, failure);
    failed += 1;
  }
  return failed + rejected;
}

void main().then((failed) => { process.exitCode = failed === 0 ? 0 : 1; });
