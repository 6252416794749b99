/** Does an encrypted store keep the store's contract, hide every text, and refuse what was not sealed by it? */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../../engine/base/errors.js';
import { openLevelStore } from '../../../../engine/store/level/levelStore.js';
import { NO_KEYS, parseKeyRing, readKeyRing, type KeyRing } from '../../../../engine/store/sealed/keyRing.js';
import { REGISTER_KEY } from '../../../../engine/store/sealed/register.js';
import { sealedBy, ValueSealer } from '../../../../engine/store/sealed/sealedValue.js';
import { SealedStore } from '../../../../engine/store/sealed/sealedStore.js';
import { reseal } from '../../../../engine/store/sealed/reseal.js';
import { type Change, prefixRange, scoped, type Store } from '../../../../engine/store/store.js';
import { type RedisServer, startRedis } from '../../../support/redis.js';
import { openedShop } from '../../../support/redisShop.js';
import { describeStore, testClock } from '../../../support/storeContract.js';

const [KEY_A, KEY_B] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')];
const ring = (...words: string[]): KeyRing => parseKeyRing(words.join(), 'BOTTEGA_ENCRYPTION_KEY');
const idOf = (word: string): string => ring(word).writes?.id ?? '';
const seen = (inner: Store, keys: KeyRing): SealedStore => new SealedStore(inner, { ring: keys, randomBytes });

/** As nodes use it: below a shop. */
async function shopOf(inner: Store, keys: KeyRing): Promise<Store> {
  const store = seen(inner, keys);
  await store.unlock();
  return { ...scoped(store, 'milano/'), close: () => store.close() };
}

for (const [name, keys] of [['encrypted', ring(KEY_A)], ['encrypted no more', ring('off', KEY_A)], ['without a key', NO_KEYS]] as const) {
  describeStore(`LevelDB, ${name}`, async () => {
    const clock = testClock();
    const directory = await mkdtemp(join(tmpdir(), 'bottega-sealed-'));
    const store = await shopOf(await openLevelStore(directory, clock), keys);
    const dispose = async (): Promise<void> => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    };
    return { store, clock, dispose };
  });
}

describe('an encrypted Redis', () => {
  let server: RedisServer;
  before(async () => { server = await startRedis(); });
  after(() => server.dispose());
  describeStore('Redis, encrypted', () => openedShop(server, (driver) => seen(driver, ring(KEY_A))));

  it('holds no word of what it was given', async () => {
    const opened = await openedShop(server, (driver) => seen(driver, ring(KEY_A)));
    await opened.store.commit([{ key: 'f/1', value: 'Rossi Anna' }, { key: 'n', add: { orders: 1 } }]);
    const raw = await server.cli('--raw', 'get', 'bottega:{milano}:f/1');
    assert.equal(sealedBy(raw), idOf(KEY_A));
    assert.doesNotMatch(`${raw} ${Buffer.from(raw, 'base64').toString('latin1')}`, /Rossi|Anna/);
    await opened.dispose();
  });
});

describe('an encrypted store', () => {
  let inner: Store;
  const clock = testClock();
  const raw = async (...keys: string[]): Promise<string[]> => (await inner.read(keys)).map(String);
  const keysOf = async (): Promise<(string | undefined)[]> => (
    (await inner.scan(prefixRange('s/'), 999)).flatMap(({ value }) => (typeof value === 'string' ? [sealedBy(value)] : [])));
  beforeEach(async () => { inner = await openLevelStore({ memory: true }, clock); });
  afterEach(() => inner.close());

  it('seals the same text otherwise each time, and compares it all the same', async () => {
    const store = seen(inner, ring(KEY_A));
    await store.commit([{ key: 's/a', value: 'same' }, { key: 's/b', value: 'same' }]);
    const [a, b] = await raw('s/a', 's/b');
    assert.notEqual(a, b);
    await store.commit([{ key: 's/a', expect: 'same', value: 'same' }]);
    assert.notEqual((await raw('s/a'))[0], a);
    assert.deepEqual(await store.commit([{ key: 's/a', expect: 'same', value: 'other' }, { key: 's/b', expect: 'same' }]), { outcome: 'ok', totals: [] });
    assert.deepEqual(await store.read(['s/a', 's/b']), ['other', undefined]);
  });

  it('expects what another process has sealed anew with the same text', async () => {
    const [ours, theirs] = [seen(inner, ring(KEY_A)), seen(inner, ring(KEY_A))];
    await ours.commit([{ key: 's/a', value: '1' }, { key: 's/b', value: '1' }]);
    await theirs.commit([{ key: 's/a', value: '1' }, { key: 's/b', value: '2' }]);
    const both: Change[] = [{ key: 's/a', expect: '1', value: '3' }, { key: 's/b', expect: '1', value: '3' }, { key: 's/c', value: '3' }];
    assert.deepEqual(await ours.commit(both), { outcome: 'conflict', keys: ['s/b'] });
    assert.deepEqual(await ours.commit([{ key: 's/a', expect: '1', value: '3' }]), { outcome: 'ok', totals: [] });
    assert.deepEqual(await theirs.read(['s/a', 's/b', 's/c']), ['3', '2', undefined]);
  });

  it('keeps the order of commits of which one has to read first', async () => {
    await seen(inner, ring(KEY_A)).commit([{ key: 's/a', value: '0' }]);
    const store = seen(inner, ring(KEY_A));
    await store.unlock();
    const commits = ['0', '1', '2', '3'].map((text) => store.commit([{ key: 's/a', expect: text, value: String(Number(text) + 1) }]));
    assert.deepEqual((await Promise.all(commits)).map(({ outcome }) => outcome), ['ok', 'ok', 'ok', 'ok']);
    assert.deepEqual(await store.read(['s/a']), ['4']);
  });

  it('reads what was written before it was encrypted, and seals it when it is written again', async () => {
    await seen(inner, NO_KEYS).commit([{ key: 's/a', value: 'plain' }, { key: 's/b', value: 'plain' }]);
    const store = seen(inner, ring(KEY_A));
    assert.deepEqual(await store.read(['s/a', 's/b']), ['plain', 'plain']);
    assert.deepEqual(await store.commit([{ key: 's/a', expect: 'plain', value: 'sealed' }]), { outcome: 'ok', totals: [] });
    assert.deepEqual(await keysOf(), [idOf(KEY_A), undefined]);
    assert.deepEqual(await store.scan(prefixRange('s/'), 9), [{ key: 's/a', value: 'sealed' }, { key: 's/b', value: 'plain' }]);
  });

  for (const [title, keys, words] of [
    ['no key', NO_KEYS, /encrypted with key [0-9a-f]{16}: set BOTTEGA_ENCRYPTION_KEY.*nothing was changed/],
    ['another key', ring(KEY_B), new RegExp(`key ${idOf(KEY_A)}, but BOTTEGA_ENCRYPTION_KEY holds ${idOf(KEY_B)}.*nothing was changed`)],
    ['its key for nothing', ring('off', KEY_B), /encrypted with key/],
  ] as const) {
    it(`is not opened with ${title}, and stays as it was`, async () => {
      await seen(inner, ring(KEY_A)).commit([{ key: 's/a', value: '1' }, { key: 's/n', add: { x: 1 } }]);
      const before = await inner.scan(prefixRange(''), 99);
      const store = seen(inner, keys);
      const verbs = [() => store.unlock(), () => store.read(['s/a']), () => store.scan(prefixRange('s/'), 9), () => store.commit([{ key: 's/a' }])];
      for (const verb of verbs) await assert.rejects(verb, { code: 'store.key', message: words });
      assert.deepEqual(await inner.scan(prefixRange(''), 99), before);
    });
  }

  it('is opened by a process that runs without a key already for none of what is sealed meanwhile', async () => {
    const late = seen(inner, NO_KEYS);
    await late.commit([{ key: 's/a', value: '1' }]);
    await seen(inner, ring(KEY_A)).commit([{ key: 's/b', value: '2' }]);
    assert.deepEqual(await late.read(['s/a']), ['1']);
    await assert.rejects(() => late.read(['s/b']), { code: 'store.key' });
    assert.deepEqual(await late.commit([{ key: 's/b', expect: '2', value: '3' }]), { outcome: 'conflict', keys: ['s/b'] });
  });

  it('names a value that was changed, cut off, or moved from another key', async () => {
    const store = seen(inner, ring(KEY_A));
    await store.commit([{ key: 's/a', value: 'one' }, { key: 's/b', value: 'two' }]);
    const [a = '', b = ''] = await raw('s/a', 's/b');
    const end = a.length - 6;
    const forged: Record<string, string> = {
      changed: `${a.slice(0, end)}${a[end] === 'A' ? 'B' : 'A'}${a.slice(end + 1)}`, cut: a.slice(0, 60), moved: b,
      'of another salt': a.slice(0, 18) + 'A'.repeat(20) + a.slice(38), 'of no key': `\u00011not a key of any${a.slice(18)}`,
    };
    for (const [how, value] of Object.entries(forged)) {
      await inner.commit([{ key: 's/a', value }]);
      await assert.rejects(() => store.read(['s/a']), { code: 'store.tampered', message: /^s\/a is not what was stored there/ }, how);
    }
    assert.deepEqual(await store.read(['s/b']), ['two']);
  });

  it('is resealed with a new key, after which the old one opens nothing and is not needed', async () => {
    const { at } = clock;
    const old = seen(inner, ring(KEY_A));
    await seen(inner, NO_KEYS).commit([{ key: 's/plain', value: '0' }]);
    await old.commit(Array.from({ length: 450 }, (_, index): Change => ({ key: `s/${String(index)}`, value: String(index) })));
    await old.commit([{ key: 's/brief', value: 'x', expiresAt: at + 1_000 }, { key: 's/n', add: { x: 1 } }]);
    const both = ring(KEY_B, KEY_A);
    const steps: number[][] = [];
    const ranges = [prefixRange('')];
    assert.equal(await reseal(inner, { ring: both, randomBytes, ranges, progress: (...step) => { steps.push(step); } }), 452);
    assert.equal(Math.max(...steps.map(([, rewritten = 0]) => rewritten)), 452);
    assert.deepEqual(new Set(await keysOf()), new Set([idOf(KEY_B)]));
    assert.equal(await reseal(inner, { ring: both, randomBytes, ranges, progress: () => undefined }), 0);
    await assert.rejects(() => seen(inner, ring(KEY_A)).read(['s/1']), { code: 'store.key' });
    const fresh = seen(inner, ring(KEY_B));
    assert.deepEqual(await fresh.read(['s/plain', 's/449', 's/brief', 's/n']), ['0', '449', 'x', { x: 1 }]);
    clock.at = at + 1_000;
    assert.deepEqual(await fresh.read(['s/brief']), [undefined]);
  });

  it('goes on resealing where it was interrupted, while others write', async () => {
    const old = seen(inner, ring(KEY_A));
    await old.commit(Array.from({ length: 450 }, (_, index): Change => ({ key: `s/${String(index).padStart(3, '0')}`, value: String(index) })));
    const both = ring(KEY_B, KEY_A);
    const ranges = [prefixRange('')];
    const pulled = (): never => { throw new Error('pulled the plug'); };
    await assert.rejects(() => reseal(inner, { ring: both, randomBytes, ranges, progress: pulled }), /pulled the plug/);
    assert.equal((await keysOf()).filter((id) => id === idOf(KEY_A)).length, 450 - 199);
    assert.deepEqual(await seen(inner, both).read(['s/000', 's/449']), ['0', '449']);
    // Knows the new key already, but writes with the former one.
    const other = seen(inner, ring(KEY_A, KEY_B));
    const writing: Promise<unknown>[] = [];
    const meanwhile = (): void => { if (writing.length === 0) writing.push(other.commit([{ key: 's/000', expect: '0', value: 'new' }])); };
    assert.equal(await reseal(inner, { ring: both, randomBytes, ranges, progress: meanwhile }), 450 - 199 + 1);
    assert.deepEqual(await Promise.all(writing), [{ outcome: 'ok', totals: [] }]);
    assert.deepEqual(await seen(inner, ring(KEY_B)).read(['s/000']), ['new']);
  });

  it('once resealed takes no plain value for its own', async () => {
    const store = seen(inner, ring(KEY_A));
    await store.commit([{ key: 's/a', value: '1' }]);
    await reseal(inner, { ring: ring(KEY_A), randomBytes, ranges: [prefixRange('')], progress: () => undefined });
    await inner.commit([{ key: 's/a', value: '1000000' }]);
    await assert.rejects(() => seen(inner, ring(KEY_A)).read(['s/a']), { code: 'store.tampered' });
  });

  it('is resealed to plain text, and then needs no key', async () => {
    await seen(inner, ring(KEY_A)).commit([{ key: 's/a', value: '1' }, { key: 's/b', value: '\u0001odd' }]);
    const off = ring('off', KEY_A);
    assert.equal(await reseal(inner, { ring: off, randomBytes, ranges: [prefixRange('')], progress: () => undefined }), 2);
    assert.deepEqual(await inner.read([REGISTER_KEY, 's/a']), [undefined, '1']);
    assert.deepEqual(await seen(inner, NO_KEYS).read(['s/a', 's/b']), ['1', '\u0001odd']);
  });
});

describe('the keys of a store', () => {
  const at = (environment: Record<string, string>, file = KEY_A): KeyRing => readKeyRing(environment, () => file);

  it('come from the environment or a file, the first writes', () => {
    assert.equal(at({}).writes, undefined);
    assert.equal(at({ BOTTEGA_ENCRYPTION_KEY: ' ' }).reads.size, 0);
    const two = at({ BOTTEGA_ENCRYPTION_KEY: `${KEY_A}, ${KEY_B}` });
    assert.deepEqual([two.writes?.id, [...two.reads.keys()]], [idOf(KEY_A), [idOf(KEY_A), idOf(KEY_B)]]);
    assert.equal(at({ BOTTEGA_ENCRYPTION_KEY_FILE: '/keys' }, `${KEY_B}\n${KEY_A}\n`).writes?.id, idOf(KEY_B));
    const off = at({ BOTTEGA_ENCRYPTION_KEY: `off ${KEY_A}` });
    assert.deepEqual([off.writes, off.reads.size], [undefined, 1]);
  });

  it('are refused without being repeated', () => {
    const cases: [Record<string, string>, string, RegExp][] = [
      [{ BOTTEGA_ENCRYPTION_KEY: 'a password' }, '', /^BOTTEGA_ENCRYPTION_KEY: must be 32 random bytes/],
      [{ BOTTEGA_ENCRYPTION_KEY: randomBytes(31).toString('base64') }, '', /32 random bytes/],
      [{ BOTTEGA_ENCRYPTION_KEY: '00'.repeat(32) }, '', /32 random bytes/],
      [{ BOTTEGA_ENCRYPTION_KEY_FILE: '/keys' }, '\n', /^BOTTEGA_ENCRYPTION_KEY_FILE: must be a file that holds a key/],
      [{ BOTTEGA_ENCRYPTION_KEY_FILE: '/keys', BOTTEGA_ENCRYPTION_KEY: KEY_A }, KEY_A, /beside BOTTEGA_ENCRYPTION_KEY/],
    ];
    for (const [environment, file, words] of cases) {
      assert.throws(() => at(environment, file), (error) => (
        error instanceof ConfigError && words.test(error.message) && !error.message.includes('password') && !error.message.includes(KEY_A)), String(words));
    }
    const missing = (): never => { throw Object.assign(new Error('no such file'), { code: 'ENOENT' }); };
    assert.throws(() => readKeyRing({ BOTTEGA_ENCRYPTION_KEY_FILE: '/keys' }, missing), /can be read \(ENOENT\)/);
  });

  it('seal by a new derived key after so many values', () => {
    const bytes: number[] = [];
    const sealer = new ValueSealer(ring(KEY_A), (size) => {
      bytes.push(size);
      return randomBytes(size);
    });
    const sealed = Array.from({ length: 600 }, () => sealer.seal('s/a', 'x'));
    // Asked for many nonces at a time; none is used twice.
    assert.deepEqual([new Set(sealed.map((text) => text.slice(0, 38))).size, bytes], [1, [15, 12 * 256, 12 * 256, 12 * 256]]);
    assert.equal(new Set(sealed.map((text) => Buffer.from(text.slice(38), 'base64').subarray(0, 12).toString('hex'))).size, 600);
    assert.ok(sealed.every((text) => sealer.open('s/a', text) === 'x'));
  });
});
