/** Whatever the order, the duplicates and the batches: the same facts, the same slices, the same cents. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import type { Fact } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { contributionsOf } from '../../../engine/kpi/contribution.js';
import { generationOf } from '../../../engine/kpi/measure.js';
import { foldEvents, openGenerations, refold } from '../../../engine/aggregate/applyEvents.js';
import { readRows } from '../../../engine/read/windowReader.js';
import { scanAll } from '../../../engine/store/store.js';
import { KPIS, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { countersOf, prefixRange, type Store, textOf } from '../../../engine/store/store.js';
import { HOUR, LocalClock, MINUTE } from '../../../engine/base/time.js';
import { Calendar, TUMBLING } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';
import { stateOf } from '../../support/shopStore.js';
import { cut, versions } from '../../support/versions.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const shopContext = { calendar, currency: 'EUR', graceMs: 5_000, kpis: KPIS };

async function contextOf(store: Store, now = NOW): Promise<FoldContext> {
  return { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
}

async function foldAll(batches: readonly (readonly ShopEvent[])[]): Promise<Store> {
  const store = await openLevelStore({ memory: true }, { now: () => NOW });
  const context = await contextOf(store);
  for (const batch of batches) await foldEvents(store, batch, context);
  return store;
}

describe('folding events into facts and slices', () => {
  it('ends in the same bytes for any permutation, duplication and batching', async () => {
    const shuffled = fc.array(versions, { minLength: 1, maxLength: 25 }).chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.nat(60), { maxLength: 6 })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([events, mixed, cuts]) => {
        assert.deepEqual(await stateOf(await foldAll(cut(mixed, cuts))), await stateOf(await foldAll([events])));
      }),
      { numRuns: 120 },
    );
  });

  it('keeps slices equal to a fold of the stored facts from scratch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(versions, { minLength: 1, maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 5 }), async (events, cuts) => {
        const store = await foldAll(cut(events, cuts));
        const expected: Record<string, number> = {};
        for (const { value } of await scanAll(store, prefixRange('f/'))) addUp(expected, decodeFact(textOf(value) ?? '').fact);
        const actual: Record<string, number> = {};
        for (const { value } of await scanAll(store, prefixRange('h/'))) {
          for (const [field, sum] of Object.entries(countersOf(value))) if (!field.startsWith('~')) actual[field] = (actual[field] ?? 0) + sum;
        }
        for (const field of Object.keys(actual)) if (actual[field] === 0) delete actual[field];
        assert.deepEqual(sorted(actual), sorted(expected));
      }),
      { numRuns: 120 },
    );
  });

  it('agrees to the cent between windows of every size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(versions, { minLength: 1, maxLength: 30 }), async (events) => {
        const store = await foldAll([events]);
        const totals = await Promise.all(TUMBLING.map((size) => totalOf(store, size)));
        assert.deepEqual(new Set(totals).size, 1, totals.join(' | '));
      }),
      { numRuns: 80 },
    );
  });

  it('brings facts to edited measures without double counting', async () => {
    const store = await foldAll([[event({ data: { amount: '10.00' } }), event({ subject: 'order/2', data: { amount: '5.00' } })]]);
    const edited = [...MEASURES, { name: 'u_big', terms: [{ type: 'sale' as const, value: 'one' as const, where: [] }] }].filter(({ name }) => name !== 'offline_sales');
    const context = { ...(await contextOf(store)), ...(await openGenerations(store, edited)), history: true };
    await foldEvents(store, [event({ sequence: '2026-11-22T11:20:00Z', data: { amount: '12.00' } })], context);
    for (let after: string | undefined = ''; after !== undefined;) after = await refold(store, after, context);
    const sums: Record<string, number> = {};
    for (const { value } of await scanAll(store, prefixRange('h/'))) for (const [field, sum] of Object.entries(countersOf(value))) sums[field] = (sums[field] ?? 0) + sum;
    assert.deepEqual([sums['sales'], sums['sales#'], sums['u_big#'], sums['offline_sales#']], [1_700, 2, 2, 0]);
    assert.equal(generationOf(edited).id, context.generation.id);
  });
});

async function totalOf(store: Store, size: (typeof TUMBLING)[number]): Promise<string> {
  const spans = calendar.windowsBetween(size, NOW - 47 * HOUR - 30 * MINUTE, NOW + MINUTE, 10_000);
  const rows = await readRows(store, { size, spans, group: { store: true, channel: true } }, shopContext, NOW);
  const cents: Record<string, number> = {};
  for (const { name, store: at, channel, value } of rows) {
    if (!['revenue', 'gross_revenue', 'refunds', 'orders', 'footfall'].includes(name)) continue;
    const key = `${name}/${at}/${channel}`;
    cents[key] = (cents[key] ?? 0) + Math.round((value ?? 0) * 100);
  }
  return JSON.stringify(sorted(Object.fromEntries(Object.entries(cents).filter(([, sum]) => sum !== 0))));
}

function addUp(sums: Record<string, number>, fact: Fact): void {
  for (const { field, value } of contributionsOf(fact, MEASURES)) sums[field] = (sums[field] ?? 0) + value;
  for (const field of Object.keys(sums)) if (sums[field] === 0) delete sums[field];
}

function sorted(sums: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}
