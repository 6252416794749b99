#!/usr/bin/env node
/**
 * `bottega-check`: plays timeline files against rules and numbers, and reports what was not as expected.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../engine/base/errors.js';
import { TimelineError } from '../engine/ruletest/diagnostic.js';
import { play } from '../engine/ruletest/play.js';
import { readTimeline, type Timeline } from '../engine/ruletest/parse.js';
import { type CliEnvironment, type OptionValues, readOptions } from './frame/arguments.js';
import { complain, type ExitCode, type ParsedCommand, print, runMain, runner } from './frame/command.js';
import { formsBeside } from './forms.js';
import { Reporter } from './report.js';

const OPTIONS = { flow: { type: 'string' }, shop: { type: 'string' }, only: { type: 'string' } } as const;

type CheckArguments = OptionValues<typeof OPTIONS> & { readonly files: readonly string[] };

runMain(runner({ parse: parseArguments, reporter: (language) => new Reporter(language), act: checkFiles }));

function parseArguments(typed: readonly string[], environment: CliEnvironment): ParsedCommand<CheckArguments, 'files'> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words } = read;
  if (words.length === 0) return { outcome: 'problem', language, problem: 'files', at: '' };
  return { outcome: 'arguments', language, given: { ...values, files: words } };
}

/** A file that cannot be read does not keep the others from being played. */
async function checkFiles(given: CheckArguments, reporter: Reporter): Promise<ExitCode> {
  const total = { passed: 0, failed: 0, unreadable: 0 };
  for (const file of given.files) {
    const timeline = open(file, given, reporter);
    if (timeline === undefined) total.unreadable++;
    else {
      print(file);
      await checkFile(timeline, given.only ?? '', reporter, total);
    }
  }
  if (total.passed + total.failed > 0) print(reporter.summary(total.passed, total.failed));
  else if (total.unreadable === 0) complain(reporter.nothing());
  if (total.unreadable > 0 || total.passed + total.failed === 0) return 2;
  return total.failed === 0 ? 0 : 1;
}

async function checkFile({ cases, setting }: Timeline, only: string, reporter: Reporter, total: { passed: number; failed: number }): Promise<void> {
  for (const one of cases.filter(({ name }) => name.includes(only))) {
    const mismatches = await play(one, setting);
    if (mismatches.length === 0) total.passed++;
    else total.failed++;
    print(reporter.caseText(one.name, mismatches, setting.shop.calendar.clock));
  }
}

function open(file: string, given: CheckArguments, reporter: Reporter): Timeline | undefined {
  try {
    return readTimeline(readFileSync(file, 'utf8'), formsBeside(file), given.flow === undefined ? undefined : formsBeside('.').flow(given.flow, given.shop));
  } catch (error) {
    if (error instanceof TimelineError) complain(reporter.fault(file, error));
    else if (error instanceof ConfigError) complain(`${given.flow ?? file}: ${error.message}`);
    else complain(reporter.unreadable(file, (error as NodeJS.ErrnoException).code ?? messageOf(error)));
    return undefined;
  }
}
