/** Guesses about stored facts: whatever another worker or a lost disk did behind our back, what is reported as stored is there, once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { mergeEvent, type Fact } from '../../../engine/fact/fact.js';
import { decodeFact, encodeFact, generationIn } from '../../../engine/fact/factCodec.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { scanAll } from '../../../engine/store/store.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { countersOf, prefixRange, scoped, type Store } from '../../../engine/store/store.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';
import { stateOf } from '../../support/shopStore.js';
import { versions } from '../../support/versions.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));

async function opened(): Promise<{ store: Store; context: FoldContext }> {
  const store = await openLevelStore({ memory: true }, { now: () => NOW });
  return { store, context: { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) } };
}

/** What `stateOf` compares: facts and the index of what is open. */
const WITH_OPEN = ['f/', 'q/'];

/** The same store as another worker sees it: with a cache of its own. */
const worker = (store: Store): Store => scoped(store, '');

/** The same over a network: what lies there is guessed. */
function remote(store: Store): Store {
  const near = worker(store);
  return { read: (keys) => near.read(keys), commit: (...args) => near.commit(...args), scan: (...args) => near.scan(...args), close: () => near.close() };
}

describe('folding by several workers', () => {
  it('ends where one worker would, whoever folds what, one after the other or at once', async () => {
    const shares = fc.array(fc.tuple(fc.array(versions, { minLength: 1, maxLength: 6 }), fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 8 });
    await fc.assert(fc.asyncProperty(shares, async (batches) => {
      const { store, context } = await opened();
      const workers = [worker(store), remote(store), remote(store)];
      const under: Promise<unknown>[] = [];
      for (const [events, which, waits] of batches) {
        under.push(foldEvents(workers[which] ?? store, events, context));
        if (waits) await Promise.all(under.splice(0));
      }
      await Promise.all(under);
      const alone = await opened();
      await foldEvents(alone.store, batches.flatMap(([events]) => events), alone.context);
      assert.deepEqual(await stateOf(store, WITH_OPEN), await stateOf(alone.store, WITH_OPEN));
    }), { numRuns: 300 });
  });

  it('takes nothing for known that was on its way and refused', async () => {
    const said = (type: 'sale' | 'payment' | 'visit', subject: string, second: number, data = {}): ShopEvent => (
      event({ type, subject, id: '1', sequence: new Date(NOW + second * 1_000).toISOString(), data: { amount: '0.00', ...data } }));
    const { store, context } = await opened();
    const [near, far] = [worker(store), remote(store)];
    // The third builds on nothing and is refused, because of the first; the fourth has built on the third, and is refused too.
    const batches: [Store, ShopEvent[]][] = [
      [far, [said('payment', 'c', 1)]], [near, [said('sale', 'a', 1)]],
      [near, [said('payment', 'c', 2), said('visit', 'c', 1), said('visit', 'a', 1)]],
      [near, [said('payment', 'c', 1, { closedAt: '2026-11-22T10:20:00Z' }), said('sale', 'a', 1)]], [far, [said('visit', 'c', 1)]],
    ];
    await Promise.all(batches.map(([who, events]) => foldEvents(who, events, context)));
    const alone = await opened();
    await foldEvents(alone.store, batches.flatMap(([, events]) => events), alone.context);
    assert.deepEqual(await stateOf(store, WITH_OPEN), await stateOf(alone.store, WITH_OPEN));
  });

  it('builds on what is being written, and takes it back where that fails', async () => {
    const { store, context } = await opened();
    const order = (minute: number, amount: string): ShopEvent => event({ sequence: new Date(NOW + minute * 60_000).toISOString(), data: { amount } });
    let commits = 0;
    let failing = 0;
    const shaky: Store = {
      ...worker(store),
      commit: async (...args) => {
        commits += 1;
        if (failing-- > 0) throw new Error('away');
        return store.commit(...args);
      },
    };
    await Promise.all([1, 2, 3].map((minute) => foldEvents(shaky, [order(minute, `${String(minute)}.00`)], context)));
    assert.equal(commits, 3);
    failing = 1;
    const results = await Promise.allSettled([4, 5, 4].map((minute) => foldEvents(shaky, [order(minute, `${String(minute)}.00`)], context)));
    assert.deepEqual(results.map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled']);
    assert.equal(countersOf((await store.read(['h/1795345200/milano/pos']))[0])['sales'], 500);
    failing = 1;
    const lost = event({ subject: 'order/9', data: { amount: '7.00' } });
    const [first, repeated] = await Promise.allSettled([foldEvents(shaky, [lost], context), foldEvents(shaky, [lost], context)]);
    assert.deepEqual([first.status, repeated.status], ['rejected', 'fulfilled']);
    assert.equal(countersOf((await store.read(['h/1795345200/milano/pos']))[0])['sales'], 1_200);
  });

  const sale = event({ data: { amount: '10.00' } });
  const corrected = event({ sequence: new Date(NOW + 60_000).toISOString(), data: { amount: '12.00' } });

  for (const [title, seenBy, expected] of [
    ['reads a fact that it does not know, where that is cheap', worker, 1],
    ['guesses that a fact is new, where reading is not cheap, and tries again', remote, 2],
  ] as const) {
    it(title, async () => {
      const { store, context } = await opened();
      await foldEvents(store, [sale], context);
      let commits = 0;
      const counting: Store = { ...seenBy(store), commit: (...args) => { commits += 1; return store.commit(...args); } };
      await foldEvents(counting, [corrected], context);
      assert.equal(commits, expected);
      assert.equal(countersOf((await store.read(['h/1795345200/milano/pos']))[0])['sales'], 1_200);
    });
  }

  it('fails as a whole where it cannot read', async () => {
    const { store, context } = await opened();
    const blind: Store = { ...worker(store), read: () => Promise.reject(new Error('away')) };
    await assert.rejects(foldEvents(blind, [sale], context), { message: 'away' });
    await assert.rejects(foldEvents(blind, [{ ...sale, time: 'noon' }], context), TypeError);
  });

  it('says of a repetition that it says nothing, without a write', async () => {
    const { store, context } = await opened();
    let commits = 0;
    const counting: Store = { ...worker(store), commit: (...args) => { commits += 1; return store.commit(...args); } };
    assert.deepEqual((await foldEvents(counting, [sale, sale], context)).unchanged, 0);
    assert.deepEqual(await foldEvents(counting, [sale, sale], context), { slices: [], unchanged: 2 });
    assert.equal(commits, 1);
  });

  it('stores again what the store has lost although it was known here', async () => {
    const { store, context } = await opened();
    const other = event({ subject: 'order/2', data: { amount: '5.00' } });
    await foldEvents(store, [sale, other], context);
    const before = await stateOf(store, WITH_OPEN);
    for (const prefix of ['f/sale/urn%3Atest/order/1', 'm/', 'h/']) await store.commit((await scanAll(store, prefixRange(prefix))).map(({ key }) => ({ key })));
    const { unchanged, slices } = await foldEvents(store, [sale, other, event({ subject: 'order/3', data: { amount: '5.00' } })], context);
    assert.deepEqual([unchanged, slices.length], [1, 4]);
    // The sums of the other sale were lost with the disk; that it is not added twice is what counts here.
    assert.deepEqual(Object.keys(await stateOf(store, WITH_OPEN)).filter((key) => key.startsWith('f/')).length, 3);
    assert.equal((before['h/1795345200/milano/pos'] as Record<string, number>)['sales'], 1_500);
    assert.equal(countersOf((await store.read(['h/1795345200/milano/pos']))[0])['sales'], 1_500);
  });

  it('answers the sums of the slices that moved', async () => {
    const { store, context } = await opened();
    await foldEvents(store, [sale], context);
    const { slices } = await foldEvents(store, [event({ subject: 'order/2', data: { amount: '5.00' } })], context);
    assert.deepEqual(slices.map(({ level, add, totals }) => [level, add['sales'], totals?.['sales']]), [['minute', 500, 1_500], ['hour', 500, 1_500]]);
  });
});

describe('the text of a fact', () => {
  const extra = fc.dictionary(fc.constantFrom('x_covers', 'x_table', 'x_a=b', 'x_1'), fc.oneof(fc.constantFrom('', 'true', '7', 'à = b'), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()));
  const said = fc.tuple(versions, extra, fc.constantFrom(undefined, { source: 'ig', name: 'n\u00a0=1' })).map(([version, own, campaign]): ShopEvent => {
    const names = Object.keys(own).filter((name) => /^x_\w+$/.test(name));
    return { ...version, subject: 'a', type: 'sale', data: { ...version.data, ...Object.fromEntries(names.map((name) => [name, own[name] ?? ''])), ...(campaign === undefined ? {} : { campaign }) } };
  });

  it('is read back as it was, with its generation', () => {
    fc.assert(fc.property(fc.array(said, { minLength: 1, maxLength: 6 }), (events) => {
      const fact = events.reduce<Fact | undefined>((merged, one) => mergeEvent(merged, one, 'EUR'), undefined);
      assert.ok(fact !== undefined);
      const text = encodeFact({ generation: 'Ab-_0123', fact });
      assert.equal(encodeFact(decodeFact(text)), text);
      assert.equal(decodeFact(text).generation, generationIn(text));
      // A repetition of any version says nothing new to what was read back.
      const known = decodeFact(text).fact;
      for (const one of events) assert.equal(mergeEvent(known, one, 'EUR'), known);
    }), { numRuns: 400 });
  });

  it('is the same for any order of the versions', () => {
    fc.assert(fc.property(fc.array(said, { minLength: 2, maxLength: 6 }).chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))), ([events, mixed]) => {
      const texts = [events, mixed].map((all) => encodeFact({ generation: 'g', fact: all.slice(1).reduce((merged, one) => mergeEvent(merged, one, 'EUR'), mergeEvent(undefined, all[0] as ShopEvent, 'EUR')) }));
      assert.equal(texts[0], texts[1]);
    }), { numRuns: 400 });
  });

  it('is short and legible', () => {
    const later = event({ sequence: '2026-11-22T11:20:00Z', id: 'e2', data: { amount: '9.50', status: 'completed' } });
    const fact = mergeEvent(mergeEvent(undefined, event({ data: { status: 'open', x_table: 7 } }), 'EUR'), later, 'EUR');
    assert.equal(encodeFact({ generation: 'gen', fact }), [
      'gen\tsale\t\u00012026-11-22T11:15:30.000\torder/1@2026-11-22T11:15:30Z\t2026-11-22T11:20:00.000\te2', '1smilano', '1t1795346130', '1ucompleted', '1a950', 'x_table=n7',
    ].join('\n'));
  });
});
