/**
 * `ScriptStore` turns the store's four verbs into calls of scripts: one line of commits per shop, reads at once, scans page by page.
 */
import { Fault } from '../../base/errors.js';
import { decodePart, decodeValue, encodeKeys, encodeParts, lexRange, partOf, type ScriptCall } from './codec.js';
import { COMMIT } from './commitScript.js';
import { decodeRest, formatKey, indexKey, parseKey } from './keys.js';
import { CommitLine } from './groupCommit.js';
import { READ, SCAN, type Script, SWEEP } from './scripts.js';
import type { Change, CommitResult, Entry, KeyRange, Store, Value } from '../store.js';

/** Index entries that one call of the scan or sweep script visits, at most. */
const VISITS_PER_CALL = 1_000;
/** After so many changes as many index entries are visited, or several times as many while much of them is found dead. */
const SWEEP_EVERY = 500;
const SWEEP_HARDER = 4;

/** `RunScript` calls a script; it throws the store's faults. */
export type RunScript = (script: Script, call: ScriptCall) => Promise<unknown>;

/** What is kept of each shop. `sweptTo`: the last index entry visited; `haste`: how many entries to visit per change. */
interface ShopScope {
  readonly line: CommitLine;
  changes: number;
  sweptTo: string;
  haste: number;
}

/** `ScriptStore` has the four verbs on anything that runs the scripts. */
export class ScriptStore implements Store {
  readonly #run: RunScript;
  readonly #shops = new Map<string, ShopScope>();
  readonly #users = new Set<Promise<unknown>>();
  #state: 'open' | 'closing' = 'open';
  #turn = 0;

  constructor(run: RunScript) {
    this.#run = run;
  }

  async read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    return this.#use(() => this.#read(keys));
  }

  /** How long a commit survives is the server's setting, whatever the caller asks for: see `inspect`. */
  async commit(changes: readonly Change[]): Promise<CommitResult> {
    return this.#use(() => this.#commit(changes));
  }

  async scan(range: KeyRange, limit: number): Promise<Entry[]> {
    return this.#use(() => this.#scan(range, limit));
  }

  /**
   * Visits the next `limit` index entries of one shop (the shops take turns) and answers how many were left by expired keys and are
   * removed now. Commits do the same as they go; this is for a store that expires more than it writes.
   */
  async sweep(limit: number): Promise<number> {
    const shops = [...this.#shops];
    const chosen = shops[this.#turn++ % Math.max(1, shops.length)];
    return chosen === undefined ? 0 : this.#use(() => this.#sweepShop(...chosen, limit));
  }

  async close(): Promise<void> {
    this.#state = 'closing';
    await Promise.allSettled(this.#users);
  }

  async #read(keys: readonly string[]): Promise<(Value | undefined)[]> {
    if (keys.length === 0) return [];
    const shops = new Set(keys.map((key) => parseKey(key).shop));
    if (shops.size > 1) return (await Promise.all(keys.map((key) => this.#read([key])))).flat();
    const replies = await this.#run(READ, { keys: encodeKeys(keys), args: [] });
    return (replies as unknown[]).map(decodeValue);
  }

  async #commit(changes: readonly Change[]): Promise<CommitResult> {
    if (changes.length === 0) return { outcome: 'ok', totals: [] };
    const part = partOf(changes);
    const shop = this.#shop(part.shop);
    const result = await shop.line.add(part);
    shop.changes += changes.length;
    if (shop.changes >= SWEEP_EVERY && this.#state === 'open') this.#sweepBehind(part.shop, shop);
    return result;
  }

  async #scan({ gte, lt, reverse = false }: KeyRange, limit: number): Promise<Entry[]> {
    const { shop, from, to } = lexRange(gte, lt);
    const [last, command] = reverse ? [from, 'ZREVRANGEBYLEX'] : [to, 'ZRANGEBYLEX'];
    const entries: Entry[] = [];
    for (let next: string | null = reverse ? to : from; next !== null && entries.length < limit;) {
      const args = [next, last, String(limit - entries.length), String(VISITS_PER_CALL), command];
      const [goOn, ...found] = (await this.#run(SCAN, { keys: [indexKey(shop)], args })) as [string | null, ...unknown[]];
      for (let at = 0; at < found.length; at += 2) {
        const value = decodeValue(found[at + 1]);
        if (value !== undefined) entries.push({ key: formatKey({ shop, rest: decodeRest(String(found[at])) }), value });
      }
      next = goOn;
    }
    return entries;
  }

  #shop(name: string): ShopScope {
    const known = this.#shops.get(name);
    if (known !== undefined) return known;
    const line = new CommitLine(async (parts) => (await this.#run(COMMIT, encodeParts(name, parts))) as unknown[], decodePart);
    const shop: ShopScope = { line, changes: 0, sweptTo: '', haste: 1 };
    this.#shops.set(name, shop);
    return shop;
  }

  #sweepBehind(name: string, shop: ShopScope): void {
    const visits = shop.changes * shop.haste;
    shop.changes = 0;
    // Whoever waits for a commit does not wait for this; a failure shows in the store's health and is made up for by the next.
    this.#use(() => this.#sweepShop(name, shop, visits)).catch(() => undefined);
  }

  async #sweepShop(name: string, shop: ShopScope, visits: number): Promise<number> {
    const reply = await this.#run(SWEEP, { keys: [indexKey(name)], args: [shop.sweptTo, String(visits)] });
    const [last, removed] = reply as [string | null, number];
    shop.sweptTo = last ?? '';
    shop.haste = removed > visits / SWEEP_HARDER ? SWEEP_HARDER : 1;
    return removed;
  }

  async #use<T>(verb: () => Promise<T>): Promise<T> {
    if (this.#state === 'closing') throw new Fault('store.closed', 'the store is closed');
    const work = verb();
    this.#users.add(work);
    try {
      return await work;
    } finally {
      this.#users.delete(work);
    }
  }
}
