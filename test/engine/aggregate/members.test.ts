/** What sold, whatever the order, the duplicates, the batches and the workers: products, categories, rates and means add up as their facts say. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { fieldOf, linesOf, statusOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { foldEvents, markRefolded, openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import { parseMemberKey } from '../../../engine/aggregate/memberSlice.js';
import { recountFacts } from '../../../engine/aggregate/recount.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { BEYOND } from '../../../engine/kpi/dimension.js';
import { generationOf } from '../../../engine/kpi/measure.js';
import { countersOf, prefixRange, scanAll, scoped, type Store, textOf } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, stateOf } from '../../support/shopStore.js';
import { cut, linedVersions } from '../../support/versions.js';

async function contextOf(store: Store, more: Partial<FoldContext> = {}): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)), ...more };
}

async function foldAll(batches: readonly (readonly ShopEvent[])[], more: Partial<FoldContext> = {}): Promise<Store> {
  const store = await memoryStore();
  const context = await contextOf(store, more);
  for (const batch of batches) await foldEvents(store, batch, context);
  return store;
}

async function refoldAll(store: Store, context: FoldContext): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) after = await refold(store, after, context);
  await markRefolded(store, context.generation);
}

/** "p/milano/sku-1 a" and its sum over all hours and channels. */
async function sumsOf(store: Store, letter: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { key, value } of await scanAll(store, prefixRange(`b/${letter}/`))) {
    const { store: at, member } = parseMemberKey(key);
    for (const [field, sum] of Object.entries(countersOf(value))) sums[`${at} ${member} ${field}`] = (sums[`${at} ${member} ${field}`] ?? 0) + sum;
  }
  return kept(sums);
}

function kept(sums: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Revenue and units by product, as the stored facts say them, added up in the plainest way. */
async function plainSums(store: Store): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  const add = (name: string, value: number): void => { sums[name] = (sums[name] ?? 0) + value; };
  for (const { value } of await scanAll(store, prefixRange('f/'))) {
    const { fact } = decodeFact(textOf(value) ?? '');
    const isSale = fact.type === 'sale' && statusOf(fact) === 'completed';
    const isRefund = fact.type === 'refund' && statusOf(fact) !== 'cancelled' && statusOf(fact) !== 'voided';
    if ((!isSale && !isRefund) || typeof fieldOf(fact, 'amount') !== 'number') continue;
    for (const { product, amount, quantity } of linesOf(fact) ?? []) {
      const name = `${fieldOf(fact, 'store') as string} ${product ?? ''}`;
      add(`${name} ${isSale ? 'a' : 'A'}`, amount);
      if (isSale) add(`${name} q`, quantity);
    }
  }
  return kept(sums);
}

const batches = fc.array(linedVersions, { minLength: 1, maxLength: 25 }).chain((events) => fc.tuple(
  fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.nat(60), { maxLength: 6 }),
));

describe('sums by product, category, rate, means of payment and staff', () => {
  it('end in the same bytes for any permutation, duplication and batching', async () => {
    await fc.assert(fc.asyncProperty(batches, async ([events, mixed, cuts]) => {
      assert.deepEqual(await stateOf(await foldAll(cut(mixed, cuts))), await stateOf(await foldAll([events])));
    }), { numRuns: 100 });
  });

  it('are what the stored facts say', async () => {
    await fc.assert(fc.asyncProperty(fc.array(linedVersions, { minLength: 1, maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 5 }), async (events, cuts) => {
      const store = await foldAll(cut(events, cuts));
      const sums = Object.entries(await sumsOf(store, 'p')).filter(([name]) => /[aAq]$/.test(name));
      assert.deepEqual(Object.fromEntries(sums), await plainSums(store));
    }), { numRuns: 100 });
  });

  it('are the same where several workers share the store', async () => {
    await fc.assert(fc.asyncProperty(batches, async ([events, mixed, cuts]) => {
      const store = await memoryStore();
      const workers = ['a', 'b', 'c'].map(() => scoped(store, 'shop/'));
      const contexts = await Promise.all(workers.map((worker) => contextOf(worker)));
      await Promise.all(cut(mixed, cuts).map((batch, index) => {
        const [worker, context] = [workers[index % 3] ?? store, contexts[index % 3] ?? assert.fail()];
        return foldEvents(worker, batch, context);
      }));
      assert.deepEqual(await stateOf(scoped(store, 'shop/')), await stateOf(await foldAll([events])));
    }), { numRuns: 60 });
  });

  it('are the same after commits that failed before or after they were written, once the senders have sent again', async () => {
    await fc.assert(fc.asyncProperty(batches, fc.array(fc.constantFrom('before', 'after', 'no'), { maxLength: 20 }), async ([events, mixed, cuts], crashes) => {
      const store = await memoryStore();
      let turn = 0;
      const failing = (): Store => ({ ...scoped(store, 'shop/'), commit: async (changes, durability) => {
        const crash = crashes[turn++];
        if (crash === 'before') throw new Error('killed');
        const result = await scoped(store, 'shop/').commit(changes, durability);
        if (crash === 'after') throw new Error('killed');
        return result;
      } });
      const context = await contextOf(scoped(store, 'shop/'));
      for (const batch of [...cut(mixed, cuts), events]) {
        // A new process each time it was killed: nothing is remembered.
        for (let left = crashes.length + 1; left > 0; left -= 1) {
          const outcome = await foldEvents(failing(), batch, context).then(() => 'stored', () => 'killed');
          if (outcome === 'stored') break;
        }
      }
      assert.deepEqual(await stateOf(scoped(store, 'shop/')), await stateOf(await foldAll([events])));
    }), { numRuns: 60 });
  });

  it('are counted anew from the facts after a repair', async () => {
    await fc.assert(fc.asyncProperty(fc.array(linedVersions, { minLength: 1, maxLength: 20 }), async (events) => {
      const store = await foldAll([events]);
      const before = await stateOf(store, []);
      const some = (await scanAll(store, prefixRange('b/'))).filter((_entry, index) => index % 2 === 0);
      await store.commit(some.map(({ key }) => ({ key })));
      await recountFacts(store);
      await refoldAll(store, await contextOf(store, { history: true }));
      assert.deepEqual(await stateOf(store, []), before);
    }), { numRuns: 40 });
  });

  it('are filled from the facts of a release that had none', async () => {
    const store = await memoryStore();
    const former = generationOf(MEASURES, [], {}, []);
    const sold = event({ data: { amount: '14.00', payment: 'card', lines: [{ product: 'sku-1', amount: '14.00', vatRate: '10' }] } });
    await foldEvents(store, [sold], await contextOf(store, { generation: former, former: new Map([[former.id, former]]) }));
    assert.deepEqual(await scanAll(store, prefixRange('b/')), []);
    const context = await contextOf(store, { history: true, former: new Map([[former.id, former]]) });
    await refoldAll(store, context);
    await refoldAll(store, context);
    assert.deepEqual(await sumsOf(store, 'p'), { 'milano sku-1 a': 1_400, 'milano sku-1 n': 1, 'milano sku-1 q': 1_000, 'milano sku-1 t': 127 });
    assert.deepEqual(await sumsOf(store, 'y'), { 'milano card a': 1_400, 'milano card n': 1 });
  });

  it('of more products than the limit have one name for the rest, taken back as it was added', async () => {
    const limits = { memberLimits: { product: 2 } };
    const sale = (product: string, more = {}): ShopEvent => event({ subject: `order/${product}`, data: { amount: '1.00', lines: [{ product, amount: '1.00' }] }, ...more });
    const store = await foldAll([[sale('a'), sale('b'), sale('c'), sale('d')], [sale('d', { sequence: '2030-01-01T00:00:00Z', id: 'later' })]], limits);
    const revenue = async (): Promise<Record<string, number>> => Object.fromEntries(Object.entries(await sumsOf(store, 'p')).filter(([name]) => name.endsWith(' a')));
    assert.deepEqual(await revenue(), { 'milano a a': 100, 'milano b a': 100, [`milano ${BEYOND} a`]: 200 });
    const gone = event({ subject: 'order/d', sequence: '2030-01-02T00:00:00Z', id: 'gone', data: { status: 'voided', amount: '1.00' } });
    await foldEvents(store, [gone, sale('a')], await contextOf(store));
    assert.deepEqual(await revenue(), { 'milano a a': 100, 'milano b a': 100, [`milano ${BEYOND} a`]: 100 });
  });
});
