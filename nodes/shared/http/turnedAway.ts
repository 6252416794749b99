/**
 * `turnAway` counts the senders that were sent off before anybody read what they had to say: for metrics, and as a warning on `/health`.
 */
import { MINUTE } from '../../../engine/base/time.js';
import { sendersTurnedAway } from '../metrics.js';
import type { Warning } from '../ports.js';

/** Why: its headers or its body did not come in time, or all places were taken. */
export type TurnedAwayReason = 'slowRequest' | 'slowBody' | 'busy';

/** `/health` goes on saying so until none was turned away for as long. */
const SAID_FOR_MS = 10 * MINUTE;

/** Milliseconds of a clock that nobody sets. */
const ticks = (): number => performance.now();

const counts = new Map<TurnedAwayReason, number>();
let lastAt = -Infinity;

/** One sender more. */
export function turnAway(reason: TurnedAwayReason): void {
  if (ticks() - lastAt >= SAID_FOR_MS) counts.clear();
  lastAt = ticks();
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
  sendersTurnedAway.inc({ reason });
}

/** `turnedAwayWarnings` say about how many, in powers of ten: a warning that changes with each sender would be a new one each time. */
export function turnedAwayWarnings(): readonly Warning[] {
  if (ticks() - lastAt >= SAID_FOR_MS) return [];
  const parts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => `${atLeast(count)} ${WORDS[reason]}`);
  return [{ cause: 'senders.turnedAway', message: `senders are being turned away: ${parts.join(', ')}; they send again by themselves` }];
}

const WORDS: Readonly<Record<TurnedAwayReason, string>> = {
  busy: 'because all places were taken', slowBody: 'whose body came too slowly', slowRequest: 'whose headers came too slowly',
};

function atLeast(count: number): string {
  const magnitude = 10 ** Math.floor(Math.log10(count));
  return magnitude < 10 ? 'some' : `${String(magnitude)} or more`;
}
