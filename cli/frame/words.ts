/**
 * `fill` puts values into a sentence of the locales, as the nodes' texts do.
 */

/** Fills `__name__`. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/__([a-z]+)__/g, (_all, name: string) => values[name] ?? '');
}
