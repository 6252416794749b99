/**
 * `CliCommand` is one command of a program: what was typed is parsed, help and what cannot be understood are answered in the user's language, the rest is done.
 */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../engine/base/errors.js';
import { secretsInFiles } from '../../engine/base/secretFiles.js';
import type { CliEnvironment, CliLanguage, CommonProblem } from './arguments.js';
import en from '../locales/en.json';
import it from '../locales/it.json';
import { fill } from './words.js';

/** `ExitCode`: 0 done, 1 done but not as expected or refused, 2 could not be done. */
export type ExitCode = 0 | 1 | 2;

/** `ParsedCommand` is what was typed, understood or not. `at`: where it was not. */
export type ParsedCommand<Given, Problem extends string> =
  | { readonly outcome: 'arguments'; readonly language: CliLanguage; readonly given: Given }
  | { readonly outcome: 'help'; readonly language: CliLanguage }
  | { readonly outcome: 'problem'; readonly language: CliLanguage; readonly problem: Problem | CommonProblem; readonly at: string };

/** `CommandReporter` has the words of a command in one language. */
export interface CommandReporter<Problem extends string> {
  usage(): string;
  problem(problem: Problem, at: string): string;
}

export interface CliCommand<Given, Problem extends string, Reporter extends CommandReporter<Problem>> {
  parse(typed: readonly string[], environment: CliEnvironment): ParsedCommand<Given, Problem>;
  reporter(language: CliLanguage): Reporter;
  act(given: Given, reporter: Reporter): Promise<ExitCode>;
}

/** `RunCommand` does what was typed. */
export type RunCommand = (typed: readonly string[]) => Promise<ExitCode>;

const COMMON: Readonly<Record<CliLanguage, typeof en.common>> = { en: en.common, it: it.common };

export const print = (text: string): void => { process.stdout.write(`${text}\n`); };
export const complain = (text: string): void => { process.stderr.write(`${text}\n`); };

/** `runner` puts a command into its frame. */
export function runner<Given, Problem extends string, Reporter extends CommandReporter<Problem>>(command: CliCommand<Given, Problem, Reporter>): RunCommand {
  return async (typed) => {
    Object.assign(process.env, secretsInFiles(process.env, (path) => readFileSync(path, 'utf8')));
    const parsed = command.parse(typed, process.env);
    const reporter = command.reporter(parsed.language);
    if (parsed.outcome === 'arguments') return command.act(parsed.given, reporter);
    if (parsed.outcome === 'help') {
      print(reporter.usage());
      return 0;
    }
    const { problem, at, language } = parsed;
    complain(isCommon(problem) ? fill(COMMON[language][problem], { value: at }) : reporter.problem(problem, at));
    return 2;
  };
}

/** `runMain` is the program: it ends with the command's exit code, or with 2 and the words of what nobody expected. */
export function runMain(run: RunCommand): void {
  // Whatever is written is this user's only.
  process.umask(0o077);
  run(process.argv.slice(2)).then((code) => { process.exitCode = code; }, (error: unknown) => {
    complain(messageOf(error));
    process.exitCode = 2;
  });
}

function isCommon(problem: string): problem is CommonProblem {
  return problem in COMMON.en;
}
