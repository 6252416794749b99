/**
 * `raiseWarning` lets a node say what is not as it should be, or how far long work in the background is: `/health` says it for as long as it holds.
 */
import type { Warning } from './ports.js';

const raised = new Map<object, readonly Warning[]>();

/** Says, or says anew, what `owner` warns of; nothing where it has nothing to say any more. */
export function raiseWarning(owner: object, ...warnings: readonly Warning[]): void {
  if (warnings.length === 0) raised.delete(owner);
  else raised.set(owner, warnings);
}

/** All that holds now. */
export function raisedWarnings(): readonly Warning[] {
  return [...raised.values()].flat();
}
