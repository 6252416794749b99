/**
 * `trendOf` says how a number differs from what it is compared with, in words and by direction.
 */
import type { KpiRow } from '../../engine/read/kpiValue.js';
import type { Words } from './words.js';

/** `Trend`: `tone` is what it means for the shop. */
export interface Trend {
  readonly arrow: '▲' | '▼' | '=';
  readonly tone: 'good' | 'bad' | 'calm';
  /** "9 %", "2.1 points"; empty where it is the same. */
  readonly size: string;
  readonly direction: 'up' | 'down' | 'same';
}

/** Differences below are none: percent, or points of a ratio. */
const SAME = { percent: 1, points: 0.1 } as const;

/** `undefined` where one of the two is unknown, or there is nothing to divide by. */
export function trendOf(row: Pick<KpiRow, 'value' | 'unit' | 'comparison'> | undefined, better: 'up' | 'down' | 'neither', words: Words): Trend | undefined {
  const former = row?.comparison?.value;
  if (row === undefined || row.value === null || former === null || former === undefined) return undefined;
  const isShare = row.unit === 'ratio';
  if (!isShare && former === 0) return undefined;
  const change = isShare ? (row.value - former) * 100 : ((row.value - former) / Math.abs(former)) * 100;
  if (Math.abs(change) < (isShare ? SAME.points : SAME.percent)) return { arrow: '=', tone: 'calm', size: '', direction: 'same' };
  const size = isShare ? words.text('unit.points', { n: words.decimal(Math.abs(change), 1) }) : words.text('unit.percent', { n: words.decimal(Math.abs(change), 0) });
  const direction = change > 0 ? 'up' : 'down';
  return { arrow: change > 0 ? '▲' : '▼', tone: better === 'neither' ? 'calm' : direction === better ? 'good' : 'bad', size, direction };
}
