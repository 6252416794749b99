/** Receipts that never were: whatever the order in which a till's documents come, in however many batches, by however many workers, and however often. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { fieldOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { parseWaiting, WAITING_VOIDS } from '../../../engine/fact/waitingVoids.js';
import type { SavedMapping } from '../../../engine/normalize/mapping/fieldMapping.js';
import { HOUR } from '../../../engine/base/time.js';
import { prefixRange, scanAll, scoped, type Store, textOf } from '../../../engine/store/store.js';
import { openRedisStore } from '../../../engine/store/redis/connection.js';
import { contextOf, NOW, only, send } from '../../fixtures/normalizing.js';
import { startRedis } from '../../support/redis.js';
import { memoryStore, numbersAt, receive, stateOf } from '../../support/shopStore.js';

/** "7 sale 10,00 21/11 13:00:20" and so on, as a till sends it. */
interface TillDocument {
  readonly no: string;
  readonly at: string;
  readonly paid?: string;
  readonly does?: 'sell' | 'open' | 'state' | 'void' | 'return' | 'unreturn';
  readonly of?: string | undefined;
}

const KINDS = {
  sell: {}, open: { stato: 'aperto' }, state: { stato: 'annullato' }, void: { tipoDocumento: 'ANNULLAMENTO' }, return: { tipoDocumento: 'RESO' },
  unreturn: { tipoDocumento: 'RESO', stato: 'annullato' },
} as const;

function eventOf({ no, at, paid, does = 'sell', of }: TillDocument, mapping: SavedMapping = {}): ShopEvent {
  const [day = '', clock = ''] = at.split(' ');
  const body = { idNegozio: 'bergamo', idCassa: '1', numeroScontrino: no, dataOra: `${day}/2026 ${clock}`, totale: paid, riferimento: of, ...KINDS[does] };
  return only(send({ provider: 'pos', body, context: contextOf(mapping) }));
}

const at = (instant: string): number => Date.parse(`2026-11-${instant}:00+01:00`);

/** Revenue and orders of the hours in which there was anything, and what waits. */
async function outcomeIn(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let hour = at('20T00:00'); hour < at('22T14:00'); hour += HOUR) {
    const { revenue, orders } = await numbersAt(store, '1h', { at: hour });
    if ((revenue ?? 0) !== 0 || (orders ?? 0) !== 0) found[new Date(hour + HOUR).toISOString().slice(8, 13)] = `${String(revenue)} in ${String(orders ?? 0)}`;
  }
  const waiting = (await scanAll(store, WAITING_VOIDS)).map(parseWaiting).map(({ refersTo }) => refersTo);
  return waiting.length === 0 ? found : { ...found, waits: waiting.sort().join() };
}

async function factsIn(store: Store): Promise<unknown[]> {
  return (await scanAll(store, prefixRange('f/'))).map(({ key, value }) => [key, decodeFact(textOf(value) ?? '').fact]);
}

const A: TillDocument = { no: '7', at: '21/11 09:00:20', paid: '10,00' };
const B: TillDocument = { no: '7', at: '21/11 11:00', paid: '20,00' };
const OTHER: TillDocument = { no: '8', at: '21/11 09:10', paid: '1,00' };

/** Of A, under a number of its own; another one, under A's number; and what annuls one of them. */
const RETURN: TillDocument = { no: '40', at: '21/11 10:00', paid: '4,00', does: 'return', of: '7' };
const SAME: TillDocument = { no: '7', at: '21/11 10:00', paid: '4,00', does: 'return' };
const ANNULS: TillDocument = { no: '9', at: '21/11 10:30', does: 'void' };

const STORIES: readonly (readonly [string, readonly TillDocument[], Record<string, string>])[] = [
  ['sales alone', [A, B, OTHER], { '21T09': '11 in 2', '21T11': '20 in 1' }],
  ['a status, in the same minute', [A, OTHER, { ...A, does: 'state' }], { '21T09': '1 in 1' }],
  ['a status, without seconds or amount', [A, OTHER, { no: '007', at: '21/11 09:00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a status, with the amount taken back', [A, OTHER, { ...A, paid: '-10,00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a status alone', [OTHER, { ...A, does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated later', [A, OTHER, { ...A, at: '21/11 09:30', does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated later, of the latest receipt', [A, B, { ...B, at: '21/11 12:00', does: 'state' }], { '21T09': '10 in 1' }],
  ['a number repeated later without its amount', [A, B, { no: '7', at: '21/11 12:00', does: 'state' }], { '21T09': '10 in 1' }],
  ['a number repeated later with a total of nothing', [A, OTHER, { ...A, at: '21/11 09:30', paid: '0,00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a document that repeats the number with a total of nothing', [A, OTHER, { ...A, at: '21/11 10:00', paid: '0,00', does: 'void' }], { '21T09': '1 in 1' }],
  ['a number repeated after midnight', [{ ...A, at: '20/11 23:50' }, OTHER, { ...A, at: '21/11 00:20', does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated more than a day later', [A, { ...A, at: '22/11 09:01', does: 'state' }], { '21T09': '10 in 1' }],
  ['a receipt voided at once, and yesterday\'s of its number', [A, { ...A, at: '22/11 08:00' }, { ...A, at: '22/11 08:00', does: 'state' }], { '21T09': '10 in 1' }],
  ['a receipt voided at once, of another amount than yesterday\'s', [A, { ...A, at: '22/11 08:00', paid: '3,00', does: 'state' }], { '21T09': '10 in 1' }],
  ['a number repeated with another amount', [A, OTHER, { ...A, at: '21/11 09:30', paid: '4,00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated with another amount, late on the same day', [A, OTHER, { ...A, at: '21/11 23:30', paid: '4,00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated with another amount, after midnight', [{ ...A, at: '20/11 23:50' }, OTHER, { ...A, at: '21/11 00:20', paid: '4,00', does: 'state' }], { '21T09': '1 in 1' }],
  ['a number repeated with another amount, of the latest receipt', [A, B, { ...A, at: '21/11 12:00', does: 'void' }], { '21T09': '10 in 1' }],
  ['a document that repeats the number with another amount', [A, OTHER, { ...A, at: '21/11 10:00', paid: '4,00', does: 'void' }], { '21T09': '1 in 1' }],
  ['a document of its own, of yesterday\'s number and another amount', [A, { ...A, at: '22/11 08:00', paid: '3,00', does: 'void' }], { '21T09': '10 in 1', '22T08': '-3 in -1' }],
  ['an order opened and voided', [{ ...A, does: 'open' }, { ...A, does: 'state' }, OTHER], { '21T09': '1 in 1' }],
  ['a document that repeats the number', [A, OTHER, { ...A, at: '21/11 10:00', does: 'void' }], { '21T09': '1 in 1' }],
  ['a document with its own number that names none', [A, OTHER, { no: '9', at: '21/11 10:00', paid: '10,00', does: 'void' }], { '21T09': '11 in 2', '21T10': '-10 in -1' }],
  ['a document that names a receipt', [A, OTHER, { no: '9', at: '21/11 10:00', paid: '10,00', does: 'void', of: '7' }], { '21T09': '1 in 1' }],
  ['a document that names a receipt of a day', [{ ...A, at: '20/11 09:00' }, B, { no: '9', at: '21/11 12:00', does: 'void', of: '0007 del 20/11/2026' }], { '21T11': '20 in 1' }],
  ['a document that names a receipt of its own day, whose number begins again after it', [A, B, { no: '9', at: '21/11 10:00', does: 'void', of: '7 del 21/11/2026' }], { '21T11': '20 in 1' }],
  ['a document that names a receipt of a minute', [A, B, { no: '9', at: '21/11 12:00', does: 'void', of: '7 del 21/11/2026 09:00' }], { '21T11': '20 in 1' }],
  ['a document that names a receipt which has not come', [OTHER, { no: '9', at: '21/11 10:00', paid: '5,00', does: 'void', of: '77' }], { '21T09': '1 in 1', waits: 'receipt/77' }],
  ['two documents for one receipt', [A, OTHER, { no: '9', at: '21/11 10:00', does: 'void', of: '7' }, { ...A, at: '21/11 10:10', does: 'void' }], { '21T09': '1 in 1' }],
  ['a receipt and a document, beside a number that was sent only as voided', [
    A, { ...A, does: 'state' }, { no: '7', at: '22/11 09:10', paid: '4,00', does: 'state' }, { no: '9', at: '22/11 09:30', does: 'void', of: '7' },
  ], {}],
  ['two receipts of a number, each with its void', [
    A, { ...A, at: '21/11 09:30', does: 'state' }, { ...A, at: '21/11 10:00' }, { ...A, at: '21/11 12:00', does: 'state' }, OTHER,
  ], { '21T09': '1 in 1' }],
  ['a return, beside a void', [A, B, { ...A, at: '21/11 10:00', paid: '4,00', does: 'return' }, { ...B, at: '21/11 11:30', does: 'state' }], { '21T09': '10 in 1', '21T10': '-4 in 0' }],
  ['a document that names a return', [A, RETURN, { ...ANNULS, of: '40' }], { '21T09': '10 in 1' }],
  ['a document that names a return, with another amount', [A, RETURN, { ...ANNULS, paid: '9,00', of: '40' }], { '21T09': '10 in 1' }],
  ['a document that names a return of a minute', [A, RETURN, { ...ANNULS, of: '40 del 21/11/2026 10:00' }], { '21T09': '10 in 1' }],
  ['a document that names a return of a day', [A, RETURN, { ...ANNULS, of: '0040 del 21/11/2026' }], { '21T09': '10 in 1' }],
  ['a document that names a return which says nothing of its receipt', [A, { ...RETURN, of: undefined }, { ...ANNULS, of: '40' }], { '21T09': '10 in 1' }],
  ['a document that names a return by a negative total', [A, { ...RETURN, paid: '-4,00', does: 'sell', of: undefined }, { ...ANNULS, of: '40' }], { '21T09': '10 in 1' }],
  ['a document that names a return which comes after it', [A, RETURN, { ...ANNULS, at: '21/11 09:50', of: '40' }], { '21T09': '10 in 1', '21T10': '-4 in 0', waits: 'receipt/40' }],
  ['a return\'s number repeated later', [A, RETURN, { ...RETURN, at: '21/11 12:00', does: 'void', of: undefined }], { '21T09': '10 in 1' }],
  ['a return\'s number repeated later without its amount', [A, RETURN, { no: '40', at: '21/11 12:00', does: 'void' }], { '21T09': '10 in 1' }],
  ['a return\'s number repeated more than a day later', [A, RETURN, { no: '40', at: '22/11 10:01', paid: '4,00', does: 'void' }], { '21T09': '10 in 1', '21T10': '-4 in 0', '22T10': '-4 in -1' }],
  ['a number of a receipt and a later return', [A, SAME, { ...ANNULS, of: '7' }], { '21T09': '10 in 1' }],
  ['a number of a return and a later receipt', [SAME, B, { ...ANNULS, at: '21/11 12:00', of: '7' }], { '21T10': '-4 in 0' }],
  ['a number of a receipt, a later return, and a receipt after the document', [A, SAME, B, { ...ANNULS, of: '7' }], { '21T09': '10 in 1', '21T11': '20 in 1' }],
  ['a number of a receipt of a minute, and a later return', [A, SAME, { ...ANNULS, of: '7 del 21/11/2026 09:00' }], { '21T10': '-4 in 0' }],
  ['a number of a receipt and a return of the same minute', [{ ...A, at: SAME.at }, SAME, { ...ANNULS, of: '7' }], { '21T10': '-4 in 0' }],
  ['two documents for one return', [A, RETURN, { ...ANNULS, of: '40' }, { no: '40', at: '21/11 12:00', does: 'void' }], { '21T09': '10 in 1' }],
  ['a receipt and its return, each with a document', [A, RETURN, OTHER, { ...ANNULS, of: '40' }, { ...ANNULS, no: '10', of: '7' }], { '21T09': '1 in 1' }],
  ['a return\'s own status', [A, RETURN, { ...RETURN, does: 'unreturn' }], { '21T09': '10 in 1' }],
  ['a return\'s own status, and a document', [A, RETURN, { ...RETURN, does: 'unreturn' }, { ...ANNULS, of: '40' }], { '21T09': '10 in 1' }],
  ['a status that does not say it is of a return', [A, RETURN, { no: '40', at: RETURN.at, does: 'state' }], { '21T09': '10 in 1' }],
  ['another till\'s number', [A, { ...A, no: '70', at: '21/11 09:30', does: 'state' }], { '21T09': '10 in 1' }],
];

describe('voided receipts', () => {
  for (const [name, documents, expected] of STORIES) {
    it(name, async () => {
      const events = documents.map((each) => eventOf(each));
      let facts: unknown;
      await fc.assert(fc.asyncProperty(
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.integer({ min: 1, max: 4 })), async (order, sizes) => {
          const store = await memoryStore();
          for (let from = 0, index = 0; from < order.length; index += 1) {
            const size = sizes[index] ?? 2;
            await receive(store, order.slice(from, from + size));
            from += size;
          }
          assert.deepEqual(await outcomeIn(store), expected);
          facts ??= await factsIn(store);
          assert.deepEqual(await factsIn(store), facts);
          await store.close();
        },
      ), { numRuns: 12 });
    });
  }

  const everyTill = STORIES.flatMap(([, all], till) => all.map((each) => ({ ...eventOf(each), source: `urn:bottega:pos:bergamo/${String(till)}` })));

  /** Workers of which each has a view of its own, and so a cache of its own, at once over one store. */
  async function outcomeOf(workers: readonly Store[], documents: readonly ShopEvent[]): Promise<unknown> {
    for (let round = 0; round < documents.length; round += workers.length) {
      await Promise.all(workers.map((worker, index) => receive(worker, documents.slice(round + index, round + index + 1))));
    }
    const [first] = workers;
    return first === undefined ? undefined : [await outcomeIn(first), await factsIn(first)];
  }

  it('are the same where several workers share a store', async () => {
    const single = await outcomeOf([await memoryStore()], everyTill);
    const store = await memoryStore();
    const workers = Array.from({ length: 4 }, () => scoped(store, ''));
    assert.deepEqual(await outcomeOf(workers, everyTill), single);
    assert.deepEqual(await outcomeOf(workers, [...everyTill].reverse()), single);
    const other = await memoryStore();
    assert.deepEqual(await outcomeOf(Array.from({ length: 6 }, () => scoped(other, '')), [...everyTill].reverse()), single);
  });

  it('are the same where several workers share a Redis', async () => {
    const single = await outcomeOf([await memoryStore()], everyTill);
    const server = await startRedis();
    const stores = Array.from({ length: 3 }, () => openRedisStore(server.url, { clock: { now: () => NOW }, random: Math.random }));
    try {
      for (const [shop, documents] of [['a/', everyTill], ['b/', [...everyTill].reverse()]] as const) {
        assert.deepEqual(await outcomeOf(stores.map((store) => scoped(store, shop)), documents), single);
      }
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await server.dispose();
    }
  });

  it('move to the receipt that comes last, in the same commit', async () => {
    const store = await memoryStore();
    const late = { no: '7', at: '21/11 12:00', does: 'void' } as const;
    await receive(store, [eventOf(A), eventOf(late)]);
    assert.deepEqual(await outcomeIn(store), {});
    await receive(store, [eventOf(B)]);
    assert.deepEqual(await outcomeIn(store), { '21T09': '10 in 1' });
  });

  it('and returns are the same in any order, whatever the documents', async () => {
    const document = fc.record({
      no: fc.constantFrom('7', '40'), at: fc.constantFrom('20/11 11:00', '21/11 09:00', '21/11 10:00', '21/11 12:00', '22/11 09:30'),
      paid: fc.constantFrom('10,00', '4,00'), does: fc.constantFrom('sell', 'state', 'void', 'return', 'unreturn'),
      of: fc.constantFrom(undefined, '7', '40', '7 del 21/11/2026', '40 del 21/11/2026 10:00'),
    } as const);
    const documents = fc.uniqueArray(document, { minLength: 2, maxLength: 8, selector: ({ no, at: when, does }) => [no, when, does].join() });
    const orders = documents.map((all) => all.map((each) => eventOf(each))).chain((all) => fc.tuple(
      fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }), fc.integer({ min: 1, max: 4 }),
    ));
    await fc.assert(fc.asyncProperty(orders, async ([all, shuffled, size]) => {
      const [one, other] = [await memoryStore(), await memoryStore()];
      await receive(one, all);
      for (let from = 0; from < shuffled.length; from += size) await receive(other, shuffled.slice(from, from + size));
      assert.deepEqual(await stateOf(other), await stateOf(one));
      await Promise.all([one.close(), other.close()]);
    }), { numRuns: 100 });
  });

  it('count once where they are returns', async () => {
    const events = [A, RETURN, { ...ANNULS, of: '40' }, OTHER].map((each) => eventOf(each));
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray([...events, ...events], { minLength: 8 }), fc.integer({ min: 1, max: 4 }), async (order, size) => {
      const store = await memoryStore();
      for (let from = 0; from < order.length; from += size) await receive(store, order.slice(from, from + size));
      const { revenue, refunds, returns, voids } = await numbersAt(store, '1d', { at: at('21T12:00') });
      assert.deepEqual({ revenue, refunds, returns, voids }, { revenue: 11, refunds: 0, returns: 0, voids: 1 });
      const states = (await scanAll(store, prefixRange('f/'))).map(({ key, value }) => [key.split('/').slice(3, 5).join('/'), decodeFact(textOf(value) ?? '').fact.voidState]);
      assert.deepEqual(Object.fromEntries(states), { 'receipt/7': undefined, 'receipt/8': undefined, 'receipt/40': 'voided', 'void/9': 'applied' });
      await store.close();
    }), { numRuns: 12 });
  });

  it('are found by number alone where numbers never begin again', async () => {
    const mapping = { receiptNumbers: 'never' };
    const documents = [eventOf({ ...A, no: '0012-0034', at: '20/11 09:00' }, mapping), eventOf({ no: '0013-0001', at: '21/11 10:00', does: 'void', of: 'n. 0012-0034 del 20/11/2026' }, mapping), eventOf(OTHER, mapping)];
    for (const order of [documents, [...documents].reverse()]) {
      const store = await memoryStore();
      for (const event of order) await receive(store, [event]);
      assert.deepEqual(await outcomeIn(store), { '21T09': '1 in 1' });
    }
  });

  it('are returns found by number alone where numbers never begin again', async () => {
    const mapping = { receiptNumbers: 'never' };
    const documents = [eventOf(A, mapping), eventOf({ ...RETURN, no: '0013-0040' }, mapping), eventOf({ ...ANNULS, of: 'n. 13-40 del 21/11/2026' }, mapping)];
    for (const order of [documents, [...documents].reverse()]) {
      const store = await memoryStore();
      for (const event of order) await receive(store, [event]);
      assert.deepEqual(await outcomeIn(store), { '21T09': '10 in 1' });
    }
  });

  it('are found by number alone, whatever the amount, where numbers never begin again', async () => {
    const mapping = { receiptNumbers: 'never' };
    const documents = [eventOf({ ...A, no: '0012-0034' }, mapping), eventOf({ no: '12-34', at: '22/11 09:30', paid: '4,00', does: 'void' }, mapping)];
    for (const order of [documents, [...documents].reverse()]) {
      const store = await memoryStore();
      for (const event of order) await receive(store, [event]);
      assert.deepEqual(await outcomeIn(store), {});
    }
  });
});

const BACK: TillDocument = { no: '7', at: '21/11 12:00', paid: '4,00', does: 'return' };

const RETURNS: readonly (readonly [string, readonly TillDocument[], string | undefined])[] = [
  ['a number', [A, BACK, OTHER], 'receipt/7/2026-11-21T09:00'],
  ['the number of two receipts: the latest', [A, B, BACK], 'receipt/7/2026-11-21T11:00'],
  ['the number of a receipt that comes after it, and of one of another day', [A, { ...A, at: '22/11 09:00' }, BACK], 'receipt/7/2026-11-21T09:00'],
  ['a number of the evening before', [{ ...A, at: '20/11 23:50' }, BACK], 'receipt/7/2026-11-20T23:50'],
  ['a number of more than a day before', [{ ...A, at: '20/11 11:59' }, BACK], undefined],
  ['a number in the same minute', [{ ...A, at: '21/11 12:00' }, BACK], 'receipt/7/2026-11-21T12:00'],
  ['the number of a receipt that was voided', [A, { ...A, does: 'state' }, BACK], 'receipt/7/2026-11-21T09:00'],
  ['the number of a receipt, and of its void in between', [A, { ...A, at: '21/11 10:00', does: 'state' }, BACK], 'receipt/7/2026-11-21T09:00'],
  ['the number of a receipt that was sent only as one that never was', [{ ...A, does: 'state' }, BACK], undefined],
  ['nobody\'s number', [OTHER, BACK], undefined],
  ['a number, and names another one', [A, OTHER, { ...BACK, of: '8 del 21/11/2026' }], 'receipt/8/2026-11-21'],
];

describe('returned receipts', () => {
  for (const [name, documents, expected] of RETURNS) {
    it(`repeat ${name}`, async () => {
      const events = documents.map((each) => eventOf(each));
      let facts: unknown;
      await fc.assert(fc.asyncProperty(
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.integer({ min: 1, max: 4 }), async (order, size) => {
          const store = await memoryStore();
          for (let from = 0; from < order.length; from += size) await receive(store, order.slice(from, from + size));
          const back = (await scanAll(store, prefixRange('f/refund/'))).map(({ value }) => decodeFact(textOf(value) ?? '').fact);
          assert.deepEqual(back.map((fact) => fieldOf(fact, 'refersTo')), [expected]);
          facts ??= await factsIn(store);
          assert.deepEqual(await factsIn(store), facts);
          await store.close();
        },
      ), { numRuns: 12 });
    });
  }

  it('are the same where several workers share a store', async () => {
    const all = RETURNS.flatMap(([, documents], till) => documents.map((each) => ({ ...eventOf(each), source: `urn:bottega:pos:bergamo/${String(till)}` })));
    const outcomes = [];
    for (const [workers, order] of [[1, all], [4, all], [6, [...all].reverse()]] as const) {
      const store = await memoryStore();
      const views = Array.from({ length: workers }, () => scoped(store, ''));
      for (let round = 0; round < order.length; round += workers) {
        await Promise.all(views.map((view, index) => receive(view, order.slice(round + index, round + index + 1))));
      }
      outcomes.push(await factsIn(store));
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
    assert.deepEqual(outcomes[2], outcomes[0]);
  });
});
