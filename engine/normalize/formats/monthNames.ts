/**
 * `monthOf` finds the month that a name means: of the languages that a shop in Italy meets, whole or cut to three letters or more.
 */
const MONTHS: Readonly<Record<string, readonly string[]>> = {
  it: ['gennaio', 'febbraio', 'marzo', 'aprile', 'maggio', 'giugno', 'luglio', 'agosto', 'settembre', 'ottobre', 'novembre', 'dicembre'],
  en: ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'],
  de: ['januar', 'februar', 'märz', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'dezember'],
  fr: ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'],
  es: ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'],
};

const DAYS: Readonly<Record<string, RegExp>> = {
  it: /^(lun(edì|edi)?|mar(tedì|tedi)?|mer(coledì|coledi)?|gio(vedì|vedi)?|ven(erdì|erdi)?|sab(ato)?|dom(enica)?)\.?,? (?=\d)/i,
  en: /^(mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(day)?\.?,? (?=[\dA-Z])/i,
};

/** 1 to 12, or `undefined` where the declared language has no such month, or two that begin so. */
export function monthOf(name: string, locale: string | undefined): number | undefined {
  const names = languageOf(MONTHS, locale);
  const lower = name.toLowerCase();
  const found = names?.flatMap((month, index) => (month.startsWith(lower) ? [index + 1] : [])) ?? [];
  return lower.length >= 3 && found.length === 1 ? found[0] : undefined;
}

/** The text without the name of the day before it. */
export function stripWeekday(text: string, locale: string | undefined): string {
  const day = languageOf(DAYS, locale);
  return day === undefined ? text : text.replace(day, '');
}

function languageOf<T>(table: Readonly<Record<string, T>>, locale: string | undefined): T | undefined {
  const language = (locale ?? '').split('-')[0]?.toLowerCase() ?? '';
  return Object.hasOwn(table, language) ? table[language] : undefined;
}
