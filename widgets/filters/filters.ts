/**
 * `filtersOf` says what there is to choose and what is chosen: what the page's address says, and what it must say for another choice.
 */
import type { FiltersData } from '../../nodes/93-ui-filters/view.js';
import type { Choice, ShopWords } from '../../nodes/shared/widget/wire.js';
import { CHOSEN } from '../shared/browser.js';
import type { Words } from '../shared/words.js';

/** `FiltersProps` are what the browser gets of the form. */
export interface FiltersProps {
  readonly title: string;
  readonly asks: 'all' | 'place' | 'time';
  /** What is shown without a choice. */
  readonly period: 'today' | 'yesterday' | '7d' | '30d';
  readonly colors: 'house' | 'dashboard';
}

/** `Option` of a list; the empty value is no choice. */
export interface Option {
  readonly value: string;
  readonly name: string;
}

/** `ShownFilters`: a list that would have one place only is not asked for: it is empty. */
export interface ShownFilters {
  readonly period: string;
  readonly periods: readonly Option[];
  readonly stores: readonly Option[];
  readonly channels: readonly Option[];
  readonly comparisons: readonly Option[];
  readonly store: string;
  readonly channel: string;
  readonly compare: string;
  readonly from: string;
  readonly to: string;
  readonly isChosen: boolean;
}

const PERIODS = ['today', 'yesterday', '7d', '30d', 'free'] as const;
const COMPARISONS = ['usual', 'previous', 'lastWeek', 'lastYear', 'nothing'] as const;
/** Where nobody knows which channels there are. */
const CHANNELS = ['pos', 'online', 'delivery', 'phone'];

/** `FiltersInput`: `standard` is the period without a choice. */
export interface FiltersInput {
  readonly data: FiltersData | null;
  readonly shop: ShopWords;
  readonly choice: Choice;
  readonly standard: FiltersProps['period'];
}

export function filtersOf({ data, shop, choice, standard }: FiltersInput, words: Words): ShownFilters {
  const of = (name: (typeof CHOSEN)[number]): string => (Object.hasOwn(choice, name) ? choice[name] ?? '' : '');
  const [from, to] = [of('from'), of('to')];
  const period = PERIODS.find((each) => each === of('period')) ?? standard;
  const stores = named([...shop.stores.map(({ id }) => id), ...data?.stores ?? []], of('store'), (id) => shop.stores.find((store) => store.id === id)?.name ?? id);
  const channels = named(data === null || data.channels.length === 0 ? CHANNELS : data.channels, of('channel'), (id) => words.find(`channel.${id}`) ?? id);
  const all = (what: 'store' | 'channel'): Option => ({ value: '', name: words.text(`all.${what}`) });
  return {
    period: from !== '' && to !== '' ? 'free' : period, periods: PERIODS.map((value) => ({ value, name: optionText('period', value, words) })),
    stores: stores.length > 1 || of('store') !== '' ? [all('store'), ...stores] : [],
    channels: channels.length > 1 || of('channel') !== '' ? [all('channel'), ...channels] : [],
    comparisons: [{ value: '', name: words.text('compare.form') }, ...COMPARISONS.map((value) => ({ value, name: optionText('compare', value, words) }))],
    store: of('store'), channel: of('channel'), compare: COMPARISONS.find((each) => each === of('compare')) ?? '', from, to,
    isChosen: CHOSEN.some((name) => of(name) !== ''),
  };
}

/** `daysChosen` are what the address must say for days of one's own, or why they will not do. */
export function daysChosen(from: string, to: string): { readonly change: Record<string, string> } | { readonly wrong: 'missing' | 'order' } {
  if (from === '' || to === '') return { wrong: 'missing' };
  return from > to ? { wrong: 'order' } : { change: { from, to, period: '' } };
}

/** `periodChosen`: what is shown without a choice is none. */
export function periodChosen(period: string, standard: FiltersProps['period']): Record<string, string> {
  return { period: period === standard ? '' : period, from: '', to: '' };
}

/** What is chosen stays in the list, whatever became of it. */
function named(names: readonly string[], chosen: string, nameOf: (id: string) => string): Option[] {
  return [...new Set([...names, ...chosen === '' ? [] : [chosen]])].map((value) => ({ value, name: nameOf(value) }));
}

function optionText(list: 'period' | 'compare', value: string, words: Words): string {
  return words.text(`${list}.${value}`);
}
