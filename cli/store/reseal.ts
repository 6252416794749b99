/**
 * `bottega-store reseal`: writes every value of a store anew with the key that writes now, or plain where encryption was switched off.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fault } from '../../engine/base/errors.js';
import { present } from '../../engine/base/json.js';
import { tlsOptions } from '../../engine/base/tls.js';
import { openLevelStore } from '../../engine/store/level/levelStore.js';
import { openRedisStore } from '../../engine/store/redis/connection.js';
import { type KeyRing, readKeyRing } from '../../engine/store/sealed/keyRing.js';
import { reseal as resealStore } from '../../engine/store/sealed/reseal.js';
import { type KeyRange, prefixRange, type Store } from '../../engine/store/store.js';
import { type CliEnvironment, type CliLanguage, type OptionValues, readOptions } from '../frame/arguments.js';
import { complain, type ExitCode, type ParsedCommand, print, runner } from '../frame/command.js';
import { fill } from '../frame/words.js';
import en from '../locales/en.json';
import it from '../locales/it.json';

const OPTIONS = { data: { type: 'string' }, redis: { type: 'string' }, ca: { type: 'string' } } as const;
/** So often it is said how far it is. */
const SAY_EVERY = 50_000;
const WORDS: Readonly<Record<CliLanguage, typeof en.reseal>> = { en: en.reseal, it: it.reseal };

type ResealProblem = 'words' | 'keys' | 'missing';

interface ResealArguments {
  readonly ring: KeyRing;
  readonly place: { readonly kind: 'directory'; readonly directory: string } | { readonly kind: 'redis'; readonly url: string; readonly ca?: string };
}

class ResealReporter {
  readonly #words: typeof en.reseal;

  constructor(language: CliLanguage) {
    this.#words = WORDS[language];
  }

  usage(): string {
    return this.#words.usage;
  }

  problem(problem: ResealProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }

  progress(visited: number, rewritten: number): string {
    return fill(this.#words.progress, { visited: String(visited), rewritten: String(rewritten) });
  }

  /** `key`: the one that writes. */
  done(rewritten: number, key: string | undefined): string {
    const values = { rewritten: String(rewritten), key: key ?? '' };
    return fill(key === undefined ? this.#words.plain : this.#words.sealed, values);
  }
}

export const reseal = runner({ parse, reporter: (language) => new ResealReporter(language), act });

function parse(typed: readonly string[], environment: CliEnvironment): ParsedCommand<ResealArguments, ResealProblem> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words: [word, ...more] } = read;
  if (more.length > 0) return { outcome: 'problem', language, problem: 'words', at: more.join(' ') };
  const ring = readKeyRing(environment, (path) => readFileSync(path, 'utf8'));
  if (ring.reads.size === 0) return { outcome: 'problem', language, problem: 'keys', at: '' };
  const place = placeOf(word, values, environment);
  // It would be made.
  if (place.kind === 'directory' && !existsSync(place.directory)) return { outcome: 'problem', language, problem: 'missing', at: place.directory };
  return { outcome: 'arguments', language, given: { ring, place } };
}

/** A directory that was named counts more than the Redis of the environment. */
function placeOf(word: string | undefined, { data, redis, ca }: OptionValues<typeof OPTIONS>, environment: CliEnvironment): ResealArguments['place'] {
  const given = environment['REDIS_URL']?.trim() ?? '';
  const url = redis ?? (word === undefined && data === undefined ? given : '');
  if (url !== '') return { kind: 'redis', url, ...present({ ca }) };
  const { BOTTEGA_DATA = './.bottega' } = environment;
  return { kind: 'directory', directory: resolve(word ?? join(data ?? BOTTEGA_DATA, 'bottega-store')) };
}

async function act({ ring, place }: ResealArguments, reporter: ResealReporter): Promise<ExitCode> {
  let said = 0;
  const progress = (visited: number, rewritten: number): void => {
    if (visited - said < SAY_EVERY) return;
    said = visited;
    complain(reporter.progress(visited, rewritten));
  };
  const { store, ranges } = await opened(place);
  try {
    print(reporter.done(await resealStore(store, { ring, randomBytes, ranges, progress }), ring.writes?.id));
    return 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    complain(error.message);
    return 2;
  } finally {
    await store.close();
  }
}

/** All keys of all shops; what lies beside the shops is nobody's data. */
async function opened(place: ResealArguments['place']): Promise<{ readonly store: Store; readonly ranges: readonly KeyRange[] }> {
  if (place.kind === 'directory') return { store: await openLevelStore(place.directory, Date), ranges: [prefixRange('')] };
  const tls = { ...tlsOptions(process.env), ...(place.ca === undefined ? {} : { ca: readFileSync(place.ca, 'utf8') }) };
  const store = openRedisStore(place.url, { clock: Date, random: Math.random, tls });
  try {
    return { store, ranges: (await store.shops()).map((shop) => prefixRange(`${shop}/`)) };
  } catch (error) {
    await store.close();
    throw error;
  }
}
