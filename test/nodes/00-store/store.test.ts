/** The store node: opens in the background, waits, shares a directory, says why it cannot, and recovers. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { ConfigError, type Fault } from '../../../engine/base/errors.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { DAY } from '../../../engine/base/time.js';
import { directoryOf, readConfig } from '../../../nodes/00-store/config.js';
import { DamageNote } from '../../../nodes/00-store/storeNote.js';
import storeNode from '../../../nodes/00-store/store.js';
import { resourceUp } from '../../../nodes/shared/metrics.js';
import type { Health, StorePort } from '../../../nodes/shared/ports.js';
import { damageBytes } from '../../support/damage.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';

describe('store form', () => {
  const saved = { id: 'n', type: 'bottega-store' };

  it('reads a form, also an empty one', () => {
    assert.deepEqual(readConfig({ ...saved, version: 1, kind: 'embedded', directory: ' /srv/shop ' }), { kind: 'embedded', directory: '/srv/shop' });
    assert.deepEqual(readConfig(saved, {}, {}), { kind: 'embedded', directory: '' });
  });

  const redis = { REDIS_URL: 'redis://me:s%40fe@h:6380' };
  for (const [form, secrets, environment, expected] of [
    [{ kind: 'auto' }, {}, redis, { kind: 'redis', url: 'redis://me:s%40fe@h:6380', place: 'h:6380' }],
    [{ kind: 'auto' }, { password: 'unused' }, redis, { kind: 'redis', url: 'redis://me:s%40fe@h:6380', place: 'h:6380' }],
    [{ kind: 'embedded' }, {}, redis, { kind: 'embedded', directory: '' }],
    [{ kind: 'auto' }, {}, { REDIS_URL: ' ' }, { kind: 'embedded', directory: '' }],
    [{ kind: 'redis' }, {}, redis, { kind: 'redis', url: 'redis://me:s%40fe@h:6380', place: 'h:6380' }],
    [{ kind: 'redis', url: '${REDIS_URL}' }, { password: 'p/@' }, redis, { kind: 'redis', url: 'redis://:p%2F%40@h:6380', place: 'h:6380' }],
    [{ kind: 'redis', url: 'rediss://h', ca: '/ca.pem' }, { user: 'u', password: 'p' }, redis, { kind: 'redis', url: 'rediss://u:p@h', place: 'h:6379', ca: '/ca.pem' }],
    [{ kind: 'redis', url: 'redis+cluster://a,b:7000' }, {}, {}, { kind: 'redis', url: 'redis+cluster://a,b:7000', place: 'a:6379, b:7000' }],
    [{ kind: 'redis', url: 'redis+unix:///run/r.sock' }, {}, {}, { kind: 'redis', url: 'redis+unix:///run/r.sock', place: '/run/r.sock' }],
  ] as const) {
    it(`reads ${JSON.stringify(form)} with ${JSON.stringify(environment)}`, () => { assert.deepEqual(readConfig({ ...saved, ...form }, secrets, environment), expected); });
  }

  for (const [form, secrets, field] of [
    [{}, {}, 'url'], [{ url: 'http://h' }, {}, 'url'], [{ url: 'redis://me:hidden@h' }, {}, 'url'], [{ url: 'redis://a,b' }, {}, 'url'], [{ url: 'redis://h' }, { user: 'u' }, 'password'],
  ] as const) {
    it(`refuses ${JSON.stringify(form)} as Redis, naming ${field}, and shows no password`, () => {
      assert.throws(() => readConfig({ ...saved, kind: 'redis', ...form }, secrets, {}), (error: Error) => (
        error instanceof ConfigError && error.field === field && !error.message.includes('hidden')));
    });
  }

  for (const [field, value] of [['kind', 'paper'], ['directory', 7], ['directory', 'a\0b'], ['version', 2], ['version', '1']] as const) {
    it(`names the field ${field} that breaks a rule (${JSON.stringify(value)})`, () => {
      assert.throws(() => readConfig({ ...saved, [field]: value }), names(field));
    });
  }

  it('takes relative directories from the user directory', () => {
    const at = (directory: string): string => directoryOf({ kind: 'embedded', directory }, '/home/shop/.node-red');
    assert.deepEqual([at(''), at('mine'), at('/srv/mine')], ['/home/shop/.node-red/bottega-store', '/home/shop/.node-red/mine', '/srv/mine']);
  });
});

describe('the note of a damage', () => {
  const AT = Date.UTC(2026, 10, 27, 18);
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bottega-note-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  it('adds a further damage to the first, and is over a week after the last', () => {
    const place = join(folder, 'store');
    new DamageNote(place).add({ bytes: 10, since: AT - 1_000, until: AT }, AT);
    const note = new DamageNote(place);
    note.add({ bytes: 5, since: AT + DAY, until: AT + 2 * DAY }, AT + 3 * DAY);
    const [warning] = note.warnings(AT + 10 * DAY - 1);
    assert.match(warning?.message ?? '', /found 15 damaged bytes .* between 2026-11-27T17:59:59Z and 2026-11-29T18:00:00Z may be lost/);
    assert.deepEqual(note.warnings(AT + 10 * DAY), []);
    assert.ok(!existsSync(`${place}-damage.json`));
  });

  it('is said also where it cannot be written, and not where it makes no sense', () => {
    const note = new DamageNote(join(folder, 'no', 'such', 'store'));
    note.add({ bytes: 10, since: AT, until: AT }, AT);
    assert.equal(note.warnings(AT).length, 1);
    writeFileSync(join(folder, 'store-damage.json'), '{"bytes":"many"');
    assert.deepEqual(new DamageNote(join(folder, 'store')).warnings(AT), []);
  });
});

describe('store node', () => {
  const home = eachInNodeRed();

  const node = (id: string, place = ''): object => ({ id, type: 'bottega-store', kind: 'embedded', directory: place, version: 1 });
  const load = (...nodes: object[]): Promise<void> => helper.load(storeNode, nodes);
  const portOf = (id: string): StorePort => portIn(id) as StorePort;
  const healthy = (port: StorePort, wish: (health: Health) => boolean): Promise<Health> => new Promise((resolve) => {
    const unwatch = port.watch((health) => {
      if (wish(health)) queueMicrotask(() => { unwatch(); resolve(health); });
    });
  });

  it('waits with its verbs until it is open, and says so', async () => {
    await load(node('store'));
    const port = portOf('store');
    assert.equal(port.health().state, 'waiting');
    assert.deepEqual(await port.of('shop').commit([{ key: 'a', expect: null, value: '1' }], 'stored'), { outcome: 'ok', totals: [] });
    assert.deepEqual(port.health(), { state: 'ok' });
    assert.equal((await resourceUp.get()).values.find(({ labels }) => labels.resource === 'store')?.value, 1);
  });

  it('keeps shops apart, and everything over a restart', async () => {
    await load(node('store'));
    await portOf('store').of('a').commit([{ key: 'k', value: '1' }]);
    await helper.unload();
    await load(node('store'));
    assert.deepEqual(await portOf('store').of('a').read(['k']), ['1']);
    assert.deepEqual(await portOf('store').of('b').read(['k']), [undefined]);
  });

  it('shares one database between two nodes that name one directory', async () => {
    await load(node('one', 'same'), node('two', join(home.directory, 'same')));
    await portOf('one').of('shop').commit([{ key: 'k', value: '1' }]);
    assert.deepEqual(await portOf('two').of('shop').read(['k']), ['1']);
    await helper.unload();
    const store = await openLevelStore(join(home.directory, 'same'), Date);
    assert.deepEqual(await store.read(['shop/k']), ['1']);
    await store.close();
  });

  it('still writes what nodes closing at the same time bring', async () => {
    await load(node('store'));
    const store = portOf('store').of('shop');
    await store.commit([{ key: 'k', value: '1' }]);
    const unloaded = helper.unload();
    await store.commit([{ key: 'k', value: 'last' }], 'stored');
    await unloaded;
    await load(node('store'));
    assert.deepEqual(await portOf('store').of('shop').read(['k']), ['last']);
  });

  it('says over restarts that events may be lost, until its owner has taken note', async () => {
    const place = join(home.directory, 'bottega-store');
    const note = `${place}-damage.json`;
    await load(node('store'));
    for (let at = 0; at < 300; at += 1) await portOf('store').of('shop').commit([{ key: `k/${String(at)}`, value: 'x'.repeat(300) }]);
    await helper.unload();
    damageBytes(join(place, readdirSync(place).find((name) => name.endsWith('.log')) ?? ''), 40_000);
    for (let start = 0; start < 2; start += 1) {
      await load(node('store'));
      await healthy(portOf('store'), ({ state }) => state === 'ok');
      const [warning, ...more] = portOf('store').warnings();
      assert.equal(warning?.cause, 'store.damaged');
      assert.match(warning.message, /^the store found \d+ damaged bytes .* between \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ and \d{4}-.*Z may be lost/);
      assert.deepEqual(more, []);
      assert.equal(statSync(note).mode & 0o777, 0o600);
      if (start === 0) await helper.unload();
    }
    rmSync(note);
    assert.deepEqual(portOf('store').warnings(), []);
  });

  it('waits while another holds the directory, and opens when it is free', async () => {
    const other = await openLevelStore(join(home.directory, 'held'), Date);
    await load(node('store', 'held'));
    const port = portOf('store');
    const health = await healthy(port, (now) => now.state === 'waiting' && now.retryAt !== undefined);
    assert.equal(health.state === 'waiting' && health.cause, 'store.locked');
    await assert.rejects(port.of('shop').read(['k']), (error: Fault) => error.code === 'store.locked');
    await other.close();
    await healthy(port, ({ state }) => state === 'ok');
    assert.deepEqual(await port.of('shop').read(['k']), [undefined]);
  });

  it('says why where the directory cannot be used at all', async () => {
    writeFileSync(join(home.directory, 'file'), '');
    await load(node('store', 'file/inside'));
    const health = await healthy(portOf('store'), (now) => now.state === 'waiting' && now.retryAt !== undefined);
    assert.equal(health.state === 'waiting' && health.cause, 'store.away');
  });

  it('stays inert with a broken form', async () => {
    await load({ ...node('store'), kind: 'paper' });
    assert.equal(portIn('store'), undefined);
  });
});
