/**
 * `IntakePlaces` bounds what is taken in before anybody has proven anything: how many requests at once, how many bytes, for how long; in all, of one path and
 * of one address, so that no single one takes what the others need.
 *
 * Whoever finds everything taken does not wait for those who came before: the place of the request that has said nothing for the longest time is theirs.
 * An honest body is through within milliseconds, so idle connections, however many, only push out each other.
 */
import { SECOND } from '../base/time.js';

/** `IntakeShare` is a bound for all requests together, for those to one path, and for those from one address. */
export interface IntakeShare {
  readonly all: number;
  readonly path: number;
  readonly address: number;
}

/** `IntakeLimits`: a body may rest for `stallMs` between two of its parts, and take `wholeMs` from its first to its last byte. */
export interface IntakeLimits {
  readonly places: IntakeShare;
  readonly bytes: IntakeShare;
  readonly stallMs: number;
  readonly wholeMs: number;
}

/** `SLOW_REQUEST` is the event of an HTTP server that has closed a connection whose request did not come in time. */
export const SLOW_REQUEST = 'slowRequest';

const MIB = 1_048_576;

/** `INTAKE_LIMITS` of one process: 64 MiB of bodies nobody has vouched for yet. */
export const INTAKE_LIMITS: IntakeLimits = {
  places: { all: 1_024, path: 512, address: 256 },
  bytes: { all: 64 * MIB, path: 32 * MIB, address: 16 * MIB },
  stallMs: 5 * SECOND,
  wholeMs: 15 * SECOND,
};

/** `IntakePlace` is what one request takes: `reading` while its body comes, `waiting` from then on until its sender is judged. */
export interface IntakePlace {
  readonly path: string;
  readonly address: string;
}

/** `IntakeEntry`: `displaced` are those who have lost their place to it. */
export type IntakeEntry =
  | { readonly outcome: 'entered'; readonly place: IntakePlace; readonly displaced: readonly IntakePlace[] }
  | { readonly outcome: 'full'; readonly displaced: readonly IntakePlace[] };

interface Taken extends IntakePlace {
  readonly enteredAt: number;
  progressAt: number;
  bytes: number;
}

interface IntakeTally {
  places: number;
  bytes: number;
}

type Scope = keyof IntakeShare;
const SCOPES: readonly Scope[] = ['address', 'path', 'all'];

/** `IntakePlaces` of one process. `now` is in milliseconds that only go forward. */
export class IntakePlaces {
  readonly #limits: IntakeLimits;
  readonly #taken = new Set<IntakePlace>();
  /** Those whose body is still coming, the one that has been quiet longest first. */
  readonly #reading = new Set<Taken>();
  readonly #tallies = new Map<string, IntakeTally>();

  constructor(limits: IntakeLimits = INTAKE_LIMITS) {
    this.#limits = limits;
  }

  /** Bytes that are held for senders who have proven nothing yet. */
  get bytes(): number {
    return this.#tallies.get(keyOf('all', NOWHERE))?.bytes ?? 0;
  }

  /** Requests whose body is still coming. */
  get reading(): number {
    return this.#reading.size;
  }

  enter(path: string, address: string, now: number): IntakeEntry {
    const place: Taken = { path, address, enteredAt: now, progressAt: now, bytes: 0 };
    const displaced: Taken[] = [];
    for (const scope of SCOPES) {
      if (this.#tallyOf(scope, place).places < this.#limits.places[scope]) continue;
      const quietest = this.#quietest(scope, place, 0);
      if (quietest === undefined) return { outcome: 'full', displaced };
      this.leave(quietest);
      displaced.push(quietest);
    }
    this.#taken.add(place);
    this.#reading.add(place);
    this.#count(place, 1, 0);
    return { outcome: 'entered', place, displaced };
  }

  /** A part of the body has come. The answer is who has lost their place by it: possibly this one, where all others are complete and wait. */
  take(place: IntakePlace, bytes: number, now: number): readonly IntakePlace[] {
    const own = this.#readingOf(place);
    if (own === undefined) return [];
    const displaced: Taken[] = [];
    for (const scope of SCOPES) {
      while (this.#taken.has(own) && this.#tallyOf(scope, own).bytes + bytes > this.#limits.bytes[scope]) {
        const other = this.#quietest(scope, own, 1) ?? own;
        this.leave(other);
        displaced.push(other);
      }
    }
    if (this.#taken.has(own)) this.#progress(own, bytes, now);
    return displaced;
  }

  /** The body is complete: nothing hurries it any more, until its sender has been judged. */
  complete(place: IntakePlace): void {
    this.#reading.delete(place as Taken);
  }

  /** Judged, answered or gone. Harmless when repeated. */
  leave(place: IntakePlace): void {
    const { bytes } = place as Taken;
    if (!this.#taken.delete(place)) return;
    this.#reading.delete(place as Taken);
    this.#count(place, -1, -bytes);
  }

  /** Those whose time is over have no place any more. */
  overdue(now: number): readonly IntakePlace[] {
    const { stallMs, wholeMs } = this.#limits;
    const late = [...this.#reading].filter(({ progressAt, enteredAt }) => now - progressAt >= stallMs || now - enteredAt >= wholeMs);
    for (const place of late) this.leave(place);
    return late;
  }

  #progress(own: Taken, bytes: number, now: number): void {
    own.bytes += bytes;
    own.progressAt = now;
    this.#reading.delete(own);
    this.#reading.add(own);
    this.#count(own, 0, bytes);
  }

  #readingOf(place: IntakePlace): Taken | undefined {
    return this.#reading.has(place as Taken) ? place as Taken : undefined;
  }

  /** Of those in the same scope that hold at least so many bytes. */
  #quietest(scope: Scope, { path, address }: IntakePlace, leastBytes: number): Taken | undefined {
    for (const other of this.#reading) {
      const isMate = scope === 'all' || (scope === 'path' ? other.path === path : other.address === address);
      if (isMate && other.bytes >= leastBytes) return other;
    }
    return undefined;
  }

  #tallyOf(scope: Scope, place: IntakePlace): IntakeTally {
    return this.#tallies.get(keyOf(scope, place)) ?? { places: 0, bytes: 0 };
  }

  #count(place: IntakePlace, places: number, bytes: number): void {
    for (const scope of SCOPES) {
      const key = keyOf(scope, place);
      const tally = this.#tallyOf(scope, place);
      const next = { places: tally.places + places, bytes: tally.bytes + bytes };
      if (next.places === 0) this.#tallies.delete(key);
      else this.#tallies.set(key, next);
    }
  }
}

const NOWHERE: IntakePlace = { path: '', address: '' };

function keyOf(scope: Scope, { path, address }: IntakePlace): string {
  return scope === 'all' ? 'all' : `${scope} ${scope === 'path' ? path : address}`;
}
