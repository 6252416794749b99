/**
 * The clock of this process, as senders correct it: one evidence for all nodes, because there is one clock.
 */
import { performance } from 'node:perf_hooks';
import { HOUR, MINUTE } from '../../engine/base/time.js';
import { ClockEvidence, type ClockReading } from '../../engine/verify/clockEvidence.js';
import type { Warning } from './ports.js';

export const clockEvidence = new ClockEvidence();

/** `readingAt` reads the monotonic clock beside ours. */
export function readingAt(now: number): ClockReading {
  return { now, ticks: performance.now() };
}

/** `clockSlowBy`: how many ms our clock is proven to be behind. */
export function clockSlowBy(now: number): number {
  return clockEvidence.slowBy(readingAt(now));
}

/** `clockWarnings` say so on `/health`, in minutes or hours: a warning that changes each second would be a new one each time. */
export function clockWarnings(now: number): readonly Warning[] {
  const slowBy = clockSlowBy(now);
  if (slowBy === 0) return [];
  const behind = slowBy < 2 * HOUR ? `${String(Math.max(1, Math.round(slowBy / MINUTE)))} min` : `${String(Math.round(slowBy / HOUR))} h`;
  return [{ cause: 'clock.slow', message: `this computer's clock is ${behind} behind, say the senders: set it by NTP. What is dated later waits until then` }];
}
