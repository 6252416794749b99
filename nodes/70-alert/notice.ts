/**
 * How is it said in plain language? One notice per change, with cause and figure, in Italian or English.
 */
import type { AlertState, Cause, StateName, Transition } from '../../engine/alert.js';
import type { AlertRule } from '../../engine/alertRule.js';
import { ALL } from '../../engine/kpi.js';
import { formatInstant } from '../../engine/time.js';
import { isSliding, type WindowSize } from '../../engine/window.js';
import type { ShopPort } from '../ports.js';
import en from './locales/en-US/alert.json';
import it from './locales/it/alert.json';

/** What leaves the node and is kept on the alert's topic; instants are RFC 3339. */
export interface Notice {
  readonly rule: string;
  readonly state: StateName;
  readonly cause: Cause | 'restart';
  readonly store: string;
  readonly channel: string;
  readonly kpi: string;
  readonly window: { readonly size: WindowSize; readonly start: string; readonly end: string } | null;
  readonly value: number | null;
  readonly threshold: number;
  readonly unit: string;
  readonly since: string;
  readonly at: string;
  readonly acknowledgedAt?: string;
  readonly silencedUntil?: string;
  readonly text: string;
}

export type Language = 'it' | 'en';

const WORDS: Readonly<Record<Language, typeof it>> = { it, en };
const LOCALES: Readonly<Record<Language, string>> = { it: 'it-IT', en: 'en-GB' };

/** Writes the notices of one shop in one language. */
export class Writer {
  readonly #shop: ShopPort;
  readonly #words: (typeof it)['alert'];
  readonly #locale: string;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(shop: ShopPort, language: Language) {
    this.#shop = shop;
    this.#words = WORDS[language].alert;
    this.#locale = LOCALES[language];
    const timeZone = shop.calendar.clock.zone;
    this.#clock = new Intl.DateTimeFormat(this.#locale, { timeZone, hour: '2-digit', minute: '2-digit' });
    this.#day = new Intl.DateTimeFormat(this.#locale, { timeZone, weekday: 'long', day: 'numeric', month: 'long' });
  }

  write(rule: AlertRule, store: string, state: AlertState, change: Pick<Transition, 'to'> & { readonly cause: Notice['cause'] }, now: number): Notice {
    const { newest, acknowledgedAt, silencedUntil } = state;
    return {
      rule: rule.name, state: change.to, cause: change.cause, store, channel: rule.channel, kpi: rule.kpi,
      window: newest === undefined ? null : { size: rule.size, start: formatInstant(newest.start), end: formatInstant(newest.end) },
      value: newest?.value ?? null, threshold: thresholdOf(rule, newest?.value ?? null), unit: newest?.unit ?? '',
      since: formatInstant(state.since), at: formatInstant(now),
      ...(acknowledgedAt === undefined ? {} : { acknowledgedAt: formatInstant(acknowledgedAt) }),
      ...(silencedUntil === undefined || silencedUntil <= now ? {} : { silencedUntil: formatInstant(silencedUntil) }),
      text: this.#say(rule, store, state, change),
    };
  }

  #say(rule: AlertRule, store: string, state: AlertState, { to, cause }: { to: StateName; cause: Notice['cause'] }): string {
    const { newest } = state;
    const unit = newest?.unit ?? '';
    const sentence = cause === 'repeat' ? 'repeat' : cause === 'correction' && to === 'resolved' ? 'corrected' : to;
    return fill(this.#words.notice[sentence], {
      rule: rule.name,
      kpi: this.#kpi(rule.kpi) + this.#place(store, rule.channel),
      value: newest === undefined || newest.value === null ? '–' : this.#figure(newest.value, unit),
      window: newest === undefined ? '' : this.#window(rule.size, newest.start, newest.end),
      condition: this.#condition(rule, unit),
      since: `${this.#day.format(state.since)}, ${this.#clock.format(state.since)}`,
    });
  }

  #kpi(name: string): string {
    return (this.#words.kpi as Readonly<Record<string, string>>)[name] ?? name;
  }

  #place(store: string, channel: string): string {
    const name = this.#shop.stores.find(({ id }) => id === store)?.name ?? store;
    const parts = [store === ALL ? '' : name, channel === ALL ? '' : channel].filter((part) => part !== '');
    return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  }

  #window(size: WindowSize, start: number, end: number): string {
    if (size === '1d') return fill(this.#words.window.day, { day: this.#day.format(start) });
    if (isSliding(size)) return fill(this.#words.window.sliding, { minutes: String(Math.round((end - start) / 60_000)) });
    return fill(this.#words.window.span, { start: this.#clock.format(start), end: this.#clock.format(end) });
  }

  #condition({ when }: AlertRule, unit: string): string {
    if (when.op === 'outside') return fill(this.#words.condition.outside, { low: this.#figure(when.low, unit), high: this.#figure(when.high, unit) });
    return fill(this.#words.condition[when.op], { threshold: this.#figure(when.threshold, unit) });
  }

  #figure(value: number, unit: string): string {
    const format = (options: Intl.NumberFormatOptions): string => new Intl.NumberFormat(this.#locale, options).format(value);
    if (unit === 'ratio') return format({ style: 'percent', maximumFractionDigits: 1 });
    if (unit === 'seconds') return durationText(value);
    return /^[A-Z]{3}$/.test(unit) ? format({ style: 'currency', currency: unit }) : format({ maximumFractionDigits: 2 });
  }
}

/** The bound that a value is about. */
function thresholdOf({ when }: AlertRule, value: number | null): number {
  if (when.op !== 'outside') return when.threshold;
  return value !== null && value > when.high ? when.high : when.low;
}

/** 125 → "2 min 5 s". */
function durationText(value: number): string {
  const seconds = Math.round(value);
  const parts = [[Math.floor(seconds / 3_600), 'h'], [Math.floor((seconds % 3_600) / 60), 'min'], [seconds % 60, 's']] as const;
  const shown = parts.filter(([amount]) => amount > 0);
  return shown.length === 0 ? '0 s' : shown.map(([amount, unit]) => `${String(amount)} ${unit}`).join(' ');
}

/** Fills `__name__` as Node-RED's own texts do. */
function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/__([a-z]+)__/g, (_all, name: string) => values[name] ?? '');
}
