/** Receipts stored by a former release, under the names that it had for them: sent again they count once. */
import assert from 'node:assert/strict';
import { openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import { hoursPrefix } from '../../../engine/aggregate/sourceActivity.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { openRange } from '../../../engine/fact/openFactIndex.js';
import { prefixRange, scanAll, type Store } from '../../../engine/store/store.js';
import { contextOf, NOW, only, send } from '../../fixtures/normalizing.js';
import { calendar, memoryStore, numbersAt, receive } from '../../support/shopStore.js';

const BODY = { idNegozio: 'BG-02', idCassa: '01', numeroScontrino: '0012', dataOra: '22/11/2026 00:40:10', totale: '10,00' };
const today = (change: object = {}): ShopEvent => only(send({ provider: 'pos', body: { ...BODY, ...change }, context: contextOf() }));
const cafe = only(send({ provider: 'pos', body: { ...BODY, idNegozio: 'Cafe\u0301' }, context: { ...contextOf({ unknownStore: 'asSent' }), stores: [] } }));
/** As the former release named it, in a shop whose day ended at four. */
const former = (change: object = {}, source = 'urn:bottega:pos:BG-02/01', subject = 'receipt/2026-11-21/0012'): ShopEvent => ({ ...today(change), source, subject });

async function moved(store: Store): Promise<void> {
  const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, history: true, ...(await openGenerations(store, MEASURES)) };
  for (let after: string | undefined = ''; after !== undefined;) after = await refold(store, after, context);
}

async function numbers(store: Store): Promise<unknown[]> {
  const { revenue, orders, refunds, open_orders } = await numbersAt(store, '1d');
  return [revenue, orders, refunds ?? 0, open_orders ?? 0];
}

async function factKeys(store: Store): Promise<string[]> {
  return (await scanAll(store, prefixRange('f/'))).map(({ key }) => decodeURIComponent(key));
}

describe('receipts of a former release', () => {
  const cases: readonly (readonly [string, readonly ShopEvent[], readonly ShopEvent[], readonly unknown[]])[] = [
    ['a sale', [former()], [today()], [10, 1, 0, 0]],
    ['a sale under two aliases, counted twice', [former(), former({}, 'urn:bottega:pos:bergamo/01')], [today()], [10, 1, 0, 0]],
    ['a sale on both sides of the end of the day', [former(), former({ dataOra: '22/11/2026 12:40' }, undefined, 'receipt/2026-11-22/0012')], [today()], [20, 2, 0, 0]],
    ['a return', [former(), former({ totale: '-4,00', dataOra: '22/11/2026 09:00' })], [today({ totale: '-4,00', dataOra: '22/11/2026 09:00' })], [6, 1, 4, 0]],
    ['an open order that is paid later', [former({ stato: 'aperto', apertura: '22/11/2026 00:10' })], [today({ apertura: '22/11/2026 00:10' })], [10, 1, 0, 0]],
    ['a store that nobody knows', [former({ idNegozio: 'ZZ' }, 'urn:bottega:pos:ZZ/01')], [today({ idNegozio: 'ZZ' }), today()], [20, 2, 0, 0]],
    ['a store in other letters', [{ ...cafe, source: 'urn:bottega:pos:Cafe%CC%81/1', data: { ...cafe.data, store: 'Cafe\u0301' } }], [cafe], [10, 1, 0, 0]],
    ['a void that came first', [former()], [today({ stato: 'annullato' }), today()], [0, 0, 0, 0]],
  ];
  for (const [name, before, after, expected] of cases) {
    it(`${name}: sent again it counts once`, async () => {
      for (const when of ['before', 'after'] as const) {
        const store = await memoryStore();
        await receive(store, before);
        if (when === 'after') await receive(store, after);
        await moved(store);
        if (when === 'before') await receive(store, after);
        assert.deepEqual(await numbers(store), expected, when);
        const keys = await factKeys(store);
        assert.ok(keys.every((key) => /receipt\/12\/2026-11-22T\d\d:\d\d$/.test(key)), keys.join());
        await moved(store);
        assert.deepEqual([await numbers(store), await factKeys(store)], [expected, keys]);
        await store.close();
      }
    });
  }

  it('are counted anew also where somebody else named the source, with a "%" of its own', async () => {
    const store = await memoryStore();
    await receive(store, [former({}, 'urn:bottega:pos:a%zz/01')]);
    await moved(store);
    assert.deepEqual(await numbers(store), [10, 1, 0, 0]);
    await store.close();
  });

  it('keep what they add up to while they move, and their place among open orders', async () => {
    const store = await memoryStore();
    await receive(store, [former(), former({ stato: 'aperto', numeroScontrino: '13' }, undefined, 'receipt/2026-11-21/13')]);
    const before = await numbers(store);
    await moved(store);
    assert.deepEqual([await numbers(store), before], [before, [10, 1, 0, 1]]);
    assert.deepEqual((await store.scan(openRange('sale'), 9)).map(({ key }) => decodeURIComponent(decodeURIComponent(key)).split('/bergamo/pos/')[1]), ['urn:bottega:pos:bergamo/1/receipt/13/2026-11-22T00:40']);
  });

  it('go on being seen under the till\'s name of today', async () => {
    const store = await memoryStore();
    await receive(store, [former()]);
    await moved(store);
    const sources = (await scanAll(store, prefixRange('src/'))).map(({ key }) => decodeURIComponent(key));
    const hours = await scanAll(store, prefixRange(hoursPrefix('urn:bottega:pos:bergamo/1')));
    assert.deepEqual([sources, hours.length, await scanAll(store, prefixRange(hoursPrefix('urn:bottega:pos:BG-02/01')))], [['src/urn:bottega:pos:bergamo/1'], 1, []]);
  });

  const never = (change: object = {}): ShopEvent => only(send({ provider: 'pos', body: { ...BODY, numeroScontrino: '0012-0034', ...change }, context: contextOf({ receiptNumbers: 'never' }) }));
  const formerly = (change: object = {}, source = 'urn:bottega:pos:BG-02/01'): ShopEvent => ({ ...never(change), source, subject: 'receipt/0012-0034' });
  const numbered: readonly (readonly [string, readonly ShopEvent[], readonly ShopEvent[], readonly unknown[], readonly string[]])[] = [
    ['a sale', [formerly()], [never()], [10, 1, 0, 0], ['sale/urn:bottega:pos:bergamo/1/receipt/12-34']],
    ['a sale under two aliases, counted twice', [formerly(), formerly({}, 'urn:bottega:pos:bergamo/01')], [never()], [10, 1, 0, 0], ['sale/urn:bottega:pos:bergamo/1/receipt/12-34']],
    ['a sale whose number stays', [formerly({}, 'urn:bottega:pos:AT-01/1')].map((event) => ({ ...event, subject: 'receipt/77' })), [
      never({ idNegozio: 'BG-02', idCassa: '1', numeroScontrino: '77' })], [10, 1, 0, 0], ['sale/urn:bottega:pos:bergamo/1/receipt/77']],
    ['a return', [formerly(), formerly({ totale: '-4,00' })], [never({ totale: '-4,00' }), never()], [6, 1, 4, 0], [
      'refund/urn:bottega:pos:bergamo/1/receipt/12-34', 'sale/urn:bottega:pos:bergamo/1/receipt/12-34']],
    ['a store that nobody knows', [formerly({ idNegozio: 'ZZ' }, 'urn:bottega:pos:ZZ/01')], [never({ idNegozio: 'ZZ' })], [10, 1, 0, 0], ['sale/urn:bottega:pos:ZZ/1/receipt/12-34']],
    ['a canonical event that is named like one', [{ ...formerly(), id: 'own-1' }], [{ ...formerly(), id: 'own-1' }], [10, 1, 0, 0], ['sale/urn:bottega:pos:BG-02/01/receipt/0012-0034']],
  ];
  for (const [name, before, after, expected, keys] of numbered) {
    it(`${name}, where numbers never begin again: sent again it counts once`, async () => {
      for (const when of ['before', 'after'] as const) {
        const store = await memoryStore();
        await receive(store, before);
        if (when === 'after') await receive(store, after);
        await moved(store);
        if (when === 'before') await receive(store, after);
        await moved(store);
        assert.deepEqual([when, await numbers(store), await factKeys(store)], [when, expected, keys.map((key) => `f/${key}`)]);
        await store.close();
      }
    });
  }
});
