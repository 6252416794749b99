/**
 * `AlertTexts` writes figures, times and names in Italian or English, as the page does.
 */
import { ownOf } from '../../../engine/base/json.js';
import { HOUR, LocalClock } from '../../../engine/base/time.js';
import { isSliding, type Span, type WindowSize } from '../../../engine/calendar/windowAssigner.js';
import en from '../locales/en-US/alert.json';
import it from '../locales/it/alert.json';

export type Language = 'it' | 'en';
export type Dictionary = (typeof it)['alert'];

const WORDS: Readonly<Record<Language, Dictionary>> = { it: it.alert, en: en.alert };
const LOCALES: Readonly<Record<Language, string>> = { it: 'it-IT', en: 'en-GB' };

/** `AlertTexts` is of one language and one zone. */
export class AlertTexts {
  readonly dictionary: Dictionary;
  readonly #locale: string;
  readonly #zone: LocalClock;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(language: Language, timeZone: string) {
    this.dictionary = WORDS[language];
    this.#locale = LOCALES[language];
    this.#zone = new LocalClock(timeZone);
    this.#clock = new Intl.DateTimeFormat(this.#locale, { timeZone, hour: '2-digit', minute: '2-digit' });
    this.#day = new Intl.DateTimeFormat(this.#locale, { timeZone, weekday: 'long', day: 'numeric', month: 'long' });
  }

  /** A KPI's name, its own where we have none for it. */
  kpi(name: string): string {
    return ownOf<string>(this.dictionary.kpi, name) ?? name;
  }

  /** The time of day; of the two that October has between two and three, also which. */
  clock(at: number): string {
    return this.#clock.format(at) + this.#mark(at);
  }

  day(at: number): string {
    return this.#day.format(at);
  }

  window(size: WindowSize | 'auto', { start, end }: Span): string {
    const { window } = this.dictionary;
    if (size === '1d') return fill(window.day, { day: this.day(start) });
    if (isSliding(size)) return fill(window.sliding, { minutes: String(Math.round((end - start) / 60_000)) });
    const isOneMark = this.#mark(start) === this.#mark(end);
    return fill(window.span, { start: isOneMark ? this.#clock.format(start) : this.clock(start), end: this.clock(end) });
  }

  /** `unit` as in a KPI value: a currency, `ratio`, `seconds`, else a plain number. */
  figure(value: number, unit: string): string {
    const format = (options: Intl.NumberFormatOptions): string => new Intl.NumberFormat(this.#locale, { useGrouping: 'always', ...options }).format(value);
    if (unit === 'ratio') return format({ style: 'percent', maximumFractionDigits: 1 });
    if (unit === 'seconds') return durationText(value);
    return /^[A-Z]{3}$/.test(unit) ? format({ style: 'currency', currency: unit }) : format({ maximumFractionDigits: 2 });
  }

  /** " (ora legale)" where the wall shows this time twice; empty where it does not. */
  #mark(at: number): string {
    const { season } = this.dictionary;
    const [before, after] = [this.#zone.offsetAt(at - REACH_MS), this.#zone.offsetAt(at + REACH_MS)];
    const repeated = before - after;
    if (repeated <= 0) return '';
    if (this.#zone.offsetAt(at) === before) return this.#zone.offsetAt(at + repeated) === after ? ` (${season.summer})` : '';
    return this.#zone.offsetAt(at - repeated) === before ? ` (${season.winter})` : '';
  }
}

/** No change of clocks is farther from a time that it repeats. */
const REACH_MS = 3 * HOUR;

/** `durationText`: 125 → "2 min 5 s"; days from two on. */
export function durationText(value: number): string {
  const seconds = Math.round(value);
  const days = seconds >= 2 * 86_400 ? Math.floor(seconds / 86_400) : 0;
  const rest = seconds - days * 86_400;
  const parts = [[days, 'd'], [Math.floor(rest / 3_600), 'h'], [Math.floor((rest % 3_600) / 60), 'min'], [rest % 60, 's']] as const;
  const shown = parts.filter(([amount]) => amount > 0);
  return shown.length === 0 ? '0 s' : shown.map(([amount, unit]) => `${String(amount)} ${unit}`).join(' ');
}

/** `fill` puts values for `__name__` as Node-RED's own texts do. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/__([a-z]+)__/g, (_all, name: string) => values[name] ?? '');
}

/** `sourceName`: "urn:bottega:shopify:mia.myshopify.com" → "shopify (mia.myshopify.com)". */
export function sourceName(source: string): string {
  const [, , kind, ...rest] = source.split(':');
  if (!source.startsWith('urn:') || kind === undefined) return source;
  return rest.length === 0 ? kind : `${kind} (${rest.join(':')})`;
}

/** `sourceKind` is what a shop calls a source: its till, its online shop, or something else. */
export function sourceKind(source: string): 'till' | 'online' | 'other' {
  const name = source.replace(/^urn:(bottega|timeline):/, '');
  if (/^(pos|batch|file)\b|cassa|till|scontrin|registr/i.test(name)) return 'till';
  return /^(shopify|woocommerce)\b/.test(name) ? 'online' : 'other';
}
