/**
 * Which stretch of time is "yesterday", or "from the 1st to the 15th"? Words and dates of business days become instants of the shop's clock.
 */
import type { Refusal, RefusalRule } from '../base/errors.js';
import type { RawQuestion } from './kpiQuery.js';
import { HOUR, MINUTE, formatInstant } from '../base/time.js';
import type { Calendar, Span } from '../calendar/windowAssigner.js';

/** Business days up to and with today; `yesterday` is the one before it. */
const DAYS_OF = { today: 1, yesterday: 1, '7d': 7, '30d': 30 } as const;
export type Period = keyof typeof DAYS_OF;

export type Placed =
  | { readonly outcome: 'question'; readonly raw: RawQuestion }
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] };

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The question with instants for `period`, and for `from` and `to` where they are dates (`to` is the last day, whole). Instants stay as they are. */
export function placePeriod(raw: RawQuestion, calendar: Calendar, now: number): Placed {
  const { period, ...rest } = raw;
  if (period !== undefined && period !== '') {
    if (!isPeriod(period)) return refused('period', 'enum', `must be ${Object.keys(DAYS_OF).join(', ')}`);
    return { outcome: 'question', raw: { ...rest, ...instantsOf(spanOf(period, calendar, now)) } };
  }
  const [from, to] = [dayNamed(raw['from'], calendar), dayNamed(raw['to'], calendar)];
  if (from === 'impossible') return refused('from', 'date', 'is no day of the calendar');
  if (to === 'impossible') return refused('to', 'date', 'is no day of the calendar');
  return {
    outcome: 'question',
    raw: { ...raw, ...(from === undefined ? {} : { from: formatInstant(from.start) }), ...(to === undefined ? {} : { to: formatInstant(to.end) }) },
  };
}

/** `[start, end)` of whole business days; today's has not ended yet. */
export function spanOf(period: Period, calendar: Calendar, now: number): Span {
  const today = calendar.windowAt('1d', now);
  const last = period === 'yesterday' ? calendar.windowAt('1d', today.start - 1) : today;
  let first = last;
  for (let days = 1; days < DAYS_OF[period]; days++) first = calendar.windowAt('1d', first.start - 1);
  return { start: first.start, end: last.end };
}

function isPeriod(value: unknown): value is Period {
  return typeof value === 'string' && Object.hasOwn(DAYS_OF, value);
}

/** A business day is named by the date on which it begins. */
function dayNamed(value: unknown, calendar: Calendar): Span | 'impossible' | undefined {
  const [, year, month, day] = DATE.exec(typeof value === 'string' ? value : '')?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCMonth() !== month - 1) return 'impossible';
  // Late in the evening every cut-off hour is past.
  const evening = midnight + 23 * HOUR + 59 * MINUTE;
  return calendar.windowAt('1d', evening - calendar.clock.offsetAt(evening));
}

function instantsOf({ start, end }: Span): { from: string; to: string } {
  return { from: formatInstant(start), to: formatInstant(end) };
}

function refused(path: string, rule: RefusalRule, message: string): Placed {
  return { outcome: 'refused', refusals: [{ path, rule, message }] };
}
