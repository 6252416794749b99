/**
 * `sourcesOf` puts the senders into words: who, when last, how much today, who is missed, who is refused, and what is wrong.
 */
import type { SourcesData } from '../../nodes/92-ui-sources/source.js';
import type { NodeNotice } from '../../nodes/shared/widget/alertReader.js';
import { sayingsOf } from '../shared/notices.js';
import type { Words } from '../shared/words.js';

/** `SourcesProps` are what the browser gets of the form. */
export interface SourcesProps {
  readonly title: string;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownSource`: `missed` where somebody waits for it; `age` and `at` are empty where it is not known when it was last seen. */
export interface ShownSource {
  readonly key: string;
  readonly name: string;
  readonly place: string;
  readonly age: string;
  readonly at: string;
  readonly today: string;
  readonly missed: { readonly text: string; readonly advice: string; readonly command: Readonly<Record<string, string>> | undefined } | undefined;
}

export interface ShownSources {
  readonly sources: readonly ShownSource[];
  readonly more: string;
  readonly refused: readonly { readonly key: string; readonly name: string; readonly place: string; readonly text: string }[];
  readonly causes: readonly string[];
}

/** Who is missed stands first, then who sent last. */
export function sourcesOf({ sources, more, missed, refused, causes }: SourcesData, now: number, words: Words): ShownSources {
  const known = new Set(sources.map(({ source }) => source));
  const rows = sources.map(({ source, lastAt, today }) => ({
    ...named(source, words), ...seen(lastAt, now, words), today: words.decimal(today, 0), missed: missedOf(source, missed),
  }));
  const others = [...new Set(missed.flatMap(({ source }) => (source === undefined || known.has(source) ? [] : [source])))];
  const unseen = others.map((source) => ({ ...named(source, words), age: '', at: '', today: '', missed: missedOf(source, missed) }));
  return {
    sources: [...unseen, ...rows].sort((a, b) => Number(b.missed !== undefined) - Number(a.missed !== undefined)),
    more: more === 0 ? '' : words.text('more', { n: words.decimal(more, 0) }),
    refused: refused.map(({ source, count }) => ({ ...named(source, words), text: words.text(count === 1 ? 'refused.one' : 'refused.many', { n: words.decimal(count, 0) }) })),
    causes: [...new Set(causes.map(({ cause, message }) => words.find(`cause.${cause.replaceAll('.', '_')}`) ?? words.text('cause_other', { message })))],
  };
}

/** A source is "urn:bottega:<provider>:<place>"; what is named otherwise keeps its name. */
function named(source: string, words: Words): { key: string; name: string; place: string } {
  const [provider = '', ...place] = source.replace(/^urn:bottega:/, '').split(':');
  const known = words.find(`provider.${provider}`);
  return known === undefined && !source.startsWith('urn:bottega:') ? { key: source, name: source, place: '' } : { key: source, name: known ?? provider, place: place.join(':') };
}

function seen(lastAt: string, now: number, words: Words): Pick<ShownSource, 'age' | 'at'> {
  const at = new Date(lastAt).getTime();
  return { age: words.age(now - at), at: words.day(at, now) };
}

function missedOf(source: string, missed: readonly NodeNotice[]): ShownSource['missed'] {
  const alert = missed.find((each) => each.source === source);
  if (alert === undefined) return undefined;
  return { ...sayingsOf(alert), command: alert.node === '' ? undefined : { node: alert.node, retire: alert.rule, store: alert.store } };
}
