/**
 * `headerOf` puts the head of a page into words: shop, date and hours, live or not, and what is wrong.
 */
import type { HeaderData, OpeningState } from '../../nodes/84-ui-header/source.js';
import type { WidgetState } from '../../nodes/shared/widget/wire.js';
import type { FeedLink } from '../shared/dataState.js';
import { warningOf } from '../shared/notices.js';
import type { Words } from '../shared/words.js';

/** `HeaderProps` are what the browser gets of the form. */
export interface HeaderProps {
  readonly title: string;
  readonly colors: 'house' | 'dashboard';
}

/** `ShownHeader`: `letter` stands for a logo; `tabs` with what is said of a page beside its name. */
export interface ShownHeader {
  readonly name: string;
  readonly letter: string;
  readonly date: string;
  readonly hours: string;
  readonly live: { readonly state: 'live' | 'lost' | 'waiting'; readonly text: string };
  readonly tabs: readonly { readonly name: string; readonly path: string; readonly alerts: number }[];
  /** Events cannot be stored: worse than `loss`, what may be missing of the numbers. Empty where it is not so. */
  readonly fault: string;
  readonly loss: string;
}

/** Causes of `/health` that say that something may be missing, or wrong, in what is on this page. */
const LOSSES: ReadonlySet<string> = new Set(['store.corrupt', 'store.damaged', 'store.repaired', 'store.emptied', 'store.rolledBack', 'flows.damaged']);

/** `headerOf` what was read last; before it there is the form's own name at most. */
export function headerOf(state: WidgetState<HeaderData | null> | undefined, link: FeedLink, props: Pick<HeaderProps, 'title'>, now: number, words: Words): ShownHeader {
  const data = state?.data ?? undefined;
  const name = data?.name ?? props.title;
  const causes = data?.causes ?? [];
  const said = (cause: string, message: string): string => words.find(`cause.${cause.replaceAll('.', '_')}`) ?? message;
  const down = data?.health === 'down' ? causes[0] : undefined;
  return {
    name, letter: (/^./u.exec(name.replace(/^(?:il mio|la mia|il|la|my|the) /i, ''))?.[0] ?? '').toUpperCase(),
    date: words.time(now, { weekday: 'long', day: 'numeric', month: 'long' }),
    hours: data === undefined ? '' : hoursOf(data.opening, now, words),
    live: liveOf(state, link, now, words),
    tabs: (data?.pages ?? []).map(({ name: page, path, alerts }) => ({ name: page, path, alerts: alerts === 'there' ? data?.alerts ?? 0 : 0 })),
    fault: down === undefined ? '' : said(down.cause, down.message),
    loss: data?.health === 'ok' ? [...new Set(causes.filter(({ cause }) => LOSSES.has(cause)).map(({ cause, message }) => said(cause, message)))].join(' ') : '',
  };
}

function liveOf(state: WidgetState<HeaderData | null> | undefined, link: FeedLink, now: number, words: Words): ShownHeader['live'] {
  if (link === 'live') return { state: 'live', text: words.text('live') };
  if (link === 'loading') return { state: 'waiting', text: words.text('state.loading') };
  return { state: 'lost', text: warningOf(link, state, now, words) };
}

function hoursOf(opening: OpeningState, now: number, words: Words): string {
  if (opening.state === 'always') return '';
  if (opening.state === 'open') return words.moment('open', opening.at, now);
  const why = opening.holiday === undefined ? words.text('closed') : words.text('closedFor', { name: opening.holiday });
  return opening.at === undefined ? why : `${why}, ${words.moment('opens', opening.at, now)}`;
}
