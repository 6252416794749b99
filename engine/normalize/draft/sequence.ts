/**
 * Sequences of versions for sources that count in whole seconds: at the same second open comes before completed before cancelled before voided.
 */
import type { SaleStatus } from '../../event/event.js';
import { formatInstant, parseInstant } from '../../base/time.js';

const RANK: Readonly<Record<SaleStatus, number>> = { open: 0, completed: 1, cancelled: 2, voided: 3 };

/** `BELOW_VERSIONS`: what has this before it is outranked by every version without it. */
export const BELOW_VERSIONS = '#';

/** `rankedSequence`: the rank takes the place of milliseconds for a source that counts seconds, of nanoseconds for one that counts milliseconds. */
export function rankedSequence(epochMs: number, rank: number): string {
  return epochMs % 1_000 === 0 ? formatInstant(epochMs + Math.min(rank, 999)) : rankedInMillisecond(epochMs, rank);
}

/** `rankedInMillisecond`: for a source that always counts milliseconds, at full seconds too. */
export function rankedInMillisecond(epochMs: number, rank: number): string {
  const text = formatInstant(epochMs);
  return rank === 0 ? text : `${text.slice(0, -1)}${String(rank).padStart(6, '0')}Z`;
}

/** `rankOf` is the place of a status among versions of the same instant. */
export function rankOf(status: SaleStatus): number {
  return RANK[status];
}

/** `statusSequence` is the sequence of a version with that status, changed at that RFC 3339 instant; `undefined` where the text is none. */
export function statusSequence(changedAt: string | undefined, status: SaleStatus): string | undefined {
  const epochMs = changedAt === undefined ? undefined : parseInstant(changedAt);
  return epochMs === undefined ? undefined : rankedSequence(epochMs, RANK[status]);
}

/** `statusSequenceAt` is the same for an instant that is known already. */
export function statusSequenceAt(epochMs: number, status: SaleStatus): string {
  return rankedSequence(epochMs, RANK[status]);
}

/**
 * The sequence of a completed receipt that comes line by line, issued with its earliest one (epoch ms): with every line more it is a later version. Where the
 * lines stand in time has no part in it, so whoever says later that the receipt never was is not earlier than its lines.
 */
export function lineSequence(issuedAt: number, lines: number): string {
  const ranked = issuedAt % 1_000 === 0 ? issuedAt + RANK.completed : issuedAt;
  return rankedInMillisecond(ranked, lines - 1);
}
