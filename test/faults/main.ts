/** `npm run test:faults -- --seed 1 --minutes 10`: the long form of the fault suite; without `--minutes` the short one. */
import { parseArgs } from 'node:util';
import { MINUTE } from '../../engine/base/time.js';
import { reportOf, runTrial, type Trial } from './run.js';

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, minutes: { type: 'string' } } });
  const seed = numberOf(values.seed, 'seed');
  const say = (line: string): void => { console.log(line); };
  const trial: Trial = values.minutes === undefined
    ? { seed, form: 'short', say }
    : { seed, form: 'long', forMs: numberOf(values.minutes, 'minutes') * MINUTE, say };
  const result = await runTrial(trial);
  console.log(reportOf(trial, result));
  if (result.findings.length > 0) {
    const minutes = values.minutes === undefined ? '' : ` --minutes ${values.minutes}`;
    console.log(`repeat: npm run test:faults -- --seed ${values.seed}${minutes}`);
  }
  process.exit(result.findings.length === 0 ? 0 : 1);
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not ${text}`);
  return value;
}
