/** Does Redis keep the store's contract, alone and as a cluster, and do its faults have names? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openLevelStore } from '../../../../engine/store/level/levelStore.js';
import { openRedisStore, type RedisStore, type RedisStoreOptions } from '../../../../engine/store/redis/connection.js';
import { type Change, prefixRange, scoped, type Store } from '../../../../engine/store/store.js';
import { openedShop } from '../../../support/redisShop.js';
import { describeStore } from '../../../support/storeContract.js';
import { type Certificates, makeCertificates, type RedisServer, type ServerOptions, startCluster, startRedis } from '../../../support/redis.js';
import { eventually } from '../../../support/waiting.js';

const stores: RedisStore[] = [];
const open = (url: string, options: Partial<RedisStoreOptions> = {}): RedisStore => openRedisStore(url, { clock: Date, random: Math.random, ...options });
/** A store that is closed after the test. */
const use = (...args: Parameters<typeof open>): RedisStore => {
  const store = open(...args);
  stores.push(store);
  return store;
};
const closeAll = async (): Promise<void> => { await Promise.all(stores.splice(0).map((store) => store.close())); };

describe('Redis', () => {
  let server: RedisServer;
  before(async () => { server = await startRedis(); });
  after(() => server.dispose());
  describeStore('Redis', () => openedShop(server));
});

describe('Redis Cluster', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  before(async () => { cluster = await startCluster(); });
  after(() => cluster.dispose());
  afterEach(closeAll);
  describeStore('Redis Cluster', () => openedShop(cluster));

  it('keeps many shops on all three masters, each shop on one', async () => {
    const store = use(cluster.url);
    const shops = Array.from({ length: 12 }, (_, index) => `shop${String(index)}`);
    await Promise.all(shops.map((shop) => store.commit([{ key: `${shop}/a`, value: shop }, { key: `${shop}/n`, add: { x: 1 } }])));
    for (const shop of shops) assert.deepEqual(await store.scan(prefixRange(`${shop}/`), 9), [{ key: `${shop}/a`, value: shop }, { key: `${shop}/n`, value: { x: 1 } }]);
    const sizes = await Promise.all(cluster.servers.map(async (one) => Number((await one.cli('dbsize')).match(/\d+/)?.[0])));
    assert.ok(sizes.every((size) => size > 0 && size % 3 === 0), `keys on each master: ${sizes.join(' ')}`);
  });

  it('outlives a restart of one master', async () => {
    const store = use(cluster.url);
    const shops = Array.from({ length: 12 }, (_, index) => `shop${String(index)}`);
    const commitAll = (): Promise<PromiseSettledResult<unknown>[]> => Promise.allSettled(shops.map((shop) => store.commit([{ key: `${shop}/a`, value: shop }])));
    await commitAll();
    await cluster.servers[1]?.kill();
    const away = (await commitAll()).flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: unknown }).code] : []));
    assert.ok(away.length > 0 && away.every((code) => code === 'store.away'), `faults: ${away.join(' ')}`);
    await cluster.servers[1]?.start();
    await eventually(async () => (await commitAll()).every(({ status }) => status === 'fulfilled'), 'all shops');
  });

  it('is distinguished from a single server', async () => {
    // One of these shops, at least, is served by another node.
    const store = use(cluster.servers[0]?.url ?? '');
    const tries = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((shop) => store.read([`${shop}/k`])));
    const reasons = tries.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    assert.match(reasons[0] ?? '', /MOVED.*redis\+cluster/);
  });
});

describe('Redis store', () => {
  const servers: RedisServer[] = [];
  const start = async (options?: ServerOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await closeAll();
    await Promise.all(servers.splice(0).map((server) => server.dispose()));
  });

  it('sends commits that wait as one call, and each conflicts alone', async () => {
    const server = await start();
    const store = use(server.url);
    await store.commit([{ key: 's/a', value: '1' }]);
    await server.cli('config', 'resetstat');
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => store.commit(
      [{ key: 's/a', expect: index % 2 === 0 ? '1' : 'other' }, { key: 's/a2', add: { x: 1 } }].slice(index % 2 === 0 ? 1 : 0),
    )));
    assert.equal(results.filter(({ outcome }) => outcome === 'ok').length, 25);
    assert.deepEqual(await store.read(['s/a', 's/a2']), ['1', { x: 25 }]);
    const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await server.cli('info', 'commandstats'))?.[1];
    assert.ok(Number(calls) <= 4, `50 commits took ${String(calls)} calls`);
  });

  it('brings its scripts again to a server that forgot them', async () => {
    const server = await start();
    const store = use(server.url);
    await store.commit([{ key: 's/a', value: '1' }]);
    await server.cli('script', 'flush');
    assert.deepEqual(await store.commit([{ key: 's/a', expect: '1', value: '2' }]), { outcome: 'ok', totals: [] });
  });

  it('lays keys out as documented', async () => {
    const server = await start();
    const store = use(server.url);
    const until1 = Date.now() + 3_600_000;
    await store.commit([{ key: 'caffè}%/f/1', value: 'x', expiresAt: until1 }, { key: 'caffè}%/h/1', add: { x: 1 } }]);
    await store.commit([{ key: 'probe', value: '' }]);
    const keys = (await server.cli('--raw', 'keys', '*')).split('\n').sort();
    assert.deepEqual(keys, ['bottega:{/}', 'bottega:{/}:probe', 'bottega:{caffè%7D%25}', 'bottega:{caffè%7D%25}:f/1', 'bottega:{caffè%7D%25}:h/1']);
    assert.equal(await server.cli('pexpiretime', 'bottega:{caffè%7D%25}:f/1'), String(until1));
    assert.equal(await server.cli('pexpiretime', 'bottega:{caffè%7D%25}:h/1'), '-1');
  });

  it('stays within one shop', async () => {
    const store = use((await start()).url);
    await assert.rejects(store.commit([{ key: 'a/1', value: '' }, { key: 'b/1', value: '' }]), TypeError);
    await assert.rejects(store.scan({ gte: 'a/', lt: 'b/' }, 1), TypeError);
    assert.deepEqual(await store.read(['a/1', 'b/1']), [undefined, undefined]);
  });

  it('replaces counters that are deleted in the same commit', async () => {
    const store = use((await start()).url);
    await store.commit([{ key: 's/n', add: { x: 5, y: 1 } }]);
    const changes = [{ key: 's/n', add: { y: 1 } }, { key: 's/n' }, { key: 's/n', add: { x: 1 } }];
    assert.deepEqual(await store.commit(changes), { outcome: 'ok', totals: [{ x: 5, y: 2 }, { x: 1 }] });
    assert.deepEqual(await store.scan(prefixRange('s/'), 9), [{ key: 's/n', value: { x: 1 } }]);
  });

  it('does what LevelDB does, whatever is committed', async () => {
    const store = use((await start()).url);
    let run = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.array(anyChange, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 }), async (commits) => {
      const [ours, model] = [scoped(store, `run${String(run++)}/`), await openLevelStore({ memory: true }, Date)];
      const outcome = (one: Store, changes: readonly Change[]): Promise<unknown> => one.commit(changes).catch((error: unknown) => (error as Error).name);
      const lawful = commits.map((changes) => changes.filter((change, at) => isLawful(change, changes.slice(0, at))));
      const expected: unknown[] = [];
      for (const changes of lawful) expected.push(await outcome(model, changes));
      // All at once: they go as few calls, judged in their order.
      assert.deepEqual(await Promise.all(lawful.map((changes) => outcome(ours, changes))), expected);
      for (const reverse of [false, true]) assert.deepEqual(await ours.scan({ ...prefixRange(''), reverse }, 99), await model.scan({ ...prefixRange(''), reverse }, 99));
      assert.deepEqual(await ours.read(KEYS), await model.read(KEYS));
      await model.close();
    }), { numRuns: 200 });
  });

  it('sweeps what expired out of the index, as it goes and on demand', async () => {
    const server = await start();
    const store = use(server.url);
    const past = Date.now() - 1;
    const expired = (prefix: string): Promise<unknown> => store.commit(Array.from({ length: 700 }, (_, index) => ({ key: `s/${prefix}${String(index)}`, value: '', expiresAt: past })));
    await expired('a');
    await eventually(async () => await server.cli('zcard', 'bottega:{s}') === '0', 'an empty index');
    await store.commit([{ key: 's/b', value: '' }]);
    await server.cli('zadd', 'bottega:{s}', '0', 'x', '0', 'y');
    let removed = 0;
    for (let turn = 0; turn < 4; turn += 1) removed += await store.sweep(2);
    assert.equal(removed, 2);
    assert.equal(await server.cli('zrange', 'bottega:{s}', '0', '-1'), 'b');
  });

  it('keeps every acknowledged commit over kills of the server (AOF), and comes back by itself', async () => {
    const server = await start({ settings: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const store = use(server.url);
    const acknowledged: string[] = [];
    const stop = new AbortController();
    const writer = (async () => {
      for (let index = 0; !stop.signal.aborted; index += 1) {
        const key = `s/${String(index).padStart(6, '0')}`;
        try {
          await store.commit([{ key, value: key }, { key: 's/n', add: { x: 1 } }]);
          acknowledged.push(key);
        } catch (error) {
          assert.equal((error as { code?: unknown }).code, 'store.away');
          await new Promise((resolve) => { setTimeout(resolve, 5); });
        }
      }
    })();
    for (const kills of [1, 2]) {
      const before = acknowledged.length;
      await eventually(() => acknowledged.length > before + 50, 'commits');
      await server.kill();
      await eventually(() => store.health().state === 'waiting', 'the fault in health');
      await server.start();
      await eventually(() => store.health().state === 'ok', `commits after kill ${String(kills)}`);
    }
    stop.abort();
    await writer;
    const found = await store.read(acknowledged);
    assert.deepEqual(found, acknowledged);
  });

  it('recovers without anybody asking, and forgets what the lost connection did', async () => {
    const server = await start();
    const store = use(server.url, { timeoutMs: 1_000 });
    await store.commit([{ key: 's/a', value: '1' }]);
    await server.cli('client', 'pause', '60000', 'all');
    const lost = assert.rejects(store.commit([{ key: 's/a', value: '2' }]), { code: 'store.away' });
    await server.kill();
    await lost;
    const health = store.health();
    assert.ok(health.state === 'waiting' && health.retryAt !== undefined && health.retryAt <= Date.now() + 10_000);
    await server.start();
    await eventually(() => store.health().state === 'ok', 'health');
  });

  it('gives up a command in time while the server is paused, and works afterwards', async () => {
    const server = await start();
    const store = use(server.url, { timeoutMs: 1_000 });
    await store.commit([{ key: 's/a', value: '1' }]);
    await server.cli('client', 'pause', '4000', 'all');
    const startedAt = Date.now();
    await assert.rejects(store.commit([{ key: 's/a', value: '2' }]), { code: 'store.away', message: /^ETIMEDOUT/ });
    assert.ok(Date.now() - startedAt < 4_000);
    await eventually(async () => (await store.commit([{ key: 's/a', value: '3' }])).outcome === 'ok', 'recovery');
    assert.deepEqual(store.health(), { state: 'ok' });
    assert.deepEqual(await store.read(['s/a']), ['3']);
  });

  const refusals: { title: string; settings: string[]; url: (url: string) => string; message: RegExp }[] = [
    { title: 'a wrong password', settings: ['--requirepass', 'right'], url: (url) => url.replace('//', '//:geheim@'), message: /^WRONGPASS/ },
    { title: 'a missing password', settings: ['--requirepass', 'right'], url: (url) => url, message: /^NOAUTH/ },
    { title: 'an unknown user', settings: [], url: (url) => url.replace('//', '//nobody:geheim@'), message: /^WRONGPASS/ },
    { title: 'a user without rights', settings: ['--user', 'weak', 'on', '>geheim', '~*', '+@connection'], url: (url) => url.replace('//', '//weak:geheim@'), message: /^NOPERM/ },
    { title: 'a read-only replica', settings: ['--replicaof', '127.0.0.1', '1'], url: (url) => url, message: /^READONLY/ },
    { title: 'a closed port', settings: [], url: () => 'redis://127.0.0.1:1', message: /^ECONNREFUSED/ },
    { title: 'a missing socket', settings: [], url: () => 'redis+unix:///nowhere/redis.sock', message: /^ENOENT/ },
    { title: 'TLS where there is none', settings: [], url: (url) => url.replace('redis:', 'rediss:'), message: /^(EPROTO|ECONNRESET|ETIMEDOUT)/ },
  ];
  for (const { title, settings, url, message } of refusals) {
    it(`names ${title}, without repeating secrets`, async () => {
      const store = use(url((await start({ settings })).url), { timeoutMs: 1_000 });
      const reported: string[] = [];
      store.watch((health) => { reported.push(JSON.stringify(health)); });
      const fault: unknown = await store.commit([{ key: 's/a', value: 'privato' }]).then(() => undefined, (error: unknown) => error);
      assert.equal((fault as { code?: unknown }).code, 'store.away');
      assert.match((fault as Error).message, message);
      assert.doesNotMatch(JSON.stringify(fault, Object.getOwnPropertyNames(fault)) + reported.join(), /geheim|privato/);
      assert.match(JSON.stringify(store.health()), /"waiting".*store.away/);
    });
  }

  describe('over TLS', () => {
    let keys: Certificates;
    before(async () => { keys = await makeCertificates(); });
    after(() => keys.dispose());
    const url = ({ port }: RedisServer, host = '127.0.0.1'): string => `rediss://${host}:${String(port)}`;

    it('trusts the authority it is given, at TLS 1.3, and at 1.2 where that is said', async () => {
      for (const [protocols, least] of [['TLSv1.3', {}], ['TLSv1.2', { minVersion: 'TLSv1.2' }]] as const) {
        const server = await start({ tls: keys, settings: ['--tls-protocols', protocols] });
        assert.equal((await use(url(server), { tls: { ca: keys.caText, ...least } }).commit([{ key: 's/a', value: '1' }])).outcome, 'ok');
      }
    });

    it('trusts no other, no certificate for another host, and no server that wants a certificate it does not get', async () => {
      const server = await start({ tls: keys });
      const strict = await start({ tls: keys, settings: ['--tls-auth-clients', 'yes'] });
      const table: [RedisStore, RegExp][] = [
        [use(url(server)), /^CERT_UNTRUSTED/],
        [use(url(server), { tls: { ca: keys.caText, servername: 'altrove.example' } }), /^ERR_TLS_CERT_ALTNAME_INVALID/],
        [use(url(strict), { tls: { ca: keys.caText } }), /^(EPROTO|ECONNRESET)/],
      ];
      for (const [store, message] of table) await assert.rejects(store.read(['s/a']), { code: 'store.away', message });
      const known = use(url(strict), { tls: { ca: keys.caText, cert: keys.certText, key: keys.keyText } });
      assert.deepEqual(await known.read(['s/a']), [undefined]);
    });
  });

  it('says store.full at maxmemory, still lets delete, and recovers', async () => {
    const server = await start({ settings: ['--maxmemory-policy', 'noeviction'] });
    const store = use(server.url);
    await store.commit([{ key: 's/a', value: 'x'.repeat(200_000) }]);
    await server.cli('config', 'set', 'maxmemory', '1mb');
    await assert.rejects(store.commit([{ key: 's/b', value: '1' }]), { code: 'store.full', message: /^OOM/ });
    assert.equal(store.health().state, 'waiting');
    const [full, freed] = await Promise.allSettled([store.commit([{ key: 's/b', value: '1' }]), store.commit([{ key: 's/a' }])]);
    assert.deepEqual([full.status, freed.status], ['rejected', 'fulfilled']);
    await server.cli('config', 'set', 'maxmemory', '100mb');
    await store.commit([{ key: 's/b', value: '1' }]);
    assert.deepEqual(store.health(), { state: 'ok' });
  });

  it('reports how the server is set and what should be otherwise', async () => {
    const weak = use((await start({ settings: ['--maxmemory-policy', 'allkeys-lru'] })).url);
    await weak.read(['s/a']);
    const { servers: [server], advice } = await weak.inspect();
    assert.equal(server?.role, 'master');
    assert.deepEqual(advice.map(({ weight, setting, is }) => `${weight} ${setting} ${is}`),
      ['must appendonly no', 'must maxmemory-policy allkeys-lru', 'should replicas 0']);
    const strict = await start({ settings: ['--appendonly', 'yes', '--user', 'till', 'on', '>geheim', '~bottega:*', '+@all', '-config'] });
    const store = use(strict.url.replace('//', '//till:geheim@'));
    await store.commit([{ key: 's/a', value: '1' }]);
    assert.deepEqual((await store.inspect()).advice.map(({ setting, is }) => `${setting} ${is}`), ['appendfsync unknown', 'replicas 0']);
  });

  const urls: Record<string, RegExp> = {
    'http://host': /must be redis/,
    'redis://a,b': /several hosts/,
    'redis://host:0': /port/,
    'redis://:%zz@host': /%25/,
    'redis://host/x': /number of a database/,
    'redis+cluster://host/3': /no databases/,
    'redis+unix://host/x': /absolute path/,
  };
  for (const [url, message] of Object.entries(urls)) {
    it(`refuses ${url}`, () => { assert.throws(() => open(url), { name: 'ConfigError', message }); });
  }
});

const KEYS = ['a', 'b', 'c', 'd'];
const anyText = fc.constantFrom('', '1', '2');
const anyNumber = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(Number.MAX_SAFE_INTEGER, -3_000_000_000, Number.MIN_SAFE_INTEGER));
const anyCounters = fc.dictionary(fc.constantFrom('x', 'y "z"', '~at'), anyNumber, { minKeys: 1, noNullPrototype: true });
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ key: fc.constantFrom(...KEYS), expect: fc.oneof(anyText, fc.constant(null)), value: anyText }, { requiredKeys: ['key'] }),
  fc.record({ key: fc.constantFrom(...KEYS), add: anyCounters, max: anyCounters }, { requiredKeys: ['key', 'add'] }),
);

/** At most one put per key, and no counters on top of its text. */
function isLawful(change: Change, before: readonly Change[]): boolean {
  const puts = before.filter((other) => other.key === change.key && !('add' in other));
  return 'add' in change ? puts.every((put) => !('value' in put)) : puts.length === 0;
}
