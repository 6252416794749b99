/** (c) and (i) What does exactness cost on Redis? Our commits against the cart in a function node (get, add, set), which also loses updates. */
import { join } from 'node:path';
import Redis from 'ioredis';
import type { ShopEvent } from '../engine/event/event.js';
import { foldEvents } from '../engine/aggregate/applyEvents.js';
import { readAllGroups } from '../engine/read/windowReader.js';
import { KPIS } from '../engine/kpi/builtinKpis.js';
import { openRedisStore } from '../engine/store/redis/connection.js';
import { scoped, type Store } from '../engine/store/store.js';
import { formatInstant, LocalClock, MINUTE, SECOND } from '../engine/base/time.js';
import { Calendar } from '../engine/calendar/windowAssigner.js';
import { ROOT } from '../test/support/product.js';
import { type RedisServer, startRedis } from '../test/support/redis.js';
import { start } from '../test/support/runtime.js';
import { ENDS, postTo, type Ran } from './outboxToInbox.js';
import { compare, perSecond, percentile, report } from './report.js';
import { arraysOf, canonical, CURRENCY, foldContextOf, salesOf } from './stream.js';
import { freePort } from '../test/support/ports.js';

const ROUNDS = 5;
const ORDERS = 3_000;
const TTL_SECONDS = 3_600;
/** Messages that Node-RED has handed to the function node and that are not done. */
const UNDER_WAY = 99;
const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

export async function cart(): Promise<void> {
  const server = await startRedis({ settings: AOF });
  const client = new Redis(server.url);
  const store = openRedisStore(server.url, { clock: Date, random: Math.random });
  const node = await startFunctionNode(server.url);
  let round = 0;
  const ours = (events: readonly ShopEvent[], size: number, callers = 1): Promise<number> => foldRate(scoped(store, `shop${String(round++)}/`), arraysOf(events, size), callers);
  try {
    const events = salesOf(20_000);
    await node.rate(events.slice(0, 2_000));
    await compare('redis/arrays of 100 against the function node', 'events/s', ROUNDS, () => ours(events, 100), () => node.rate(events));
    await compare('redis/arrays of 100 by four callers against the function node', 'events/s', ROUNDS, () => ours(events, 100, 4), () => node.rate(events));
    await compare('redis/arrays of 500 against the function node', 'events/s', ROUNDS, () => ours(events, 500), () => node.rate(events));
    await compare('redis/arrays of 100 against the cart without Node-RED', 'events/s', ROUNDS, () => ours(events, 100), () => naiveRate(client, events));
    await reportLoneEvents(scoped(store, 'lone/'), events.slice(0, 500));
    await reportLostUpdates(client, scoped(store, 'lost/'));
    await reportServerCost(server, () => ours(events, 100), events.length);
  } finally {
    await node.stop();
    await store.close();
    client.disconnect();
    await server.dispose();
  }
}

/** `callers` take the next array as soon as theirs is stored. */
async function foldRate(store: Store, arrays: readonly (readonly ShopEvent[])[], callers: number): Promise<number> {
  const context = await foldContextOf(store);
  let next = 0;
  const call = async (): Promise<void> => {
    for (let array = arrays[next++]; array !== undefined; array = arrays[next++]) await foldEvents(store, array, context);
  };
  return perSecond(arrays.flat().length, () => Promise.all(Array.from({ length: callers }, call)));
}

/** The cart where people write it: in a function node between a node that sends and one that counts. */
async function startFunctionNode(url: string): Promise<{ rate(events: readonly ShopEvent[]): Promise<number>; stop(): Promise<unknown> }> {
  const port = await freePort();
  const func = `
    const redis = global.get('redis');
    const { subject, data } = msg.payload[0];
    const cents = Number(await redis.get('cart:' + subject) ?? 0) + Math.round(Number(data.amount) * 100);
    await redis.set('cart:' + subject, cents, 'EX', ${String(TTL_SECONDS)});
    return msg;`;
  const runtime = await start([
    { id: 'source', type: 'bench-source', port, wires: [['cart']] },
    { id: 'cart', type: 'function', func, outputs: 1, wires: [['sink']] },
    { id: 'sink', type: 'bench-sink', wires: [] },
  ], {
    nodes: { 'bench-ends': ENDS }, settings: { nodesDir: [] },
    settingsScript: `settings.functionGlobalContext = { redis: new (require(${JSON.stringify(join(ROOT, 'node_modules/ioredis'))}).Redis)(${JSON.stringify(url)}) };`,
  });
  const rate = async (events: readonly ShopEvent[]): Promise<number> => {
    const named = events.map((event, index) => ({ ...event, id: String(index) }));
    const ran = JSON.parse(await postTo(port, JSON.stringify({ arrays: arraysOf(named, UNDER_WAY), everyMs: 0, split: true }))) as Ran;
    return events.length / (ran.ms / 1_000);
  };
  return { rate, stop: () => runtime.stop() };
}

/** One cart per order; each event adds its amount to what it has read. */
async function naiveRate(client: Redis, events: readonly ShopEvent[]): Promise<number> {
  await client.flushall();
  return perSecond(events.length, () => eachUnderWay(events, (event) => addToCart(client, event)));
}

async function addToCart(client: Redis, { subject, data }: ShopEvent): Promise<void> {
  const key = `cart:${subject ?? ''}`;
  const cents = Number(await client.get(key) ?? 0) + Math.round(Number(data.amount) * 100);
  await client.set(key, cents, 'EX', TTL_SECONDS);
}

/** As Node-RED does: the next message is handed over although the last one is not done. */
async function eachUnderWay<T>(all: readonly T[], handle: (one: T) => Promise<void>): Promise<void> {
  for (const turn of arraysOf(all, UNDER_WAY)) await Promise.all(turn.map(handle));
}

async function reportLoneEvents(store: Store, events: readonly ShopEvent[]): Promise<void> {
  const context = await foldContextOf(store);
  const times: number[] = [];
  for (const event of events) {
    const startedAt = performance.now();
    await foldEvents(store, [event], context);
    times.push(performance.now() - startedAt);
  }
  report({ bench: 'redis/lone event/p50', unit: 'ms', value: percentile(times, 0.5) });
  report({ bench: 'redis/lone event/p99', unit: 'ms', value: percentile(times, 0.99) });
}

/** Three payments of 1.00 for each order, back to back: what is missing at the end, as a share of what was sent. */
async function reportLostUpdates(client: Redis, store: Store): Promise<void> {
  const now = Date.now();
  const events = Array.from({ length: ORDERS * 3 }, (_event, index) => paymentOf(Math.floor(index / 3), index, now));
  await client.flushall();
  await eachUnderWay(events, (event) => addToCart(client, event));
  const kept = await client.mget(Array.from({ length: ORDERS }, (_order, index) => `cart:order/${String(index)}`));
  const naive = 1 - kept.reduce((sum, cents) => sum + Number(cents), 0) / (events.length * 100);
  // Each payment is a fact of its own: those of one order share a cart, here each has a subject of its own.
  const facts = events.map((event, index) => ({ ...event, subject: `payment/${String(index)}` }));
  const context = await foldContextOf(store);
  await Promise.all(arraysOf(facts, 3).map((array) => foldEvents(store, array, context)));
  report({ bench: 'cart/lost updates', unit: 'share', value: 1 - await revenueOf(store, now) / events.length, baseline: naive });
}

function paymentOf(order: number, index: number, now: number): ShopEvent {
  const time = formatInstant(now - MINUTE);
  return canonical({
    specversion: '1.0', id: `payment-${String(index)}`, source: 'urn:bottega:pos:cassa-1', type: 'sale', subject: `order/${String(order)}`, time,
    data: { store: 'bottega-1', channel: 'pos', status: 'completed', amount: '1.00' },
  }, now);
}

/** Euro in the day of the payments. */
async function revenueOf(store: Store, now: number): Promise<number> {
  const calendar = new Calendar(new LocalClock('Europe/Rome'));
  const context = { calendar, currency: CURRENCY, graceMs: 5 * SECOND, kpis: KPIS };
  const values = await readAllGroups(store, '1d', calendar.windowAt('1d', now - MINUTE), context, now);
  return values.find(({ name, store: shop, channel }) => name === 'revenue' && shop === '_' && channel === '_')?.value ?? 0;
}

async function reportServerCost(server: RedisServer, work: () => Promise<number>, events: number): Promise<void> {
  const before = await serverSeconds(server);
  const own = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(own);
  report({ bench: 'redis/arrays of 100/our CPU', unit: 'µs/event', value: (user + system) / events });
  report({ bench: 'redis/arrays of 100/server CPU', unit: 'µs/event', value: ((await serverSeconds(server) - before) * 1e6) / events });
}

async function serverSeconds(server: RedisServer): Promise<number> {
  const spent = await server.cli('info', 'cpu');
  return ['user', 'sys'].reduce((sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(spent)?.[1] ?? 0), 0);
}
