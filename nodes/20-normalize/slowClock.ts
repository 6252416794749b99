/**
 * `correctedOutcome` decides whether it is our clock, and not the sender's, because of which a delivery seems to come from the future.
 */
import { MAX_AGE_MS, MAX_FUTURE_MS } from '../../engine/event/event.js';
import type { Steps } from '../../engine/base/steps.js';
import type { NormalizedBody } from '../../engine/normalize/normalize.js';
import { DAY, parseInstant } from '../../engine/base/time.js';
import { clockEvidence, readingAt } from '../shared/clock.js';

/** Events that far ahead of our clock are still read, to see what time they have. */
const HORIZON_MS = MAX_AGE_MS - DAY;

/** `CorrectedOutcome`: what the delivery says by the corrected clock, and what that shows. */
export interface CorrectedOutcome {
  readonly outcome: NormalizedBody;
  readonly correctedNow: number;
}

/** `correctedOutcome` is `undefined` where our clock is not to blame. `again` normalizes the delivery as of another time. */
export function* correctedOutcome(outcome: NormalizedBody, now: number, again: (now: number) => Steps<NormalizedBody>): Steps<CorrectedOutcome | undefined> {
  if (!outcome.refusals.some(({ rule }) => rule === 'time.future')) return undefined;
  const reading = readingAt(now);
  for (const { source, time } of (yield* again(now + HORIZON_MS)).events) {
    const at = parseInstant(time) ?? now;
    if (at > now + MAX_FUTURE_MS) clockEvidence.claim(source, 'event', at, reading);
  }
  const slowBy = clockEvidence.slowBy(reading);
  if (slowBy === 0) return undefined;
  const corrected = yield* again(now + slowBy);
  return corrected.events.length > outcome.events.length ? { outcome: corrected, correctedNow: now + slowBy } : undefined;
}
