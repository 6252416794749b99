/** Which shop of a Redis do tests of the contract use? One that is emptied before each, whose expiries follow the test's clock. */
import { openRedisStore } from '../../engine/store/redis/connection.js';
import { type Change, scoped, type Store } from '../../engine/store/store.js';
import type { RedisServer } from './redis.js';
import type { OpenedStore, TestClock } from './storeContract.js';

const SHOP = 'milano';

/** The contract's store as one shop of a Redis, emptied; `through`: what lies between it and the driver. */
export async function openedShop({ url, cli }: Pick<RedisServer, 'url' | 'cli'>, through = (driver: Store): Store => driver): Promise<OpenedStore> {
  const redis = through(openRedisStore(url, { clock: Date, random: Math.random }));
  await redis.read([`${SHOP}/x`]);
  await cli('eval', "for _, rest in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', KEYS[1] .. ':' .. rest) end redis.call('DEL', KEYS[1])",
    '1', `bottega:{${SHOP}}`);
  const clock = new ShiftingClock(cli);
  const shop: Store = { ...scoped(redis, `${SHOP}/`), close: () => redis.close() };
  const store: Store = {
    read: (keys) => clock.before(() => shop.read(keys)),
    scan: (range, limit) => clock.before(() => shop.scan(range, limit)),
    commit: (changes, durability) => clock.before(() => shop.commit(changes.map((change) => clock.translated(change)), durability)),
    close: () => shop.close(),
  };
  return { store, clock, dispose: () => redis.close() };
}

/**
 * Expiry is by the server's clock, which no test can set: when the test's clock moves, all expiries in the server move the other way.
 * A millisecond of the test is a minute of the server's, so that nothing expires while a test reads.
 */
class ShiftingClock implements TestClock {
  at = 1_800_000_000_000;
  readonly #cli: RedisServer['cli'];
  readonly #startedAt = Date.now();
  #shiftedTo = this.at;

  constructor(cli: RedisServer['cli']) {
    this.#cli = cli;
  }

  now(): number {
    return this.at;
  }

  /** The change with its expiry by the server's clock. */
  translated(change: Change): Change {
    return change.expiresAt === undefined || change.expiresAt === 'kept' ? change : { ...change, expiresAt: this.#startedAt + (change.expiresAt - this.#shiftedTo) * STRETCH };
  }

  /** Does something once the server is where the clock is; at once where it is. */
  async before<T>(verb: () => Promise<T>): Promise<T> {
    const by = (this.at - this.#shiftedTo) * STRETCH;
    this.#shiftedTo = this.at;
    if (by !== 0) await this.#cli('eval', SHIFT, '1', `bottega:{${SHOP}}`, String(by));
    return verb();
  }
}

const STRETCH = 60_000;
const SHIFT = `for _, rest in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local key = KEYS[1] .. ':' .. rest
  local at = redis.call('PEXPIRETIME', key)
  if at > 0 then redis.call('PEXPIREAT', key, string.format('%.0f', at - ARGV[1])) end
end`;
