/**
 * `bottega-store repair`: makes an embedded store that cannot be opened or read one that can, and says what was saved.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLevelHeld } from '../../engine/store/level/repair.js';
import { type KeyRing, readKeyRing } from '../../engine/store/sealed/keyRing.js';
import { type CliEnvironment, readOptions } from '../frame/arguments.js';
import { complain, type ExitCode, type ParsedCommand, print, runner } from '../frame/command.js';
import { repairDirectory } from './repairDirectory.js';
import { RepairReporter } from './repairReport.js';

const OPTIONS = { data: { type: 'string' }, json: { type: 'boolean' } } as const;

interface RepairArguments {
  readonly directory: string;
  /** Facts that are sealed are marked all the same. */
  readonly ring: KeyRing;
  readonly output: 'words' | 'json';
}

export const repair = runner({ parse, reporter: (language) => new RepairReporter(language), act });

function parse(typed: readonly string[], environment: CliEnvironment): ParsedCommand<RepairArguments, 'words'> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values: { data = environment['BOTTEGA_DATA'] ?? './.bottega', json = false } } = read;
  const [directory = join(data, 'bottega-store'), ...more] = read.words;
  const ring = readKeyRing(environment, (path) => readFileSync(path, 'utf8'));
  if (more.length > 0) return { outcome: 'problem', language, problem: 'words', at: more.join(' ') };
  return { outcome: 'arguments', language, given: { directory: resolve(directory), ring, output: json ? 'json' : 'words' } };
}

async function act({ directory, ring, output }: RepairArguments, reporter: RepairReporter): Promise<ExitCode> {
  if (!existsSync(directory)) {
    complain(reporter.problem('missing', directory));
    return 2;
  }
  if (await isLevelHeld(directory)) {
    complain(reporter.problem('held', directory));
    return 2;
  }
  const outcome = await repairDirectory(directory, ring, new Date());
  print(output === 'json' ? JSON.stringify({ directory, ...outcome }) : reporter.outcome(directory, outcome));
  return outcome.state === 'lost' ? 1 : 0;
}
