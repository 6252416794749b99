/**
 * `changedJson` and `changedText` take an example as its sender would send it and change its structure: fields swapped, dropped, repeated, renamed,
 * nested, replaced by oddities. What fast-check draws and shrinks is the list of changes; it is applied when the input is needed.
 */
import fc from 'fast-check';
import { MAX_BODY_BYTES } from '../../engine/verify/bodyLimits.js';
import { ODD_MARKS, ODD_NAMES, ODDITIES, RAW } from './oddities.js';

/** `at` and `with` choose places, modulo how many there are. */
type JsonChange =
  | { readonly change: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly change: 'oddity'; readonly at: number; readonly by: string }
  | { readonly change: 'drop'; readonly at: number }
  | { readonly change: 'swap'; readonly at: number; readonly with: number }
  | { readonly change: 'repeat'; readonly at: number; readonly times: number }
  | { readonly change: 'nest'; readonly at: number; readonly as: 'array' | 'object'; readonly depth: number }
  | { readonly change: 'name'; readonly at: number; readonly as: string };

type TextChange =
  | { readonly change: 'replace' | 'insert'; readonly at: number; readonly by: string }
  | { readonly change: 'oddity'; readonly at: number; readonly by: string }
  | { readonly change: 'drop'; readonly at: number; readonly length: number }
  | { readonly change: 'swap'; readonly at: number; readonly with: number }
  | { readonly change: 'repeat'; readonly at: number; readonly length: number; readonly times: number };

/** `Recipe` is an example, by its name, and what is done to it. */
export interface Recipe<Change> {
  readonly example: string;
  readonly changes: readonly Change[];
}

export type JsonRecipe = Recipe<JsonChange>;
export type TextRecipe = Recipe<TextChange>;
/** `Examples` by their names. */
export type Examples<T = unknown> = Readonly<Record<string, T>>;

const place = fc.nat({ max: 9_999 });
const oddity = fc.constantFrom(...ODDITIES.keys());
const times = fc.constantFrom(1, 2, 3, 21, 60, 301, 10_000);
/** Shares of one word: most changes replace a value, which is what goes wrong most. */
const jsonChange: fc.Arbitrary<JsonChange> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ change: fc.constant('oddity'), at: place, by: oddity }) },
  { weight: 2, arbitrary: fc.record({ change: fc.constant('replace'), at: place, by: fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.integer(), fc.string({ unit: 'binary' })) }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('drop'), at: place }) },
  { weight: 2, arbitrary: fc.record({ change: fc.constant('swap'), at: place, with: place }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('repeat'), at: place, times }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('nest'), at: place, as: fc.constantFrom('array', 'object'), depth: fc.constantFrom(1, 2, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('name'), at: place, as: fc.oneof(fc.constantFrom(...ODD_NAMES), fc.string()) }) },
);

const textChange: fc.Arbitrary<TextChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ change: fc.constant('oddity'), at: place, by: oddity }) },
  { weight: 2, arbitrary: fc.record({ change: fc.constantFrom('replace', 'insert'), at: place, by: fc.oneof(fc.constantFrom(...ODD_MARKS), fc.string({ unit: 'binary', maxLength: 20 })) }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('drop'), at: place, length: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('swap'), at: place, with: place }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constant('repeat'), at: place, length: fc.integer({ min: 1, max: 60 }), times }) },
);

const MAX_CHANGES = 5;

/** `jsonRecipes` draws recipes for these examples. */
export function jsonRecipes(examples: Examples): fc.Arbitrary<JsonRecipe> {
  return fc.record({ example: fc.constantFrom(...Object.keys(examples)), changes: fc.array(jsonChange, { maxLength: MAX_CHANGES }) });
}

/** `textRecipes` draws recipes for these examples. */
export function textRecipes(examples: Examples<string>): fc.Arbitrary<TextRecipe> {
  return fc.record({ example: fc.constantFrom(...Object.keys(examples)), changes: fc.array(textChange, { maxLength: MAX_CHANGES }) });
}

/** `changedJson` is the value a recipe makes. */
export function changedJson(examples: Examples, { example, changes }: JsonRecipe): unknown {
  // A holder, so that the whole value has a place like every other.
  const holder = { value: structuredClone(examples[example]) };
  for (const change of changes) unlessTooDeep(() => { applyTo(holder, change); }, undefined);
  return holder.value;
}

/** What is nested deeper than can be copied or written stays as it is: raw oddities go deeper. */
function unlessTooDeep<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return otherwise;
    throw error;
  }
}

const RAW_TEXT = new RegExp(`"${RAW}([^"]*)"`, 'g');

/** `jsonText` writes a value as a body, what is raw as it is. */
export function jsonText(value: unknown): string {
  return unlessTooDeep(() => ((JSON.stringify(value) as string | undefined) ?? 'null').replaceAll(RAW_TEXT, '$1'), 'null');
}

/** `changedText` is the text a recipe makes. */
export function changedText(examples: Examples<string>, { example, changes }: TextRecipe): string {
  // Marks at odd places, what is between them at even ones.
  let parts = (examples[example] ?? '').split(/([;,\t\n<>="&/:{}[\]|?#]+)/);
  for (const change of changes) parts = changedParts(parts, change);
  return parts.join('');
}

interface Place {
  readonly holder: object;
  readonly key: string;
}

/** Large things have places enough. */
const MAX_PLACES = 3_000;

function placesIn(root: object): Place[] {
  const places: Place[] = [];
  const waiting: object[] = [root];
  for (let holder = waiting.pop(); holder !== undefined && places.length < MAX_PLACES; holder = waiting.pop()) {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const inner = valueAt({ holder, key });
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
  }
  return places;
}

function valueAt({ holder, key }: Place): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

/** Also where the name is `__proto__`. */
function put({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function applyTo(root: object, change: JsonChange): void {
  const places = placesIn(root);
  const chosen = places[change.at % places.length];
  if (chosen === undefined) return;
  const { holder, key } = chosen;
  const value = valueAt(chosen);
  switch (change.change) {
    case 'oddity': put(chosen, structuredClone(ODDITIES.get(change.by))); break;
    case 'replace': put(chosen, change.by); break;
    case 'drop': if (holder !== root) drop(chosen); break;
    case 'swap': {
      const other = places[change.with % places.length];
      // A value cannot lie inside itself.
      const copy = structuredClone(other === undefined ? value : valueAt(other));
      put(chosen, copy);
      break;
    }
    case 'repeat': put(chosen, repeated(value, change.times)); break;
    case 'nest': for (let at = 0; at < change.depth; at += 1) put(chosen, change.as === 'array' ? [valueAt(chosen)] : { [key]: valueAt(chosen) }); break;
    case 'name': if (!Array.isArray(holder) && holder !== root) put({ holder, key: change.as }, value); break;
  }
}

/** JSON has no arrays with holes. */
function drop({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

/** The elements of an array again and again, anything else as an array; no more than a body can hold. */
function repeated(value: unknown, times: number): unknown[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const most = Math.max(1, Math.floor((MAX_BODY_BYTES - 10_000) / (JSON.stringify(elements).length + 1)));
  const copies = Math.min(times, most);
  return Array.from({ length: copies * elements.length }, (_, at) => structuredClone(elements[at % elements.length]));
}

function changedParts(parts: readonly string[], change: TextChange): string[] {
  if (parts.length === 0) return [];
  const at = change.at % parts.length;
  switch (change.change) {
    case 'oddity': {
      const odd = ODDITIES.get(change.by);
      return parts.with(at, typeof odd === 'string' ? odd : jsonText(odd).slice(0, 100_000));
    }
    case 'replace': return parts.with(at, change.by);
    case 'insert': return parts.toSpliced(at, 0, change.by);
    case 'drop': return parts.toSpliced(at, change.length);
    case 'swap': {
      const other = change.with % parts.length;
      return parts.with(at, parts[other] ?? '').with(other, parts[at] ?? '');
    }
    case 'repeat': {
      const piece = parts.slice(at, at + change.length);
      const most = Math.max(1, Math.floor((MAX_BODY_BYTES - 10_000) / (piece.join('').length + 1)));
      return parts.toSpliced(at, 0, piece.join('').repeat(Math.min(change.times, most)));
    }
  }
}
