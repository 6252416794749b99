/**
 * Arguments of `bottega-store stores`: what to do, with which names, and where the shop runs.
 */
import { type CliEnvironment, type OptionValues, readOptions } from '../frame/arguments.js';
import type { ParsedCommand } from '../frame/command.js';

export interface StoresArguments {
  readonly action: 'list' | 'merge' | 'retire' | 'restore';
  readonly stores: readonly string[];
  /** `undeclared`: all that the shop node does not list, and that are not merged or retired. */
  readonly which: 'named' | 'undeclared';
  readonly into?: string;
  readonly shop: string;
  readonly running: RunningShop;
}

/** `RunningShop` says where the shop runs, and where `npm start` keeps the API token. */
export interface RunningShop {
  readonly url: string;
  readonly data: string;
}

export type StoresProblem = 'action' | 'stores' | 'into';

const text = { type: 'string' } as const;
/** `SHOP_OPTIONS` say where the shop runs. */
export const SHOP_OPTIONS = { url: text, data: text } as const;
const OPTIONS = { ...SHOP_OPTIONS, into: text, undeclared: { type: 'boolean' }, shop: text } as const;
const ACTIONS = ['list', 'merge', 'retire', 'restore'] as const;

/** `[action] [name …]`. */
export function parseStoresArguments(typed: readonly string[], environment: CliEnvironment): ParsedCommand<StoresArguments, StoresProblem> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words: [asked = 'list', ...names] } = read;
  const action = ACTIONS.find((each) => each === asked);
  if (action === undefined) return { outcome: 'problem', language, problem: 'action', at: asked };
  const given = argumentsOf(action, values, names, environment);
  const problem = missingIn(given);
  return problem === undefined ? { outcome: 'arguments', language, given } : { outcome: 'problem', language, problem, at: action };
}

/** `runningShop` is the shop of this shell where nothing else was said. */
export function runningShop(values: OptionValues<typeof SHOP_OPTIONS>, environment: CliEnvironment): RunningShop {
  const { PORT = '1880', BOTTEGA_DATA = './.bottega' } = environment;
  const { url = `http://127.0.0.1:${PORT}`, data = BOTTEGA_DATA } = values;
  return { url: url.replace(/\/+$/, ''), data };
}

function argumentsOf(
  action: StoresArguments['action'], values: OptionValues<typeof OPTIONS>, stores: readonly string[], environment: CliEnvironment,
): StoresArguments {
  const { shop = 'shop', into, undeclared } = values;
  const which = undeclared === true ? 'undeclared' : 'named';
  return { action, stores, which, shop, running: runningShop(values, environment), ...(action === 'merge' && into !== undefined ? { into } : {}) };
}

function missingIn({ action, which, stores, into }: StoresArguments): StoresProblem | undefined {
  if (action === 'list') return undefined;
  if (which === 'named' && stores.length === 0) return 'stores';
  return action === 'merge' && into === undefined ? 'into' : undefined;
}
