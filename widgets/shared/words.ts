/**
 * `Words` are the texts of a widget in the viewer's language, and numbers and times as people there read them.
 */
/** `LocaleTexts` of one language: texts, or further texts by name. `__name__` stands for a value. */
export interface LocaleTexts {
  readonly [key: string]: string | LocaleTexts;
}

export type SpokenLanguage = 'it' | 'en';
/** `Locales` of a widget, by language. */
export type Locales = Readonly<Record<SpokenLanguage, LocaleTexts>>;

/** `languageOf` is the first of the viewer's languages that we speak; who speaks neither reads English. */
export function languageOf(preferred: readonly string[]): SpokenLanguage {
  const spoken = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((code) => code === 'it' || code === 'en');
  return spoken === 'it' ? 'it' : 'en';
}

/** `ShownNumber` in its parts: the mock's large and small ones. Joined in this order they are the text. */
export interface ShownNumber {
  readonly text: string;
  readonly lead: string;
  readonly whole: string;
  readonly rest: string;
}

export const DASH = '–';
const SECONDS_A_DAY = 86_400;

export class Words {
  readonly language: SpokenLanguage;
  readonly #tag: string;
  readonly #zone: string;
  readonly #texts: readonly LocaleTexts[];

  /** `preferred`: the viewer's languages; `zone`: the shop's; texts of the first locales outrank those of the others. */
  constructor(preferred: readonly string[], zone: string, ...locales: readonly Locales[]) {
    this.language = languageOf(preferred);
    const { language } = this;
    this.#tag = preferred.find((tag) => tag.toLowerCase().startsWith(language) && tag.length > 2) ?? (language === 'it' ? 'it-IT' : 'en-US');
    this.#zone = zone;
    this.#texts = locales.map((each) => each[language]);
  }

  /** The text of that key, `a.b`; `undefined` where there is none. */
  find(key: string, values: Readonly<Record<string, string>> = {}): string | undefined {
    for (const texts of this.#texts) {
      let found: string | LocaleTexts | undefined = texts;
      for (const step of key.split('.')) found = typeof found === 'object' && Object.hasOwn(found, step) ? found[step] : undefined;
      if (typeof found === 'string') return found.replace(/__(\w+)__/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name] ?? whole : whole));
    }
    return undefined;
  }

  /** As `find`; the key itself where there is no text. */
  text(key: string, values: Readonly<Record<string, string>> = {}): string {
    return this.find(key, values) ?? key;
  }

  decimal(value: number, digits: number): string {
    return new Intl.NumberFormat(this.#tag, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true }).format(value);
  }

  /** A KPI value: unknown is a dash, never a zero. `unit`: a currency, `count`, `ratio` or `seconds`. */
  number(value: number | null | undefined, unit: string): ShownNumber {
    if (value === null || value === undefined) return { text: DASH, lead: '', whole: DASH, rest: '' };
    if (unit === 'ratio') return plain(this.decimal(value * 100, 1), this.text('unit.percent', { n: '' }));
    if (unit === 'seconds') return plain(this.duration(value), '');
    if (unit === 'count') return plain(this.decimal(value, Number.isInteger(value) ? 0 : 1), '');
    return cut(new Intl.NumberFormat(this.#tag, { style: 'currency', currency: unit, useGrouping: true }).formatToParts(value));
  }

  /** Without cents, for axes and estimates; to two figures where it is one. */
  rough(value: number, unit: string): string {
    if (unit === 'ratio' || unit === 'seconds' || unit === 'count') return this.number(unit === 'count' ? Math.round(value) : value, unit).text;
    return new Intl.NumberFormat(this.#tag, { style: 'currency', currency: unit, useGrouping: true, maximumFractionDigits: 0, minimumFractionDigits: 0 }).format(value);
  }

  duration(seconds: number): string {
    if (seconds < 60) return this.text('unit.seconds', { n: this.decimal(seconds, 0) });
    const minutes = Math.round(seconds / 60);
    if (minutes < 100) return this.text('unit.minutes', { n: this.decimal(minutes, 0) });
    if (seconds < 2 * SECONDS_A_DAY) return this.text('unit.hours', { h: String(Math.floor(minutes / 60)), m: String(minutes % 60).padStart(2, '0') });
    return this.text('unit.days', { n: this.decimal(seconds / SECONDS_A_DAY, 1) });
  }

  /** "5 min ago", of so many ms. */
  age(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1_000));
    if (seconds < 60) return this.text('age.seconds', { n: String(seconds) });
    if (seconds < 3_600) return this.text('age.minutes', { n: String(Math.floor(seconds / 60)) });
    if (seconds < 2 * SECONDS_A_DAY) return this.text('age.hours', { n: String(Math.floor(seconds / 3_600)) });
    return this.text('age.days', { n: String(Math.floor(seconds / SECONDS_A_DAY)) });
  }

  /** An instant on the shop's clock. */
  time(at: number, options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }): string {
    return new Intl.DateTimeFormat(this.#tag, { timeZone: this.#zone, hourCycle: 'h23', ...options }).format(at);
  }

  /** "2026-11-28" on the shop's clock: as files and spreadsheets read a day in any language. */
  isoDate(at: number): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: this.#zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  }

  /** "14:05" on the same day, "ven 20/11, 14:05" on another. */
  day(at: number, now: number): string {
    return this.#isToday(at, now) ? this.time(at) : this.time(at, { weekday: 'short', day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' });
  }

  /** The text at `key.hour`, or at `key.day` for an instant of another day. */
  moment(key: string, at: number, now: number, values: Readonly<Record<string, string>> = {}): string {
    return this.text(`${key}.${this.#isToday(at, now) ? 'hour' : 'day'}`, { at: this.day(at, now), ...values });
  }

  #isToday(at: number, now: number): boolean {
    const date = { day: '2-digit', month: '2-digit', year: 'numeric' } as const;
    return this.time(at, date) === this.time(now, date);
  }

  /** The day of the week on the shop's clock, 0 is Sunday. */
  weekday(at: number): number {
    return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(new Intl.DateTimeFormat('en-US', { timeZone: this.#zone, weekday: 'short' }).format(at));
  }
}

function plain(whole: string, rest: string): ShownNumber {
  return { text: whole + rest, lead: '', whole, rest };
}

/** The digits before the decimal mark are the large part. */
function cut(parts: readonly Intl.NumberFormatPart[]): ShownNumber {
  const first = parts.findIndex(({ type }) => type === 'integer');
  const last = parts.findLastIndex(({ type }) => type === 'integer');
  const join = (some: readonly Intl.NumberFormatPart[]): string => some.map(({ value }) => value).join('');
  const before = parts.slice(0, first);
  const sign = join(before.filter(({ type }) => type === 'minusSign'));
  const lead = join(before.filter(({ type }) => type !== 'minusSign'));
  return { text: join(parts), lead, whole: sign + join(parts.slice(first, last + 1)), rest: join(parts.slice(last + 1)) };
}
