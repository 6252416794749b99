/**
 * `Grammar` is how a declared locale writes numbers and dates, asked of the platform (CLDR) once per locale and remembered.
 */

/** Separators of a locale; apostrophes are `'` and non-breaking spaces plain ones here. `grouped` matches a well-grouped whole part. */
export interface Grammar {
  readonly decimal: string;
  readonly group: string;
  readonly grouped: RegExp;
  /** Undefined where the locale does not say it: plain `en` is read day first in London and month first in New York. */
  readonly order: DateOrder | undefined;
}

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

const MAX_REMEMBERED = 64;
const remembered = new Map<string, Grammar>();

/** The grammar of a BCP 47 locale, or `undefined` where the platform does not know its language. */
export function grammarOf(locale: string): Grammar | undefined {
  const known = remembered.get(locale);
  if (known !== undefined) return known;
  if (!isLocale(locale)) return undefined;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const grammar = readGrammar(locale);
  remembered.set(locale, grammar);
  return grammar;
}

function isLocale(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function readGrammar(locale: string): Grammar {
  const parts = new Intl.NumberFormat(locale, { useGrouping: 'always', numberingSystem: 'latn' }).formatToParts(123_456_789.5);
  const plain = (kind: string): string => (parts.find(({ type }) => type === kind)?.value ?? '').replace(/[\u00a0\u202f]/, ' ').replace('’', "'");
  const group = plain('group');
  const escaped = group.replaceAll(/[.' ]/g, String.raw`\$&`).replace("\\'", "'");
  const pairs = (parts.filter(({ type }) => type === 'integer').at(-2)?.value.length ?? 3) === 2;
  const grouped = pairs ? `^\\d{1,2}(${escaped}\\d{2})*${escaped}\\d{3}$` : `^\\d{1,3}(${escaped}\\d{3})+$`;
  return { decimal: plain('decimal'), group, grouped: new RegExp(grouped), order: orderOf(locale) };
}

function orderOf(locale: string): DateOrder | undefined {
  const { language, region } = new Intl.Locale(locale);
  if (language === 'en' && region === undefined) return undefined;
  const parts = new Intl.DateTimeFormat(locale).formatToParts(0).map(({ type }) => type);
  const order = parts.filter((type) => type === 'day' || type === 'month' || type === 'year').map((type) => type.charAt(0)).join('');
  return order === 'dmy' || order === 'mdy' || order === 'ymd' ? order : undefined;
}
