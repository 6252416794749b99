/**
 * `newest` chooses among the values that came live and the row that was read: the newest of the window that is open now.
 */
import type { KpiRow, KpiValue } from '../../engine/read/kpiValue.js';

/** A sliding window ends with the minute, and may be emitted a little later. */
const SLIDING_MS = 2 * 60_000;

/** `Wanted` names a number; `window` may be `auto`. */
export interface Wanted {
  readonly kpi: string;
  readonly window: string;
}

/** What is compared with stays known while the same window goes on. */
export function newest({ kpi, window }: Wanted, read: KpiRow | undefined, live: Iterable<KpiValue>, now: number): KpiRow | undefined {
  let found = read !== undefined && isOpen(read, now) ? read : undefined;
  for (const value of live) {
    const isWanted = value.name === kpi && (value.adaptive === undefined ? value.window.size : 'auto') === window;
    if (!isWanted || !isOpen(value, now) || !isNewer(value, found)) continue;
    const comparison = found?.window.start === value.window.start ? found.comparison ?? value.comparison : value.comparison;
    const { comparison: _former, ...rest } = value;
    found = { ...rest, ...(comparison === undefined ? {} : { comparison }) };
  }
  return found;
}

function isNewer(value: KpiRow, known: KpiRow | undefined): boolean {
  if (known === undefined || value.window.start > known.window.start) return true;
  return value.window.start === known.window.start && value.revision >= known.revision;
}

function isOpen({ window }: KpiRow, now: number): boolean {
  const end = new Date(window.end).getTime();
  return end + (window.size.startsWith('last-') ? SLIDING_MS : 0) > now;
}
