/**
 * `SameWeekdays` finds the days that a day is compared with: the last same weekdays on which the shop had facts, without holidays and closures.
 */
import type { Store } from '../../store/store.js';
import type { Calendar } from '../../calendar/windowAssigner.js';
import { daysBefore, type PastDay, SliceHistory } from '../sliceHistory.js';

/** `DAYS_COMPARED` at most, the latest. */
export const DAYS_COMPARED = 4;
const WEEKS_BACK = 8;

/** `ComparedDay` lies so many weeks before the day it is compared with. */
export interface ComparedDay {
  readonly week: number;
  readonly day: PastDay;
}

export class SameWeekdays {
  readonly #calendar: Calendar;
  readonly #holiday: (at: number) => string | undefined;
  readonly #history: SliceHistory;

  constructor(store: Store, calendar: Calendar, holiday: (at: number) => string | undefined) {
    this.#calendar = calendar;
    this.#holiday = holiday;
    this.#history = new SliceHistory(store, calendar);
  }

  /** The days to compare the one of `at` with, the latest first. */
  async before(at: number, now: number): Promise<readonly ComparedDay[]> {
    const found: ComparedDay[] = [];
    for (let week = 1; week <= WEEKS_BACK && found.length < DAYS_COMPARED; week += 1) {
      const then = this.then(at, week);
      const day = this.#holiday(then) === undefined ? await this.#history.day(then, now) : undefined;
      if (day !== undefined) found.push({ week, day });
    }
    return found;
  }

  /** The same time of day, so many weeks before `at`. */
  then(at: number, week: number): number {
    return daysBefore(this.#calendar.clock, at, 7 * week);
  }
}
