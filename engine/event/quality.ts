/**
 * `x_quality` of an event that counts says what is doubtful about it: flags of the error table, in order, with commas between them.
 */
import type { QualityFlag } from '../base/errorTable/index.js';

/** As long as any text of a sender's own. */
const MAX_LENGTH = 256;

/** `withFlags` adds to what is said already; a sender's own words give way where both are too long. */
export function withFlags(quality: unknown, flags: Iterable<QualityFlag>): string {
  const said = typeof quality === 'string' && quality !== '' ? quality.split(',') : [];
  const all = [...new Set([...said, ...flags])].sort().join(',');
  return all.length <= MAX_LENGTH ? all : [...new Set(flags)].sort().join(',');
}
