/**
 * `LoginBrake` slows down whoever guesses a password or a token: for each address a delay that doubles with every wrong guess, and one over all addresses
 * for guesses that come from ever new ones. Names that are typed along have no part in it, for any name goes with the password: a new one gains nothing.
 *
 * It delays and never locks out: no delay is longer than `MAX_DELAY_MS`, attempts during it do not prolong it, and a browser that once knew the password
 * counts by itself, whatever others behind the same proxy try.
 */
import { LRUCache } from 'lru-cache';
import { sameSecret, sha256 } from '../base/secret.js';
import { DAY, MINUTE, SECOND } from '../base/time.js';

/** `Claimant` is who attempts: by address, or a browser that has been in before. */
export type Claimant = { readonly by: 'address'; readonly address: string } | { readonly by: 'browser'; readonly browser: string };

/** `BrakeVerdict`: `try` may be compared; `wait` is not compared before `retryAfterMs` are over. */
export type BrakeVerdict = { readonly outcome: 'try' } | { readonly outcome: 'wait'; readonly retryAfterMs: number };

/** `WrongGuess`: the same wrong secret again is a program with an old setting, and no guess. */
export type WrongGuess = 'counted' | 'repeated';

interface Guesser {
  readonly failures: number;
  readonly failedAt: number;
  readonly lastWrong: string;
}

/** The longest delay of one address. */
export const MAX_DELAY_MS = 30 * SECOND;
/** So many wrong guesses cost nothing: people mistype. */
const FREE = 5;
/** An address that has failed no more for so long begins anew. */
const FORGOTTEN_AFTER_MS = 15 * MINUTE;

/** Over all addresses: so many wrong guesses cost nothing; one is forgotten every so often. */
const FREE_IN_ALL = 20;
const DRAINED_EVERY_MS = 10 * SECOND;
const MAX_IN_ALL = 40;
const STEP_IN_ALL_MS = 500;

/** Beyond it the address that was quiet longest is forgotten; the delay over all addresses stays. */
const MAX_GUESSERS = 10_000;
const MAX_FAMILIAR = 1_000;
/** An address from which somebody logged in is not slowed down by what others try elsewhere. */
const FAMILIAR_MS = 7 * DAY;

/** `LoginBrake` of one installation. `now` is in milliseconds of a clock that nobody sets. */
export class LoginBrake {
  readonly #guessers = new LRUCache<string, Guesser>({ max: MAX_GUESSERS });
  readonly #familiar = new LRUCache<string, number>({ max: MAX_FAMILIAR });
  #inAll = { level: 0, failedAt: -Infinity };

  /** Whether an attempt may be compared now. */
  judge(now: number, claimant: Claimant): BrakeVerdict {
    const { failures, failedAt } = this.#guesser(now, claimant);
    const ownUntil = failedAt + delayAfter(failures);
    const until = this.#feelsOthers(now, claimant) ? Math.max(ownUntil, this.#inAll.failedAt + this.#delayInAll(now)) : ownUntil;
    return until > now ? { outcome: 'wait', retryAfterMs: until - now } : { outcome: 'try' };
  }

  /** An attempt that was compared was wrong. */
  fail(now: number, claimant: Claimant, secret: string): WrongGuess {
    const guesser = this.#guesser(now, claimant);
    const wrong = sha256(secret).toString('base64');
    if (sameSecret(guesser.lastWrong, wrong)) return 'repeated';
    this.#guessers.set(keyOf(claimant), { failures: guesser.failures + 1, failedAt: now, lastWrong: wrong });
    if (claimant.by === 'address') this.#inAll = { level: Math.min(MAX_IN_ALL, this.#levelInAll(now) + 1), failedAt: now };
    return 'counted';
  }

  /** An attempt was right. */
  succeed(now: number, claimant: Claimant): void {
    this.#guessers.delete(keyOf(claimant));
    if (claimant.by === 'address') this.#familiar.set(claimant.address, now + FAMILIAR_MS);
  }

  #guesser(now: number, claimant: Claimant): Guesser {
    const found = this.#guessers.get(keyOf(claimant));
    return found === undefined || now - found.failedAt >= FORGOTTEN_AFTER_MS ? { failures: 0, failedAt: -Infinity, lastWrong: '' } : found;
  }

  #feelsOthers(now: number, claimant: Claimant): boolean {
    return claimant.by === 'address' && (this.#familiar.get(claimant.address) ?? -Infinity) <= now;
  }

  #levelInAll(now: number): number {
    return Math.max(0, this.#inAll.level - Math.max(0, now - this.#inAll.failedAt) / DRAINED_EVERY_MS);
  }

  #delayInAll(now: number): number {
    return Math.max(0, Math.round(this.#levelInAll(now)) - FREE_IN_ALL + 1) * STEP_IN_ALL_MS;
  }
}

function delayAfter(failures: number): number {
  return failures < FREE ? 0 : Math.min(MAX_DELAY_MS, SECOND * 2 ** Math.min(10, failures - FREE));
}

function keyOf(claimant: Claimant): string {
  return claimant.by === 'address' ? `a ${claimant.address}` : `b ${claimant.browser}`;
}
