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

/**
 * `isTooDeep`: whether the brackets of a JSON text are nested deeper than that. Found without parsing: a mebibyte of nested lists takes the parser, and
 * whoever writes it again, as long as thousands of sales.
 */
export function isTooDeep(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/** Where the string that begins there ends; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    // An even number of backslashes are backslashes; an odd one is a quote that belongs to the string.
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
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
