/**
 * `Kpi` is the definition of one number: which sums of measures it is read from, and how.
 */
import type { EventType } from '../event/event.js';

/** `money` in the shop's currency, `ratio` between 0 and 1 as a rule, `seconds`, `count` of things or people. */
export type Unit = 'money' | 'count' | 'ratio' | 'seconds';

/** A measure's sum (money, duration), its sum of quantities, or its number of facts; added or taken away. */
export interface Part {
  readonly measure: string;
  readonly of: 'sum' | 'quantity' | 'count';
  readonly sign?: 1 | -1;
}

/** A definition: `top`, or `top / bottom`, or a percentile (0 to 1) of a measure that keeps its spread. */
export interface Kpi {
  readonly name: string;
  readonly unit: Unit;
  /** Kinds of facts it is about: where a window has none of them, it says nothing. */
  readonly types: readonly EventType[];
  readonly top: readonly Part[];
  readonly bottom?: readonly Part[];
  readonly percentile?: number;
  /** A share of a whole: above 1 or below 0 something was counted wrong, and the number is unknown. */
  readonly range?: 'share';
  /** It rests only on the sales whose senders said enough; their share of all. */
  readonly coverage?: { readonly of: Part; readonly all: Part };
  /** It rests on what is open now: instead of sums, or (`young`) less what is in the sums and has not lasted long enough yet. */
  readonly open?: OpenReading;
}

/** Numbers about open things (see open.ts). */
export type OpenReading = 'young' | 'oldestOrder' | 'quotes' | 'quoteAmount';

/** Sizes among which is chosen. */
export const CHOICES = ['5m', '15m', '1h'] as const;

export type ChosenSize = (typeof CHOICES)[number];

/** A sum: parts of it add up to the whole, and nothing at all is zero. */
export function isAdditive({ bottom, percentile, open }: Kpi): boolean {
  return bottom === undefined && percentile === undefined && open !== 'oldestOrder';
}
