/** Who asked to be forgotten is in no stored text any more, whatever is sent again; and no sum moves by a cent. */
import assert from 'node:assert/strict';
import { ERASED, eraseNext } from '../../../engine/erasure/eraseFacts.js';
import { readErasureRequests } from '../../../engine/privacy/erasureRequest.js';
import { parseEvent, type ShopEvent } from '../../../engine/event/event.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { scanAll } from '../../../engine/store/store.js';
import type { Measure } from '../../../engine/kpi/measure.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { openRedisStore, type RedisStore } from '../../../engine/store/redis/connection.js';
import { prefixRange, scoped, type Store, textOf } from '../../../engine/store/store.js';
import { HOUR, LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW, type Said } from '../../support/events.js';
import { type RedisServer, startRedis } from '../../support/redis.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const SHOP = 'urn:bottega:shopify:lampade.example';
const OTHER = 'urn:bottega:woocommerce:altro.example';
const GINEVRA = 'h1:GinevraGinevraGinev';
const BRUNO = 'h1:BrunoBrunoBrunoBruno';
/** A number of the user's own that counts only sales to known customers: it must not lose them. */
const KNOWN: Measure = { name: 'known', terms: [{ type: 'sale', value: 'amount', where: [{ field: 'customer', op: 'known' }] }] };

async function opened(): Promise<{ store: Store; context: FoldContext }> {
  const store = await openLevelStore({ memory: true }, { now: () => NOW });
  return { store, context: { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, [...MEASURES, KNOWN])) } };
}

const sale = (subject: string, customer: string | undefined, said: Said = {}): ShopEvent => (
  event({ source: SHOP, subject, ...said, data: { ...(customer === undefined ? {} : { customer }), ...said.data } }));

function erasure(fields: { subject?: string; customer?: string; source?: string }): ShopEvent {
  const { subject, customer, source = SHOP } = fields;
  const data = { store: 'milano', ...(customer === undefined ? {} : { customer }) };
  const id = JSON.stringify(fields);
  const parsed = parseEvent({ specversion: '1.0', id, source, type: 'erasure', ...(subject === undefined ? {} : { subject }), time: '2026-11-22T11:50:00Z', data }, { now: NOW, currency: 'EUR' });
  assert.equal(parsed.outcome, 'event', JSON.stringify(parsed));
  return (parsed as { event: ShopEvent }).event;
}

/** Everything the store holds, as text. */
async function dump(store: Store): Promise<string> {
  return JSON.stringify(await scanAll(store, prefixRange('')));
}

/** All sums, with the bookkeeping that says how often they changed. */
async function sumsOf(store: Store): Promise<unknown> {
  return Promise.all(['m/', 'h/'].map((prefix) => scanAll(store, prefixRange(prefix))));
}

/** Carries out what is due; answers how many facts held a pseudonym. */
async function eraseDue(store: Store, context: FoldContext): Promise<number> {
  for (let erased = 0; ;) {
    const turn = await eraseNext(store, context);
    if (turn.outcome === 'idle') return erased;
    erased += turn.erased;
  }
}

async function eraseAll(store: Store, context: FoldContext): Promise<number> {
  const first = await eraseDue(store, context);
  return first + await eraseDue(store, { ...context, now: NOW + HOUR });
}

const trade = (): ShopEvent[] => [
  sale('order/1', GINEVRA), sale('order/2', BRUNO), sale('order/3', undefined), sale('order/4', GINEVRA, { data: { status: 'open' } }),
  sale('order/5', GINEVRA, { source: OTHER }), sale('order/6', GINEVRA, { data: { customer: GINEVRA, campaign: { source: 'instagram' }, x_table: '7' } }),
  event({ source: SHOP, type: 'checkout', subject: 'checkout/1', data: { customer: GINEVRA } }), event({ source: SHOP, type: 'refund', subject: 'refund/1', data: { amount: '3.00' } }),
];

describe('erasure', () => {
  it('leaves no pseudonym of a customer in the store, wherever it came from, and every sum as it was', async () => {
    const { store, context } = await opened();
    await foldEvents(store, trade(), context);
    const before = await sumsOf(store);
    await foldEvents(store, [erasure({ customer: GINEVRA })], context);
    assert.equal(await eraseAll(store, context), 5);
    const text = await dump(store);
    assert.equal(text.includes(GINEVRA), false);
    assert.equal(text.split(ERASED).length - 1, 5);
    assert.equal(text.split(BRUNO).length - 1, 1);
    assert.deepEqual(await sumsOf(store), before);
    assert.deepEqual(await readErasureRequests(store), []);
  });

  it('forgets who bought what is named, whatever the pseudonym, and nobody else', async () => {
    const { store, context } = await opened();
    await foldEvents(store, [...trade(), erasure({ subject: 'order/2' })], context);
    assert.equal(await eraseAll(store, context), 1);
    const text = await dump(store);
    assert.deepEqual([text.includes(BRUNO), text.includes(GINEVRA)], [false, true]);
  });

  it('forgets all customers of a source, and those of no other', async () => {
    const { store, context } = await opened();
    await foldEvents(store, trade(), context);
    const before = await sumsOf(store);
    await foldEvents(store, [erasure({})], context);
    assert.equal(await eraseAll(store, context), 5);
    const facts = (await scanAll(store, prefixRange('f/'))).filter(({ value }) => /h1:/.test(textOf(value) ?? ''));
    assert.deepEqual(facts.map(({ key }) => key), [`f/sale/${encodeURIComponent(OTHER)}/order/5`]);
    assert.deepEqual(await sumsOf(store), before);
  });

  it('is not undone by an old order that is sent again, in the same or a later version, and lets the rest of it in', async () => {
    const { store, context } = await opened();
    await foldEvents(store, trade(), context);
    await foldEvents(store, [erasure({ customer: GINEVRA })], context);
    await eraseAll(store, context);
    await foldEvents(store, trade(), context);
    await foldEvents(scoped(store, ''), [sale('order/1', GINEVRA, { sequence: '2026-11-22T11:58:00Z', data: { amount: '12.00' } })], context);
    assert.equal((await dump(store)).includes(GINEVRA), false);
    const [fact] = (await store.read([`f/sale/${encodeURIComponent(SHOP)}/order/1`])).map(String);
    assert.match(fact ?? '', /^\d?a1200$/m);
    // Whoever buys again after that is a new customer.
    await foldEvents(store, [sale('order/9', GINEVRA)], context);
    assert.equal((await dump(store)).split(GINEVRA).length - 1, 1);
  });

  it('goes on where it was cut off, is carried out by several workers at once, and given twice changes nothing', async () => {
    const { store, context } = await opened();
    const many = Array.from({ length: 1_203 }, (_each, index) => sale(`order/${String(index)}`, index % 3 === 0 ? GINEVRA : BRUNO));
    await foldEvents(store, many, context);
    const before = await sumsOf(store);
    await foldEvents(store, [erasure({ customer: GINEVRA })], context);
    const first = await eraseNext(store, context);
    assert.equal(first.outcome, 'page');
    // A restart: another view of the store, which knows no fact; and another worker beside it.
    const workers = [scoped(store, ''), scoped(store, '')];
    await Promise.all(workers.map((worker) => eraseDue(worker, context)));
    assert.equal((await dump(store)).split(GINEVRA).length - 1, 1, 'in the order alone, until it is finished');
    await Promise.all(workers.map((worker) => eraseDue(worker, { ...context, now: NOW + HOUR })));
    assert.deepEqual([(await dump(store)).includes(GINEVRA), (await dump(store)).split(ERASED).length - 1], [false, 401]);
    await foldEvents(store, [erasure({ customer: GINEVRA })], context);
    assert.equal(await eraseAll(store, context), 0);
    assert.deepEqual(await sumsOf(store), before);
  });

  it('searches again an hour later, for what was still under way', async () => {
    const { store, context } = await opened();
    await foldEvents(store, [erasure({ customer: GINEVRA })], context);
    assert.equal(await eraseDue(store, context), 0);
    await foldEvents(store, [sale('order/7', GINEVRA)], context);
    assert.deepEqual(await eraseNext(store, context), { outcome: 'idle', nextAt: NOW + HOUR });
    assert.equal(await eraseDue(store, { ...context, now: NOW + HOUR }), 1);
    assert.equal((await dump(store)).includes(GINEVRA), false);
  });
});

describe('erasure in Redis', () => {
  let server: RedisServer;
  let redis: RedisStore;
  before(async () => {
    server = await startRedis();
    redis = openRedisStore(server.url, { clock: { now: () => NOW }, random: Math.random });
  });
  after(async () => {
    await redis.close();
    await server.dispose();
  });

  it('is the same: another worker carries out what was ordered, and an old order does not bring the customer back', async () => {
    const [edge, worker] = [scoped(redis, 'prova/'), scoped(redis, 'prova/')];
    const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(edge, [...MEASURES, KNOWN])) };
    await foldEvents(edge, trade(), context);
    const before = await sumsOf(edge);
    await foldEvents(edge, [erasure({ customer: GINEVRA })], context);
    assert.equal(await eraseAll(worker, context), 5);
    await foldEvents(edge, [sale('order/1', GINEVRA, { sequence: '2026-11-22T11:58:00Z' }), ...trade()], context);
    assert.equal((await dump(edge)).includes(GINEVRA), false);
    assert.deepEqual(await sumsOf(edge), before);
  });
});
