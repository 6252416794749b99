/**
 * `bottega-store processing-record` prints the record of processing of a running shop, in Markdown; `bottega-store subject-export` all that is kept of
 * one customer, in JSON.
 */
import { adminPath } from '../../engine/aggregate/storeNames.js';
import { type CliEnvironment, type CliLanguage, readOptions } from '../frame/arguments.js';
import { type CommandReporter, complain, type ExitCode, type ParsedCommand, print, runner } from '../frame/command.js';
import en from '../locales/en.json';
import it from '../locales/it.json';
import { fill } from '../frame/words.js';
import { askShop, type ShopReply, tokenOf } from './runningShop.js';
import { type RunningShop, runningShop, SHOP_OPTIONS } from './storesArguments.js';

type PrivacyCommand = 'processingRecord' | 'subjectExport';
type PrivacyProblem = 'words' | 'customer' | 'token' | 'refused' | 'unreachable';

interface PrivacyArguments {
  readonly language: CliLanguage;
  readonly shop: string;
  readonly running: RunningShop;
  /** An e-mail address or a pseudonym. */
  readonly customer: string;
}

const OPTIONS = { ...SHOP_OPTIONS, shop: { type: 'string' } } as const;
const WORDS: Readonly<Record<CliLanguage, typeof en.privacy>> = { en: en.privacy, it: it.privacy };

class PrivacyReporter implements CommandReporter<PrivacyProblem> {
  readonly #words: typeof en.privacy;
  readonly #command: PrivacyCommand;

  constructor(language: CliLanguage, command: PrivacyCommand) {
    this.#words = WORDS[language];
    this.#command = command;
  }

  usage(): string {
    return this.#words.usage[this.#command];
  }

  problem(problem: PrivacyProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }
}

export const processingRecord = runner({
  parse: (typed, environment) => parse(typed, environment, 'processingRecord'),
  reporter: (language) => new PrivacyReporter(language, 'processingRecord'),
  act: (given: PrivacyArguments, reporter) => {
    const recordIn = (body: unknown): string => String((body as { record?: unknown }).record);
    return ask(given, reporter, `processing-record?lang=${given.language}`, undefined, recordIn);
  },
});

export const subjectExport = runner({
  parse: (typed, environment) => parse(typed, environment, 'subjectExport'),
  reporter: (language) => new PrivacyReporter(language, 'subjectExport'),
  act: (given: PrivacyArguments, reporter) => {
    const { customer } = given;
    return ask(given, reporter, 'subject-export', customer.includes('@') ? { email: customer } : { customer }, (body) => JSON.stringify(body, null, 2));
  },
});

function parse(typed: readonly string[], environment: CliEnvironment, command: PrivacyCommand): ParsedCommand<PrivacyArguments, PrivacyProblem> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words } = read;
  const [customer = '', ...more] = command === 'subjectExport' ? words : ['', ...words];
  if (more.length > 0) return { outcome: 'problem', language, problem: 'words', at: more.join(' ') };
  if (command === 'subjectExport' && customer === '') return { outcome: 'problem', language, problem: 'customer', at: '' };
  return { outcome: 'arguments', language, given: { language, customer, shop: values.shop ?? 'shop', running: runningShop(values, environment) } };
}

async function ask(
  { shop, running }: PrivacyArguments, reporter: PrivacyReporter, path: string, body: object | undefined, shown: (body: unknown) => string,
): Promise<ExitCode> {
  const token = tokenOf(running.data);
  if (token === undefined) {
    complain(reporter.problem('token', running.data));
    return 2;
  }
  const address = running.url + adminPath(shop, path);
  const reply = await askShop(address, token, body);
  if (reply.status !== 200) return failed(reply, address, reporter);
  print(shown(reply.body));
  return 0;
}

function failed({ status, body }: ShopReply, address: string, reporter: PrivacyReporter): ExitCode {
  const { errors = [] } = (body ?? {}) as { errors?: readonly { readonly message: string }[] };
  if (errors.length > 0 && status !== 401) for (const { message } of errors) complain(message);
  else complain(reporter.problem(status === 401 ? 'refused' : 'unreachable', address));
  return status === 422 ? 1 : 2;
}
