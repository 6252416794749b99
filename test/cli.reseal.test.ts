/** `bottega-store reseal` as its owner runs it: a key is exchanged, encryption switched off again, a store without its key left alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../engine/index.js';
import { type RedisServer, startRedis } from './support/redis.js';

const MAIN = join(__dirname, '../cli/store.ts');
const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')];
const RUNTIME = { now: Date.now, random: Math.random };

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (keys: string, args: readonly string[], more: Record<string, string> = {}): Ended => spawnSync(
  process.execPath, ['--import', 'tsx', MAIN, 'reseal', ...args],
  { encoding: 'utf8', cwd: join(__dirname, '..'), env: { ...process.env, LC_ALL: 'C', REDIS_URL: '', BOTTEGA_ENCRYPTION_KEY: keys, ...more } },
);

describe('bottega-store reseal', () => {
  let folder: string;
  const inFolder = (): string => join(folder, 'bottega-store');
  const fill = async (keys: string): Promise<void> => {
    const store = await openStore({ kind: 'level', directory: inFolder(), keys }, RUNTIME);
    await store.commit([{ key: 'shop/a', value: 'one' }, { key: 'shop/b', value: 'two' }, { key: 'shop/n', add: { x: 1 } }]);
    await store.close();
  };
  const readWith = async (keys: string): Promise<unknown> => {
    const store = await openStore({ kind: 'level', directory: inFolder(), keys }, RUNTIME);
    try {
      return await store.read(['shop/a', 'shop/b', 'shop/n']);
    } finally {
      await store.close();
    }
  };
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bottega-reseal-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  it('exchanges the key of an embedded store, and takes it away again', async () => {
    await fill(OLD);
    const exchanged = run(`${NEW},${OLD}`, ['--data', folder]);
    assert.deepEqual([exchanged.stderr, exchanged.status], ['', 0]);
    assert.match(exchanged.stdout, /^2 values rewritten; all are encrypted with key [0-9a-f]{16} now/);
    await assert.rejects(() => readWith(OLD), { code: 'store.key' });
    assert.deepEqual(await readWith(NEW), ['one', 'two', { x: 1 }]);
    assert.match(run(`${NEW},${OLD}`, [inFolder()]).stdout, /^0 values rewritten/);
    assert.match(run(`off,${NEW}`, [inFolder(), '--lang', 'it']).stdout, /^2 valori riscritti; nulla è più cifrato/);
    assert.deepEqual(await readWith(''), ['one', 'two', { x: 1 }]);
  });

  it('leaves a store alone whose key it has not, that is held, or that is none', async () => {
    await fill(OLD);
    const wrong = run(NEW, [inFolder()]);
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /^the store is encrypted with key [0-9a-f]{16}, but BOTTEGA_ENCRYPTION_KEY holds [0-9a-f]{16}: add the former key/);
    assert.deepEqual(await readWith(OLD), ['one', 'two', { x: 1 }]);
    const holder = await openStore({ kind: 'level', directory: inFolder(), keys: OLD }, RUNTIME);
    const held = run(OLD, [inFolder()]);
    await holder.close();
    assert.deepEqual([held.status, held.stderr], [2, 'another process holds the store\n']);
    const missing = run(OLD, [join(folder, 'nowhere')]);
    assert.match(missing.stderr, /^there is no store in .*nowhere/);
    assert.ok(!existsSync(join(folder, 'nowhere')));
    assert.match(run('', [inFolder()]).stderr, /^BOTTEGA_ENCRYPTION_KEY or BOTTEGA_ENCRYPTION_KEY_FILE must hold the key/);
    assert.match(run('secret', [inFolder()]).stderr, /^BOTTEGA_ENCRYPTION_KEY: must be 32 random bytes/);
  });

  describe('on Redis', () => {
    let server: RedisServer;
    before(async () => { server = await startRedis(); });
    after(() => server.dispose());

    it('finds all shops, and keeps what expires', async () => {
      const until = Date.now() + 3_600_000;
      const store = await openStore({ kind: 'redis', url: server.url, keys: OLD }, RUNTIME);
      for (const shop of ['milano', 'caffè}%']) await store.commit([{ key: `${shop}/a`, value: shop, expiresAt: until }]);
      await store.close();
      await server.cli('set', 'bottega:{/}:beside', 'the shops');
      assert.match(run(`${NEW} ${OLD}`, [], { REDIS_URL: server.url }).stdout, /^2 values rewritten/);
      assert.equal(await server.cli('pexpiretime', 'bottega:{caffè%7D%25}:a'), String(until));
      assert.equal(await server.cli('get', 'bottega:{/}:beside'), 'the shops');
      const fresh = await openStore({ kind: 'redis', url: server.url, keys: NEW }, RUNTIME);
      assert.deepEqual([await fresh.read(['milano/a']), await fresh.read(['caffè}%/a'])], [['milano'], ['caffè}%']]);
      await fresh.close();
    });
  });
});
