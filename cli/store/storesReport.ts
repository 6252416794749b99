/**
 * `StoresReporter` puts the stores of a shop, and what became of a change, into words.
 */
import type { ListedStore } from '../../engine/aggregate/storeNames.js';
import type { CliLanguage } from '../frame/arguments.js';
import type { CommandReporter } from '../frame/command.js';
import en from '../locales/en.json';
import it from '../locales/it.json';
import { fill } from '../frame/words.js';
import type { StoresProblem } from './storesArguments.js';

const WORDS: Readonly<Record<CliLanguage, typeof en.stores>> = { en: en.stores, it: it.stores };

/** What the shop answers. */
export interface StoreListing {
  readonly limit: number;
  readonly stores: readonly ListedStore[];
}

type SaidProblem = StoresProblem | 'token' | 'refused' | 'unreachable';

export class StoresReporter implements CommandReporter<SaidProblem> {
  readonly #words: typeof en.stores;

  constructor(language: CliLanguage) {
    this.#words = WORDS[language];
  }

  usage(): string {
    return this.#words.usage;
  }

  listing({ limit, stores }: StoreListing): string {
    const rows = stores.map(({ store, state, into, channels }) => (
      [store, into === undefined ? this.#words.state[state] : `${this.#words.state[state]} → ${into}`, channels.join(', ')].join('\t')));
    const counted = stores.filter(({ state }) => state === 'counted').length;
    return [...rows, fill(this.#words.summary, { counted: String(counted), limit: String(limit) })].join('\n');
  }

  changed(count: number): string {
    return fill(this.#words.changed, { count: String(count) });
  }

  problem(problem: SaidProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }
}
