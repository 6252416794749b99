/**
 * `RedisStore` keeps state that many machines share: in Redis or Redis Cluster, behind the same four verbs as on disk.
 *
 * A commit that ends in `store.away` may have happened or not (its answer may be what got lost); whoever tries again reads first.
 * How long a commit survives is set in Redis: with `appendfsync always` a kill or a power cut loses nothing, with `everysec` up to two seconds.
 */
import Redis, { Cluster, type ClusterOptions } from 'ioredis';
import { Fault } from '../../base/errors.js';
import { present } from '../../base/json.js';
import { type TlsOptions, tlsOptions } from '../../base/tls.js';
import type { ScriptCall } from './codec.js';
import { faultOf, isNoScript, mendsByReconnecting } from './errors.js';
import { adviceFor, type Inspection, serverState, type ServerState } from './serverSettings.js';
import { LinkHealth, type StoreHealth } from './health.js';
import type { Script } from './scripts.js';
import { ScriptStore } from './redisStore.js';
import { shopIn } from './keys.js';
import { parseRedisUrl, type RedisUrl } from './url.js';
import type { Store } from '../store.js';

/**
 * `RedisStoreOptions`. `timeoutMs`: how long a connection or a command may take (5 s). `tls`: PEM texts, the name the certificate
 * must be for, and the lowest version (1.3).
 */
export interface RedisStoreOptions {
  readonly clock: { now(): number };
  readonly random: () => number;
  readonly timeoutMs?: number;
  readonly tls?: Partial<TlsOptions> & { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
}

/** `RedisStore` is the store, what it says of its health, and what the servers are set to. */
export interface RedisStore extends Store {
  health(): StoreHealth;
  /** Calls back at once and at each change; the answer stops it. */
  watch(listener: (health: StoreHealth) => void): () => void;
  inspect(): Promise<Inspection>;
  /** The server's clock, epoch ms; `undefined` where our user may not ask. */
  time(): Promise<number | undefined>;
  /** All shops that have a key. */
  shops(): Promise<readonly string[]>;
  /** Removes what expired keys left behind; see `ScriptStore`. */
  sweep(limit: number): Promise<number>;
}

const TIMEOUT_MS = 5_000;

/**
 * `openRedisStore` connects in the background, again and again. Until the first attempt has succeeded or failed the verbs wait; afterwards they throw
 * `store.away` at once while there is no connection. Throws `ConfigError` for a URL that cannot be.
 */
export function openRedisStore(url: string, options: RedisStoreOptions): RedisStore {
  const link = new Link(parseRedisUrl(url), options);
  const store = new ScriptStore((script, call) => link.run(script, call));
  return {
    read: (keys) => store.read(keys),
    commit: (changes) => store.commit(changes),
    scan: (range, limit) => store.scan(range, limit),
    sweep: (limit) => store.sweep(limit),
    async close() {
      await store.close();
      link.close();
    },
    health: () => link.health.now(),
    watch: (listener) => link.health.watch(listener),
    inspect: () => link.inspect(),
    time: () => link.time(),
    shops: () => link.shops(),
  };
}

/** The connection, or those to a cluster. */
class Link {
  readonly health: LinkHealth;
  readonly #client: Redis | Cluster;
  readonly #opened: Promise<void>;

  constructor(url: RedisUrl, options: RedisStoreOptions) {
    this.health = new LinkHealth(options);
    const retry = (): number => this.health.lost();
    this.#client = url.kind === 'cluster' ? clusterClient(url, options, retry) : singleClient(url, options, retry);
    this.#opened = new Promise((resolve) => {
      this.#client.on('ready', () => { void this.#greet().then(resolve); });
      this.#client.on('close', resolve);
      this.#client.on('end', resolve);
    });
    this.#client.on('error', (error: unknown) => { this.health.failed(faultOf(error)); });
    this.#client.on('node error', (error: unknown) => { this.health.failed(faultOf(error)); });
  }

  async run(script: Script, { keys, args }: ScriptCall): Promise<unknown> {
    if (this.health.isOpening()) await this.#opened;
    const away = this.health.away();
    if (away !== undefined) throw away;
    try {
      const reply = await this.#evaluate(script, keys, args);
      this.health.worked(script.name);
      return reply;
    } catch (error) {
      const fault = faultOf(error);
      this.health.refused(fault, script.name);
      throw fault;
    }
  }

  async inspect(): Promise<Inspection> {
    const away = this.health.away();
    if (away !== undefined) throw away;
    const servers = await Promise.all(this.#nodes().map(stateOf));
    return { servers, advice: adviceFor(servers) };
  }

  /** In a cluster any node's: its nodes' clocks are as close as their keepers hold them. */
  async time(): Promise<number | undefined> {
    if (this.health.isOpening()) await this.#opened;
    const away = this.health.away();
    if (away !== undefined) throw away;
    const reply = await this.#client.call('TIME').catch(unreadable) as readonly [seconds: unknown, micros: unknown] | undefined;
    return reply === undefined ? undefined : Number(reply[0]) * 1_000 + Math.floor(Number(reply[1]) / 1_000);
  }

  async shops(): Promise<readonly string[]> {
    if (this.health.isOpening()) await this.#opened;
    const away = this.health.away();
    if (away !== undefined) throw away;
    const indexes = await Promise.all(this.#nodes().map(indexesOf));
    return indexes.flat().map(shopIn).filter((shop) => shop !== undefined);
  }

  close(): void {
    this.health.closed();
    this.#client.disconnect();
  }

  #nodes(): Redis[] {
    return this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
  }

  /** Ready means connected (in a cluster not even to every node); only an answer means that the server works. */
  async #greet(): Promise<void> {
    try {
      await Promise.all(this.#nodes().map((node) => node.ping()));
      this.health.connected();
    } catch (error) {
      if (error instanceof Error && mendsByReconnecting(error)) {
        this.health.failed(faultOf(error));
        return;
      }
      this.health.connected();
      this.health.refused(faultOf(error), 'commit');
    }
  }

  /** The server may have forgotten the script (restart, failover, another node of the cluster): then it is sent in full. */
  async #evaluate({ sha, source }: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await this.#client.call('EVALSHA', [sha, keys.length, ...keys, ...args]);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return this.#client.call('EVAL', [source, keys.length, ...keys, ...args]);
    }
  }
}

function singleClient(url: RedisUrl, options: RedisStoreOptions, retry: () => number): Redis {
  const [address] = url.addresses;
  const place = address === undefined ? { path: url.path } : { host: address.host, port: address.port, db: url.database };
  return new Redis({ ...connectionOptions(url, options), ...place, retryStrategy: retry });
}

function clusterClient(url: RedisUrl, options: RedisStoreOptions, retry: () => number): Cluster {
  const settings = {
    redisOptions: connectionOptions(url, options),
    clusterRetryStrategy: retry,
    enableOfflineQueue: false,
    // A command whose answer got lost may have run: it is not sent again.
    retryDelayOnFailover: 0,
    maxRedirections: 8,
    slotsRefreshTimeout: options.timeoutMs ?? TIMEOUT_MS,
    slotsRefreshInterval: 2_000,
    // Over TLS the name must stay what the certificate says.
    ...(url.transport === 'tls' ? { dnsLookup: keepName } : {}),
  } satisfies ClusterOptions;
  return new Cluster(url.addresses.map(({ host, port }) => ({ host, port })), settings);
}

function connectionOptions({ transport, username, password }: RedisUrl, { timeoutMs = TIMEOUT_MS, tls }: RedisStoreOptions) {
  return {
    ...present({ username, password }),
    ...(transport === 'tls' ? { tls: { ...tlsOptions({}), ...tls } } : {}),
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A connection that stays silent after a command has timed out is dropped: it may be half open.
    socketTimeout: timeoutMs + 500,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: mendsByReconnecting,
    enableReadyCheck: false,
    disableClientInfo: true,
  };
}

const keepName: NonNullable<ClusterOptions['dnsLookup']> = (name, done) => { done(null, name); };

async function stateOf(node: Redis): Promise<ServerState> {
  const { host, port, path } = node.options;
  const [info, config] = await Promise.all([node.info().catch(unreadable), node.config('GET', 'appendfsync').catch(unreadable)]);
  return serverState(path ?? `${host ?? ''}:${String(port)}`, info, config?.[1]);
}

async function indexesOf(node: Redis): Promise<string[]> {
  const found = new Set<string>();
  try {
    for (let cursor = ''; cursor !== '0';) {
      const [next, keys] = await node.scan(cursor === '' ? '0' : cursor, 'MATCH', 'bottega:{*}', 'COUNT', 1_000, 'TYPE', 'zset');
      for (const key of keys) found.add(key);
      cursor = next;
    }
  } catch (error) {
    throw faultOf(error);
  }
  return [...found];
}

/** A user that may not ask is no fault; a server that does not answer is. */
function unreadable(error: unknown): undefined {
  const fault = faultOf(error);
  if (!fault.message.startsWith('NOPERM') && !/unknown command/i.test(fault.message)) throw new Fault(fault.code, fault.message);
  return undefined;
}
