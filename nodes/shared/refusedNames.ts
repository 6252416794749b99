/**
 * `refuseName` notes the stores, channels and tills that were one too many, so that `/health` names them.
 */
import type { RefusalRule } from '../../engine/base/errors.js';
import { HOUR } from '../../engine/base/time.js';
import type { Warning } from './ports.js';

/** Of each rule so many names are kept, the first ones: a warning that changes with each event would be a new one each time. */
const MAX_NAMES = 3;
/** `/health` says so until none was refused for as long. */
const SAID_FOR_MS = HOUR;

/** Milliseconds of a clock that nobody sets. */
const ticks = (): number => performance.now();

const refused = new Map<RefusalRule, { readonly names: Set<string>; lastAt: number }>();

/** An event was refused, or counted under another name, because of this one. */
export function refuseName(rule: RefusalRule, name: string): void {
  const known = refused.get(rule);
  const said = known !== undefined && ticks() - known.lastAt < SAID_FOR_MS ? known : { names: new Set<string>(), lastAt: 0 };
  if (said.names.size < MAX_NAMES) said.names.add(name);
  said.lastAt = ticks();
  refused.set(rule, said);
}

/** `refusedNameWarnings` say of each rule which names came. */
export function refusedNameWarnings(): readonly Warning[] {
  const rows = [...refused].filter(([, { lastAt }]) => ticks() - lastAt < SAID_FOR_MS).sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([rule, { names }]) => ({ cause: rule, message: `one name too many, such as ${[...names].join(', ')}: docs/errors.md says what to do` }));
}
