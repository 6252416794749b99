/**
 * JSON from outside: parsed without throwing, distinguished from other values, and written without absent fields.
 */

/** `parseJson` gives the value of a JSON text, or `undefined` where it is none; JSON has no `undefined` of its own. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `jsonOf` is the JSON text of what was parsed; empty where it is nested too deep to be written again, or no JSON at all. */
export function jsonOf(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : '';
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return '';
    throw error;
  }
}

/** `isRecord` is true for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `ownOf` is what a table says of a name that came from outside: `constructor`, `__proto__` or `toString` are in none by themselves. */
export function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `Present` is a record whose fields that may be `undefined` may be absent instead. */
export type Present<T> =
  & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** `present` copies a record without the fields that are `undefined`: what an optional field of ours, or JSON, calls absent. */
export function present<T extends object>(record: T): Present<T> {
  const kept: Partial<T> = {};
  for (const name in record) if (record[name] !== undefined) kept[name] = record[name];
  return kept as unknown as Present<T>;
}
