/**
 * `wordsOf` splits a short line into words, and values with a name: `sale 42.50 open id=A1 campaign="instagram/social"`.
 */
import { type SourcePlace, TimelineError } from './diagnostic.js';

export interface WordReader {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

const TOKEN = /(?:([A-Za-z_][A-Za-z0-9_]*)=)?(?:"([^"]*)"|([^\s"]+))(?:,?\s+|,?$)/y;

/** `wordsOf`: a comma may follow a word, as people write. */
export function wordsOf(text: string, place: SourcePlace): WordReader {
  const words: string[] = [];
  const values = new Map<string, string>();
  const token = new RegExp(TOKEN);
  const line = text.trim();
  while (token.lastIndex < line.length) {
    const from = token.lastIndex;
    const parts = token.exec(line);
    if (parts === null) throw new TimelineError(place, 'word', line.slice(from));
    const [, name, quoted, bare] = parts;
    const value = quoted ?? bare?.replace(/,$/, '') ?? '';
    if (name === undefined) words.push(value);
    else if (values.has(name)) throw new TimelineError(place, 'twice', name);
    else values.set(name, value);
  }
  return { words, values };
}
