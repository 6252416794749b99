#!/usr/bin/env node
/**
 * `bottega-check`: plays timeline files against rules and numbers, and reports what was not as expected.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../engine/base/errors.js';
import { TimelineError } from '../engine/ruletest/diagnostic.js';
import { play } from '../engine/ruletest/play.js';
import { readTimeline, type Timeline } from '../engine/ruletest/parse.js';
import { type Arguments, parseArguments } from './arguments.js';
import { formsBeside } from './forms.js';
import { Reporter } from './report.js';

const print = (text: string): void => { process.stdout.write(`${text}\n`); };
const complain = (text: string): void => { process.stderr.write(`${text}\n`); };

main(process.argv.slice(2)).then((code) => { process.exitCode = code; }, (error: unknown) => {
  complain(messageOf(error));
  process.exitCode = 2;
});

async function main(typed: readonly string[]): Promise<0 | 1 | 2> {
  const parsed = parseArguments(typed, process.env);
  if (parsed.outcome === 'problem') {
    complain(new Reporter(parsed.language).problem(parsed));
    return 2;
  }
  const { given } = parsed;
  const reporter = new Reporter(given.language);
  if (given.help) {
    print(reporter.usage());
    return 0;
  }
  return checkFiles(given, reporter);
}

/** A file that cannot be read does not keep the others from being played. */
async function checkFiles(given: Arguments, reporter: Reporter): Promise<0 | 1 | 2> {
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

function open(file: string, given: Arguments, reporter: Reporter): Timeline | undefined {
  try {
    return readTimeline(readFileSync(file, 'utf8'), formsBeside(file), given.flow === undefined ? undefined : formsBeside('.').flow(given.flow, given.shop));
  } catch (error) {
    if (error instanceof TimelineError) complain(reporter.fault(file, error));
    else if (error instanceof ConfigError) complain(`${given.flow ?? file}: ${error.message}`);
    else complain(reporter.unreadable(file, (error as NodeJS.ErrnoException).code ?? messageOf(error)));
    return undefined;
  }
}
