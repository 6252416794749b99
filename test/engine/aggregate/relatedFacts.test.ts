/** Refunds, payments and contacts that follow another fact: in any order and batching, repeated, by two workers, and with a store that fails. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { fieldOf, SLOT, statusOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { Measure } from '../../../engine/kpi/measure.js';
import { paidBy } from '../../../engine/kpi/saleMoney.js';
import { type Change, countersOf, prefixRange, scanAll, scoped, type Store, textOf } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, numbersAt, stateOf } from '../../support/shopStore.js';
import { cut } from '../../support/versions.js';

const SALES: Measure = { name: 'u_sales', terms: [{ type: 'sale', value: 'one' }] };

async function contextOf(store: Store): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, [...MEASURES, SALES])) };
}

async function shopThatGot(batches: readonly (readonly ShopEvent[])[]): Promise<Store> {
  const store = await memoryStore();
  const context = await contextOf(store);
  for (const batch of batches) await foldEvents(store, batch, context);
  return store;
}

async function sumsIn(store: Store): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { value } of await scanAll(store, prefixRange('h/'))) {
    for (const [field, sum] of Object.entries(countersOf(value))) sums[field] = (sums[field] ?? 0) + sum;
  }
  return sums;
}

const at = (minute: number): string => `2026-11-22T11:${String(minute)}:00Z`;
const sale = (data: object = {}, minute = 10): ShopEvent => event({ subject: 'order/1', sequence: at(minute), data: { amount: '30.00', ...data } });
const payment = (data: object = {}, subject = 'payment/1', minute = 10): ShopEvent =>
  event({ type: 'payment', subject, sequence: at(minute), data: { amount: '30.00', payment: 'cash', refersTo: 'order/1', ...data } });
const refund = (data: object = {}, subject = 'refund/1', minute = 10): ShopEvent =>
  event({ type: 'refund', subject, sequence: at(minute), data: { amount: '5.00', refersTo: 'order/1', ...data } });
const lead = (subject: string, data: object, minute = 10): ShopEvent => event({ type: 'lead', subject, sequence: at(minute), data: { campaign: { source: 'instagram' }, ...data } });

/** Every order of a few events. */
function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1 ? [[...items]] : items.flatMap((item, index) => permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]));
}

describe('facts that follow others', () => {
  const bySale = { payments: [{ by: 'card', amount: '20.00' }, { by: 'cash', amount: '10.00' }] };
  const rows: [what: string, events: readonly ShopEvent[], numbers: Record<string, number | null>][] = [
    ['a payment of an unknown sale', [payment()], { cash_share: 1, revenue: null, orders: null }],
    ['a payment of a sale that says nothing of it', [payment(), sale()], { cash_share: 1, card_share: 0, revenue: 30, orders: 1 }],
    ['two payments of a sale', [payment({ amount: '10.00' }), payment({ amount: '20.00', payment: 'card' }, 'payment/2'), sale()], { cash_share: 0.333333, revenue: 30 }],
    ['a payment of a sale that states its payment', [payment(), sale({ payment: 'card' })], { cash_share: 0, card_share: 1, revenue: 30 }],
    ['a payment of a sale that states its payments', [payment(), sale(bySale)], { cash_share: 0.333333, card_share: 0.666667 }],
    ['a payment of a sale that states it later', [sale(), payment(), sale({ payment: 'card' }, 20)], { cash_share: 0, card_share: 1 }],
    ['a payment of a sale that is not paid yet', [sale({ status: 'open', payment: 'card' }), payment()], { cash_share: 1, card_share: 0, revenue: 0 }],
    ['a payment of an order that was open', [sale({ status: 'open', payment: 'card' }), payment(), sale({ status: 'completed' }, 20)], { cash_share: 0, card_share: 1 }],
    ['a payment of a sale that was voided', [sale({ payment: 'card' }), payment(), sale({ status: 'voided' }, 20)], { cash_share: null, revenue: 0 }],
    ['a payment of a sale that was voided and said nothing of it', [sale(), payment(), sale({ status: 'voided' }, 20)], { cash_share: null, revenue: 0 }],
    ['a payment of a sale that was deleted and restored', [sale(), payment(), sale({ x_deleted: true }, 20), sale({ x_deleted: false }, 30)], { cash_share: 1, revenue: 30 }],
    ['a payment of an order that was cancelled unpaid', [sale({ status: 'cancelled' }), payment()], { cash_share: 1, revenue: 0 }],
    ['a payment that changes', [sale(), payment(), payment({ payment: 'card' }, 'payment/1', 20)], { cash_share: 0, card_share: 1 }],
    ['a payment that was cancelled', [sale(), payment(), payment({ status: 'cancelled' }, 'payment/1', 20)], { cash_share: null, revenue: 30 }],
    ['a payment of its own', [payment({ refersTo: undefined }), sale({ payment: 'card' })], { cash_share: 0.5 }],
    ['a refund of a sale', [sale(), refund()], { revenue: 25, refunds: 5 }],
    ['a refund of a voided sale', [sale(), refund(), sale({ status: 'voided' }, 20)], { revenue: 0, refunds: 0 }],
    ['a refund of a deleted sale', [sale(), refund(), sale({ x_deleted: true }, 20)], { revenue: 0, refunds: 0 }],
    ['a refund of a sale that was restored', [sale(), refund(), sale({ x_deleted: true }, 20), sale({ x_deleted: false }, 30)], { revenue: 25, refunds: 5 }],
    ['a refund that the sale names no more', [sale({ x_refunds: 'refund/1 refund/2' }), refund(), refund({}, 'refund/2'), sale({ x_refunds: 'refund/2' }, 20)], { revenue: 25 }],
    ['a refund of an open order leaves its time alone', [
      event({ subject: 'order/1', time: '2026-11-22T09:15:00Z', data: { status: 'open' } }), refund({ x_note: 'late' }),
    ], { refunds: 5, open_orders: 1 }],
    ['a contact and its deal', [lead('contact/1', { status: 'open' }), lead('deal/7', { status: 'completed', refersTo: 'contact/1' })], { social_conversion: 1 }],
    ['a contact and its lost deal', [
      lead('contact/1', { status: 'open' }), lead('deal/7', { status: 'completed', refersTo: 'contact/1' }), lead('deal/7', { status: 'cancelled', refersTo: 'contact/1' }, 20),
    ], { social_conversion: 0 }],
  ];
  for (const [what, events, expected] of rows) {
    it(`${what}, in any order`, async () => {
      for (const order of permutations(events)) {
        for (const batches of [[order], order.map((one) => [one]), [order, order.slice(0, 1)]]) {
          const numbers = await numbersAt(await shopThatGot(batches), '1d');
          assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, numbers[name] ?? null])), expected, order.map(({ id }) => id).join(', '));
        }
      }
    });
  }

  it('make no sale of what only they name', async () => {
    const sums = await sumsIn(await shopThatGot([[payment(), refund()]]));
    assert.deepEqual([sums['u_sales#'], sums['=sale'], sums['=payment'], sums['=refund']], [undefined, undefined, 1, 1]);
  });

  it('are known to a sale up to its limit, and beyond it as they come', async () => {
    const payments = Array.from({ length: 61 }, (_, index) => payment({ amount: '1.00' }, `payment/${String(index).padStart(2, '0')}`));
    const beforehand = await sumsIn(await shopThatGot([payments, [sale({ payment: 'card' })]]));
    assert.deepEqual([beforehand['card_paid'], beforehand['cash_paid'] ?? 0], [3_000, 100]);
    const afterwards = await sumsIn(await shopThatGot([[sale({ payment: 'card' })], payments]));
    assert.deepEqual([afterwards['card_paid'], afterwards['cash_paid'] ?? 0], [3_000, 0]);
  });

  const means = fc.constantFrom('card', 'cash', undefined);
  /** Versions of two sales and their followers; `fixed`: each follower has one sale at most. */
  const related = (follows: 'fixed' | 'anything'): fc.Arbitrary<ShopEvent> => fc.record({
    type: fc.constantFrom('sale' as const, 'payment' as const, 'refund' as const),
    which: fc.constantFrom('1', '2'),
    of: fc.constantFrom('1', '2', undefined),
    minute: fc.integer({ min: 10, max: 14 }),
    cents: fc.integer({ min: 0, max: 99 }),
    status: fc.constantFrom('open' as const, 'completed' as const, 'cancelled' as const, 'voided' as const, undefined),
    means,
    parts: fc.option(fc.array(fc.record({ by: fc.constantFrom('card', 'cash'), amount: fc.constantFrom('0.00', '0.10') }), { maxLength: 2 }), { nil: undefined }),
    listed: fc.constantFrom('', 'refund/1', 'refund/1 refund/2', undefined),
  }).map(({ type, which, of, minute, cents, status, means: by, parts, listed }) => event({
    type, subject: type === 'sale' ? `order/${which}` : `${type}/${which}`, id: `${String(minute)}-${String(cents % 3)}`, sequence: at(minute), time: at(minute),
    data: {
      amount: (cents / 100).toFixed(2), ...(status && { status }), ...(by && { payment: by }), ...(parts && { payments: parts }),
      ...(type !== 'sale' && of && { refersTo: `order/${follows === 'fixed' ? which : of}` }), ...(type === 'sale' && listed !== undefined && { x_refunds: listed }),
    },
  }));
  const mixedOf = (one: fc.Arbitrary<ShopEvent>): fc.Arbitrary<[ShopEvent[], ShopEvent[], number[]]> => fc.array(one, { minLength: 1, maxLength: 14 }).chain(
    (events) => fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.nat(40), { maxLength: 6 })),
  );
  const mixed = mixedOf(related('fixed'));

  it('end in the same bytes for any permutation, duplication and batching', async () => {
    await fc.assert(fc.asyncProperty(mixed, async ([events, shuffled, cuts]) => {
      assert.deepEqual(await stateOf(await shopThatGot(cut(shuffled, cuts))), await stateOf(await shopThatGot([events])));
    }), { numRuns: 100 });
  });

  it('count each payment once: by the sale that states it, else by itself, and none of a sale that never was', async () => {
    await fc.assert(fc.asyncProperty(mixedOf(related('anything')), async ([, shuffled, cuts]) => {
      const store = await shopThatGot(cut(shuffled, cuts));
      const facts = new Map((await scanAll(store, prefixRange('f/'))).map(({ key, value }) => [key, decodeFact(textOf(value) ?? '').fact]));
      let paid = 0;
      for (const fact of facts.values()) {
        const of = fieldOf(fact, 'refersTo');
        const order = fact.type === 'payment' && typeof of === 'string' ? facts.get(`f/sale/${encodeURIComponent('urn:test')}/${of}`) : undefined;
        const isStated = order !== undefined && (statusOf(order) === 'voided' || (statusOf(order) === 'completed' && paidBy(order, 'any') !== undefined));
        const isCounted = fact.type === 'refund' ? isOneOf(statusOf(fact), 'open', 'completed') : statusOf(fact) === 'completed' && !isStated;
        if (isCounted && fact.values[SLOT.time] !== undefined) paid += (fact.type === 'refund' ? -1 : 1) * (paidBy(fact, 'any') ?? 0);
      }
      assert.equal((await sumsIn(store))['paid'] ?? 0, paid);
    }), { numRuns: 60 });
  });

  it('are the same for two workers at once', async () => {
    await fc.assert(fc.asyncProperty(mixed, async ([events, shuffled, cuts]) => {
      const store = await memoryStore();
      const workers = [scoped(store, 'shop/'), scoped(store, 'shop/')] as const;
      const context = await contextOf(workers[0]);
      const batches = cut(shuffled, cuts);
      await Promise.all(workers.map(async (worker, index) => {
        for (const batch of batches.filter((_batch, turn) => turn % 2 === index)) await foldEvents(worker, batch, context);
      }));
      assert.deepEqual(await stateOf(workers[0]), await stateOf(await shopThatGot([events])));
    }), { numRuns: 60 });
  });

  const meanwhile: [what: string, mine: readonly ShopEvent[], theirs: ShopEvent, next: ShopEvent][] = [
    ['a sale', [payment()], sale({ payment: 'card' }), payment({ payment: 'card' }, 'payment/1', 20)],
    ['a follower', [payment(), sale()], sale({ payments: [{ by: 'card', amount: '30.00' }] }, 20), sale({ payments: [] }, 30)],
    ['a sale that names its refunds', [refund()], sale({ x_refunds: '' }), refund({ amount: '6.00' }, 'refund/1', 20)],
  ];
  for (const [what, mine, theirs, next] of meanwhile) {
    it(`are right where another worker has changed ${what} that this one remembers`, async () => {
      const store = await memoryStore();
      const [worker, other] = [scoped(store, ''), scoped(store, '')];
      const context = await contextOf(store);
      for (const one of mine) await foldEvents(worker, [one], context);
      await foldEvents(other, [theirs], context);
      await foldEvents(worker, [next], context);
      assert.deepEqual(await stateOf(store), await stateOf(await shopThatGot([[...mine, theirs, next]])));
    });
  }

  it('are written with what they follow, so that a store that fails at any commit leaves nothing half done', async () => {
    await fc.assert(fc.asyncProperty(mixed, fc.array(fc.constantFrom('done', 'refused', 'unheard'), { minLength: 1, maxLength: 30 }), async ([events, shuffled, cuts], fates) => {
      const store = await memoryStore();
      const context = await contextOf(store);
      for (const batch of cut(shuffled, cuts)) {
        for (let attempt = 0; attempt <= 30; attempt += 1) {
          try {
            // A process that starts again knows nothing of what it was doing.
            await foldEvents(failing(scoped(store, ''), fates), batch, context);
            break;
          } catch {
            assert.ok(attempt < 30);
          }
        }
      }
      assert.deepEqual(await stateOf(store), await stateOf(await shopThatGot([events])));
    }), { numRuns: 60 });
  });

  it('are written in one commit with what they follow', async () => {
    const store = await memoryStore();
    const context = await contextOf(store);
    await foldEvents(store, [sale()], context);
    const commits: string[][] = [];
    const watched: Store = { ...plain(store), commit: (changes: readonly Change[], ...rest) => {
      commits.push(changes.map(({ key }) => key).filter((key) => key.startsWith('f/')).sort());
      return store.commit(changes, ...rest);
    } };
    await foldEvents(watched, [payment()], context);
    await foldEvents(watched, [sale({ payment: 'card' }, 20)], context);
    assert.deepEqual(commits, [['f/payment/urn%3Atest/payment/1', 'f/sale/urn%3Atest/order/1'], ['f/payment/urn%3Atest/payment/1', 'f/sale/urn%3Atest/order/1']]);
  });
});

function isOneOf(value: unknown, ...texts: readonly unknown[]): boolean {
  return texts.includes(value);
}

/** A store whose next commits are refused, or done without its saying so. */
function failing(store: Store, fates: string[]): Store {
  return { ...plain(store), commit: async (...args) => {
    const fate = fates.shift() ?? 'done';
    if (fate === 'refused') throw new Error('disk is away');
    const result = await store.commit(...args);
    if (fate === 'unheard') throw new Error('power is gone');
    return result;
  } };
}

function plain(store: Store): Store {
  return { read: (...args) => store.read(...args), commit: (...args) => store.commit(...args), scan: (...args) => store.scan(...args), close: () => store.close() };
}
