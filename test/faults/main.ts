/**
 * `npm run test:faults -- --seed 1 --minutes 10`: the long form of the fault suite; without `--minutes` the short one. `--only kill.edge,kill.worker` chooses
 * kinds, `--faults 100` how many are begun.
 */
import { parseArgs } from 'node:util';
import { MINUTE } from '../../engine/base/time.js';
import { type Kind, KINDS } from './plan.js';
import { reportOf, runTrial, type Trial } from './run.js';

void main();

async function main(): Promise<void> {
  const typed = process.argv.slice(2);
  const trial = trialOf(typed);
  const result = await runTrial(trial);
  console.log(reportOf(trial, result));
  if (result.findings.length > 0) console.log(`repeat: npm run test:faults -- ${typed.join(' ')}${typed.includes('--seed') ? '' : ` --seed ${String(trial.seed)}`}`);
  process.exit(result.findings.length === 0 ? 0 : 1);
}

function trialOf(typed: readonly string[]): Trial {
  const options = { seed: { type: 'string', default: '1' }, minutes: { type: 'string' }, only: { type: 'string' }, faults: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...typed], options });
  const { minutes, faults, only } = values;
  return {
    seed: numberOf(values.seed, 'seed'), form: minutes === undefined ? 'short' : 'long', say: (line) => { console.log(line); },
    ...(minutes === undefined ? {} : { forMs: numberOf(minutes, 'minutes') * MINUTE }),
    ...(faults === undefined ? {} : { faults: numberOf(faults, 'faults') }),
    ...(only === undefined ? {} : { kinds: only.split(',').map(kindOf) }),
  };
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind === undefined) throw new Error(`--only: one of ${KINDS.join(', ')}, not ${text}`);
  return kind;
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not ${text}`);
  return value;
}
