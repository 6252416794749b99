/**
 * How is it said in plain language? One notice per change: what, since when, how much, and what to do.
 */
import { createHash } from 'node:crypto';
import type { AlertState, ChangeCause, LastSample, StateName, Transition } from '../../engine/alert/stateMachine.js';
import type { AlertRule, AbsenceRule } from '../../engine/alert/rule.js';
import { ALL } from '../../engine/read/kpiValue.js';
import { formatInstant, MINUTE, SECOND } from '../../engine/base/time.js';
import type { ShopPort } from '../shared/ports.js';
import { durationText, fill, type Language, AlertTexts, sourceName } from './text/format.js';
import { type ActiveAlert } from "../../engine/alert/state.js";

/** What leaves the node and is kept on the alert's topic; instants are RFC 3339. `id` is the same however often it is told. */
export interface Notice {
  readonly id: string;
  readonly rule: string;
  readonly state: StateName;
  readonly cause: ChangeCause | 'restart';
  /** Of a mute source its encoded name: what to acknowledge or silence it by. */
  readonly store: string;
  readonly source?: string;
  readonly channel: string;
  readonly kpi: string;
  readonly window: { readonly size: AlertRule['size']; readonly start: string; readonly end: string } | null;
  readonly value: number | null;
  /** What the window would come to at this pace, where that is what was judged. */
  readonly projected?: number;
  /** Of a mute source: messages usual in this hour. */
  readonly threshold: number;
  readonly unit: string;
  readonly since: string;
  readonly at: string;
  readonly acknowledgedAt?: string;
  readonly silencedUntil?: string;
  readonly text: string;
}

type NotifiedChange = Pick<Transition, 'to'> & { readonly cause: Notice['cause'] };

/** What depends on the kind of rule. */
type About = Pick<Notice, 'source' | 'channel' | 'kpi' | 'window' | 'value' | 'projected' | 'threshold' | 'unit' | 'since' | 'text'>;

/** Writes the notices of one shop in one language. */
export class Writer {
  readonly #shop: ShopPort;
  readonly #words: AlertTexts;

  constructor(shop: ShopPort, language: Language) {
    this.#shop = shop;
    this.#words = new AlertTexts(language, shop.calendar.clock.zone);
  }

  write({ rule, store, state }: ActiveAlert, change: NotifiedChange, now: number): Notice {
    const { acknowledgedAt, silencedUntil } = state;
    const about = rule.kind === 'mute' ? this.#source(rule, store, state, change, now) : this.#kpi(rule, store, state, change);
    return {
      id: idOf([rule.name, store, change.to, change.cause, String(now), about.window?.start ?? '']),
      rule: rule.name, state: change.to, cause: change.cause, store, ...about, at: formatInstant(now),
      ...(acknowledgedAt === undefined ? {} : { acknowledgedAt: formatInstant(acknowledgedAt) }),
      ...(silencedUntil === undefined || silencedUntil <= now ? {} : { silencedUntil: formatInstant(silencedUntil) }),
    };
  }

  /** "3 notices: …" of what is told together. */
  summary(notices: readonly Notice[]): string {
    const [first] = notices;
    if (first !== undefined && notices.length === 1) return first.text;
    return [fill(this.#words.dictionary.notice.several, { count: String(notices.length) }), ...notices.map(({ text }) => `– ${text}`)].join('\n');
  }

  #kpi(rule: AlertRule, store: string, state: AlertState, change: NotifiedChange): About {
    const { newest } = state;
    return {
      channel: rule.channel, kpi: rule.kpi,
      window: newest === undefined ? null : { size: rule.size, start: formatInstant(newest.start), end: formatInstant(newest.end) },
      value: newest?.value ?? null,
      ...(newest?.projected === undefined ? {} : { projected: Math.round(newest.projected * 100) / 100 }),
      threshold: thresholdOf(rule, newest?.value ?? null), unit: newest?.unit ?? '', since: formatInstant(state.since),
      text: this.#sayKpi(rule, store, state, change),
    };
  }

  #sayKpi(rule: AlertRule, store: string, state: AlertState, { to, cause }: NotifiedChange): string {
    const { newest } = state;
    const said = fill(this.#words.dictionary.notice[sentenceOf(to, cause)], {
      rule: rule.name,
      kpi: this.#words.kpi(rule.kpi) + this.#place(store, rule.channel),
      value: newest === undefined ? '–' : this.#value(newest),
      window: newest === undefined ? '' : this.#words.window(rule.size, newest),
      condition: this.#condition(rule, newest?.unit ?? '') + this.#lasting(rule, state),
      since: this.#instant(to === 'noData' ? state.heardAt : state.since),
    });
    return to === 'firing' || to === 'noData' ? `${said}. ${this.#advice(to === 'noData' ? 'noData' : rule.kpi)}` : said;
  }

  #value({ value: number, projected, unit }: LastSample): string {
    const value = number === null ? '–' : this.#words.figure(number, unit);
    return projected === undefined ? value : fill(this.#words.dictionary.window.pace, { value, projected: this.#words.figure(projected, unit) });
  }

  #source({ name }: AbsenceRule, store: string, state: AlertState, { to, cause }: NotifiedChange, now: number): About {
    const { silence } = state;
    const source = decodeURIComponent(store);
    const { mute } = this.#words.dictionary;
    const heardAt = silence?.heardAt ?? state.since;
    const sentence = to === 'noData' ? (cause === 'repeat' ? 'repeat' : 'mute') : to === 'resolved' ? 'resolved' : 'inactive';
    const said = fill(mute[sentence], {
      rule: name, source: sourceName(source), usual: this.#words.figure(silence?.usual ?? 0, 'count'),
      silent: durationText(Math.floor(Math.max(0, now - heardAt) / MINUTE) * (MINUTE / SECOND)), since: this.#instant(heardAt),
    });
    return {
      source, channel: ALL, kpi: '', window: null, value: null, threshold: silence?.usual ?? 0, unit: 'count',
      since: formatInstant(to === 'noData' ? heardAt : state.since),
      text: to === 'noData' ? `${said}. ${this.#advice('mute')}` : said,
    };
  }

  #advice(about: string): string {
    const { advice } = this.#words.dictionary;
    return (advice as Readonly<Record<string, string>>)[about] ?? advice.other;
  }

  #place(store: string, channel: string): string {
    const name = this.#shop.stores.find(({ id }) => id === store)?.name ?? store;
    const parts = [store === ALL ? '' : name, channel === ALL ? '' : channel].filter((part) => part !== '');
    return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  }

  #condition({ when }: AlertRule, unit: string): string {
    const { condition } = this.#words.dictionary;
    if (when.op === 'outside') return fill(condition.outside, { low: this.#words.figure(when.low, unit), high: this.#words.figure(when.high, unit) });
    return fill(condition[when.op], { threshold: this.#words.figure(when.threshold, unit) });
  }

  /** Since when it is so, where the window itself does not say it. */
  #lasting({ evaluate: moment, forMs }: AlertRule, { run, newest }: AlertState): string {
    const [began] = run;
    if (forMs === 0 || began === undefined || (moment === 'finished' && began === newest?.start)) return '';
    return fill(this.#words.dictionary.window.lasting, { since: this.#instant(began) });
  }

  #instant(at: number): string {
    return `${this.#words.day(at)}, ${this.#words.clock(at)}`;
  }
}

function sentenceOf(to: StateName, cause: Notice['cause']): StateName | 'repeat' | 'corrected' {
  if (to === 'firing' && cause === 'repeat') return 'repeat';
  return to === 'resolved' && cause === 'correction' ? 'corrected' : to;
}

function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** The bound that a value is about. */
function thresholdOf({ when }: AlertRule, value: number | null): number {
  if (when.op !== 'outside') return when.threshold;
  return value !== null && value > when.high ? when.high : when.low;
}
