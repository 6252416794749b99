/**
 * `stepOf` is where an arrow key leads: to the next point in time, in a heat map also to the next weekday.
 */
import type { ShownChart } from './chart.js';

/** `undefined` for other keys. `from` is absent where nothing is pointed at: then the last point is. */
export function stepOf(key: string, { points, shape, columns }: Pick<ShownChart, 'points' | 'shape' | 'columns'>, from: number | undefined): number | undefined {
  const last = points.length - 1;
  const row = shape === 'heat' ? Math.max(1, columns.length) : 1;
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: shape === 'heat' ? row : -1, ArrowUp: shape === 'heat' ? -row : 1 };
  if (last < 0) return undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (!Object.hasOwn(steps, key)) return undefined;
  return from === undefined ? last : Math.min(last, Math.max(0, from + (steps[key] ?? 0)));
}
