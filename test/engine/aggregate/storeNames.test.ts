/** Names that are put right: merged, retired and restored, with the sums that follow and not one cent lost. */
import assert from 'node:assert/strict';
import { foldEvents, openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import { admitEvents, forgetNames } from '../../../engine/aggregate/knownNames.js';
import type { NameRules } from '../../../engine/aggregate/nameLimits.js';
import { aliasesOf, changeStores, type DeclaredStore, listStores, readCounted, readMerged, type StoreChange, writeAliases } from '../../../engine/aggregate/storeNames.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { decodeGeneration, encodeGeneration, generationOf } from '../../../engine/kpi/measure.js';
import type { Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, numbersAt, stateOf } from '../../support/shopStore.js';

const DECLARED: readonly DeclaredStore[] = [{ id: 'milano', aliases: ['MI-01'] }];

/** As a window node does after a change: opens the definitions, and counts anew what was counted by former ones. */
async function count(store: Store, events: readonly ReturnType<typeof event>[] = [], declared = DECLARED): Promise<void> {
  const aliases = aliasesOf(declared, await readMerged(store), await readCounted(store));
  const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, history: true, ...(await openGenerations(store, MEASURES, [], aliases)) };
  await writeAliases(store, aliases);
  await foldEvents(store, events, context);
  let after: string | undefined = '';
  while (after !== undefined) after = await refold(store, after, context);
}

const sold = (store: string, amount = '10.00'): ReturnType<typeof event> => event({ subject: `order/${store}/${amount}`, data: { store, amount } });

async function opened(): Promise<Store> {
  const store = await memoryStore();
  await count(store, [sold('milano'), sold('a'), sold('b'), sold('c', '5.00')]);
  return store;
}

/** Revenue by store, `_` of all; `undefined` where the store has no numbers. */
async function revenues(store: Store, ...names: string[]): Promise<(number | null | undefined)[]> {
  return Promise.all(names.map(async (name) => (await numbersAt(store, '1d', name === '_' ? {} : { store: name }))['revenue']));
}

describe('store names', () => {
  it('are listed with their channels and what became of them', async () => {
    const store = await opened();
    await changeStores(store, { action: 'merge', stores: ['a'], into: 'MI-01' }, DECLARED);
    await changeStores(store, { action: 'retire', stores: ['b'] }, DECLARED);
    assert.deepEqual(await listStores(store, DECLARED), [
      { store: 'milano', state: 'declared', channels: ['pos'] },
      { store: 'a', state: 'merged', into: 'milano', channels: ['pos'] },
      { store: 'b', state: 'retired', into: 'altri', channels: ['pos'] },
      { store: 'c', state: 'counted', channels: ['pos'] },
    ]);
  });

  it('that are merged are counted under the other one: what is stored, what comes late, and what is open', async () => {
    const store = await opened();
    await changeStores(store, { action: 'merge', stores: ['a', 'b'], into: 'milano' }, DECLARED);
    await count(store, [sold('a', '1.00'), event({ subject: 'open', data: { store: 'b', status: 'open', openedAt: new Date(NOW - 60_000).toISOString() } })]);
    assert.deepEqual(await revenues(store, '_', 'milano', 'a', 'c'), [36, 31, undefined, 5]);
    assert.equal((await numbersAt(store, '1d', { store: 'milano' }))['oldest_open_order'], 60);
  });

  it('that a former release counted as they were written are the name that they are: what is stored, and what the owner does with it', async () => {
    const [written, hidden, clean] = ['Cafe\u0301', 'Caf\u00e9\u200b', 'Caf\u00e9'];
    const store = await memoryStore();
    const former = (event: ReturnType<typeof sold>, name: string): ReturnType<typeof sold> => ({ ...event, data: { ...event.data, store: name } });
    await count(store, [former(sold('1'), written), former(sold('2', '7.00'), hidden), sold('b', '2.00')]);
    assert.deepEqual(await revenues(store, written, hidden), [10, 7]);
    await count(store, [sold(clean, '1.00')]);
    assert.deepEqual(await revenues(store, '_', clean, written, hidden, 'b'), [20, 18, undefined, undefined, 2]);
    assert.deepEqual((await listStores(store, [])).map(({ store: name, state, into }) => [name, state, into]).sort(), [
      [written, 'merged', clean], [clean, 'counted', undefined], [hidden, 'merged', clean], ['b', 'counted', undefined],
    ].sort());
    assert.equal((await changeStores(store, { action: 'merge', stores: ['Caf\u00e9\u00ad'], into: 'b' }, [])).outcome, 'changed');
    await count(store);
    assert.deepEqual(await revenues(store, '_', clean, 'b'), [20, undefined, 20]);
    await count(store, [], [{ id: clean, aliases: ['b'] }]);
    assert.deepEqual(await revenues(store, clean, 'b'), [20, undefined], 'declared in the end');
  });

  it('that are restored are what they were', async () => {
    const store = await opened();
    const before = await stateOf(store, []);
    await changeStores(store, { action: 'retire', stores: ['a', 'b', 'c'] }, DECLARED);
    await count(store);
    assert.deepEqual(await revenues(store, '_', 'altri', 'milano'), [35, 25, 10]);
    assert.deepEqual(await changeStores(store, { action: 'restore', stores: ['a', 'b', 'c'] }, DECLARED), { outcome: 'changed', changed: 3 });
    await count(store);
    assert.deepEqual(await stateOf(store, []), before);
  });

  it('give their places back at once', async () => {
    const store = await opened();
    const rules = async (): Promise<NameRules> => {
      const aliases = aliasesOf(DECLARED, await readMerged(store));
      return { limits: { stores: 3, channels: 5, sources: 9, products: 9 }, declared: new Set(['milano', ...Object.keys(aliases)]), beyond: 'refuse' };
    };
    const ask = async (): Promise<string[]> => (await admitEvents(store, [sold('d'), sold('a', '2.00')], await rules(), NOW)).map(({ outcome }) => outcome);
    assert.deepEqual(await ask(), ['refused', 'admitted']);
    await changeStores(store, { action: 'retire', stores: ['a', 'b'] }, DECLARED);
    forgetNames(store);
    assert.deepEqual(await ask(), ['admitted', 'admitted']);
  });

  it('that become aliases of the shop node move as well, and its stores are never moved', async () => {
    const store = await opened();
    await changeStores(store, { action: 'merge', stores: ['c'], into: 'a' }, DECLARED);
    await count(store, [], [{ id: 'milano', aliases: ['a'] }, { id: 'b', aliases: [] }]);
    assert.deepEqual(await revenues(store, '_', 'milano', 'b'), [35, 25, 10]);
    assert.deepEqual({ ...aliasesOf([{ id: 'x', aliases: ['y'] }, { id: 'z', aliases: [] }], { z: 'x', q: 'y', r: 's', s: 'r' }) }, { y: 'x', q: 'x', r: 's', s: 'r' });
  });

  const refused: [change: StoreChange, paths: string[]][] = [
    [{ action: 'retire', stores: ['a', 'nowhere', 'milano'] }, ['/stores/1', '/stores/2']],
    [{ action: 'merge', stores: ['a'], into: 'nowhere' }, ['/into']],
    [{ action: 'merge', stores: ['a'], into: 'a' }, ['/stores/0']],
  ];
  for (const [change, paths] of refused) {
    it(`refuses ${JSON.stringify(change)} and changes nothing`, async () => {
      const store = await opened();
      const result = await changeStores(store, change, DECLARED);
      assert.deepEqual(result.outcome === 'refused' && result.refusals.map(({ path }) => path), paths);
      assert.deepEqual(await readMerged(store), {});
    });
  }

  it('leave the definitions of shops without them as they were stored', () => {
    assert.equal(generationOf(MEASURES).id, generationOf(MEASURES, [], {}).id);
    const generation = generationOf(MEASURES, [], { b: 'x', a: 'x' });
    assert.equal(generation.id, generationOf(MEASURES, [], { a: 'x', b: 'x' }).id);
    assert.deepEqual(decodeGeneration(generation.id, encodeGeneration(generation)), { ...generation, aliases: { a: 'x', b: 'x' } });
    assert.deepEqual(decodeGeneration('old', JSON.stringify({ measures: [], records: [] })).aliases, {});
  });
});
