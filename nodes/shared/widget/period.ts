/**
 * `Stretch` is the days that a viewer sees, and what they are compared with: as the form says, or as is chosen on the page.
 */
import { COMPARISONS, type ComparedWith, type RawQuestion } from '../../../engine/query/kpiQuery.js';
import { type Period, placePeriod } from '../../../engine/query/period.js';
import { parseInstant } from '../../../engine/base/time.js';
import type { Calendar, Span } from '../../../engine/calendar/windowAssigner.js';
import type { Choice } from './wire.js';

/** `PERIODS` that a form offers: business days up to and with today, or yesterday alone. */
export const PERIODS = ['today', 'yesterday', '7d', '30d'] as const satisfies readonly Period[];

/** `StretchName` is a stretch in words: a period, or days of one's own. */
export type StretchName = Period | 'free';

/** `Stretch` as it is chosen. `asked` is its part of a question of `/kpi`. */
export interface Stretch {
  readonly name: StretchName;
  readonly compare: ComparedWith | 'nothing';
  readonly asked: RawQuestion;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** What is chosen on the page (`period`, or `from` and `to`; `compare`) outranks the form, where the form follows the page. */
export function stretchChosen(form: Pick<Stretch, 'compare'> & { readonly period: Period; readonly follows: 'page' | 'nothing' }, choice: Choice): Stretch {
  const chosen = form.follows === 'page' ? choice : {};
  const compare = [...COMPARISONS, 'nothing' as const].find((each) => each === chosen['compare']) ?? form.compare;
  const { from = '', to = '' } = chosen;
  if (DATE.test(from) && DATE.test(to) && from <= to) return { name: 'free', compare, asked: { from, to } };
  const period = PERIODS.find((each) => each === chosen['period']) ?? form.period;
  return { name: period, compare, asked: { period } };
}

/** `keyOf` a stretch: the same for stretches that mean the same. */
export function keyOf({ compare, asked }: Stretch): string {
  return `${compare}/${Object.values(asked).join('/')}`;
}

/** `daysOf` a stretch, `[start, end)`; days that the calendar does not have are today. */
export function daysOf({ asked }: Stretch, calendar: Calendar, now: number): Span {
  const placed = placePeriod(asked, calendar, now);
  const [from, to] = placed.outcome === 'refused' ? [] : [placed.raw['from'], placed.raw['to']].map((text) => parseInstant(String(text)));
  return from === undefined || to === undefined || to <= from ? calendar.windowAt('1d', now) : { start: from, end: to };
}

/** `isOneDay` where a stretch is a single business day. */
export function isOneDay({ start, end }: Span, calendar: Calendar): boolean {
  return calendar.windowAt('1d', start).end >= end;
}
