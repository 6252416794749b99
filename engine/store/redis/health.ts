/**
 * `LinkHealth` is the health of the connection to Redis: connected or not, and what the server refuses although it is there.
 */
import { Fault, type FaultCode } from '../../base/errors.js';
import { present } from '../../base/json.js';
import { type Backoff, retryDelay } from '../../base/retry.js';
import { WatchedValue } from '../../base/watched.js';
import { mendedByAnswer } from './errors.js';
import type { Script } from './scripts.js';

/** `StoreHealth`: `cause` says which fault and in words; `retryAt` (epoch ms) when the connection is tried again. */
export type StoreHealth =
  | { readonly state: 'ok' }
  | { readonly state: 'waiting'; readonly cause: FaultCode; readonly message: string; readonly retryAt?: number };

const CONNECTING = new Fault('store.away', 'connecting to Redis');
const LOST = new Fault('store.away', 'ECONNRESET: the connection to Redis is lost');
const RECONNECT: Backoff = { firstMs: 100, lastMs: 10_000 };

/** `LinkHealth` of one connection, or of those to a cluster. */
export class LinkHealth {
  readonly #now: () => number;
  readonly #random: () => number;
  #phase: 'opening' | 'connected' | 'away' | 'closed' = 'opening';
  #attempts = 0;
  #retryAt: number | undefined;
  #fault: Fault | undefined;
  #refusal: { readonly fault: Fault; readonly script: Script['name'] } | undefined;
  readonly #reported: WatchedValue<StoreHealth>;

  constructor({ clock, random }: { clock: { now(): number }; random: () => number }) {
    this.#now = () => clock.now();
    this.#random = random;
    this.#reported = new WatchedValue(this.now());
  }

  now(): StoreHealth {
    const fault = this.#phase === 'connected' ? this.#refusal?.fault : (this.#fault ?? CONNECTING);
    if (fault === undefined) return { state: 'ok' };
    return present({ state: 'waiting' as const, cause: fault.code, message: fault.message, retryAt: this.#phase === 'away' ? this.#retryAt : undefined });
  }

  watch(listener: (health: StoreHealth) => void): () => void {
    return this.#reported.watch(listener);
  }

  isOpening(): boolean {
    return this.#phase === 'opening';
  }

  /** Why nothing can be sent now; `undefined` where it can. */
  away(): Fault | undefined {
    if (this.#phase === 'connected') return undefined;
    const { code, message } = this.#fault ?? CONNECTING;
    return new Fault(code, message);
  }

  connected(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'connected';
    this.#attempts = 0;
    this.#fault = undefined;
    if (this.#refusal !== undefined && mendedByAnswer(this.#refusal.fault)) this.#refusal = undefined;
    this.#report();
  }

  /** What went wrong with a connection: the reason of the loss that follows. */
  failed(fault: Fault): void {
    if (this.#phase === 'closed') return;
    this.#fault = fault;
    this.#report();
  }

  /** The connection is gone, or did not come about. Answers after how many milliseconds to try again. */
  lost(): number {
    const delay = retryDelay(this.#attempts++, this.#random(), RECONNECT);
    if (this.#phase === 'closed') return delay;
    this.#fault ??= LOST;
    this.#phase = 'away';
    this.#retryAt = this.#now() + delay;
    this.#report();
    return delay;
  }

  /** Only a commit proves that writing works again. */
  worked(script: Script['name']): void {
    if (this.#refusal === undefined || (script !== 'commit' && script !== this.#refusal.script)) return;
    this.#refusal = undefined;
    this.#report();
  }

  /** The server is there, but did not do it. */
  refused(fault: Fault, script: Script['name']): void {
    this.#refusal = { fault, script };
    this.#report();
  }

  closed(): void {
    this.#phase = 'closed';
    this.#fault = new Fault('store.closed', 'the store is closed');
    this.#report();
  }

  #report(): void {
    this.#reported.set(this.now());
  }
}
