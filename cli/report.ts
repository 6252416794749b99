/**
 * The report of an outcome: one line a case; under a failed one, what was expected and what was found, with the line of the file.
 */
import { wallOf } from '../engine/ruletest/run.js';
import type { TimelineError } from '../engine/ruletest/diagnostic.js';
import type { Mismatch } from '../engine/ruletest/play.js';
import type { LocalClock } from '../engine/base/time.js';
import type { CliLanguage } from './frame/arguments.js';
import type { CommandReporter } from './frame/command.js';
import en from './locales/en.json';
import it from './locales/it.json';
import { fill } from './frame/words.js';

const WORDS: Readonly<Record<CliLanguage, typeof en>> = { en, it };

/** `Reporter` of `bottega-check`. */
export class Reporter implements CommandReporter<'files'> {
  readonly #words: typeof en;

  constructor(language: CliLanguage) {
    this.#words = WORDS[language];
  }

  usage(): string {
    return this.#words.usage;
  }

  caseText(name: string, mismatches: readonly Mismatch[], clock: LocalClock): string {
    const lines = mismatches.flatMap(({ line, at, text, expected, found }) => [
      `      ${fill(this.#words.line, { line: String(line) })}, ${wallOf(at, clock)}: ${text}`,
      `        ${this.#words.expected}: ${expected}`,
      `        ${this.#words.found}: ${found}`,
    ]);
    return [`  ${mismatches.length === 0 ? '✓' : '✗'} ${name}`, ...lines].join('\n');
  }

  summary(passed: number, failed: number): string {
    return fill(this.#words.summary, { passed: String(passed), failed: String(failed) });
  }

  nothing(): string {
    return this.#words.nothing;
  }

  problem(problem: 'files'): string {
    return this.#words.problem[problem];
  }

  unreadable(file: string, cause: string): string {
    return `${file}: ${fill(this.#words.problem.unreadable, { cause })}`;
  }

  fault(file: string, { line, field, rule, value, said }: TimelineError): string {
    const shown = value === undefined ? '' : ` (${JSON.stringify(value)})`;
    const more = said === undefined ? '' : `: ${said}`;
    return fill(this.#words.problem.rule, { file, line: String(line), field, rule: `${this.#words.rule[rule]}${more}${shown}` });
  }
}
