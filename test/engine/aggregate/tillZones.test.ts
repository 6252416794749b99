/** A till that states instants, and the same receipts in files with its wall times: whatever zone is set and changed between, each counts once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { LocalClock, MINUTE } from '../../../engine/base/time.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { type Fact, fieldOf, SLOT, statusOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { readMapping } from '../../../engine/normalize/mapping/fieldMapping.js';
import { prefixRange, scanAll, scoped, type Store, textOf } from '../../../engine/store/store.js';
import { contextOf, NOW, send } from '../../fixtures/normalizing.js';
import { calendar, memoryStore } from '../../support/shopStore.js';

const ZONES = ['Europe/Rome', 'Europe/London', 'America/New_York', 'Asia/Kolkata'] as const;
type Zone = (typeof ZONES)[number];

interface Document {
  readonly number: number;
  /** Epoch ms of a full minute. */
  readonly at: number;
  readonly cents: number;
  readonly isVoid: boolean;
}

interface Delivery {
  readonly by: 'push' | 'file';
  readonly zone: Zone;
  readonly of: readonly Document[];
}

/** `clock`: the zone of the till itself. */
function eventsOf({ by, zone, of }: Delivery, clock: Zone = 'Europe/Rome', now = NOW): readonly ShopEvent[] {
  const context = { ...contextOf(), now, pos: readMapping({}, zone) };
  const euro = (cents: number): string => (cents / 100).toFixed(2).replace('.', ',');
  if (by === 'push') {
    const body = of.map(({ number, at, cents, isVoid }) => ({
      idNegozio: 'bergamo', idCassa: '1', numeroScontrino: number, dataOra: new Date(at).toISOString(), totale: euro(cents), ...(isVoid && { stato: 'annullato' }),
    }));
    return send({ provider: 'pos', body, context }).events;
  }
  const shown = ({ at }: Document): string => new Date(at + new LocalClock(clock).offsetAt(at)).toISOString().slice(0, 16).replace('T', ' ');
  const rows = of.map((one) => `${shown(one)};1;${String(one.number)};${euro(one.cents)};${one.isVoid ? 'annullato' : 'completo'}`);
  return send({ provider: 'batch', body: ['DataOra;Cassa;Scontrino;Totale;Stato', ...rows].join('\n'), headers: { 'content-type': 'text/csv', store: 'bergamo' }, context }).events;
}

async function fold(store: Store, events: readonly ShopEvent[], now = NOW): Promise<void> {
  await foldEvents(store, events, { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) });
}

async function factsIn(store: Store): Promise<Fact[]> {
  return (await scanAll(store, prefixRange('f/sale/'))).map(({ value }) => decodeFact(textOf(value) ?? '').fact);
}

/** What counts, the dearest last. */
const countedOf = (facts: readonly Fact[]): number[] => facts.filter((fact) => statusOf(fact) === 'completed').map(({ values }) => Number(values[SLOT.amount])).sort((a, b) => a - b);

/** No two receipts share number and minute; a voided one is sent as such, too. */
const documents = (voided: fc.Arbitrary<boolean>): fc.Arbitrary<readonly Document[]> => fc.uniqueArray(fc.record({
  number: fc.integer({ min: 1, max: 3 }), minute: fc.integer({ min: 0, max: 400 }), cents: fc.integer({ min: 1, max: 9_999 }), isVoided: voided,
}), { selector: ({ number, minute }) => number * 1_000 + minute, minLength: 1, maxLength: 5 }).map((all) => all.flatMap(({ minute, isVoided, ...one }): Document[] => {
  const receipt = { ...one, at: NOW - 20 * 60 * MINUTE + minute * MINUTE, isVoid: false };
  return isVoided ? [receipt, { ...receipt, isVoid: true }] : [receipt];
}));

const expectedOf = (all: readonly Document[]): number[] => {
  const voided = new Set(all.filter(({ isVoid }) => isVoid).map(({ number, at }) => `${String(number)} ${String(at)}`));
  return all.filter(({ number, at }) => !voided.has(`${String(number)} ${String(at)}`)).map(({ cents }) => cents).sort((a, b) => a - b);
};

const deliveries = (all: readonly Document[], ways: readonly Delivery['by'][]): fc.Arbitrary<readonly Delivery[]> => fc.array(fc.record({
  by: fc.constantFrom(...ways), zone: fc.constantFrom(...ZONES), of: fc.subarray([...all], { minLength: 1 }),
}), { maxLength: 6 }).chain((some) => fc.shuffledSubarray([...some, ...some, { by: 'push' as const, zone: 'Europe/Rome' as const, of: all }], { minLength: some.length * 2 + 1 }));

describe('receipts of a till that states instants', () => {
  it('count once, with any zones set and changed between, in any order and again', async () => {
    await fc.assert(fc.asyncProperty(documents(fc.boolean()).chain((all) => fc.tuple(fc.constant(all), deliveries(all, ['push']))), async ([all, order]) => {
      const store = await memoryStore();
      for (const delivery of order) await fold(store, eventsOf(delivery));
      assert.deepEqual(countedOf(await factsIn(store)), expectedOf(all));
      await store.close();
    }), { numRuns: 60 });
  });

  // Under a wrong zone a file's times are wrong, and so is which version is the later one: a void in between is another story.
  it('are those of its files with wall times, where the till\'s own zone was the first one set', async () => {
    await fc.assert(fc.asyncProperty(documents(fc.constant(false)).chain((all) => fc.tuple(fc.constant(all), deliveries(all, ['push', 'file']))), async ([all, order]) => {
      const store = await memoryStore();
      await fold(store, eventsOf({ by: 'push', zone: 'Europe/Rome', of: all.slice(0, 1) }));
      for (const delivery of order) await fold(store, eventsOf(delivery));
      assert.deepEqual(countedOf(await factsIn(store)), expectedOf(all));
      await store.close();
    }), { numRuns: 60 });
  });

  it('are those of its files from the right zone on, where a wrong one was set before; what was issued until then is flagged', async () => {
    const store = await memoryStore();
    const [early, late] = [NOW - 180 * MINUTE, NOW].map((at, index): Document => ({ number: 7, at, cents: 100 + index, isVoid: false }));
    assert.ok(early !== undefined && late !== undefined);
    await fold(store, eventsOf({ by: 'push', zone: 'Europe/Rome', of: [early] }), NOW - 170 * MINUTE);
    await fold(store, eventsOf({ by: 'push', zone: 'Europe/London', of: [early] }), NOW - 120 * MINUTE);
    for (const by of ['file', 'push', 'file'] as const) await fold(store, eventsOf({ by, zone: 'Europe/London', of: [late] }, 'Europe/London'));
    for (const zone of ['Europe/Rome', 'Europe/London'] as const) await fold(store, eventsOf({ by: 'push', zone, of: [early, late] }));
    const facts = await factsIn(store);
    assert.deepEqual(countedOf(facts), [100, 101]);
    assert.deepEqual(facts.map((fact) => fieldOf(fact, 'x_quality')), ['till.zone', 'till.zone']);
  });

  it('have one name where several workers see the zones change', async () => {
    const all = Array.from({ length: 12 }, (_, index): Document => ({ number: index % 3, at: NOW - (600 - 7 * index) * MINUTE, cents: index + 1, isVoid: false }));
    const store = await memoryStore();
    const workers = ZONES.map((zone) => ({ zone, view: scoped(store, '') }));
    for (const one of all) await Promise.all(workers.map(({ zone, view }) => fold(view, eventsOf({ by: 'push', zone, of: [one] }))));
    assert.deepEqual(countedOf(await factsIn(store)), expectedOf(all));
  });
});
