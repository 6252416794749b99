/**
 * A data directory and a flow of version 0.1.0 in today's code: every number, alert, waiting event, dead letter and seen id as it was. See
 * fixtures/landed-0.1/make.mjs for what was done then.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { decodeAlert } from '../engine/alert/stateStore.js';
import { dedupeKey, LocalDeduplicator } from '../engine/delivery/deduplicator.js';
import { OutboxStore } from '../engine/delivery/outboxStore.js';
import { type KpiValue, openShop, openStore, type WindowsQuestion } from '../engine/index.js';
import { prefixRange, scanAll, scoped, type Store, textOf } from '../engine/store/store.js';
import { startProduct } from './support/product.js';
import { eventually } from './support/waiting.js';

const FIXTURE = join(__dirname, 'fixtures/landed-0.1');
const { at, numbers } = JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8')) as { at: string; numbers: Partial<KpiValue>[] };
/** A minute after the fixture was made. */
const NOW = Date.parse(at) + 60_000;
const OUTBOX = 'c964cb864f480536';

/** The directory as it was then, in a folder of its own. */
async function directoryOfThen(parent: string): Promise<string> {
  const directory = join(parent, 'bottega-store');
  const records = JSON.parse(readFileSync(join(FIXTURE, 'store.json'), 'utf8')) as [key: string, value: string][];
  const db = new ClassicLevel(directory);
  await db.batch(records.map(([key, value]) => ({ type: 'put', key, value })));
  await db.close();
  return directory;
}

function shown({ name, window, store, channel, value, unit, count }: KpiValue): Partial<KpiValue> {
  return { name, window, store, channel, value, unit, count };
}

describe('upgrade from 0.1.0', () => {
  let folder = '';
  let store: Store;
  let shop: Store;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bottega-upgrade-'));
    store = await openStore({ kind: 'level', directory: await directoryOfThen(folder) }, { now: () => NOW, random: () => 0 });
    shop = scoped(store, 'shop/');
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [title, recounts] of [['before its facts are counted anew', 0], ['after', 1], ['after it was done twice', 2]] as const) {
    it(`says every number as before, ${title}`, async () => {
      const opened = await openShop(store, { tenant: 'shop' }, () => NOW);
      for (let turn = 0; turn < recounts; turn += 1) await opened.recount();
      const questions: WindowsQuestion[] = [{ size: '1d', groupBy: ['store', 'channel'] }, { size: '1d' }, { size: '1h' }];
      const rows = (await Promise.all(questions.map((question) => opened.readWindows(question)))).flat().map(shown);
      const keyOf = ({ name, window, store: place, channel }: Partial<KpiValue>): string => JSON.stringify([name, window, place, channel]);
      const found = new Map(rows.map((row) => [keyOf(row), row]));
      assert.ok(numbers.length > 50);
      for (const expected of numbers) assert.deepEqual(found.get(keyOf(expected)), expected);
    });
  }

  it('counts a sale of then that comes again as the same sale', async () => {
    const opened = await openShop(store, { tenant: 'shop' }, () => NOW);
    const [waiting] = (await new OutboxStore(shop, OUTBOX).read({ from: 0, to: 1, limit: 1 })).events;
    const sale = JSON.parse(waiting?.json ?? '') as object;
    const revenue = async (): Promise<number | null | undefined> => (await opened.readWindows({ size: '1d', names: ['revenue'] }))[0]?.value;
    const before = await revenue() ?? 0;
    assert.equal((await opened.applyEvents([sale])).changed, 1);
    assert.equal((await opened.applyEvents([sale])).unchanged, 1);
    assert.equal(await revenue(), before + 100);
  });

  it('has every alert in its state, and what people were notified of', async () => {
    const alerts = (await scanAll(shop, prefixRange('a/'))).map(({ key, value }) => [key, decodeAlert(textOf(value) ?? '')] as const);
    assert.deepEqual(alerts.map(([key, { state, owner, about }]) => [key, owner, about, state.state, state.notifiedAt === undefined ? 'quiet' : 'notified']), [
      ['a/Paziente/_', 'b350dfc43774949e', 'revenue/1d/_/live', 'pending', 'quiet'],
      ['a/Quieto/_', 'b350dfc43774949e', 'refunds/1d/_/live', 'inactive', 'quiet'],
      ['a/Rientrato/_', 'b350dfc43774949e', 'revenue/1d/_/live', 'resolved', 'quiet'],
      ['a/Scatta/_', 'b350dfc43774949e', 'revenue/1d/_/live', 'firing', 'notified'],
    ]);
    for (const [key, { state }] of alerts) assert.ok(NOW - state.lastSeenAt < 3_600_000, key);
  });

  it('has what waited in the outbox, in its order', async () => {
    const outbox = new OutboxStore(shop, OUTBOX);
    const { from, next, count } = await outbox.recover();
    assert.deepEqual({ from, next, count }, { from: 0, next: 2, count: 2 });
    const { events } = await outbox.read({ from, to: next, limit: 10 });
    assert.deepEqual(events.map(({ path, json }) => [path, (JSON.parse(json) as { id: string }).id]), [['negozio/pos/sale', 'e11'], ['negozio/pos/sale', 'e12']]);
  });

  it('knows what was seen, and nothing else', async () => {
    const seen = new LocalDeduplicator(shop, 1_000, 'test');
    await seen.open(NOW);
    const known = ['e1', 'e2', 'e3', 'e4', 'e4.2', 'r2', 'e11', 'e12', 'e9', 'e13'].filter((id) => seen.knows(dedupeKey({ source: 'pos/1', id }), NOW));
    assert.deepEqual(known, ['e1', 'e2', 'e3', 'e4', 'e4.2', 'r2', 'e11', 'e12']);
  });

  it('has the dead letter with its sealed content', async () => {
    const [letters, contents] = await Promise.all([scanAll(shop, prefixRange('x/')), scanAll(shop, prefixRange('y/'))]);
    assert.deepEqual(letters.map(({ value }) => (JSON.parse(textOf(value) ?? '') as { reason: string }).reason), ['pattern']);
    assert.deepEqual(contents.map(({ key }) => key.slice(2)), letters.map(({ key }) => key.slice(2)));
  });

  it('deploys the flow of then unchanged, and delivers what waited', async () => {
    await store.close();
    const data = join(folder, 'data');
    mkdirSync(data);
    await directoryOfThen(data);
    writeFileSync(join(data, 'flows.json'), gunzipSync(readFileSync(join(FIXTURE, 'flows.json.gz'))));
    writeFileSync(join(data, 'role'), 'all\n');
    const product = await startProduct(data);
    const depth = async (): Promise<number> => {
      const { text } = await product.get('/metrics');
      return Number(/^bottega_outbox_depth\{[^}]*\} (\d+)/m.exec(text)?.[1] ?? NaN);
    };
    try {
      assert.equal((await product.get('/health')).status, 200);
      await eventually(async () => (await depth()) === 0, 'an empty outbox');
    } finally {
      const { stderr } = await product.stop();
      assert.doesNotMatch(stderr, /\[error\]/);
      assert.match(stderr, /\[warn\] \d+ ui-template vengono da un modello di prima/);
    }
  });
});
