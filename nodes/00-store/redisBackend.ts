/**
 * `RedisBackend` makes a Redis a store that recovers. It reconnects by itself; while it refuses to write, a write of our own is tried again
 * and again. What it should be set to otherwise is inspected whenever it has come back, and each minute.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SKEW_MS, skewTo } from '../../engine/base/clockSkew.js';
import { ConfigError, Fault, type FaultCode, messageOf } from '../../engine/base/errors.js';
import { openRedisStore, type RedisStore } from '../../engine/store/redis/connection.js';
import type { Advice } from '../../engine/store/redis/serverSettings.js';
import type { KeyRing } from '../../engine/store/sealed/keyRing.js';
import { SealedStore } from '../../engine/store/sealed/sealedStore.js';
import type { Change, CommitResult, Durability, Entry, KeyRange, Value } from '../../engine/store/store.js';
import { WatchedValue } from '../../engine/base/watched.js';
import { MINUTE, SECOND } from '../../engine/base/time.js';
import { tlsOptions } from '../../engine/base/tls.js';
import type { Health, Warning } from '../shared/ports.js';
import { retryDelay } from '../../engine/base/retry.js';
import { WatchedHealth } from '../shared/health.js';
import type { RedisConfig } from './config.js';
import { MarkerWatch } from './markerWatch.js';
import { type Backend, OPENING } from './storeRegistry.js';
import { UnreadableValues } from './unreadableValues.js';

/** A read and a write: what Redis has lost is said within that time, and is known to that time. */
const MARKER_EVERY_MS = 10 * SECOND;
/** Why a store that answers cannot be unlocked. */
const LOCKED: ReadonlySet<FaultCode> = new Set(['store.key', 'store.tampered', 'store.contended']);

/** `RedisBackend` of one URL. */
export class RedisBackend implements Backend {
  readonly #store: RedisStore;
  readonly #sealed: SealedStore;
  readonly #marker: MarkerWatch;
  readonly #unreadable = new UnreadableValues();
  readonly #health: WatchedHealth;
  #life: 'running' | 'closed' = 'running';
  /** Settings under which Redis may lose or throw away what it was given, and a clock that is not set as Redis' is. */
  readonly #warnings = new WatchedValue<readonly Warning[]>([]);
  #advice: readonly Advice[] = [];
  /** How far our clock is ahead of Redis', in ms. */
  #skew = 0;
  #failures = 0;
  #probe: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #markerPoll: NodeJS.Timeout | undefined;

  /** Throws `ConfigError` for a URL that cannot be, or a file that cannot be read. */
  constructor({ url, ca, place }: RedisConfig, ring: KeyRing, folder: string) {
    const tls = { ...tlsOptions(process.env), ...(ca === undefined ? {} : { ca: readCertificate(ca) }) };
    this.#store = openRedisStore(url, { clock: Date, random: Math.random, tls });
    this.#sealed = new SealedStore(this.#store, { ring, randomBytes });
    this.#marker = new MarkerWatch(this.#store, place, folder);
    const first = this.#store.health();
    const opening: Health = { state: 'waiting', cause: 'store.away', message: OPENING };
    this.#health = new WatchedHealth(opening);
    this.#store.watch((health) => {
      // Nothing has been tried yet, so nothing can be wrong.
      if (JSON.stringify(health) === JSON.stringify(first)) this.#health.set(opening);
      else this.#lastSeen(health);
    });
  }

  health(): Health {
    return this.#health.health();
  }

  watch(listener: (health: Health) => void): () => void {
    return this.#health.watch(listener);
  }

  warnings(): readonly Warning[] {
    // The owner may have deleted a note of the marker's.
    this.#findWarnings();
    return this.#warnings.get();
  }

  #findWarnings(): void {
    const settings = this.#advice.filter(({ weight }) => weight === 'must').map(({ address, setting, is, expected }) => (
      { cause: `store.${setting}`, message: `Redis ${address}: ${setting} is ${is}, must be ${expected}` }));
    this.#warnings.set([...settings, ...clockWarning(this.#skew), ...this.#unreadable.warnings(), ...this.#marker.warnings(Date.now())]);
  }

  /** Asked before windows are closed; what it finds shows in the warnings at once. */
  readonly clock = async (): Promise<number | undefined> => {
    let theirs: number | undefined;
    this.#skew = await skewTo(async () => (theirs = await this.#store.time()), () => Date.now());
    this.#findWarnings();
    return theirs;
  };

  watchWarnings(listener: () => void): () => void {
    return this.#warnings.watch(listener);
  }

  read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    return this.#seen(this.#sealed.read(keys));
  }

  commit(changes: readonly Change[], durability?: Durability): Promise<CommitResult> {
    return this.#seen(this.#sealed.commit(changes, durability));
  }

  scan(range: KeyRange, limit: number): Promise<Entry[]> {
    return this.#seen(this.#sealed.scan(range, limit));
  }

  sweep(limit: number): Promise<number> {
    return this.#store.sweep(limit);
  }

  async close(): Promise<void> {
    this.#life = 'closed';
    clearTimeout(this.#probe);
    clearTimeout(this.#poll);
    clearTimeout(this.#markerPoll);
    await this.#sealed.close();
  }

  #lastSeen(health: Health): void {
    clearTimeout(this.#probe);
    if (health.state === 'ok') {
      this.#failures = 0;
      void this.#unlock();
    } else if (health.retryAt === undefined && this.#life === 'running') this.#planProbe(health);
    else this.#health.set(health);
  }

  /** Connected, but of use only with the keys that its values are sealed with. Whatever else fails shows in the driver's health. */
  async #unlock(): Promise<void> {
    try {
      await this.#sealed.unlock();
      if (this.#store.health().state === 'ok') this.#health.set({ state: 'ok' });
      void this.#inspect();
      void this.#watchMarker();
    } catch (error) {
      if (!(error instanceof Fault) || !LOCKED.has(error.code) || this.#life === 'closed') return;
      const delay = retryDelay(this.#failures++, Math.random());
      this.#health.set({ state: 'waiting', cause: error.code, message: error.message, retryAt: Date.now() + delay });
      clearTimeout(this.#probe);
      this.#probe = setTimeout(() => { void this.#unlock(); }, delay).unref();
    }
  }

  async #seen<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      // Before it is unlocked, the health says so.
      if (this.#health.health().state === 'ok' && this.#unreadable.add(error)) this.#findWarnings();
      throw error;
    }
  }

  /** Connected, but refused (a replica, out of memory …): nobody else may have a reason to write now. */
  #planProbe(health: Extract<Health, { state: 'waiting' }>): void {
    const delay = retryDelay(this.#failures++, Math.random());
    this.#health.set({ ...health, retryAt: Date.now() + delay });
    this.#probe = setTimeout(() => {
      this.#store.commit([{ key: 'probe', value: '' }]).catch(() => { this.#lastSeen(this.#store.health()); });
    }, delay).unref();
  }

  /** What the check cannot ask now shows in the health, and is asked again. */
  async #watchMarker(): Promise<void> {
    clearTimeout(this.#markerPoll);
    await this.#marker.check(Date.now()).catch(() => undefined);
    clearTimeout(this.#markerPoll);
    if (this.#life === 'closed') return;
    this.#markerPoll = setTimeout(() => { void this.#watchMarker(); }, MARKER_EVERY_MS).unref();
    this.#findWarnings();
  }

  /** A Redis that cannot be asked now says so in its health; what was found before still stands. */
  async #inspect(): Promise<void> {
    clearTimeout(this.#poll);
    const advice = await this.#store.inspect().then((found) => found.advice, () => this.#advice);
    await this.clock().catch(() => undefined);
    clearTimeout(this.#poll);
    if (this.#life === 'closed') return;
    this.#poll = setTimeout(() => { void this.#inspect(); }, MINUTE).unref();
    this.#advice = advice;
    this.#findWarnings();
  }
}

/** Whole seconds: a warning that changes with each measurement would be a new one each time. */
function clockWarning(skew: number): Warning[] {
  if (Math.abs(skew) <= SKEW_MS) return [];
  const seconds = String(Math.round(Math.abs(skew) / SECOND));
  return [{ cause: 'store.clock', message: `this computer's clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} Redis': set it by NTP` }];
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError('ca', `must be a file that can be read: ${messageOf(error)}`, path);
  }
}
