/** Deals, their contacts, and records that were merged: in any order and batching, repeated, and by two workers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { Measure } from '../../../engine/kpi/measure.js';
import { countersOf, prefixRange, scanAll, scoped, type Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, receive, stateOf } from '../../support/shopStore.js';
import { cut } from '../../support/versions.js';

async function contextOf(store: Store): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
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
    for (const [field, sum] of Object.entries(countersOf(value))) if (field === 'social_won#' || field === 'social_reached#') sums[field] = (sums[field] ?? 0) + sum;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0).sort());
}

/** Leads that are there, as a number of the owner's own counts them. */
async function leadsByHour(batches: readonly (readonly ShopEvent[])[]): Promise<Record<string, number>> {
  const store = await memoryStore();
  const leads: Measure = { name: 'leads', terms: [{ type: 'lead', where: [{ field: 'status', op: 'isNot', value: 'voided' }], value: 'one' }] };
  for (const batch of batches) await receive(store, batch, NOW, [leads]);
  const hours = (await scanAll(store, prefixRange('h/'))).map(({ key, value }): [string, number] => [key, countersOf(value)['leads#'] ?? 0]);
  return Object.fromEntries(hours.filter(([, sum]) => sum !== 0));
}

const at = (minute: number): string => `2026-11-22T11:${String(minute)}:00Z`;
const said = (subject: string, minute: number, data: object, prefix = ''): ShopEvent =>
  event({ type: 'lead', subject, time: at(minute), id: `${subject} ${String(minute)} ${JSON.stringify(data)}`, sequence: prefix + at(minute), data: { store: 'milano-1', channel: 'online', ...data } });

/** Each may be merged into those with a greater number; `deal/5` is of another contact than the others. */
const notices: fc.Arbitrary<ShopEvent> = fc.record({
  kind: fc.constantFrom('contact', 'deal'),
  which: fc.constantFrom('1', '2', '3', '4'),
  minute: fc.integer({ min: 10, max: 30 }),
  what: fc.constantFrom('creation', 'social', 'won', 'open', 'deleted', 'restored', 'link', 'merge', 'merge', 'merge'),
  into: fc.constantFrom('2', '3', '4'),
}).map(({ kind, which, minute, what, into }) => {
  const subject = `${kind}/${which}`;
  switch (what) {
    case 'creation': return said(subject, minute, { status: 'open', openedAt: at(minute) }, '#');
    case 'social': return said(subject, minute, { campaign: { medium: minute % 2 === 0 ? 'social' : 'email' } });
    case 'won': return said(subject, Math.max(minute, 20), { status: 'completed', closedAt: at(Math.max(minute, 20)) });
    case 'open': return said(subject, Math.min(minute, 19), { status: 'open' });
    case 'deleted': return said(subject, minute, { x_deleted: true });
    case 'restored': return said(subject, minute, { x_deleted: false });
    case 'link': return kind === 'deal' ? said(subject, minute, { refersTo: 'contact/1' }) : said('deal/5', minute, { refersTo: 'contact/2', status: 'completed' });
    // Who is gone is in no later merge: there are no circles.
    default: return said(subject, minute, { x_deleted: true, ...(into > which && { [`x_into_${into}`]: into === '4' && which !== '3' ? 'secondary' : 'primary' }) });
  }
});

const mixed: fc.Arbitrary<[ShopEvent[], ShopEvent[], number[]]> = fc.array(notices, { minLength: 1, maxLength: 16 }).chain(
  (events) => fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.nat(40), { maxLength: 6 })),
);

describe('leads that were merged', () => {
  it('end in the same bytes for any permutation, duplication and batching', async () => {
    await fc.assert(fc.asyncProperty(mixed, async ([events, shuffled, cuts]) => {
      assert.deepEqual(await stateOf(await shopThatGot(cut(shuffled, cuts))), await stateOf(await shopThatGot([events])));
    }), { numRuns: 200 });
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
    }), { numRuns: 100 });
  });

  it('come to an end where merges go in a circle', async () => {
    const circle = ['1', '2'].flatMap((id) => [said(`contact/${id}`, 10, { openedAt: at(10) }, '#'), said(`contact/${id}`, 11, { x_deleted: true, [`x_into_${id === '1' ? '2' : '1'}`]: 'primary' })]);
    assert.deepEqual(await sumsIn(await shopThatGot([circle, [said('deal/1', 12, { refersTo: 'contact/1', campaign: { medium: 'social' } })]])), { 'social_reached#': 1 });
  });

  it('count on the day of their primary, whatever day they were merged', async () => {
    const onDay = (subject: string, day: number, data: object, prefix = ''): ShopEvent => {
      const time = `2026-11-${String(day)}T11:00:00Z`;
      return event({ type: 'lead', subject, time, id: `${subject} ${JSON.stringify(data)}`, sequence: prefix + time, data: { store: 'milano-1', channel: 'online', ...data } });
    };
    const own = fc.record({ kind: fc.constantFrom('deal', 'contact'), created: fc.integer({ min: 10, max: 15 }), changed: fc.option(fc.integer({ min: 15, max: 17 })) });
    await fc.assert(fc.asyncProperty(own, fc.array(fc.nat(20), { maxLength: 4 }), fc.boolean(), async ({ kind, created, changed }, cuts, reversed) => {
      const primary = [
        onDay(`${kind}/1`, created, { status: 'open', openedAt: `2026-11-${String(created)}T11:00:00Z` }, '#'),
        ...(changed === null ? [] : [onDay(`${kind}/1`, changed, { campaign: { medium: 'social' } })]),
      ];
      const secondary = onDay(`${kind}/2`, 18, { status: 'open' }, '#');
      const merge = [onDay(`${kind}/1`, 20, { x_deleted: true, x_into_3: 'primary' }), onDay(`${kind}/2`, 20, { x_deleted: true, x_into_3: 'secondary' })];
      const all = [...primary, secondary, ...merge];
      const [alone, merged] = [await leadsByHour([primary]), await leadsByHour(cut(reversed ? all.toReversed() : all, cuts))];
      assert.deepEqual(merged, alone);
      assert.deepEqual(Object.keys(alone).length, 1);
    }), { numRuns: 60 });
  });

  const person: readonly ShopEvent[] = [
    said('contact/1', 10, { status: 'open', openedAt: at(10) }, '#'), said('contact/1', 11, { campaign: { medium: 'social' } }),
    said('deal/1', 12, { refersTo: 'contact/1' }), said('deal/1', 13, { status: 'completed', closedAt: at(13) }),
    said('contact/2', 14, { campaign: { medium: 'social' } }),
  ];
  const merged: readonly ShopEvent[] = [said('contact/1', 20, { x_deleted: true, x_into_3: 'primary' }), said('contact/2', 20, { x_deleted: true, x_into_3: 'secondary' })];
  const rows: readonly (readonly [string, readonly ShopEvent[], Record<string, number>])[] = [
    ['one person is left', [...person, ...merged], { 'social_reached#': 1, 'social_won#': 1 }],
    ['whose deal may be linked anew', [...person, ...merged, said('deal/1', 21, { refersTo: 'contact/3' })], { 'social_reached#': 1, 'social_won#': 1 }],
    ['whose deal may be lost', [...person, ...merged, said('deal/1', 22, { status: 'cancelled', closedAt: at(22) })], { 'social_reached#': 1 }],
    ['who may be created anew', [...person, ...merged, said('contact/3', 20, { status: 'open', openedAt: at(20) }, '#')], { 'social_reached#': 1, 'social_won#': 1 }],
    ['who may come from elsewhere', [...person, ...merged, said('contact/3', 23, { campaign: { medium: 'email' } })], {}],
    ['who may be deleted', [...person, ...merged, said('contact/3', 24, { x_deleted: true })], {}],
  ];
  for (const [what, events, expected] of rows) {
    it(`end in numbers that no order changes: ${what}`, async () => {
      await fc.assert(fc.asyncProperty(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), fc.array(fc.nat(20), { maxLength: 6 }), async (shuffled, cuts) => {
        assert.deepEqual(await sumsIn(await shopThatGot(cut(shuffled, cuts))), expected);
      }), { numRuns: 40 });
    });
  }
});
