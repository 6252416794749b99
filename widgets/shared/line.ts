/**
 * `linePaths` draws a small line of values that may be unknown: one path for each stretch that is known.
 */
import type { LinePoint } from '../../nodes/85-ui-kpi/view.js';

/** `LineBox` in the units of the drawing; the line keeps `margin` from top and bottom. */
export interface LineBox {
  readonly width: number;
  readonly height: number;
  readonly margin: number;
}

/** Nothing but zeros is no line. A single known value is a dot: a path of no length, which round caps make visible. */
export function linePaths(points: readonly LinePoint[], { width, height, margin }: LineBox): string[] {
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (known.every((value) => value === 0)) return [];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const x = (at: number): number => (to === from ? width : ((at - from) / (to - from)) * width);
  const y = (value: number): number => (most === least ? height / 2 : height - margin - ((value - least) / (most - least)) * (height - 2 * margin));
  const paths: string[] = [];
  let open = '';
  for (const { at, value } of points) {
    if (value === null) {
      if (open !== '') paths.push(open);
      open = '';
    } else open += `${open === '' ? 'M' : 'L'}${fixed(x(at))},${fixed(y(value))}`;
  }
  if (open !== '') paths.push(open);
  return paths.map((path) => (path.includes('L') ? path : `${path}h0`));
}

/** `fixed` to a tenth, without a trailing zero. */
export function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
