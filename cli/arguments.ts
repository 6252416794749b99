/**
 * Arguments of `bottega-check`: files and options; one that is not understood is reported, not ignored.
 */
import { parseArgs } from 'node:util';

export type CliLanguage = 'it' | 'en';

export interface Arguments {
  readonly files: readonly string[];
  readonly language: CliLanguage;
  readonly help: boolean;
  readonly flow?: string;
  readonly shop?: string;
  readonly only?: string;
}

export type ParsedArguments =
  | { readonly outcome: 'arguments'; readonly given: Arguments }
  | { readonly outcome: 'problem'; readonly language: CliLanguage; readonly problem: 'option' | 'lang' | 'files'; readonly at: string };

/** What the shell has set. */
export type CliEnvironment = Readonly<Record<string, string | undefined>>;

/** `--name value` and `--name=value` mean the same. */
export function parseArguments(typed: readonly string[], environment: CliEnvironment): ParsedArguments {
  const read = readOptions(typed);
  const { lang, help = false, ...named } = read.values;
  const language = lang === 'it' || lang === 'en' ? lang : systemLanguage(environment);
  const problem = read.problem ?? (lang === undefined || lang === language ? undefined : { problem: 'lang', at: '--lang' } as const);
  if (problem !== undefined) return { outcome: 'problem', language, ...problem };
  if (read.files.length === 0 && !help) return { outcome: 'problem', language, problem: 'files', at: '' };
  return { outcome: 'arguments', given: { files: read.files, language, help, ...named } };
}

type Values = Pick<Arguments, 'flow' | 'shop' | 'only'> & { readonly lang?: string; readonly help?: boolean };

interface Options {
  readonly values: Values;
  readonly files: readonly string[];
  readonly problem?: { readonly problem: 'option'; readonly at: string };
}

function readOptions(typed: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const options = { flow: text, shop: text, only: text, lang: text, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...typed], options, allowPositionals: true });
    return { values, files: positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // What could be read says in which language to complain.
    const { values } = parseArgs({ args: [...typed], options, allowPositionals: true, strict: false });
    return { values: { ...(typeof values.lang === 'string' ? { lang: values.lang } : {}) }, files: [], problem: { problem: 'option', at: error.message } };
  }
}

/** Of whoever typed it. */
export function systemLanguage({ LC_ALL, LC_MESSAGES, LANG }: CliEnvironment): CliLanguage {
  const first = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '');
  return first?.startsWith('it') === true ? 'it' : 'en';
}
