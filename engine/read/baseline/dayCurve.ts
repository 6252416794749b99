/**
 * `DayCurves` says how a business day usually fills up, hour by hour, and where today will end if it goes on like the last same weekdays.
 */
import { median } from '../adaptive/windowSize.js';
import { evaluate } from '../../kpi/evaluate.js';
import { isAdditive, type Kpi } from '../../kpi/kpi.js';
import type { Store } from '../../store/store.js';
import { HOUR } from '../../base/time.js';
import type { Calendar } from '../../calendar/windowAssigner.js';
import { ALL, type Group, groupOf } from '../rollup.js';
import { hadEvents, type PastDay } from '../sliceHistory.js';
import { rounded } from './baseline.js';
import { type ComparedDay, DAYS_COMPARED, SameWeekdays } from './sameWeekdays.js';

/** `CurvePoint`: what had come in by `at`, epoch ms. */
export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

/** `Projection` of a whole day: so far ÷ the share of the day that was reached by now, by the median, the greatest and the least share. */
export interface Projection {
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** `DayCurve` of today: `usual` has a point at each full hour of the business day, its two ends included. */
export interface DayCurve {
  /** How many days it rests on. */
  readonly days: number;
  readonly usual: readonly CurvePoint[];
  /** Absent under four days, and while one of them had nothing yet by this time. */
  readonly projection?: Projection;
}

export interface CurveQuestion {
  readonly kpi: Kpi;
  readonly group: Group;
  /** What has come in today; `null` where that is not known. */
  readonly soFar: number | null;
}

export class DayCurves {
  readonly #shop: { readonly calendar: Calendar; readonly currency: string };
  readonly #days: SameWeekdays;

  constructor(store: Store, shop: { readonly calendar: Calendar; readonly currency: string }, holiday: (at: number) => string | undefined) {
    this.#shop = shop;
    this.#days = new SameWeekdays(store, shop.calendar, holiday);
  }

  /** Of numbers that add up only: of others, and where there is no day to compare with, `days` is 0. */
  async today({ kpi, group, soFar }: CurveQuestion, now: number): Promise<DayCurve> {
    if (!isAdditive(kpi) || kpi.open !== undefined) return { days: 0, usual: [] };
    const { calendar, currency } = this.#shop;
    const today = calendar.windowAt('1d', now);
    const compared = (await this.#days.before(today.start, now)).filter(({ day }) => isAbout(day, kpi, group));
    const byThen = compared.map((one) => this.#reached(one, kpi, group));
    const usual: CurvePoint[] = [];
    for (const at of hoursOf(today.start, today.end)) {
      const value = median(byThen.map((reached) => reached(at)));
      if (value !== undefined) usual.push({ at, value: rounded(value, kpi, currency) });
    }
    const shares = byThen.map((reached) => shareOf(reached(now), reached(today.end)));
    const projection = projected(soFar, shares, (value) => rounded(value, kpi, currency));
    return { days: compared.length, usual, ...(projection === undefined ? {} : { projection }) };
  }

  /** What that day had come to by the same time as `at`; the hour of then counts by the share of it that had passed. */
  #reached({ week, day }: ComparedDay, kpi: Kpi, group: Group): (at: number) => number {
    const { currency } = this.#shop;
    const hours = [...day.hours].map(([start, hour]) => ({ start, value: evaluate(kpi, hour.sums.get(groupOf(group)) ?? {}, currency).value ?? 0 }));
    return (at) => {
      const until = this.#days.then(at, week);
      return hours.reduce((sum, { start, value }) => sum + value * Math.min(1, Math.max(0, until - start) / HOUR), 0);
    };
  }
}

/** `undefined` where it would be a guess: too few days, or one that by now had nothing at all. */
function projected(soFar: number | null, shares: readonly (number | undefined)[], round: (value: number) => number): Projection | undefined {
  const known = shares.filter((share) => share !== undefined && share > 0) as number[];
  const middle = median(known);
  if (soFar === null || middle === undefined || known.length < shares.length || known.length < DAYS_COMPARED) return undefined;
  return { value: round(soFar / middle), least: round(soFar / Math.max(...known)), most: round(soFar / Math.min(...known)) };
}

function shareOf(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

function isAbout(day: PastDay, kpi: Kpi, { store }: Group): boolean {
  return (store === ALL || day.stores.has(store)) && hadEvents(day, kpi.types);
}

function hoursOf(start: number, end: number): number[] {
  const hours: number[] = [];
  for (let at = start; at < end; at += HOUR) hours.push(at);
  return [...hours, end];
}
