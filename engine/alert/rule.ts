/**
 * `Rule` is what someone should be notified of: a KPI beyond a threshold, or a source that is absent, and how patient to be.
 */
import type { WindowSize } from '../calendar/windowAssigner.js';

/** `Threshold` is breached beyond it, and recovered only back at `recovery`; in between a firing alert keeps firing. */
export type Threshold =
  | { readonly op: 'above' | 'below'; readonly threshold: number; readonly recovery: number }
  | { readonly op: 'outside'; readonly low: number; readonly high: number };

/** `AlertRule` compares a KPI with a threshold. */
export interface AlertRule {
  readonly kind?: 'kpi';
  readonly name: string;
  readonly kpi: string;
  /** `auto`: windows of adaptive size. */
  readonly size: WindowSize | 'auto';
  readonly channel: string;
  /** One alert per store, or one for all stores together. */
  readonly group: 'store' | 'all';
  readonly when: Threshold;
  /** `finished`: final and corrected values only. `live`: also a window that is still filling. `projected`: what a filling one will come to at this pace. */
  readonly evaluate: 'finished' | 'live' | 'projected';
  /** Absent: by day and by night. */
  readonly hours?: 'opening';
  /** Windows of which the shop is open only for a part; absent: they are not evaluated. */
  readonly partial?: 'proportion';
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** Notifies again while it fires; 0 = once. */
  readonly repeatMs: number;
  /** No new fact for so long is `noData`; 0 = never. */
  readonly noDataMs: number;
}

/** `AbsenceRule` is about sources that are silent for longer than their history explains; one alert per source. */
export interface AbsenceRule {
  readonly kind: 'absence';
  readonly name: string;
  /** Absent: every source, each for itself. */
  readonly source?: string;
  readonly hours?: 'opening';
  readonly repeatMs: number;
}

export type Rule = AlertRule | AbsenceRule;

/** `isBreached` is beyond the threshold; on it is not beyond. */
export function isBreached(when: Threshold, value: number): boolean {
  if (when.op === 'outside') return value < when.low || value > when.high;
  return when.op === 'above' ? value > when.threshold : value < when.threshold;
}

/** `isRecovered` is back where a firing alert may end. */
export function isRecovered(when: Threshold, value: number): boolean {
  if (when.op === 'outside') return !isBreached(when, value);
  return when.op === 'above' ? value <= when.recovery : value >= when.recovery;
}
