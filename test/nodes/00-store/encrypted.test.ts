/** The store node with a key: nothing readable on disk or in Redis, and a word that helps where the key is missing. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { prefixRange } from '../../../engine/store/store.js';
import storeNode from '../../../nodes/00-store/store.js';
import type { StorePort } from '../../../nodes/shared/ports.js';
import { eachInEnvironment, inEnvironment } from '../../support/environment.js';
import { startRedis } from '../../support/redis.js';
import { eachInNodeRed, portIn } from '../../support/testNodeRed.js';
import { eventually } from '../../support/waiting.js';

const [KEY, OTHER] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

describe('encrypted store node', () => {
  const home = eachInNodeRed();
  eachInEnvironment({ BOTTEGA_ENCRYPTION_KEY: KEY, BOTTEGA_ENCRYPTION_KEY_FILE: undefined, REDIS_URL: undefined });
  const load = async (form: Record<string, string> = {}): Promise<StorePort> => {
    await helper.load(storeNode, [{ id: 'store', type: 'bottega-store', version: 1, ...form }]);
    return portIn('store') as StorePort;
  };
  const causeIn = async (port: StorePort): Promise<string> => {
    await eventually(() => { const health = port.health(); return health.state === 'waiting' && health.cause === 'store.key'; }, 'the cause');
    const health = port.health();
    return health.state === 'waiting' ? health.message : '';
  };
  const onDisk = (): string => readdirSync(join(home.directory, 'bottega-store'))
    .map((name) => readFileSync(join(home.directory, 'bottega-store', name), 'latin1')).join();

  /** As it lies in LevelDB. */
  const kept = async (): Promise<unknown> => {
    const level = await openLevelStore(join(home.directory, 'bottega-store'), Date);
    const entries = await level.scan(prefixRange(''), 99);
    await level.close();
    return entries;
  };

  it('leaves no text on disk, and opens with its key only, given by a file too', async () => {
    await (await load()).of('shop').commit([{ key: 'f/1', value: 'Rossi Anna, 42,50' }]);
    await helper.unload();
    assert.doesNotMatch(onDisk(), /Rossi|Anna|42,50/);
    const before = await kept();
    for (const BOTTEGA_ENCRYPTION_KEY of [undefined, OTHER]) {
      await inEnvironment({ BOTTEGA_ENCRYPTION_KEY }, async () => {
        const port = await load();
        assert.match(await causeIn(port), /encrypted with key [0-9a-f]{16}.*nothing was changed/);
        await assert.rejects(port.of('shop').commit([{ key: 'f/1', value: 'other' }]), { code: 'store.key' });
        await helper.unload();
      });
    }
    assert.deepEqual(await kept(), before);
    writeFileSync(join(home.directory, 'keys'), `${OTHER}\n${KEY}\n`);
    await inEnvironment({ BOTTEGA_ENCRYPTION_KEY: undefined, BOTTEGA_ENCRYPTION_KEY_FILE: join(home.directory, 'keys') }, async () => {
      assert.deepEqual(await (await load()).of('shop').read(['f/1']), ['Rossi Anna, 42,50']);
      await helper.unload();
    });
  });

  it('stays away with a key that is none', async () => {
    await inEnvironment({ BOTTEGA_ENCRYPTION_KEY: 'a word' }, async () => {
      await helper.load(storeNode, [{ id: 'store', type: 'bottega-store', version: 1 }]);
      assert.equal((helper.getNode('store') as { port?: unknown }).port, undefined);
      await helper.unload();
    });
  });

  it('says which value of Redis was changed by somebody else, and serves the others', async () => {
    const server = await startRedis({ settings: ['--appendonly', 'yes'] });
    try {
      const port = await load({ kind: 'redis', url: server.url });
      await port.of('shop').commit([{ key: 'f/1', value: 'one' }, { key: 'f/2', value: 'two' }]);
      assert.deepEqual(port.warnings(), []);
      await server.cli('set', 'bottega:{shop}:f/1', await server.cli('get', 'bottega:{shop}:f/2'));
      await assert.rejects(port.of('shop').read(['f/1']), { code: 'store.tampered' });
      assert.deepEqual(await port.of('shop').read(['f/2']), ['two']);
      assert.deepEqual(port.health(), { state: 'ok' });
      assert.deepEqual(port.warnings().map(({ cause }) => cause), ['store.tampered']);
      await helper.unload();
      await inEnvironment({ BOTTEGA_ENCRYPTION_KEY: OTHER }, async () => {
        assert.match(await causeIn(await load({ kind: 'redis', url: server.url })), /nothing was changed/);
        await helper.unload();
      });
    } finally {
      await helper.unload();
      await server.dispose();
    }
  });
});
