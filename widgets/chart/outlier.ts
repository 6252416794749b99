/**
 * `capOf` says where an axis ends so that a few values far beyond all others do not crush them; who draws it has to say which values leave it.
 */

/** `Cap`: absent where nothing is far beyond the others. */
export interface Cap {
  readonly most?: number;
  readonly least?: number;
}

/** So many times the next value is far beyond it. */
const FAR = 4;
/** More than so many values are no outliers. */
const FEW = 2;
/** Fewer values than these say nothing about what is common. */
const ENOUGH = 4;
const HEADROOM = 1.25;

export function capOf(values: readonly (number | null)[]): Cap {
  const [above, below] = [1, -1].map((sign) => capAbove(values.flatMap((value) => (value === null || value * sign <= 0 ? [] : [value * sign]))));
  return { ...(above === undefined ? {} : { most: above }), ...(below === undefined ? {} : { least: -below }) };
}

function capAbove(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => b - a);
  for (let count = FEW; count >= 1; count--) {
    const [last, next] = [sorted[count - 1], sorted[count]];
    if (last !== undefined && next !== undefined && sorted.length - count >= ENOUGH - 1 && last > FAR * next) return rounded(next * HEADROOM);
  }
  return undefined;
}

/** Up, to two digits. */
function rounded(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / step) * step).toPrecision(12));
}
