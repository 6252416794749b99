import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../engine/base/errors.js';
import { encodeAcknowledgement } from '../../../engine/delivery/acknowledgements.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { EmbeddedPort } from '../../../nodes/05-broker/embeddedPort.js';
import { readConfig } from '../../../nodes/40-outbox/config.js';
import { encodeEvents } from '../../../engine/delivery/messageBatch.js';
import { Relay, type RelayParts } from '../../../nodes/40-outbox/relay.js';
import { OutboxStore } from '../../../engine/delivery/outboxStore.js';
import { WatchedHealth } from '../../../nodes/shared/health.js';
import { sales } from '../../support/line.js';
import { embeddedSettings } from '../../support/embeddedBroker.js';
import { eventually } from '../../support/waiting.js';
import { freePort } from '../../support/ports.js';

const SAVED = { id: 'o1', type: 'bottega-outbox' };
const ends: (() => unknown)[] = [];

async function memoryStore(): Promise<Store> {
  const store = await openLevelStore({ memory: true }, Date);
  ends.push(() => store.close());
  return store;
}

async function embeddedBroker(): Promise<EmbeddedPort> {
  const folder = mkdtempSync(join(tmpdir(), 'bottega-outbox-'));
  const settings = embeddedSettings({ folder: join(folder, 'kept'), port: await freePort(), report: (error) => { assert.fail(String(error)); } });
  const broker = new EmbeddedPort(settings, { words: (cause) => cause, listener: () => undefined, random: () => 0 });
  ends.push(async () => {
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await eventually(() => (broker.health().state === 'ok' ? true : undefined));
  return broker;
}

function send(store: Store, broker: EmbeddedPort, parts: Partial<RelayParts> = {}): Relay & { warnings: string[] } {
  const warnings: string[] = [];
  const sender = new Relay({
    id: 'o1.test', tenant: 'shop', limits: { maxEvents: 1_000, maxBytes: 1_000_000, maxInFlight: 100 }, until: 'receipt', outboxStore: new OutboxStore(store, 'o1'),
    storeHealth: new WatchedHealth({ state: 'ok' }), broker, now: () => Date.now(), random: () => 0, warn: (text) => { warnings.push(text); }, changed: () => undefined, ...parts,
  });
  ends.push(() => sender.close());
  return Object.assign(sender, { warnings });
}

function append(sender: Relay, howMany: number): Promise<void> {
  const { drafts, bytes } = encodeEvents(sales(howMany), Date.now());
  return sender.append(drafts, bytes);
}

/** Everything published on the events topics, as offsets. */
function listen(broker: EmbeddedPort): number[] {
  const offsets: number[] = [];
  broker.subscribe('bottega/shop/events/#', (_topic, payload) => {
    const parsed = JSON.parse(payload.toString()) as { outboxoffset: number } | { outboxoffset: number }[];
    offsets.push(...[parsed].flat().map(({ outboxoffset }) => outboxoffset));
  });
  return offsets;
}

const storedKeys = async (store: Store): Promise<number> => (await store.scan({ gte: 'o/', lt: 'o/~' }, 10_000)).length;
const depthIs = (sender: Relay, depth: number): Promise<true> => eventually(() => (sender.depth === depth ? true : undefined), () => `depth ${String(sender.depth)}`);

describe('outbox node', () => {
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('reads its form', () => {
    const { limits, until } = readConfig({ ...SAVED });
    assert.deepEqual({ limits, until }, { limits: { maxEvents: 100_000, maxBytes: 268_435_456, maxInFlight: 1_000 }, until: 'receipt' });
    for (const [saved, field] of [[{ until: 'never' }, 'until'], [{ maxEvents: 0 }, 'maxEvents'], [{ maxEvents: '' }, 'maxEvents'], [{ maxMegabytes: 1.5 }, 'maxMegabytes'],
      [{ maxInFlight: 10_001 }, 'maxInFlight'], [{ version: 2 }, 'version']] as const) {
      assert.throws(() => readConfig({ ...SAVED, ...saved }), { name: 'ConfigError', field });
    }
  });

  it('takes what has a topic, and refuses the rest by itself', () => {
    const [good] = sales(1);
    assert.ok(good !== undefined);
    const bad = [undefined, null, 'x', {}, { ...good, type: 'party' }, { ...good, data: { ...good.data, store: 'a/b' } }, { ...good, data: { ...good.data, channel: '#' } },
      { ...good, data: { ...good.data, x_note: 'x'.repeat(70_000) } }];
    const encoded = encodeEvents([good, ...bad], 5);
    assert.deepEqual(encoded.refused, bad);
    assert.deepEqual(encoded.drafts.map(({ path, appendedAt }) => [path, appendedAt]), [['torino-2/pos/sale', 5]]);
    assert.deepEqual(encoded.accepted, [good]);
  });

  it('publishes at once, and empties the store when the receipt comes', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const sender = send(store, broker);
    const offsets = listen(broker);
    await append(sender, 3);
    assert.equal(await storedKeys(store), 3);
    await eventually(() => offsets.length === 3);
    await broker.publish('bottega/shop/receipts/o1.former', encodeAcknowledgement([[0, 2]]));
    await broker.publish('bottega/shop/receipts/o1.test', 'nonsense');
    await broker.publish('bottega/shop/receipts/o1.test', encodeAcknowledgement([[1, 2]]));
    await depthIs(sender, 1);
    assert.deepEqual(sender.warnings, ['an acknowledgement could not be read']);
    await broker.publish('bottega/shop/receipts/o1.test', encodeAcknowledgement([[0, 9]]));
    await depthIs(sender, 0);
    await eventually(async () => ((await storedKeys(store)) === 0 ? true : undefined));
  });

  it('sends a lone event at once and gathers those that follow closely into one message', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const sender = send(store, broker);
    const messages: number[] = [];
    broker.subscribe('bottega/shop/events/#', (_topic, payload) => { messages.push([JSON.parse(payload.toString()) as unknown].flat().length); });
    const arrived = (events: number): Promise<true> => eventually(() => (messages.reduce((sum, n) => sum + n, 0) === events ? true : undefined));
    await append(sender, 1);
    await arrived(1);
    await Promise.all(Array.from({ length: 20 }, () => append(sender, 1)));
    await arrived(21);
    assert.ok(messages.length <= 4, `messages of ${messages.join()}`);
    await append(sender, 70);
    await arrived(91);
    assert.equal(messages.at(-1), 70, 'as many as make waiting pointless leave together');
  });

  it('sends again what nobody receipts', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const sender = send(store, broker);
    const offsets = listen(broker);
    await append(sender, 1);
    await eventually(() => offsets.length >= 2);
    assert.deepEqual(new Set(offsets), new Set([0]));
  });

  it('sends again in time although the clock was an hour ahead and is set back', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    let ahead = 3_600_000;
    const sender = send(store, broker, { now: () => Date.now() + ahead });
    const offsets = listen(broker);
    await append(sender, 1);
    await eventually(() => offsets.length >= 1);
    ahead = 0;
    const before = offsets.length;
    await eventually(() => offsets.length > before);
  });

  it('is content with the broker where it is set so', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const sender = send(store, broker, { until: 'accepted' });
    await append(sender, 500);
    await depthIs(sender, 0);
    await eventually(async () => ((await storedKeys(store)) === 0 ? true : undefined));
  });

  it('keeps little in memory and still sends a long backlog in order, also after a restart', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const limits = { maxEvents: 10_000, maxBytes: 10_000_000, maxInFlight: 50 };
    const first = send(store, broker, { limits });
    for (let n = 0; n < 4; n += 1) await append(first, 500);
    await first.close();
    const offsets = listen(broker);
    const second = send(store, broker, { limits, id: 'o1.second', until: 'accepted' });
    await append(second, 1);
    await depthIs(second, 0);
    assert.deepEqual(offsets, Array.from({ length: 2_001 }, (_, offset) => offset));
    assert.equal(await eventually(async () => ((await storedKeys(store)) === 0 ? 0 : undefined)), 0);
  });

  it('accepts nothing that is not stored, and publishes none of it', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const failing: Store = { ...bound(store), commit: () => Promise.reject(new Fault('store.full', 'no space left')) };
    const sender = send(store, broker, { outboxStore: new OutboxStore(failing, 'o1') });
    const offsets = listen(broker);
    await assert.rejects(append(sender, 3), { code: 'store.full' });
    await broker.publish('x', 'later than any event');
    assert.deepEqual([sender.depth, offsets.length], [0, 0]);
  });

  it('is full by events and by bytes, and takes more as soon as there is space', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const sender = send(store, broker, { limits: { maxEvents: 3, maxBytes: 1_000_000, maxInFlight: 100 } });
    await append(sender, 2);
    await assert.rejects(append(sender, 2), { code: 'outbox.full' });
    await broker.publish('bottega/shop/receipts/o1.test', encodeAcknowledgement([[0, 1]]));
    await depthIs(sender, 0);
    await append(sender, 3);
  });

  it('removes what was receipted as soon as the store lets it', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    let failures = 1;
    const flaky: Store = {
      ...bound(store),
      commit: (changes, durability) => (durability === 'soon' && (failures -= 1) >= 0 ? Promise.reject(new Fault('store.away', 'not now')) : store.commit(changes, durability)),
    };
    const sender = send(store, broker, { outboxStore: new OutboxStore(flaky, 'o1'), until: 'accepted' });
    await append(sender, 2);
    await eventually(async () => ((await storedKeys(store)) === 0 ? true : undefined));
    assert.deepEqual(sender.warnings, ['not now']);
  });

  it('keeps a record that cannot be read, says so, and sends the others', async () => {
    const [store, broker] = [await memoryStore(), await embeddedBroker()];
    const outboxStore = new OutboxStore(store, 'o1');
    const { drafts } = encodeEvents(sales(2), Date.now());
    await outboxStore.append(drafts.map((draft, offset) => ({ ...draft, offset: offset * 2 })));
    await store.commit([{ key: 'o/o1/000000000001', value: 'torn' }]);
    assert.equal((await outboxStore.recover()).count, 3);
    const sender = send(store, broker, { until: 'accepted' });
    await eventually(async () => ((await storedKeys(store)) === 1 ? true : undefined));
    assert.deepEqual(sender.warnings, ['1 stored events cannot be read and are kept']);
  });
});

function bound(store: Store): Store {
  return { read: (keys) => store.read(keys), commit: (changes, durability) => store.commit(changes, durability), scan: (range, limit) => store.scan(range, limit), close: () => store.close() };
}
