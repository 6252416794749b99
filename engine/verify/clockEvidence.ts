/**
 * `ClockEvidence` weighs what senders say of the time: whether it is our clock that is slow, and by how much. A signed timestamp is a lower
 * bound of the real time; it grows with a monotonic clock, so that it stays right when ours is set.
 */
import { LRUCache } from 'lru-cache';
import { HOUR, SECOND } from '../base/time.js';

/** `ClockReading`: our clock (epoch ms) and a monotonic one (ms from anywhere), read together. */
export interface ClockReading {
  readonly now: number;
  readonly ticks: number;
}

/**
 * `ClockWitness` says how far a sender is believed. `provider`: a platform with well-kept clocks that signs the time, alone is enough. `signed`: a
 * till, or a time beside what is signed; alone it is enough unless somebody agrees with us. `event`: only the time of what is reported; two
 * such sources have to agree.
 */
export type ClockWitness = 'provider' | 'signed' | 'event';

interface Claim {
  readonly witness: ClockWitness;
  /** Real time at ticks 0, at least. */
  readonly origin: number;
  readonly claimedAt: number;
}

/** `CLOCK_TOLERANCE_MS`: clocks that differ by less agree. It is what proofs allow a sender to be ahead. */
export const CLOCK_TOLERANCE_MS = 30 * SECOND;
/** Who agreed with us so lately speaks against a single sender that does not. */
const AGREEMENT_MS = HOUR;
/** A till whose clock was set meanwhile is not reproached for longer. */
const CLAIM_MS = 12 * HOUR;
const MAX_CLAIMS = 400;

/** `ClockEvidence` of one process. */
export class ClockEvidence {
  readonly #claims = new LRUCache<string, Claim>({ max: MAX_CLAIMS });

  /** `at`: the time that the source has put on a message which arrived then. A claim against us does not replace one for us: tills differ. */
  claim(source: string, witness: ClockWitness, at: number, { now, ticks }: ClockReading): void {
    const side = at > now + CLOCK_TOLERANCE_MS ? 'ahead' : 'near';
    this.#claims.set(`${witness} ${side} ${source}`, { witness, origin: at - ticks, claimedAt: ticks });
  }

  /** How many ms our clock is behind, as far as it is proven; 0 where nobody says so, or not enough do. */
  slowBy({ now, ticks }: ClockReading): number {
    const claims = [...this.#claims.values()].map(({ witness, origin, claimedAt }) => ({ witness, by: origin + ticks - now, age: ticks - claimedAt }));
    const ahead = claims.filter(({ by, age }) => by > CLOCK_TOLERANCE_MS && age <= CLAIM_MS).sort((a, b) => b.by - a.by);
    const agree = claims.filter(({ witness, by, age }) => witness !== 'event' && Math.abs(by) <= CLOCK_TOLERANCE_MS && age <= AGREEMENT_MS);
    const provider = ahead.find(({ witness }) => witness === 'provider');
    if (provider !== undefined) return provider.by;
    if (agree.some(({ witness }) => witness === 'provider') || (agree.length > 0 && agree.length >= ahead.length)) return 0;
    // Of several the second is proven by two; one alone only by its signature.
    return ahead[1]?.by ?? ahead.find(({ witness }) => witness === 'signed')?.by ?? 0;
  }
}
