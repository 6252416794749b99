/**
 * `DataState` is how far what is shown can be trusted; it is shown differently in each state, and is said in words.
 */
import type { KpiValue } from '../../engine/read/kpiValue.js';
import type { WidgetState } from '../../nodes/shared/widget/wire.js';
import type { Words } from './words.js';

/** `DataState`: loading; live; old (as of `state.now`); unknown, in words why; nothing, which is known to be none; gone or refused. */
export type DataState = 'loading' | 'live' | 'old' | 'unknown' | 'nothing' | 'gone' | 'refused';

/** `FeedLink` to the server side; `lost`: what is shown is as old as the state and its live values. */
export type FeedLink = 'loading' | 'live' | 'lost' | 'refused';

/** `WidgetInput` is what a widget is drawn from: the form, what the server side said last and since, and the present (epoch ms). */
export interface WidgetInput<Props, Data> {
  readonly props: Props;
  readonly state: WidgetState<Data> | undefined;
  readonly live: readonly KpiValue[];
  readonly link: FeedLink;
  readonly now: number;
  readonly words: Words;
}

/** `warningOf` says why what is shown is old, and how old. */
export function warningOf(state: WidgetState | undefined, now: number, words: Words): string {
  if (state === undefined) return '';
  const trouble = state.troubles.find((each) => each !== 'elsewhere') ?? 'lost';
  return words.text(`state.${trouble}`, { age: words.age(now - state.now) });
}

/** `PanelInput` is what the state of a panel of several numbers depends on. `facts`: whether the shop has its number. */
export interface PanelInput {
  readonly state: WidgetState<{ readonly facts?: unknown } | null> | undefined;
  readonly link: FeedLink;
  readonly values: readonly (number | null)[];
}

/** `panelState` of several numbers: nothing, where all that is known is zero. */
export function panelState({ state, link, values }: PanelInput): DataState {
  if (link === 'refused' || link === 'loading' || state === undefined) return link === 'refused' ? 'refused' : 'loading';
  if (state.data !== null && state.data.facts === undefined && !state.troubles.includes('elsewhere')) return 'gone';
  if (link === 'lost') return 'old';
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return state.data === null ? 'unknown' : 'nothing';
  return known.every((value) => value === 0) ? 'nothing' : 'live';
}

/** `panelNote` says a state in words, where numbers do not; `isToday`: there may still come something. */
export function panelNote(status: DataState, isToday: boolean, { state, words }: { state: WidgetState | undefined; words: Words }): string {
  if (status === 'loading' || status === 'refused' || status === 'gone') return words.text(`state.${status}`);
  if (status === 'unknown') return words.text(state?.troubles.includes('elsewhere') === true ? 'state.elsewhere' : 'panel.unknown');
  return status === 'nothing' ? words.text(isToday ? 'panel.nothingToday' : 'panel.nothing') : '';
}
