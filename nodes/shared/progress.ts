/**
 * `Progress` says how far long work in the background is: health reports it while it runs.
 */
import type { Warning } from './ports.js';

const running = new Map<object, Warning>();

/** Says, or says anew, how far `owner` is; `undefined` when it is done. */
export function reportProgress(owner: object, progress: Warning | undefined): void {
  if (progress === undefined) running.delete(owner);
  else running.set(owner, progress);
}

/** All that is under way. */
export function progressReports(): readonly Warning[] {
  return [...running.values()];
}
