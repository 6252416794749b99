/**
 * Fields of a timeline file, read from the located tree; each refusal names line, field, rule and value.
 */
import { type SourcePlace, TimelineError } from './diagnostic.js';
import type { Located, LocatedEntry, LocatedMap, LocatedText } from './yaml.js';

export function asMap(node: Located, field: string): LocatedMap {
  if (node.kind === 'map') return node;
  throw new TimelineError({ line: node.line, field }, 'type', textOf(node));
}

/** `asList`: nothing at all is an empty list. */
export function asList(node: Located | undefined, field: string): readonly Located[] {
  if (node === undefined || (node.kind === 'text' && node.text === '')) return [];
  if (node.kind === 'list') return node.items;
  throw new TimelineError({ line: node.line, field }, 'type', textOf(node));
}

export function asText(node: Located, field: string): LocatedText {
  if (node.kind === 'text') return node;
  throw new TimelineError({ line: node.line, field }, 'type');
}

/** `asPair` is the one pair of `- 09:15: sale 10.00`. */
export function asPair(node: Located, field: string): LocatedEntry {
  const [entry, ...more] = asMap(node, field).entries;
  if (entry === undefined || more.length > 0) throw new TimelineError({ line: node.line, field }, 'type');
  return entry;
}

export function valueAt(map: LocatedMap, key: string): Located | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}

/** `textAt` is the text under a key, `undefined` where the key is absent or has nothing beside it. */
export function textAt(map: LocatedMap, key: string): LocatedText | undefined {
  const value = valueAt(map, key);
  if (value === undefined) return undefined;
  const text = asText(value, key);
  return text.text === '' ? undefined : text;
}

export function refuseUnknown(map: LocatedMap, known: readonly string[]): void {
  const stranger = map.entries.find(({ key }) => !known.includes(key));
  if (stranger !== undefined) throw new TimelineError({ line: stranger.line, field: stranger.key }, 'unknown', undefined, known.join(', '));
}

/** `plain` is as a saved form holds it: texts, and `true`, `false`, `null` where they stand without quotes. */
export function plain(node: Located): unknown {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  if (node.style === 'quoted') return node.text;
  return PLAIN.has(node.text) ? PLAIN.get(node.text) : node.text;
}

export function placeOf(node: { readonly line: number }, field: string): SourcePlace {
  return { line: node.line, field };
}

const PLAIN: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null], ['~', null]]);

function textOf(node: Located): string | undefined {
  return node.kind === 'text' ? node.text : undefined;
}
