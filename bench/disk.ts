/** (b) How many events a second are stored for good? Folded and synced to disk, against the bare database that syncs the same events. */
import { randomBytes } from 'node:crypto';
import { ClassicLevel } from 'classic-level';
import type { ShopEvent } from '../engine/event/event.js';
import { foldEvents } from '../engine/aggregate/applyEvents.js';
import { openLevelStore } from '../engine/store/level/levelStore.js';
import { NO_KEYS, parseKeyRing, type KeyRing } from '../engine/store/sealed/keyRing.js';
import { SealedStore } from '../engine/store/sealed/sealedStore.js';
import type { Store } from '../engine/store/store.js';
import { place } from './place.js';
import { compare, cpuMicros, perSecond, percentile, report } from './report.js';
import { arraysOf, foldContextOf, salesOf } from './stream.js';

const ROUNDS = 5;
/** As `openssl rand` would have made it. */
const RING = parseKeyRing(randomBytes(32).toString('base64'), 'BOTTEGA_ENCRYPTION_KEY');

export async function disk(): Promise<void> {
  const events = salesOf(20_000);
  const arrays = arraysOf(events, 100);
  await compare('disk/arrays of 100/one caller', 'events/s', ROUNDS, () => rateOf(arrays, 1), () => bareRate(arrays));
  report({ bench: 'disk/arrays of 100/CPU', unit: 'CPU µs/event', value: await cpuMicros(events.length, () => rateOf(arrays, 1)) });
  await compare('disk/arrays of 100/eight callers', 'events/s', ROUNDS, () => rateOf(arrays, 8), () => bareRate(arrays));
  await compare('disk/lone events/64 callers', 'events/s', ROUNDS, () => rateOf(arraysOf(events, 1), 64), () => bareRate(arraysOf(events.slice(0, 2_000), 1)));
  await encrypted(arrays, events);
  for (const share of [0.5, 0.99]) {
    const lone = arraysOf(events.slice(0, 1_000), 1);
    await compare(`disk/lone event/p${String(share * 100)}`, 'ms', ROUNDS, async () => percentile(await timesOf(lone), share), async () => percentile(await bareTimes(lone), share));
  }
}

/** What encryption costs: the same store in turns with a key and without. */
async function encrypted(arrays: Arrays, events: readonly ShopEvent[]): Promise<void> {
  await compare('disk/encrypted/arrays of 100/eight callers', 'events/s', ROUNDS, () => rateOf(arrays, 8, RING), () => rateOf(arrays, 8));
  const lone = arraysOf(events.slice(0, 5_000), 1);
  await compare('disk/encrypted/lone events/64 callers', 'events/s', ROUNDS, () => rateOf(lone, 64, RING), () => rateOf(lone, 64));
  const cpu = (ring: KeyRing): Promise<number> => cpuMicros(events.length, () => rateOf(arrays, 1, ring));
  await compare('disk/encrypted/arrays of 100/CPU', 'CPU µs/event', ROUNDS, () => cpu(RING), () => cpu(NO_KEYS));
}

/** As the store node opens it. */
async function opened(path: string, ring: KeyRing): Promise<Store> {
  return new SealedStore(await openLevelStore(path, { now: () => Date.now() }), { ring, randomBytes });
}

type Arrays = readonly (readonly ShopEvent[])[];

/** `callers` take the next array as soon as theirs is stored. */
async function rateOf(arrays: Arrays, callers: number, ring = NO_KEYS): Promise<number> {
  const where = place();
  const store = await opened(where.path, ring);
  const context = await foldContextOf(store);
  let next = 0;
  const call = async (): Promise<void> => {
    for (let array = arrays[next++]; array !== undefined; array = arrays[next++]) await foldEvents(store, array, context);
  };
  const rate = await perSecond(arrays.flat().length, () => Promise.all(Array.from({ length: callers }, call)));
  await store.close();
  where.remove();
  return rate;
}

async function bareRate(arrays: Arrays): Promise<number> {
  return withBare((db) => perSecond(arrays.flat().length, async () => { for (const array of arrays) await bareWrite(db, array); }));
}

async function timesOf(arrays: Arrays): Promise<number[]> {
  const where = place();
  const store = await openLevelStore(where.path, { now: () => Date.now() });
  const context = await foldContextOf(store);
  const times = await timed(arrays, (array) => foldEvents(store, array, context));
  await store.close();
  where.remove();
  return times;
}

function bareTimes(arrays: Arrays): Promise<number[]> {
  return withBare((db) => timed(arrays, (array) => bareWrite(db, array)));
}

async function timed(arrays: Arrays, store: (array: readonly ShopEvent[]) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const array of arrays) {
    const startedAt = performance.now();
    await store(array);
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function bareWrite(db: ClassicLevel, events: readonly ShopEvent[]): Promise<void> {
  const batch = db.batch();
  for (const event of events) batch.put(event.id, JSON.stringify(event));
  await batch.write({ sync: true });
}

async function withBare<T>(work: (db: ClassicLevel) => Promise<T>): Promise<T> {
  const where = place();
  const db = new ClassicLevel(where.path);
  await db.open();
  const answer = await work(db);
  await db.close();
  where.remove();
  return answer;
}
