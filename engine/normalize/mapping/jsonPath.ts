/**
 * `PathStep`s lead to a value in JSON: `a.b[0].c`, `list[].c` for every element, `a|b` for the first of several names that is there.
 */
import { isRecord } from '../../base/json.js';

/** A field's name and those tried after it, a place in a list, or every place. */
export type PathStep = { readonly field: string; readonly or?: readonly string[] } | { readonly place: number } | 'every';

const TOKEN = /([^.[\]]+)|\[(\d{0,4})\]|\./gy;
const PATH = /^[^.[\]]+(\[\d{0,4}\])*(\.[^.[\]]+(\[\d{0,4}\])*)*$/;
const MAX_FOUND = 10_000;

/** The steps of a path, `undefined` where it is none. */
export function parsePath(text: string): readonly PathStep[] | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 200 || !PATH.test(trimmed)) return undefined;
  return [...trimmed.matchAll(TOKEN)].flatMap(([token, field, place]): PathStep[] => {
    if (token === '.') return [];
    if (field !== undefined) return [fieldStep(field)];
    return [place === undefined || place === '' ? 'every' : { place: Number(place) }];
  });
}

/** All values there: at most one unless the path says "every". `null` reads as absent. */
export function valuesAt(root: unknown, steps: readonly PathStep[]): unknown[] {
  let found: unknown[] = [root];
  for (const step of steps) found = found.flatMap((value) => stepInto(value, step)).slice(0, MAX_FOUND);
  return found.filter((value) => value !== undefined && value !== null);
}

/** The first value there. */
export function firstAt(root: unknown, steps: readonly PathStep[]): unknown {
  const [step, ...more] = steps;
  // A field of a line is one step away, and lines are many.
  if (step === undefined || step === 'every' || 'place' in step || more.length > 0 || !isRecord(root)) return valuesAt(root, steps)[0];
  const named = namedIn(root, step);
  return named === undefined ? undefined : root[named] ?? undefined;
}

/** The same place as a JSON Pointer, for refusals. */
export function pointerOf(steps: readonly PathStep[]): string {
  return steps.map((step) => `/${tokenOf(step)}`).join('');
}

function fieldStep(text: string): PathStep {
  const [field = '', ...or] = text.split('|').map((name) => name.trim());
  return or.length === 0 ? { field } : { field, or };
}

function tokenOf(step: PathStep): string {
  if (step === 'every') return '-';
  return 'place' in step ? String(step.place) : step.field.replaceAll('~', '~0').replaceAll('/', '~1');
}

function stepInto(value: unknown, step: PathStep): unknown[] {
  if (step === 'every') return Array.isArray(value) ? value : [];
  if ('place' in step) return Array.isArray(value) ? [value[step.place]] : [];
  if (!isRecord(value)) return [];
  const named = namedIn(value, step);
  return named === undefined ? [] : [value[named]];
}

function namedIn(record: Readonly<Record<string, unknown>>, { field, or }: Extract<PathStep, { field: string }>): string | undefined {
  return isIn(record, field) ? field : or?.find((other) => isIn(record, other));
}

function isIn(record: Readonly<Record<string, unknown>>, field: string): boolean {
  return Object.hasOwn(record, field) && record[field] !== null && record[field] !== '';
}
