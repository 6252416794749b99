/**
 * How long must a window be, for its number to say something? The shortest of 5, 15 and 60 minutes that holds enough facts.
 *
 * It is chosen for a whole hour of the shop's clock, so the chosen windows tile the hour and nest in every other size: what a day adds up
 * to does not depend on what was chosen.
 */
import { type Adaptive } from '../kpiValue.js';
import { CHOICES, type ChosenSize, type Kpi } from '../../kpi/kpi.js';

/** How many facts a number needs: sums and counts, and whatever has a denominator (ratios, averages) or a rank (percentiles). */
export interface Needed {
  readonly counts: number;
  readonly ratios: number;
}

export const NEEDED: Needed = { counts: 30, ratios: 100 };

/** The need must be missed or exceeded by so much before a size is given up. */
const MARGIN = 0.25;

const MINUTES: Readonly<Record<ChosenSize, number>> = { '5m': 5, '15m': 15, '1h': 60 };

/** What a number of this kind needs. */
export function neededBy({ bottom, percentile }: Kpi, { counts, ratios }: Needed): number {
  return bottom === undefined && percentile === undefined ? counts : ratios;
}

/** Whether windows can be chosen for it: not for what is open now, which has no window. */
export function isChoosable({ open }: Pick<Kpi, 'open'>): boolean {
  return open === undefined || open === 'young';
}

/**
 * Facts to expect in an hour: the median of the same hours of the last weeks, `weeks`; until there are any, of the last hours, `hours`;
 * nothing is expected of a shop without any fact.
 */
export function expectedPerHour(weeks: readonly number[], hours: readonly number[]): number {
  return median(weeks.length > 0 ? weeks : hours) ?? 0;
}

/** The size for an hour, given that of the hour before (`undefined` where none was chosen). */
export function chooseSize(perHour: number, needed: number, former?: ChosenSize): Adaptive {
  const wanted = CHOICES.find((size) => expectedIn(size, perHour) >= needed) ?? '1h';
  const size = former === undefined || former === wanted ? wanted : leave(former, wanted, perHour, needed);
  const reason = size !== wanted && size === former ? 'kept' : expectedIn(size, perHour) >= needed ? 'enough' : 'tooFew';
  return { size, reason, expected: Math.round(expectedIn(size, perHour) * 10) / 10, needed };
}

/** The middle value, the mean of the two middle ones where there is none; `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[sorted.length >> 1];
  const low = sorted[(sorted.length - 1) >> 1];
  return high === undefined || low === undefined ? undefined : (low + high) / 2;
}

/** Longer only where the former size misses the need by the margin, shorter only where the new one exceeds it by as much. */
function leave(former: ChosenSize, wanted: ChosenSize, perHour: number, needed: number): ChosenSize {
  if (MINUTES[wanted] > MINUTES[former]) return expectedIn(former, perHour) < needed * (1 - MARGIN) ? wanted : former;
  const ample = CHOICES.find((size) => expectedIn(size, perHour) >= needed * (1 + MARGIN));
  return ample !== undefined && MINUTES[ample] < MINUTES[former] ? ample : former;
}

function expectedIn(size: ChosenSize, perHour: number): number {
  return (perHour * MINUTES[size]) / 60;
}
