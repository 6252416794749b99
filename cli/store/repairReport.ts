/**
 * `RepairReporter` puts into words what was repaired, and what is in a store.
 */
import type { RecordCounts, RecordKind } from '../../engine/library/storeContents.js';
import type { CliLanguage } from '../frame/arguments.js';
import type { CommandReporter } from '../frame/command.js';
import { fill } from '../frame/words.js';
import en from '../locales/en.json';
import it from '../locales/it.json';
import type { RepairOutcome } from './repairDirectory.js';

const WORDS: Readonly<Record<CliLanguage, typeof en.repair>> = { en: en.repair, it: it.repair };
const RECORDS: Readonly<Record<CliLanguage, typeof en.records>> = { en: en.records, it: it.records };

type RepairProblem = 'words' | 'missing' | 'held';

export class RepairReporter implements CommandReporter<RepairProblem> {
  readonly #language: CliLanguage;
  readonly #words: typeof en.repair;

  constructor(language: CliLanguage) {
    this.#language = language;
    this.#words = WORDS[language];
  }

  usage(): string {
    return this.#words.usage;
  }

  problem(problem: RepairProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }

  outcome(directory: string, outcome: RepairOutcome): string {
    const lines = [fill(this.#words[outcome.state], { directory })];
    if (outcome.state !== 'whole') {
      const { cause, copy, unsaved } = outcome;
      lines.push(fill(this.#words.cause, { cause }), fill(this.#words.copy, { copy }));
      if (outcome.state === 'lost') lines.push(fill(this.#words.unsaved, { tables: String(unsaved.tables), bytes: String(unsaved.bytes) }));
      lines.push(this.#words.recount);
    }
    return [...lines, recordsText(outcome.records, this.#language)].join('\n');
  }
}

/** `recordsText` says how many records of each kind there are. */
export function recordsText(records: RecordCounts, language: CliLanguage): string {
  const kinds = Object.entries(records) as [RecordKind, number][];
  return kinds.map(([kind, count]) => `  ${RECORDS[language][kind]}: ${String(count)}`).join('\n');
}
