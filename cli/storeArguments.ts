/**
 * Arguments of `bottega-store stores`: what to do, with which names, and where the shop runs.
 */
import { parseArgs } from 'node:util';
import { type CliEnvironment, type CliLanguage, systemLanguage } from './arguments.js';

export interface StoreArguments {
  readonly action: 'list' | 'merge' | 'retire' | 'restore' | 'help';
  readonly stores: readonly string[];
  /** `undeclared`: all that the shop node does not list, and that are not merged or retired. */
  readonly which: 'named' | 'undeclared';
  readonly into?: string;
  readonly url: string;
  readonly shop: string;
  /** Where `npm start` keeps the API token. */
  readonly data: string;
}

export type StoreProblem = 'option' | 'action' | 'stores' | 'into';

export type ParsedStoreArguments =
  | { readonly outcome: 'arguments'; readonly language: CliLanguage; readonly given: StoreArguments }
  | { readonly outcome: 'problem'; readonly language: CliLanguage; readonly problem: StoreProblem; readonly at: string };

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = { into: text, undeclared: flag, url: text, shop: text, data: text, lang: text, help: { ...flag, short: 'h' } } as const;
const ACTIONS = ['list', 'merge', 'retire', 'restore'] as const;

type StoreOptions = Readonly<Partial<Record<'into' | 'url' | 'shop' | 'data' | 'lang', string> & Record<'undeclared' | 'help', boolean>>>;

/** `stores <action> [name …]`. */
export function parseStoreArguments(typed: readonly string[], environment: CliEnvironment): ParsedStoreArguments {
  const language = systemLanguage(environment);
  try {
    const { values, positionals } = parseArgs({ args: [...typed], options: OPTIONS, allowPositionals: true });
    const spoken = values.lang === 'it' || values.lang === 'en' ? values.lang : language;
    const action = actionIn(values, positionals);
    if (action === undefined) return { outcome: 'problem', language: spoken, problem: 'action', at: positionals.join(' ') };
    const given = argumentsOf(action, values, positionals.slice(2), environment);
    const problem = missingIn(given);
    return problem === undefined ? { outcome: 'arguments', language: spoken, given } : { outcome: 'problem', language: spoken, problem, at: action };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { outcome: 'problem', language, problem: 'option', at: error.message };
  }
}

function actionIn({ help }: StoreOptions, [topic, asked = 'list']: readonly string[]): StoreArguments['action'] | undefined {
  if (help === true || topic === undefined) return 'help';
  return topic === 'stores' ? ACTIONS.find((each) => each === asked) : undefined;
}

function argumentsOf(action: StoreArguments['action'], values: StoreOptions, stores: readonly string[], environment: CliEnvironment): StoreArguments {
  const { PORT = '1880', BOTTEGA_DATA = './.bottega' } = environment;
  const { url = `http://127.0.0.1:${PORT}`, shop = 'shop', data = BOTTEGA_DATA, into } = values;
  const which = values.undeclared === true ? 'undeclared' : 'named';
  return { action, stores, which, url: url.replace(/\/+$/, ''), shop, data, ...(action === 'merge' && into !== undefined ? { into } : {}) };
}

function missingIn({ action, which, stores, into }: StoreArguments): StoreProblem | undefined {
  if (action === 'list' || action === 'help') return undefined;
  if (which === 'named' && stores.length === 0) return 'stores';
  return action === 'merge' && into === undefined ? 'into' : undefined;
}
