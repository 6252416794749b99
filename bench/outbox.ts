/** (f) How fast are events safe, and how fast are they on the other side? Outbox against the bare database; the whole way against bare MQTT. */
import { ClassicLevel } from 'classic-level';
import { connectAsync, type MqttClient } from 'mqtt';
import type { ShopEvent } from '../engine/event/event.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { encodeEvents } from '../engine/delivery/messageBatch.js';
import { Relay } from '../nodes/40-outbox/relay.js';
import { OutboxStore } from '../engine/delivery/outboxStore.js';
import type { Watched } from '../nodes/shared/ports.js';
import { Mosquitto } from '../test/support/mosquitto.js';
import { startOutboxToInbox } from './outboxToInbox.js';
import { place } from './place.js';
import { compare, perSecond, report } from './report.js';
import { arraysOf, salesOf } from './stream.js';

const ROUNDS = 5;
/** Published and not arrived: with more than 1,000 of them mosquitto's default queue drops messages, whatever it has acknowledged. */
const IN_FLIGHT = 400;

export async function outbox(): Promise<void> {
  const events = salesOf(20_000);
  for (const size of [1, 10, 100]) {
    const arrays = arraysOf(events.slice(0, size * 200), size);
    await compare(`outbox/append/arrays of ${String(size)}`, 'events/s', ROUNDS, () => appendRate(arrays), () => bareAppendRate(arrays));
  }
  const mosquitto = await Mosquitto.start();
  try {
    for (const [name, broker] of [['mosquitto', { kind: 'external', url: mosquitto.url }], ['embedded', { kind: 'embedded' }]] as const) {
      const pipeline = await startOutboxToInbox(broker);
      await pipeline.throughput(events.slice(0, 2_000));
      await compare(`outbox/to inbox/${name}/arrays of 100`, 'events/s', ROUNDS, () => pipeline.throughput(events), () => bareMqttRate(mosquitto.url, events));
      const { p50, p99 } = await pipeline.latency(500, 50);
      report({ bench: `outbox/to inbox/${name}/50 events/s/p50`, unit: 'ms', value: p50 });
      report({ bench: `outbox/to inbox/${name}/50 events/s/p99`, unit: 'ms', value: p99 });
      await pipeline.stop();
    }
  } finally {
    await mosquitto.stop();
  }
}

/** The broker is away: what is appended stays. */
const NOBODY: Watched = { health: () => ({ state: 'waiting', cause: 'broker.away', message: 'none' }), watch: () => () => undefined };

async function appendRate(arrays: readonly (readonly ShopEvent[])[]): Promise<number> {
  const where = place();
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const sender = new Relay({
    id: 'bench.1', tenant: 'shop', limits: { maxEvents: 1_000_000, maxBytes: 2 ** 30, maxInFlight: 1_000 }, until: 'accepted', outboxStore: new OutboxStore(store, 'bench'),
    storeHealth: NOBODY, broker: { ...NOBODY, publish: () => Promise.resolve(), publishAll: () => Promise.resolve(), subscribe: () => () => Promise.resolve() },
    now: () => Date.now(), random: Math.random, warn: (text) => { throw new Error(text); }, changed: () => undefined,
  });
  const rate = await perSecond(arrays.flat().length, async () => {
    for (const array of arrays) {
      const { drafts, bytes } = encodeEvents(array, Date.now());
      await sender.append(drafts, bytes);
    }
  });
  await sender.close();
  await store.close();
  where.remove();
  return rate;
}

async function bareAppendRate(arrays: readonly (readonly ShopEvent[])[]): Promise<number> {
  const where = place();
  const db = new ClassicLevel(where.path);
  await db.open();
  let offset = 0;
  const rate = await perSecond(arrays.flat().length, async () => {
    for (const array of arrays) {
      const batch = db.batch();
      for (const event of array) batch.put(String(offset++).padStart(12, '0'), JSON.stringify(event));
      await batch.write({ sync: true });
    }
  });
  await db.close();
  where.remove();
  return rate;
}

/** One message an event, on two connections without delay, parsed at the other end. */
async function bareMqttRate(url: string, events: readonly ShopEvent[]): Promise<number> {
  const [publisher, subscriber] = await Promise.all([connectBare(url), connectBare(url)]);
  await subscriber.subscribeAsync('bench/bare', { qos: 1 });
  const rate = await perSecond(events.length, () => new Promise<void>((resolve) => {
    let [sent, arrived] = [0, 0];
    const send = (): void => {
      const event = events[sent++];
      if (event !== undefined) publisher.publish('bench/bare', JSON.stringify(event), { qos: 1 });
    };
    subscriber.on('message', (_topic, payload) => {
      JSON.parse(payload.toString());
      arrived += 1;
      if (arrived === events.length) resolve();
      else send();
    });
    for (let lane = 0; lane < IN_FLIGHT; lane += 1) send();
  }));
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
  return rate;
}

async function connectBare(url: string): Promise<MqttClient> {
  const client = await connectAsync(url);
  (client.stream as { setNoDelay?: (noDelay: boolean) => void }).setNoDelay?.(true);
  return client;
}
