/** Does the index of open things say what a scan of all facts would? */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { fieldOf, statusOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { scanAll } from '../../../engine/store/store.js';
import { OPENABLE, openRange, type OpenThing, parseOpen } from '../../../engine/fact/openFactIndex.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { prefixRange, type Store, textOf } from '../../../engine/store/store.js';
import { DAY, LocalClock, MINUTE } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';
import { cut, versions } from '../../support/versions.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));

async function foldAll(batches: readonly (readonly ShopEvent[])[], clock = { now: () => NOW }): Promise<Store> {
  const store = await openLevelStore({ memory: true }, clock);
  const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
  for (const batch of batches) await foldEvents(store, batch, context);
  return store;
}

async function indexed(store: Store): Promise<OpenThing[]> {
  return (await Promise.all(OPENABLE.map((type) => scanAll(store, openRange(type))))).flat().map(parseOpen).sort(byKey);
}

/** The same by a scan of every fact. */
async function scanned(store: Store): Promise<OpenThing[]> {
  const facts = (await scanAll(store, prefixRange('f/'))).map(({ key, value }) => ({ key, fact: decodeFact(textOf(value) ?? '').fact }));
  return facts.flatMap(({ key, fact }): OpenThing[] => {
    const type = OPENABLE.find((one) => one === fact.type);
    if (type === undefined || statusOf(fact) !== 'open') return [];
    const amount = fieldOf(fact, 'amount');
    const openedAt = Number(fieldOf(fact, 'openedAt') ?? fieldOf(fact, 'time'));
    const [store, channel] = [fieldOf(fact, 'store'), fieldOf(fact, 'channel') ?? 'pos'];
    assert.ok(typeof store === 'string' && typeof channel === 'string');
    const group = { store, channel };
    return [{ type, factKey: key, ...group, openedAt, ...(typeof amount === 'number' ? { amount } : {}) }];
  }).sort(byKey);
}

const byKey = (a: OpenThing, b: OpenThing): number => (a.factKey < b.factKey ? -1 : 1);

describe('the index of open things', () => {
  it('says what all facts say, whatever the order, the duplicates and the batches', async () => {
    const mixed = fc.array(versions, { minLength: 1, maxLength: 25 }).chain((events) =>
      fc.tuple(fc.shuffledSubarray([...events, ...events], { minLength: events.length }), fc.array(fc.nat(60), { maxLength: 6 })));
    let open = 0;
    await fc.assert(fc.asyncProperty(mixed, async ([events, cuts]) => {
      const store = await foldAll(cut(events, cuts));
      const found = await indexed(store);
      open += found.length;
      assert.deepEqual(found, await scanned(store));
    }), { numRuns: 150 });
    assert.ok(open > 10, `only ${String(open)} open things were met`);
  });

  const order = (status: 'open' | 'completed', minute: number, data: object = {}): ShopEvent =>
    event({ subject: 'order/1 à', sequence: new Date(NOW + minute * MINUTE).toISOString(), data: { status, ...data } });

  it('names what is open, in order of time, and forgets what is closed', async () => {
    const lead = event({ type: 'lead', subject: 'deal/7', time: '2026-11-22T09:00:00Z', data: { openedAt: '2026-11-22T08:00:00Z', channel: 'online' } });
    const store = await foldAll([[order('open', 0), lead]]);
    assert.deepEqual(await indexed(store), [
      { type: 'lead', factKey: 'f/lead/urn%3Atest/deal/7', store: 'milano', channel: 'online', openedAt: Date.parse('2026-11-22T08:00:00Z') },
      { type: 'sale', factKey: 'f/sale/urn%3Atest/order/1 à', store: 'milano', channel: 'pos', openedAt: Date.parse('2026-11-22T11:15:30Z'), amount: 1_000 },
    ]);
    const closed = await foldAll([[order('open', 0)], [order('completed', 1)], [order('open', 0)]]);
    assert.deepEqual(await scanAll(closed, prefixRange('q/')), []);
  });

  it('follows an order that moves to another time, store or amount', async () => {
    const store = await foldAll([[order('open', 0)], [order('open', 1, { store: 'roma', openedAt: '2026-11-22T11:00:00Z', amount: '7.00' })]]);
    const [found, ...others] = await indexed(store);
    assert.deepEqual([found?.store, found?.openedAt, found?.amount, others], ['roma', Date.parse('2026-11-22T11:00:00Z'), 700, []]);
  });

  it('can be asked for what was opened before an instant', async () => {
    const early = event({ subject: 'early', time: '2026-11-22T10:00:00Z', data: { status: 'open' } });
    const store = await foldAll([[early, order('open', 0)]]);
    const before = await scanAll(store, openRange('sale', 0, Date.parse('2026-11-22T11:00:00Z')));
    assert.deepEqual(before.map((entry) => parseOpen(entry).factKey), ['f/sale/urn%3Atest/early']);
  });

  it('expires with the fact', async () => {
    const clock = { at: NOW, now() { return this.at; } };
    const store = await foldAll([[order('open', 0)]], clock);
    clock.at = NOW + 401 * DAY - 1;
    assert.equal((await scanAll(store, prefixRange('q/'))).length, (await scanAll(store, prefixRange('f/'))).length);
    clock.at = NOW + 402 * DAY;
    assert.deepEqual([...(await scanAll(store, prefixRange('q/'))), ...(await scanAll(store, prefixRange('f/')))], []);
  });
});
