/** What is particular to LevelDB: layout, expiry sweep, failing disks, and killed processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LevelDb } from '../../../../engine/store/level/handle.js';
import { type LevelStore, memoryLevel, openLevelDb, openLevelStore, storeOn } from '../../../../engine/store/level/levelStore.js';
import type { LogDamage } from '../../../../engine/store/level/logDamage.js';
import { decodeRecord, encodeRecord } from '../../../../engine/store/level/record.js';
import { decodeKey, encodeKey } from '../../../../engine/store/keyOrder.js';
import { type Change, countersOf, prefixRange } from '../../../../engine/store/store.js';
import { damageBytes } from '../../../support/damage.js';
import { testClock } from '../../../support/storeContract.js';

describe('stored layout', () => {
  it('keeps kind, expiry and value readable', () => {
    assert.equal(encodeRecord({ value: 'paid: yes' }), 't:paid: yes');
    assert.equal(encodeRecord({ value: 'x', expiresAt: 36 }), 't10:x');
    assert.equal(encodeRecord({ value: { b: 2, a: 1 }, expiresAt: 35 }), 'cz:{"b":2,"a":1}');
  });

  it('reads back what it wrote', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.dictionary(fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'), fc.maxSafeInteger(), { noNullPrototype: true }));
    fc.assert(fc.property(value, fc.option(fc.nat(2 ** 45), { nil: undefined }), (content, expiresAt) => {
      const stored = expiresAt === undefined ? { value: content } : { value: content, expiresAt };
      assert.deepEqual({ ...decodeRecord(encodeRecord(stored)) }, { ...stored });
    }));
  });

  it('gives keys whose bytes are in the order of their code units', () => {
    const unit = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xe7ff, 0xe800, 0xffff));
    const key = fc.array(unit, { maxLength: 4 }).map((units) => String.fromCharCode(...units));
    fc.assert(fc.property(key, key, (a, b) => {
      assert.equal(decodeKey(encodeKey(a)), a);
      assert.equal(Math.sign(Buffer.from(encodeKey(a)).compare(Buffer.from(encodeKey(b)))), a < b ? -1 : a > b ? 1 : 0);
    }), { numRuns: 2_000 });
  });
});

describe('expiry sweep', () => {
  const clock = testClock();
  let store: LevelStore;
  let left: () => Promise<string[]>;
  beforeEach(async () => {
    const db = memoryLevel();
    store = await storeOn(db, clock);
    left = async () => (await db.iterator({}).nextv(100)).map(([key]) => key);
  });
  afterEach(() => store.close());

  it('walks on by a bounded step and begins anew at the end', async () => {
    const { at } = clock;
    await store.commit(['a', 'b', 'c', 'd', 'e'].map((key): Change => (key === 'c' ? { key, value: '' } : { key, value: '', expiresAt: at + 10 })));
    assert.equal(await store.sweep(2), 0);
    clock.at = at + 10;
    assert.deepEqual([await store.sweep(2), await left()], [1, ['a', 'b', 'c', 'e']]);
    assert.deepEqual([await store.sweep(2), await left()], [1, ['a', 'b', 'c']]);
    assert.deepEqual([await store.sweep(2), await left()], [2, ['c']]);
    assert.deepEqual([await store.sweep(2), await left()], [0, ['c']]);
  });

  it('never removes what is written anew at the same moment', async () => {
    const { at } = clock;
    await store.commit([{ key: 'a', value: 'old', expiresAt: at }, { key: 'n', add: { x: 1 }, expiresAt: at }, { key: 'b', value: 'old', expiresAt: at }]);
    await Promise.all([store.sweep(10), store.commit([{ key: 'a', expect: null, value: 'new' }, { key: 'n', add: { x: 5 } }]), store.sweep(10)]);
    assert.deepEqual(await store.read(['a', 'n', 'b']), ['new', { x: 5 }, undefined]);
    assert.deepEqual(await left(), ['a', 'n']);
  });
});

describe('a read that takes its time', () => {
  /** A database in memory whose answers to reads wait at a gate. */
  function gated(): { db: LevelDb; gate: { shut(): void; open(): void } } {
    const memory = memoryLevel();
    let passed = Promise.resolve();
    let open: () => void = () => undefined;
    const db: LevelDb = {
      async getMany(keys) {
        const found = await memory.getMany(keys);
        await passed;
        return found;
      },
      iterator: (range) => memory.iterator(range), batch: () => memory.batch(), open: () => memory.open(), close: () => memory.close(),
    };
    return { db, gate: { shut: () => { passed = new Promise((resolve) => { open = resolve; }); }, open: () => { open(); } } };
  }

  async function written(db: LevelDb, stored: { value: string }): Promise<void> {
    const batch = db.batch();
    batch.put('a', encodeRecord(stored));
    await batch.write({ sync: true });
  }

  for (const before of [undefined, 'old'] as const) {
    it(`never comes back over what was written meanwhile, where there was ${before ?? 'nothing'}`, async () => {
      const { db, gate } = gated();
      await db.open();
      if (before !== undefined) await written(db, { value: before });
      await db.close();
      const store = await storeOn(db, testClock());
      gate.shut();
      const reading = store.read(['a', 'b']);
      assert.equal((await store.commit([{ key: 'a', value: 'new' }])).outcome, 'ok');
      gate.open();
      await reading;
      assert.deepEqual(await store.read(['a', 'b']), ['new', undefined]);
      assert.equal((await store.commit([{ key: 'a', expect: 'new', value: 'newer' }, { key: 'b', expect: null, value: 'b' }])).outcome, 'ok');
      assert.equal((await store.commit([{ key: 'b', expect: null, value: 'c' }])).outcome, 'conflict');
      await store.close();
    });
  }
});

describe('failing disk', () => {
  /** A database in memory whose writes and openings fail as long as `failure` is set. */
  function breakable(): { db: LevelDb; broken: { failure: Error | undefined; openings: number } } {
    const memory = memoryLevel();
    const broken = { failure: undefined as Error | undefined, openings: 0 };
    const fail = async (): Promise<void> => { await Promise.resolve(); if (broken.failure !== undefined) throw broken.failure; };
    const db: LevelDb = {
      getMany: (keys) => memory.getMany(keys),
      iterator: (range) => memory.iterator(range),
      close: () => memory.close(),
      open: () => { broken.openings++; return fail().then(() => memory.open()); },
      batch() {
        const batch = memory.batch();
        return { put: (key, value) => batch.put(key, value), del: (key) => batch.del(key), write: (options) => fail().then(() => batch.write(options)) };
      },
    };
    return { db, broken };
  }

  const full = new Error('IO error: /srv/000007.log: No space left on device');
  for (const [title, failure, code] of [
    ['a full disk', Object.assign(new Error('could not write', { cause: full }), { code: 'LEVEL_IO_ERROR' }), 'store.full'],
    ['a broken disk', new Error('IO error: /srv/000007.log: Input/output error'), 'store.away'],
  ] as const) {
    it(`reports ${title} by name, changes nothing, and works again when the cause ends`, async () => {
      const { db, broken } = breakable();
      const store = await storeOn(db, testClock());
      await store.commit([{ key: 'a', value: '1' }, { key: 'n', add: { x: 1 } }]);
      broken.failure = failure;
      const commits = [store.commit([{ key: 'a', expect: '1', value: '2' }, { key: 'n', add: { x: 1 } }]), store.commit([{ key: 'a', expect: '2', value: '3' }])];
      for (const result of await Promise.allSettled(commits)) assert.equal(result.status === 'rejected' && result.reason.code, code);
      await assert.rejects(store.read(['a']), { code });
      broken.failure = undefined;
      assert.deepEqual(await store.read(['a', 'n']), ['1', { x: 1 }]);
      assert.deepEqual(await store.commit([{ key: 'a', expect: '1', value: '4' }, { key: 'n', add: { x: 1 } }]), { outcome: 'ok', totals: [{ x: 2 }] });
      assert.ok(broken.openings >= 2, 'a failed write must lead to a new opening');
      await store.close();
    });
  }
});

describe('a directory', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'bottega-level-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });

  it('is refused while another holds it, and where it is a file', async () => {
    const place = join(directory, 'a', 'b');
    const store = await openLevelStore(place, Date);
    await assert.rejects(openLevelStore(place, Date), { name: 'Fault', code: 'store.locked' });
    await assert.rejects(openLevelDb(place), { name: 'Fault', code: 'store.locked' });
    await store.close();
    await (await openLevelDb(place)).close();
    writeFileSync(join(directory, 'file'), '');
    await assert.rejects(openLevelStore(join(directory, 'file'), Date), { name: 'Fault', code: 'store.away' });
  });

  it('says what it lost where its log is damaged, and nothing where it is whole', async () => {
    const startedAt = Date.now() - 1_000;
    const damages: LogDamage[] = [];
    const open = (): ReturnType<typeof openLevelStore> => openLevelStore(directory, Date, (damage) => { damages.push(damage); });
    const store = await open();
    for (let at = 0; at < 500; at += 1) await store.commit([{ key: `k/${String(at)}`, value: 'x'.repeat(200) }], 'soon');
    await store.close();
    const log = readdirSync(directory).find((name) => name.endsWith('.log')) ?? '';
    assert.ok(damageBytes(join(directory, log), 50_000) > 100_000);
    const again = await open();
    assert.ok((await again.scan(prefixRange('k/'), 1_000)).length < 500, 'LevelDB itself says nothing');
    await again.close();
    await (await open()).close();
    assert.equal(damages.length, 1);
    const [{ bytes, since, until } = { bytes: 0, since: 0, until: 0 }] = damages;
    assert.ok(bytes > 1_000 && since >= startedAt && until >= since && until <= Date.now() + 1, JSON.stringify(damages));
  });

  it('says the same of a bare database', async () => {
    const db = await openLevelDb(directory);
    for (let at = 0; at < 500; at += 1) await db.put(`k/${String(at)}`, 'x'.repeat(200));
    await db.close();
    damageBytes(join(directory, readdirSync(directory).find((name) => name.endsWith('.log')) ?? ''), 50_000);
    const damages: LogDamage[] = [];
    await (await openLevelDb(directory, (damage) => { damages.push(damage); })).close();
    assert.equal(damages.length, 1);
  });

  it('shows every acknowledged commit, and each commit whole, after kills at random moments', async () => {
    const acknowledged: string[] = [];
    for (let run = 0; run < 6; run++) acknowledged.push(...(await killedAt(run, Math.random() * 250)));
    const store = await openLevelStore(directory, Date);
    const found = new Map<string, number>();
    for (let from = 'k/'; ;) {
      const page = await store.scan({ gte: from, lt: prefixRange('k/').lt }, 1_000);
      for (const { key } of page) found.set(key.slice(2, -2), (found.get(key.slice(2, -2)) ?? 0) + 1);
      if (page.length < 1_000) break;
      from = `${page.at(-1)?.key ?? ''}\u0001`;
    }
    assert.ok(acknowledged.length > 100, `only ${String(acknowledged.length)} commits were acknowledged`);
    assert.deepEqual(acknowledged.filter((name) => found.get(name) !== 3), []);
    assert.deepEqual([...found].filter(([, parts]) => parts !== 3), []);
    assert.equal(countersOf((await store.read(['n']))[0])['commits'], found.size);
    await store.close();
  });

  /** Lets a child commit until that long after its first acknowledgement, kills it, and answers what it had acknowledged. */
  async function killedAt(run: number, afterMs: number): Promise<string[]> {
    const child = spawn(process.execPath, ['--import', 'tsx', join('test', 'support', 'storeCrashChild.ts'), directory, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const output = collect(child);
    await once(child.stdout, 'data');
    setTimeout(() => { child.kill('SIGKILL'); }, afterMs);
    await once(child, 'close');
    // The last line may be cut by the kill.
    return output().split('\n').slice(0, -1);
  }
});

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  return () => text;
}
