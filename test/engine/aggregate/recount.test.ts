/** Sums counted anew after a repair: what is kept of the facts is what the numbers say. */
import assert from 'node:assert/strict';
import { foldEvents, isRefolded, markRefolded, openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import { recountFacts } from '../../../engine/aggregate/recount.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { prefixRange, scanAll, type Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, numbersAt } from '../../support/shopStore.js';

const SOLD = [
  event({ subject: 'order/1', data: { amount: '10.00' } }),
  event({ subject: 'order/2', data: { amount: '20.00', payments: [{ by: 'card', amount: '20.00' }] } }),
  event({ subject: 'order/3', data: { amount: '5.00', status: 'open', openedAt: new Date(NOW - 60_000).toISOString() } }),
  event({ type: 'visit', data: { quantity: 40 } }),
];

async function contextOf(store: Store): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, history: true, ...(await openGenerations(store, MEASURES)) };
}

/** As a window node does at its start. */
async function start(store: Store): Promise<void> {
  const context = await contextOf(store);
  if (await isRefolded(store, context.generation)) return;
  for (let after: string | undefined = ''; after !== undefined;) after = await refold(store, after, context);
  await markRefolded(store, context.generation);
}

async function opened(): Promise<Store> {
  const store = await memoryStore();
  await foldEvents(store, SOLD, await contextOf(store));
  await start(store);
  return store;
}

async function remove(store: Store, prefix: string): Promise<void> {
  await store.commit((await scanAll(store, prefixRange(prefix))).map(({ key }) => ({ key })));
}

describe('recount', () => {
  const damages: [what: string, damage: (store: Store) => Promise<unknown>, revenue: number][] = [
    ['nothing was lost', () => Promise.resolve(), 30],
    ['sums were lost', (store) => remove(store, 'h/'), 30],
    ['sums are wrong', async (store) => store.commit((await scanAll(store, prefixRange('m/'))).map(({ key }) => ({ key, add: { revenue: 100 } }))), 30],
    ['a fact was lost, and its sums were kept', async (store) => {
      const [first] = (await scanAll(store, prefixRange('f/sale/'))).filter(({ key }) => key.endsWith('order/2'));
      await store.commit([{ key: first?.key ?? '' }]);
    }, 10],
  ];
  for (const [what, damage, revenue] of damages) {
    it(`says what the facts say where ${what}, and the same as before once the senders have sent again`, async () => {
      const store = await opened();
      const [day, minutes] = [await numbersAt(store, '1d'), await numbersAt(store, '5m')];
      await damage(store);
      await recountFacts(store);
      await start(store);
      assert.equal((await numbersAt(store, '1d'))['revenue'], revenue);
      await foldEvents(store, SOLD, await contextOf(store));
      assert.deepEqual([await numbersAt(store, '1d'), await numbersAt(store, '5m')], [day, minutes]);
    });
  }

  it('counts what comes before the facts were read again', async () => {
    const store = await opened();
    const before = await numbersAt(store, '1d');
    await recountFacts(store);
    await foldEvents(store, [...SOLD, event({ subject: 'order/1', sequence: '2030-01-01T00:00:00.000Z', data: { amount: '11.00' } })], await contextOf(store));
    await start(store);
    const { revenue, orders } = await numbersAt(store, '1d');
    assert.deepEqual({ revenue, orders }, { revenue: 31, orders: before['orders'] });
  });
});
