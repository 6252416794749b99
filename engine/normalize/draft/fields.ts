/**
 * Fields of a sender's body, read without believing anything about its shape.
 */
import { isRecord } from '../../base/json.js';

/** `at` is the value at a path of field names, `undefined` where any step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (!isRecord(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here ?? undefined;
}

/** `textAt` is non-empty text at a path. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found.trim() !== '' ? found : undefined;
}

/** `decimalAt` is a decimal as it was sent: text, or the shortest text of a JSON number. */
export function decimalAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? String(found) : typeof found === 'string' ? found : undefined;
}

/** `listAt` are the elements of a list at a path; none where there is no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** `idAt` is an id as text: numbers must be exact, text short and plain. */
export function idAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return Number.isSafeInteger(found) ? String(found) : undefined;
  return typeof found === 'string' && /^[\w.:~-]{1,128}$/.test(found) ? found : undefined;
}

/** `sumOf` adds the numbers at a field of each element, `undefined` where there is none or it is no plain quantity. */
export function sumOf(elements: readonly unknown[], field: string): number | undefined {
  const numbers = elements.map((element) => at(element, field)).filter((value): value is number => typeof value === 'number');
  const sum = Math.round(numbers.reduce((total, value) => total + value, 0) * 1_000) / 1_000;
  return numbers.length > 0 && sum >= 0 && sum <= 1e9 ? sum : undefined;
}
