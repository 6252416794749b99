/**
 * `readOptions` reads what was typed behind a command: its options and its words; one that is not understood is reported, not ignored.
 */
import { parseArgs } from 'node:util';

export type CliLanguage = 'it' | 'en';

/** What the shell has set. */
export type CliEnvironment = Readonly<Record<string, string | undefined>>;

/** `OptionTypes` are a command's own options; `--lang` and `--help` are everybody's. */
export type OptionTypes = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

export type OptionValues<T extends OptionTypes> = { readonly [K in keyof T]?: T[K]['type'] extends 'boolean' ? boolean : string };

/** `CommonProblem` is what may be wrong with any command. */
export type CommonProblem = 'option' | 'lang';

export type ReadOptions<T extends OptionTypes> =
  | { readonly outcome: 'options'; readonly language: CliLanguage; readonly values: OptionValues<T>; readonly words: readonly string[] }
  | { readonly outcome: 'help'; readonly language: CliLanguage }
  | { readonly outcome: 'problem'; readonly language: CliLanguage; readonly problem: CommonProblem; readonly at: string };

/** `--name value` and `--name=value` mean the same. */
export function readOptions<T extends OptionTypes>(own: T, typed: readonly string[], environment: CliEnvironment): ReadOptions<T> {
  const options = { ...own, lang: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  // What could be read says in which language to complain.
  const { lang } = parseArgs({ args: [...typed], options, allowPositionals: true, strict: false }).values;
  const language = lang === 'it' || lang === 'en' ? lang : systemLanguage(environment);
  if (lang !== undefined && lang !== language) return { outcome: 'problem', language, problem: 'lang', at: '--lang' };
  try {
    const { values, positionals } = parseArgs({ args: [...typed], options, allowPositionals: true });
    if ((values as { readonly help?: boolean }).help === true) return { outcome: 'help', language };
    return { outcome: 'options', language, values: values, words: positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { outcome: 'problem', language, problem: 'option', at: error.message };
  }
}

/** Of whoever typed it. */
function systemLanguage({ LC_ALL, LC_MESSAGES, LANG }: CliEnvironment): CliLanguage {
  const first = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '');
  return first?.startsWith('it') === true ? 'it' : 'en';
}
