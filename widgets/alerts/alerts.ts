/**
 * `alertsOf` puts alerts into words: what is open, which rules are watched and how they are, and what has been. Silence is said everywhere.
 */
import type { Notice, PastNotice } from '../../nodes/shared/alertPort.js';
import type { AlertsData } from '../../nodes/91-ui-alerts/source.js';
import type { NodeNotice } from '../../nodes/shared/widget/alertReader.js';
import type { ShopWords, WidgetState } from '../../nodes/shared/widget/wire.js';
import { placeOf, sayingsOf } from '../shared/notices.js';
import type { Words } from '../shared/words.js';

/** `AlertsProps` are what the browser gets of the form. */
export interface AlertsProps {
  readonly title: string;
  readonly shows: 'all' | 'open';
  readonly colors: 'house' | 'dashboard';
}

/** `ShownAlert`: `silent` and `seen` are empty where it is not; the buttons are those that make sense. */
export interface ShownAlert {
  readonly key: string;
  readonly alert: NodeNotice;
  readonly title: string;
  readonly text: string;
  readonly advice: string;
  readonly value: string;
  readonly since: string;
  readonly seen: string;
  readonly silent: string;
  readonly tone: 'bad' | 'warn';
  readonly buttons: readonly ('see' | 'hour' | 'tomorrow' | 'wake' | 'retire')[];
}

/** `ShownRule` with its alerts that are silenced, to be woken. */
export interface ShownRule {
  readonly key: string;
  readonly name: string;
  readonly sentence: string;
  readonly state: 'quiet' | 'pending' | 'firing' | 'noData' | 'silent' | 'waiting';
  readonly said: string;
  readonly silenced: readonly ShownAlert[];
}

export interface ShownChange {
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly text: string;
  readonly said: string;
  readonly tone: 'bad' | 'good' | 'calm';
}

export interface ShownAlerts {
  readonly open: readonly ShownAlert[];
  readonly rules: readonly ShownRule[];
  readonly history: readonly ShownChange[];
  readonly spoken: string;
  /** How many rules are watched; empty where that is not known here. */
  readonly watched: string;
}

const ORDER = ['firing', 'noData', 'silent', 'pending', 'quiet'] as const;

export function alertsOf({ data, shop }: Pick<WidgetState<AlertsData>, 'data' | 'shop'>, now: number, words: Words): ShownAlerts {
  const alerts = data.alerts.map((alert) => shownAlert(alert, { shop, now, words, place: data.place }));
  // What nobody has acknowledged yet comes first.
  const open = alerts.filter(({ alert }) => isOpen(alert)).sort((a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'));
  const names = open.map(({ title }) => title).join(', ');
  return {
    open,
    rules: data.rules.map((rule) => {
      const own = alerts.filter(({ alert }) => alert.node === rule.node && alert.rule === rule.name);
      const silenced = own.filter((each) => each.silent !== '' && !isOpen(each.alert));
      return { key: `${rule.node}/${rule.name}`, name: rule.name, sentence: rule.sentence[words.language], ...stateOf(own, words), silenced };
    }),
    history: data.history.map((change) => shownChange(change, shop, now, words)),
    watched: data.rules.length === 0 ? '' : words.text(data.rules.length === 1 ? 'watched.one' : 'watched.many', { n: String(data.rules.length) }),
    spoken: open.length === 0 ? '' : words.text(open.length === 1 ? 'spoken.one' : 'spoken.many', { n: String(open.length), names }),
  };
}

/** `commandOf` a button: what the alert node takes, with the node that it is for. */
export function commandOf(button: ShownAlert['buttons'][number], { node, rule, store }: NodeNotice, now: number, words: Words): Record<string, string> {
  if (button === 'see') return { node, acknowledge: rule, store };
  if (button === 'retire') return { node, retire: rule, store };
  const until = button === 'hour' ? now + HOUR_MS : button === 'tomorrow' ? tomorrow(now, words) : now - SECOND_MS;
  return { node, silence: rule, store, until: new Date(until).toISOString() };
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const MORNING = 6;
/** Whoever is still up at so early an hour means the same day's morning. */
const NIGHT_ENDS = 4;

/** Six in the morning on the shop's clock, also where a change of clocks lies in between. */
function tomorrow(now: number, words: Words): number {
  const hourAt = (at: number): number => Number(words.time(at, { hour: 'numeric' }).replace(/\D/g, ''));
  const hour = hourAt(now);
  const guess = Math.floor(now / HOUR_MS) * HOUR_MS + (MORNING + (hour < NIGHT_ENDS ? 0 : 24) - hour) * HOUR_MS;
  return guess + (MORNING - hourAt(guess)) * HOUR_MS;
}

interface Scene {
  readonly shop: ShopWords;
  readonly now: number;
  readonly words: Words;
  readonly place: AlertsData['place'];
}

function shownAlert(alert: NodeNotice, { shop, now, words, place }: Scene): ShownAlert {
  const silent = isSilenced(alert, now) ? words.moment('silent', instant(alert.silencedUntil), now) : '';
  const seen = alert.acknowledgedAt === undefined ? '' : words.moment('seen', instant(alert.acknowledgedAt), now);
  const buttons = [
    ...(alert.state === 'firing' && seen === '' ? ['see' as const] : []),
    ...(alert.state === 'noData' && alert.source !== undefined ? ['retire' as const] : []),
    ...(silent === '' ? ['hour' as const, 'tomorrow' as const] : ['wake' as const]),
  ];
  return {
    key: `${alert.node}/${alert.rule}/${alert.store}`, alert, title: alert.rule + placeOf(alert, shop), ...sayingsOf(alert), silent, seen,
    value: alert.value === null ? '' : words.number(alert.projected ?? alert.value, alert.unit).text,
    since: words.moment('since', instant(alert.since), now, { age: words.age(now - instant(alert.since)) }),
    tone: alert.state === 'noData' || seen !== '' || silent !== '' ? 'warn' : 'bad', buttons: place === 'here' ? buttons : [],
  };
}

function stateOf(own: readonly ShownAlert[], words: Words): Pick<ShownRule, 'state' | 'said'> {
  const states = own.map(({ alert, silent }) => (silent !== '' ? 'silent' : isOpen(alert) || alert.state === 'pending' ? alert.state : 'quiet'));
  const state = ORDER.find((each) => states.includes(each)) ?? 'waiting';
  const count = states.filter((each) => each === state).length;
  const until = state === 'silent' && count === 1 ? own.find(({ silent }) => silent !== '')?.silent : undefined;
  const said = until ?? words.text(`rule.${state}`);
  return { state, said: state === 'quiet' || count <= 1 ? said : words.text('rule.several', { state: said, n: String(count) }) };
}

function shownChange(change: PastNotice, shop: ShopWords, now: number, words: Words): ShownChange {
  const kind = kindOf(change);
  return {
    id: change.id, at: words.day(instant(change.at), now), title: change.rule + placeOf(change, shop), text: sayingsOf(change).text,
    said: words.text(`change.${kind}`),
    tone: kind === 'resolved' ? 'good' : kind === 'firing' || kind === 'noData' ? 'bad' : 'calm',
  };
}

function kindOf({ audience, cause, state, silencedUntil, acknowledgedAt, at }: PastNotice): string {
  if (cause === 'command') return acknowledgedAt === at ? 'seen' : silencedUntil !== undefined && silencedUntil > at ? 'silence' : 'wake';
  if (audience === 'silenced') return 'silenced';
  return cause === 'repeat' ? 'repeat' : state;
}

function isOpen({ state }: Pick<Notice, 'state'>): boolean {
  return state === 'firing' || state === 'noData';
}

function isSilenced({ silencedUntil }: Pick<Notice, 'silencedUntil'>, now: number): boolean {
  return silencedUntil !== undefined && instant(silencedUntil) > now;
}

function instant(text: string | undefined): number {
  return new Date(text ?? NaN).getTime();
}
