/** The store node on a real Redis: shared by two nodes, wrong settings and causes by name, recovery without a restart. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import type { Fault } from '../../../engine/base/errors.js';
import storeNode from '../../../nodes/00-store/store.js';
import type { Health, StorePort } from '../../../nodes/shared/ports.js';
import { freePort } from '../../support/ports.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { eventually } from '../../support/waiting.js';
import { eachInNodeRed } from '../../support/testNodeRed.js';

const DURABLE = ['--appendonly', 'yes'];

describe('store node on Redis', () => {
  const home = eachInNodeRed();
  const servers: RedisServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.dispose()));
  });

  async function redis(settings: readonly string[] = DURABLE, cliOptions: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedis({ settings, cliOptions });
    servers.push(server);
    return server;
  }
  const load = async (server: RedisServer, credentials: Record<string, string> = {}, ...ids: string[]): Promise<StorePort> => {
    const nodes = ['store', ...ids].map((id) => ({ id, type: 'bottega-store', version: 1, kind: 'redis', url: server.url }));
    await helper.load(storeNode, nodes, { store: credentials });
    return portOf('store');
  };
  const portOf = (id: string): StorePort => (helper.getNode(id) as { port: StorePort }).port;
  const isOk = (port: StorePort): Promise<true> => eventually(() => port.health().state === 'ok', 'health');
  const waits = async (port: StorePort, words: RegExp): Promise<Extract<Health, { state: 'waiting' }>> => {
    let seen: Health = port.health();
    await eventually(() => {
      seen = port.health();
      return seen.state === 'waiting' && words.test(seen.message);
    }, String(words));
    return seen as Extract<Health, { state: 'waiting' }>;
  };

  it('keeps everything over a restart of Node-RED, shops apart, for all who name it', async () => {
    const server = await redis();
    const port = await load(server, {}, 'other');
    assert.equal(port.reach, 'shared');
    assert.equal(port.health().state, 'waiting');
    assert.deepEqual(await port.of('a').commit([{ key: 'k', expect: null, value: '1' }], 'stored'), { outcome: 'ok', totals: [] });
    assert.deepEqual(await portOf('other').of('a').read(['k']), ['1']);
    assert.deepEqual(await portOf('other').of('b').read(['k']), [undefined]);
    await helper.unload();
    assert.deepEqual(await (await load(server)).of('a').read(['k']), ['1']);
    assert.deepEqual(portOf('store').warnings(), []);
  });

  it('still writes what nodes closing at the same time bring', async () => {
    const server = await redis();
    const store = (await load(server)).of('shop');
    await store.commit([{ key: 'k', value: '1' }]);
    const unloaded = helper.unload();
    await store.commit([{ key: 'k', value: 'last' }], 'stored');
    await unloaded;
    assert.equal(await server.cli('get', 'bottega:{shop}:k'), 'last');
  });

  const lossOf = (port: StorePort): string[] => port.warnings().map(({ cause }) => cause).filter((cause) => /emptied|rolledBack/.test(cause));
  const markerOf = (server: RedisServer): Promise<string> => eventually(() => server.cli('get', 'bottega:{/}:marker'), 'the marker');
  const notes = (): string[] => readdirSync(home.directory).filter((name) => /^bottega-redis-.*-(emptied|rolledback)\.json$/.test(name));

  it('says that Redis was emptied: while it works, over restarts, and until its owner has taken note', async () => {
    const server = await redis();
    const port = await load(server);
    await isOk(port);
    const marker = await markerOf(server);
    assert.deepEqual(lossOf(port), []);
    await server.cli('flushall');
    // A connection that comes anew is checked at once, as is every one now and then.
    await server.cli('client', 'kill', 'type', 'normal');
    await eventually(() => lossOf(port).length > 0, 'the warning');
    assert.deepEqual(lossOf(port), ['store.emptied']);
    assert.match(port.warnings()[0]?.message ?? '', /^Redis 127\.0\.0\.1:\d+ does not have any more what it was given until 2\d{3}-\S+Z: it was emptied/);
    assert.deepEqual(port.health(), { state: 'ok' });
    assert.deepEqual(await port.of('shop').commit([{ key: 'sale', expect: null, value: '1' }], 'stored'), { outcome: 'ok', totals: [] });
    assert.notEqual(await markerOf(server), marker);
    await helper.unload();
    const again = await load(server);
    await isOk(again);
    assert.deepEqual(lossOf(again), ['store.emptied']);
    rmSync(join(home.directory, notes()[0] ?? ''));
    assert.deepEqual(lossOf(again), []);
  });

  it('notices without a new connection that Redis was emptied, and says it to others too', async () => {
    const server = await redis();
    const port = await load(server);
    await isOk(port);
    await markerOf(server);
    await server.cli('flushall');
    await eventually(() => lossOf(port).length > 0, 'the warning');
    assert.deepEqual(lossOf(port), ['store.emptied']);
  });

  it('says that Redis has older data than it was given, and what came while we were off', async () => {
    const server = await redis();
    await isOk(await load(server));
    const older = await markerOf(server);
    await eventually(async () => await server.cli('get', 'bottega:{/}:marker') !== older, 'a younger marker');
    await helper.unload();
    await server.cli('set', 'bottega:{/}:marker', older);
    const port = await load(server);
    await isOk(port);
    await eventually(() => lossOf(port).length > 0, 'the warning');
    assert.deepEqual(lossOf(port), ['store.rolledBack']);
    assert.match(port.warnings()[0]?.message ?? '', /has older data: what it was given between 2\d{3}-\S+Z and 2\d{3}-\S+Z may be lost/);
  });

  it('names the settings that may lose data', async () => {
    const port = await load(await redis(['--maxmemory-policy', 'allkeys-lru']));
    await eventually(() => port.warnings().length > 0, 'warnings');
    assert.deepEqual(port.warnings().map(({ cause }) => cause).sort(), ['store.appendonly', 'store.maxmemory-policy']);
    assert.match(port.warnings()[0]?.message ?? '', /^Redis 127\.0\.0\.1:\d+: \S+ is \S+, must be \S+$/);
    assert.deepEqual(port.health(), { state: 'ok' });
  });

  it('says that the password is wrong, and shows it nowhere', async () => {
    const server = await redis([...DURABLE, '--requirepass', 'giusta'], ['-a', 'giusta', '--no-auth-warning']);
    const health = await waits(await load(server, { password: 'sbagliata' }), /^WRONGPASS/);
    assert.equal(health.cause, 'store.away');
    assert.ok(!JSON.stringify(health).includes('sbagliata'));
    await helper.unload();
    await isOk(await load(server, { password: 'giusta' }));
  });

  it('says when it is away and when it tries again, and recovers', async () => {
    const server = await redis();
    const port = await load(server);
    await isOk(port);
    await server.kill();
    const { retryAt } = await waits(port, /^ECONNREFUSED/);
    assert.ok(retryAt !== undefined && retryAt > Date.now() - 1_000);
    await assert.rejects(port.of('shop').read(['k']), (error: Fault) => error.code === 'store.away');
    await server.start();
    await isOk(port);
    await port.of('shop').commit([{ key: 'k', value: '1' }], 'stored');
  });

  it('says that it is full, and finds out by itself that there is space again', async () => {
    const server = await redis();
    const port = await load(server);
    await isOk(port);
    await server.cli('config', 'set', 'maxmemory', '1');
    await assert.rejects(port.of('shop').commit([{ key: 'k', value: '1' }]), (error: Fault) => error.code === 'store.full');
    const { retryAt } = await waits(port, /^OOM/);
    assert.ok(retryAt !== undefined);
    await server.cli('config', 'set', 'maxmemory', '0');
    await isOk(port);
  });

  it('says that a replica takes no writes, and recovers once it is the master', async () => {
    const [master, replica] = [await redis(), await redis()];
    await replica.cli('replicaof', '127.0.0.1', String(master.port));
    const port = await load(replica);
    await port.of('shop').commit([{ key: 'k', value: '1' }]).catch(() => undefined);
    await waits(port, /^READONLY/);
    await replica.cli('replicaof', 'no', 'one');
    await isOk(port);
    await port.of('shop').commit([{ key: 'k', value: '2' }], 'stored');
  });

  it('says that a cluster without its slots is down', async () => {
    // Its own choice, 10,000 above the other, is often somebody's.
    const server = await redis([...DURABLE, '--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]);
    const port = await load(server);
    await port.of('shop').commit([{ key: 'k', value: '1' }]).catch(() => undefined);
    await waits(port, /^CLUSTERDOWN/);
  });

  it('stays inert where the CA file cannot be read', async () => {
    await helper.load(storeNode, [{ id: 'store', type: 'bottega-store', version: 1, kind: 'redis', url: 'rediss://127.0.0.1', ca: join(home.directory, 'none.pem') }]);
    assert.equal((helper.getNode('store') as { port?: unknown }).port, undefined);
  });
});
