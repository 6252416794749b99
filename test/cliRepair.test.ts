/** `bottega-store repair` on real directories that were damaged in every way a disk or a hurried hand can think of. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { parseKeyRing } from '../engine/store/sealed/keyRing.js';
import { SealedStore } from '../engine/store/sealed/sealedStore.js';
import { textOf } from '../engine/store/store.js';
import { damageBytes } from './support/damage.js';

interface Outcome {
  readonly state: string;
  readonly cause?: string;
  readonly copy?: string;
  readonly records: Readonly<Record<string, number>>;
}

const FACTS = 3_000;
const MAIN = join(__dirname, '../cli/store.ts');

function run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', MAIN, 'repair', ...args], { encoding: 'utf8', cwd: join(__dirname, '..'), env: { ...process.env, LC_ALL: 'C', ...variables } });
}

/** Facts in several tables, and a few records in the log. */
async function fill(directory: string): Promise<void> {
  for (let table = 0; table < 3; table += 1) {
    const store = await openLevelStore(directory, Date);
    const facts = Array.from({ length: FACTS / 3 }, (_, at) => ({ key: `shop/f/sale/urn%3Atill/${String(table)}-${String(at)}`, value: `g\tsale\t1\t${String(at)}\na100${'x'.repeat(50)}` }));
    await store.commit(facts);
    await store.close();
  }
  const store = await openLevelStore(directory, Date);
  await store.commit([{ key: 'shop/o/box/000000000001', value: '1\npath\n{}' }, { key: 'shop/x/1/a', value: '{}' }, { key: 'shop/h/0000000000/a/b', add: { revenue: 1 } }]);
  await store.close();
}

const fileIn = (directory: string, name: RegExp, which: 'first' | 'last' = 'last'): string => {
  const names = readdirSync(directory).filter((each) => name.test(each)).sort();
  return join(directory, names.at(which === 'first' ? 0 : -1) ?? '');
};
const halve = (path: string): void => { truncateSync(path, Math.floor(statSync(path).size / 2)); };

describe('bottega-store repair', function repairs() {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'bottega-repair-'));
  const whole = join(folder, 'whole');
  before(() => fill(whole));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  const damaged = (name: string, damage: (directory: string) => void): string => {
    const directory = join(folder, name, 'bottega-store');
    cpSync(whole, directory, { recursive: true });
    damage(directory);
    return directory;
  };
  const contents = (directory: string): Record<string, string> => Object.fromEntries(
    readdirSync(directory).filter((name) => /^(CURRENT|MANIFEST|\d)/.test(name)).map((name) => [name, readFileSync(join(directory, name), 'latin1')]));

  const nothingLost: [name: string, damage: (directory: string) => void][] = [
    ['a list of files with another byte', (at) => { damageBytes(fileIn(at, /^MANIFEST/), 20); }],
    ['half a list of files', (at) => { halve(fileIn(at, /^MANIFEST/)); }],
    ['an empty list of files', (at) => { truncateSync(fileIn(at, /^MANIFEST/), 0); }],
    ['no list of files', (at) => { rmSync(fileIn(at, /^MANIFEST/)); }],
    ['an empty CURRENT', (at) => { truncateSync(join(at, 'CURRENT'), 0); }],
    ['another CURRENT', (at) => { writeFileSync(join(at, 'CURRENT'), 'MANIFEST-000777\n'); }],
    ['no CURRENT', (at) => { rmSync(join(at, 'CURRENT')); }],
  ];
  for (const [name, damage] of nothingLost) {
    it(`saves everything where there is ${name}`, async () => {
      const directory = damaged(name, damage);
      const before = contents(directory);
      await assert.rejects(openLevelStore(directory, Date), { code: 'store.corrupt' });
      const { status, stdout } = run([directory, '--json']);
      const { state, copy = '', records } = JSON.parse(stdout) as Outcome;
      assert.deepEqual([status, state], [0, 'repaired']);
      assert.deepEqual(records, { facts: FACTS, sums: 1, outbox: 1, seen: 0, deadLetters: 1, alerts: 0, others: 0 });
      assert.match(basename(copy), /^bottega-store-damaged-\d{8}T\d{6}Z$/);
      assert.deepEqual(contents(copy), before);
      const store = await openLevelStore(directory, Date);
      assert.match(textOf((await store.read(['shop/f/sale/urn%3Atill/1-7']))[0]) ?? '', /^-\tsale/);
      await store.close();
      assert.equal(statSync(directory).mode & 0o777, 0o700);
      assert.ok(!existsSync(`${directory}-repair.json`));
    });
  }

  const lossy: [name: string, damage: (directory: string) => void][] = [
    ['no first table', (at) => { rmSync(fileIn(at, /\.ldb$/, 'first')); }],
    ['half a table', (at) => { halve(fileIn(at, /\.ldb$/, 'first')); }],
    ['a table without its tail', (at) => {
      const table = fileIn(at, /\.ldb$/, 'first');
      damageBytes(table, statSync(table).size - 3);
    }],
    ['an empty table', (at) => { truncateSync(fileIn(at, /\.ldb$/, 'first'), 0); }],
  ];
  for (const [name, damage] of lossy) {
    it(`saves the rest where there is ${name}, says what is missing, and leaves a note for /health`, async () => {
      const directory = damaged(name, damage);
      const { status, stdout } = run([directory, '--json']);
      const { state, records } = JSON.parse(stdout) as Outcome;
      assert.deepEqual([status, state, records['facts'], records['outbox']], [1, 'lost', FACTS * 2 / 3, 1]);
      const store = await openLevelStore(directory, Date);
      assert.equal((await store.scan({ gte: 'shop/f/', lt: 'shop/g' }, FACTS)).length, FACTS * 2 / 3);
      await store.close();
      assert.match(readFileSync(`${directory}-repair.json`, 'utf8'), /"copy":"bottega-store-damaged-/);
    });
  }

  it('leaves a whole store as it is, and says so', () => {
    const directory = damaged('nothing', () => undefined);
    const before = contents(directory);
    const { status, stdout } = run(['--data', join(folder, 'nothing'), '--lang', 'it']);
    assert.match(stdout, /è integro: niente è cambiato\n {2}fatti .*: 3000\n/);
    assert.equal(status, 0);
    assert.deepEqual(contents(directory), before);
    assert.deepEqual(readdirSync(join(folder, 'nothing')), ['bottega-store']);
  });

  it('says in words what it did', () => {
    const { stdout } = run([damaged('words', (at) => { rmSync(fileIn(at, /\.ldb$/, 'first')); })]);
    assert.match(stdout, /is repaired, but something was lost: .*\nwhat was wrong: .*Corruption: 1 missing files; e\.g\.: .*bottega-store\/.*\nthe damaged files are kept in .*-damaged-.*\nnot to be saved: 1 tables/);
    assert.match(stdout, /\nthe sums are counted anew from the facts at the next start\n {2}facts .*: 2000\n {2}sums .*: 1\n/);
  });

  it('repairs a store that is encrypted, with its key; without it, nothing is touched', async () => {
    const BOTTEGA_ENCRYPTION_KEY = randomBytes(32).toString('base64');
    const directory = join(folder, 'sealed', 'bottega-store');
    mkdirSync(join(folder, 'sealed'));
    const ring = parseKeyRing(BOTTEGA_ENCRYPTION_KEY, 'key');
    const open = async (): Promise<SealedStore> => new SealedStore(await openLevelStore(directory, Date), { ring, randomBytes });
    const store = await open();
    await store.commit([{ key: 'shop/f/sale/a/1', value: 'g\tsale\t1\ta\na100' }]);
    await store.close();
    rmSync(join(directory, 'CURRENT'));
    const before = contents(directory);
    const without = run([directory]);
    assert.equal(without.status, 2);
    assert.deepEqual(contents(directory), before);
    assert.deepEqual(readdirSync(join(folder, 'sealed')), ['bottega-store']);
    assert.equal(run([directory], { BOTTEGA_ENCRYPTION_KEY }).status, 0);
    const repaired = await open();
    assert.deepEqual(await repaired.read(['shop/f/sale/a/1']), ['-\tsale\t1\ta\na100']);
    await repaired.close();
  });

  it('touches nothing while the shop runs, and nothing that is not there', async () => {
    const directory = damaged('running', () => undefined);
    const store = await openLevelStore(directory, Date);
    const held = run([directory]);
    await store.close();
    assert.deepEqual([held.status, held.stdout], [2, '']);
    assert.match(held.stderr, /is in use: stop the shop first/);
    const missing = run([join(folder, 'nowhere')]);
    assert.deepEqual([missing.status, existsSync(join(folder, 'nowhere'))], [2, false]);
    assert.match(missing.stderr, /nowhere is not there/);
  });
});
