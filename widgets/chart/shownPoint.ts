/** `ShownPoint` is one value of a chart, in words and as a number. */

/** `ShownPoint`: `label` is for the axis, `said` the lines of its tooltip; `place` is its column and row of a heat map. */
export interface ShownPoint {
  readonly label: string;
  readonly said: readonly string[];
  readonly value: number | null;
  readonly former: number | null;
  readonly isNow: boolean;
  readonly place?: readonly [column: number, row: number];
}
