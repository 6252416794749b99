/**
 * `dayOf` puts the day into words: what has come in, against what, and where it will end.
 */
import type { DayData } from '../../nodes/86-ui-day/view.js';
import type { CardInput } from '../kpi/card.js';
import { cardOf } from '../kpi/card.js';
import type { WidgetState } from '../../nodes/shared/widget/wire.js';
import type { DataState } from '../shared/dataState.js';
import { newest } from '../shared/rows.js';
import type { ShownNumber, Words } from '../shared/words.js';
import type { Trend } from '../shared/trend.js';

/** `DayProps` are what the browser gets of the day's form. */
export interface DayProps {
  readonly title: string;
  readonly kpi: string;
  readonly target?: number;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownDay`, in words. `value` is absent while unknown. */
export interface ShownDay {
  readonly state: DataState;
  readonly title: string;
  readonly number: ShownNumber;
  readonly raw: string;
  readonly value: number | undefined;
  readonly unit: string;
  readonly trend: (Trend & { readonly against: string }) | undefined;
  /** "By closing about 7,900 € (7,300–8,600)", in parts. */
  readonly projection: { readonly lead: string; readonly value: string; readonly range: string } | undefined;
  readonly target: string;
  readonly note: string;
  readonly warning: string;
  readonly definition: readonly string[];
}

export type DayInput = Omit<CardInput, 'props' | 'state'> & { readonly props: DayProps; readonly state: WidgetState<DayData | null> | undefined };

export function dayOf(input: DayInput): ShownDay {
  const { props, state, live, now, words } = input;
  const data = state?.data ?? undefined;
  const card = cardOf({ ...input, state: asCard(state), props: { ...props, window: '1d', compare: 'usual', better: 'up', line: 'none' } });
  const past = data?.when === 'past' ? data.day : undefined;
  const row = state === undefined ? undefined : past === undefined ? newest({ kpi: props.kpi, window: '1d' }, data?.row, live, now) : data?.row;
  const unit = row?.unit ?? data?.facts?.unit ?? 'count';
  const value = row?.value ?? undefined;
  return {
    ...card, unit, value,
    title: titleOf(props, card.title, past?.start, words),
    trend: card.trend === undefined ? undefined : { ...card.trend, against: againstOf(card.trend, past?.start, now, words) },
    projection: projectionOf(data, unit, words),
    target: props.target === undefined ? '' : words.text((value ?? 0) >= props.target ? 'reached' : 'target', { value: words.rough(props.target, unit) }),
    note: noteOf(card.state, card.note, data, words),
  };
}

function asCard(state: WidgetState<DayData | null> | undefined): CardInput['state'] {
  if (state === undefined) return undefined;
  const { facts, row, when, day } = state.data ?? {};
  const frame = when === 'past' && day !== undefined ? { stretch: 'free' as const, days: day, compare: 'usual' as const } : {};
  return { ...state, data: state.data === null ? null : { ...frame, ...(facts === undefined ? {} : { facts }), ...(row === undefined ? {} : { row }), line: [] } };
}

/** A day that is not today is named, also where the form has a title. */
function titleOf({ title }: DayProps, kpi: string, past: number | undefined, words: Words): string {
  if (past === undefined) return title === '' ? words.text('title', { kpi }) : title;
  const day = words.time(past, { weekday: 'long', day: 'numeric', month: 'long' });
  return title === '' ? words.text('titlePast', { kpi, day }) : `${title} · ${day}`;
}

/** Of today, what is usual by now. */
function againstOf({ direction }: Trend, past: number | undefined, now: number, words: Words): string {
  const weekday = words.text(`${direction === 'same' ? 'same' : 'against'}.${String(words.weekday(past ?? now))}`);
  return past === undefined ? `${weekday} ${words.text('byNow')}` : weekday;
}

/** An estimate is said no finer than it is. */
function projectionOf(data: DayData | undefined, unit: string, words: Words): ShownDay['projection'] {
  if (data?.projection === undefined) return undefined;
  const { value, least, most } = data.projection;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max((most - least) / 10, Math.abs(value) / 100, 1))));
  const said = (amount: number): string => words.rough(Math.round(amount / step) * step, unit);
  return { lead: words.text('end'), value: said(value), range: words.text('range', { least: bare(said(least)), most: bare(said(most)) }) };
}

/** The unit is said once, before the range. */
function bare(text: string): string {
  return text.replace(/[^\d.,’'\u00a0\u202f -]/g, '').trim();
}

function noteOf(state: DataState, note: string, data: DayData | undefined, words: Words): string {
  if (state === 'nothing') return words.text(data?.when === 'past' ? (data.hours?.length === 0 ? 'closedPast' : 'nothingPast') : data?.hours?.length === 0 ? 'closed' : 'nothing');
  if (state !== 'live' && state !== 'old') return note;
  if (data?.facts?.adds === 'not') return words.text('notAdding');
  if (data === undefined || data.projection !== undefined || data.when === 'past') return note;
  if (data.days === 0) return words.text('days');
  return data.days < 4 ? words.text('daysSome', { n: String(data.days) }) : note;
}
