/**
 * `Writer` says a change in plain language, one notice each: what, since when, how much, and what to do.
 */
import { createHash } from 'node:crypto';
import type { ActiveAlert, AlertState, LastSample, StateName, Transition } from '../../engine/alert/state.js';
import type { AlertRule, AbsenceRule, Threshold } from '../../engine/alert/rule.js';
import { ALL } from '../../engine/read/kpiValue.js';
import { present, ownOf } from '../../engine/base/json.js';
import { isSliding } from '../../engine/calendar/windowAssigner.js';
import { formatInstant, MINUTE, SECOND } from '../../engine/base/time.js';
import type { Notice } from '../shared/alertPort.js';
import type { ShopPort } from '../shared/ports.js';
import { AlertTexts, type Dictionary, durationText, fill, type Language, sourceKind, sourceName } from './text/format.js';

/** So many kinds of sources are named. */
const MAX_SOURCES = 3;

type NotifiedChange = Pick<Transition, 'to'> & { readonly cause: Notice['cause'] };

/** What depends on the kind of rule. */
type NoticeSubject = Pick<Notice, 'source' | 'channel' | 'kpi' | 'window' | 'value' | 'projected' | 'threshold' | 'unit' | 'since' | 'text'>;

/** `Writer` writes the notices of one node in one language. */
export class Writer {
  readonly #shop: ShopPort;
  readonly #words: AlertTexts;
  readonly #owner: string;

  constructor(shop: ShopPort, language: Language, owner: string) {
    this.#shop = shop;
    this.#words = new AlertTexts(language, shop.calendar.clock.zone);
    this.#owner = owner;
  }

  write({ rule, store, state }: ActiveAlert, change: NotifiedChange, now: number): Notice {
    const { acknowledgedAt, silencedUntil } = state;
    const subject = rule.kind === 'absence' ? this.#source(rule, store, state, change, now) : this.#kpi(rule, store, state, change);
    return present({
      id: idOf([this.#owner, rule.name, store, change.to, change.cause, String(now), subject.window?.start ?? '']),
      rule: rule.name, state: change.to, cause: change.cause, store, ...subject, at: formatInstant(now),
      acknowledgedAt: acknowledgedAt === undefined ? undefined : formatInstant(acknowledgedAt),
      silencedUntil: silencedUntil === undefined || silencedUntil <= now ? undefined : formatInstant(silencedUntil),
    });
  }

  /** "3 notices: …" of what is sent together. */
  summary(notices: readonly Notice[]): string {
    const [first] = notices;
    if (first !== undefined && notices.length === 1) return first.text;
    return [fill(this.#words.dictionary.notice.several, { count: String(notices.length) }), ...notices.map(({ text }) => `– ${text}`)].join('\n');
  }

  #kpi(rule: AlertRule, store: string, state: AlertState, change: NotifiedChange): NoticeSubject {
    const newest = shownOf(state, change);
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
    const newest = shownOf(state, { to, cause });
    const said = fill(this.#words.dictionary.notice[sentenceOf(to, cause, state)], {
      rule: rule.name,
      kpi: this.#words.kpi(rule.kpi) + this.#place(store, rule.channel),
      value: newest === undefined ? '–' : this.#value(newest),
      change: this.#change(state, newest),
      fired: this.#fired(rule, state, newest),
      window: newest === undefined ? '' : this.#words.window(rule.size, newest),
      condition: this.#condition(rule, newest?.unit ?? '') + this.#lasting(rule, state) + this.#nothing(rule, newest),
      since: this.#instant(to === 'noData' || isUnwaited(cause) ? state.lastSeenAt : state.since),
    });
    if (to === 'noData') return `${said}. ${this.#advice('noData')}`;
    return to === 'firing' ? `${said}. ${this.#advice(isAdvisedOn(rule, newest) ? rule.kpi : 'other')}` : said;
  }

  #value({ value: number, projected, openMs, unit }: LastSample): string {
    const { window } = this.#words.dictionary;
    const value = number === null ? '–' : this.#words.figure(number, unit);
    if (projected === undefined) return value;
    const open = openMs === undefined ? {} : { open: durationText(openMs / SECOND) };
    return fill(openMs === undefined ? window.pace : window.proportion, { value, projected: this.#words.figure(projected, unit), ...open });
  }

  /** What a correction made of it: "ora 900,00 € (prima 1.200,00 €)", or what it is now where nobody knows what it was. */
  #change({ correction }: AlertState, newest: LastSample | undefined): string {
    if (newest === undefined) return '–';
    const { corrected, now } = this.#words.dictionary.window;
    const before = correction?.before;
    if (typeof before !== 'number' || before === newest.value) return fill(now, { value: this.#value(newest) });
    return fill(corrected, { before: this.#words.figure(before, newest.unit), value: this.#value(newest) });
  }

  /** For which window it fired, where the figure is another one's. One that moves with the clock is always another one. */
  #fired({ size }: AlertRule, { breach }: AlertState, newest: LastSample | undefined): string {
    if (breach === undefined || newest === undefined || breach.start === newest.start || (size !== 'auto' && isSliding(size))) return '';
    const { firedDay, firedSpan, firedSpanOf } = this.#words.dictionary.window;
    const [day, span] = [this.#words.day(breach.start), this.#words.window(size, breach)];
    if (size === '1d') return fill(firedDay, { day });
    return fill(day === this.#words.day(newest.start) ? firedSpan : firedSpanOf, { day, span });
  }

  /** That nothing came from anywhere, where a window is empty and the sources are silent. */
  #nothing({ kpi }: AlertRule, newest: LastSample | undefined): string {
    const { nothing } = this.#words.dictionary;
    if (newest?.absentSources === undefined || newest.count > 0) return '';
    const what = ownOf<string>(nothing.of, kpi) ?? nothing.of.other;
    const kinds = newest.absentSources.map((source) => {
      const kind = sourceKind(source);
      return kind === 'other' ? fill(nothing.other, { source: sourceName(source) }) : nothing[kind];
    });
    const [first = '', ...others] = [...new Set(kinds)].slice(0, MAX_SOURCES);
    return fill(nothing.sentence, { what, sources: others.length === 0 ? first : fill(nothing.several, { first, others: others.join(', ') }) });
  }

  #source({ name }: AbsenceRule, store: string, state: AlertState, { to, cause }: NotifiedChange, now: number): NoticeSubject {
    const { absence } = state;
    const source = decodeURIComponent(store);
    const lastSeenAt = absence?.lastSeenAt ?? state.since;
    const said = fill(this.#words.dictionary.mute[absenceSentenceOf(to, cause)], { // vocabulary-ok
      rule: name, source: sourceName(source), usual: this.#words.figure(absence?.usual ?? 0, 'count'),
      silent: durationText(Math.floor(Math.max(0, now - lastSeenAt) / MINUTE) * (MINUTE / SECOND)), since: this.#instant(lastSeenAt),
    });
    return {
      source, channel: ALL, kpi: '', window: null, value: null, threshold: absence?.usual ?? 0, unit: 'count',
      since: formatInstant(to === 'noData' ? lastSeenAt : state.since),
      text: to === 'noData' ? `${said}. ${this.#advice('mute')}` : said, // vocabulary-ok
    };
  }

  #advice(about: string): string {
    const { advice } = this.#words.dictionary;
    return ownOf<string>(advice, about) ?? advice.other;
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

/** What is said of a window: the newest one, or the one that was corrected. */
function shownOf({ newest, correction }: AlertState, { to, cause }: NotifiedChange): LastSample | undefined {
  if (to !== 'resolved' || cause !== 'correction' || correction === undefined) return newest;
  const { start, end, value, unit } = correction;
  return newest?.start === start ? newest : { start, end, value, unit, count: 0 };
}

function sentenceOf(to: StateName, cause: Notice['cause'], { correction }: AlertState): StateName | 'repeat' | 'corrected' | 'voided' | 'retired' {
  if (to === 'firing' && cause === 'repeat') return 'repeat';
  if (to !== 'resolved') return to;
  if (cause === 'correction') return correction?.by === 'void' ? 'voided' : 'corrected';
  return isUnwaited(cause) ? 'retired' : to;
}

function absenceSentenceOf(to: StateName, cause: Notice['cause']): keyof Dictionary['mute'] { // vocabulary-ok
  if (to === 'noData') return cause === 'repeat' ? 'repeat' : 'mute'; // vocabulary-ok
  if (to !== 'resolved') return 'inactive';
  return isUnwaited(cause) ? 'retired' : 'resolved';
}

/** What was missed has not come: nobody waits for it any more. */
function isUnwaited(cause: Notice['cause']): boolean {
  return cause === 'history' || cause === 'retired';
}

function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** The bound that a value is about. */
function thresholdOf({ when }: AlertRule, value: number | null): number {
  if (when.op !== 'outside') return when.threshold;
  return sideOf(when, value) === 'above' ? when.high : when.low;
}

function sideOf(when: Threshold, value: number | null): 'above' | 'below' {
  if (when.op !== 'outside') return when.op;
  return value !== null && value > when.high ? 'above' : 'below';
}

/** Their advice is about too little of it, that of the others about too much; what becomes of an average ticket fits both. */
const ADVISED_BELOW = new Set(['revenue', 'orders', 'footfall', 'conversion', 'social_conversion', 'card_share']);
const ADVISED_ALWAYS = new Set(['average_ticket']);

/** What to do about a high revenue is not what to do about a low one. */
function isAdvisedOn({ kpi, when }: AlertRule, newest: LastSample | undefined): boolean {
  const advised = ADVISED_BELOW.has(kpi) ? 'below' : 'above';
  return ADVISED_ALWAYS.has(kpi) || sideOf(when, newest?.projected ?? newest?.value ?? null) === advised;
}
