/**
 * `RateLimit` limits what comes from one address and from all of them together: token buckets; who finds one empty learns when to come again.
 */

/** `Rate`: so many a second in the long run, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** `Admission` says which limit refused, and when to come again. */
export type Admission = { readonly outcome: 'admitted' } | { readonly outcome: 'refused'; readonly by: 'address' | 'all'; readonly retryAfterS: number };

interface TokenBucket {
  left: number;
  at: number;
}

const ADMITTED: Admission = { outcome: 'admitted' };

/** `RateLimit` forgets the address that has been quiet longest where more than `maxAddresses` are known; the limit for all holds against whoever has many. */
export class RateLimit {
  readonly #perAddress: Rate;
  readonly #inAll: Rate;
  readonly #maxAddresses: number;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #all: TokenBucket;

  constructor(perAddress: Rate, inAll: Rate, maxAddresses = 10_000) {
    this.#perAddress = perAddress;
    this.#inAll = inAll;
    this.#maxAddresses = maxAddresses;
    this.#all = { left: inAll.burst, at: -Infinity };
  }

  get addresses(): number {
    return this.#buckets.size;
  }

  /** `now`: milliseconds that only go forward. What one address is refused does not count against the others. */
  admit(address: string, now: number): Admission {
    const own = this.#bucketOf(address, now);
    if (fill(own, this.#perAddress, now) < 1) return refusal('address', own, this.#perAddress);
    if (fill(this.#all, this.#inAll, now) < 1) return refusal('all', this.#all, this.#inAll);
    own.left -= 1;
    this.#all.left -= 1;
    return ADMITTED;
  }

  #bucketOf(address: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(address) ?? { left: this.#perAddress.burst, at: now };
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    const [quietest] = this.#buckets.size > this.#maxAddresses ? this.#buckets.keys() : [];
    if (quietest !== undefined) this.#buckets.delete(quietest);
    return bucket;
  }
}

function fill(bucket: TokenBucket, { perSecond, burst }: Rate, now: number): number {
  if (bucket.at === -Infinity) bucket.at = now;
  bucket.left = Math.min(burst, bucket.left + Math.max(0, now - bucket.at) / 1_000 * perSecond);
  bucket.at = Math.max(bucket.at, now);
  return bucket.left;
}

function refusal(by: 'address' | 'all', { left }: TokenBucket, { perSecond }: Rate): Admission {
  return { outcome: 'refused', by, retryAfterS: Math.max(1, Math.ceil((1 - left) / perSecond)) };
}
