/**
 * Which published keys may have signed this token? A key set fetched from its server, whose last good version survives the server.
 */
import type { CryptoKey, JSONWebKeySet } from 'jose';
import { Fault } from '../base/errors.js';

/** Fetches the key set; rejects where the server is away or answers nonsense. */
export type FetchKeys = () => Promise<unknown>;

/** The token's header, as far as it picks a key. */
export interface KeyHint {
  readonly alg: string;
  readonly kid?: string;
}

/** A set older than this is fetched anew while the old one goes on serving. */
const FRESH_MS = 600_000;
/** An unknown key asks the server at most this often, so that forged tokens cannot make us hammer it. */
const COOLDOWN_MS = 30_000;
/** After a failed fetch. Short: until it succeeds senders may be getting 503. */
const RETRY_MS = 2_000;

/** The keys of one server. `name` is its address. Instants are epoch ms and come from the caller. */
export class KeyRing {
  readonly name: string;
  readonly #fetchKeys: FetchKeys;
  #set: JSONWebKeySet | undefined;
  #fetchedAt = -Infinity;
  #failedAt = -Infinity;
  #fetching: Promise<boolean> | undefined;

  constructor(name: string, fetchKeys: FetchKeys) {
    this.name = name;
    this.#fetchKeys = fetchKeys;
  }

  /** Fetches the set ahead of the first token. False: not to be had. */
  async warm(now: number): Promise<boolean> {
    return this.#refresh(now);
  }

  /**
   * The keys that fit the hint, none where the set is known not to have one.
   * Throws `keys.away` where no set was ever had, or where a key is unknown and the server cannot be asked.
   */
  async keysFor(hint: KeyHint, now: number): Promise<CryptoKey[]> {
    if (this.#set === undefined) await this.#need(now);
    else if (now - this.#fetchedAt > FRESH_MS && now - this.#failedAt > RETRY_MS) void this.#refresh(now);
    const known = await this.#select(hint);
    if (known.length > 0 || now - this.#fetchedAt < COOLDOWN_MS) return known;
    await this.#need(now);
    return this.#select(hint);
  }

  async #need(now: number): Promise<void> {
    const tried = now - this.#failedAt < RETRY_MS && this.#fetching === undefined;
    if (tried || !await this.#refresh(now)) throw new Fault('keys.away', 'the key server cannot be reached');
  }

  #refresh(now: number): Promise<boolean> {
    this.#fetching ??= this.#fetch(now).finally(() => { this.#fetching = undefined; });
    return this.#fetching;
  }

  async #fetch(now: number): Promise<boolean> {
    try {
      this.#set = keySetOf(await this.#fetchKeys());
      this.#fetchedAt = now;
      return true;
    } catch {
      // Which fault it was does not matter: the last good set goes on serving, and without one `keys.away` is thrown.
      this.#failedAt = now;
      return false;
    }
  }

  async #select(hint: KeyHint): Promise<CryptoKey[]> {
    const { createLocalJWKSet, errors } = await import('jose');
    try {
      return [await createLocalJWKSet(this.#set ?? { keys: [] })({ ...hint })];
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return [];
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      const keys: CryptoKey[] = [];
      for await (const key of error) keys.push(key);
      return keys;
    }
  }
}

function keySetOf(answer: unknown): JSONWebKeySet {
  const keys = (answer as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new TypeError('not a JSON Web Key Set');
  return { keys: keys as JSONWebKeySet['keys'] };
}
