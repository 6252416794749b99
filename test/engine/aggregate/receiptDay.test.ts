/** A day of a till's receipts, by push and by file in whatever parts and order, again and again, with any end of the day: the same facts and numbers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../engine/event/event.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { statusOf } from '../../../engine/fact/fact.js';
import { decodeFact } from '../../../engine/fact/factCodec.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { prefixRange, scanAll, type Store, textOf } from '../../../engine/store/store.js';
import { contextOf, NOW, send } from '../../fixtures/normalizing.js';
import { memoryStore, numbersAt } from '../../support/shopStore.js';

/** What happened at the till; numbers begin again at midnight, the day goes on until four. */
interface Document {
  readonly number: number;
  readonly day: '21' | '22';
  readonly minute: number;
  readonly cents: number;
  readonly kind: 'Vendita' | 'Reso' | 'Annullo';
}

const clockOf = ({ minute }: Document): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const euro = (cents: number): string => `${String(Math.floor(cents / 100))},${String(cents % 100).padStart(2, '0')}`;

function pushed(one: Document, context: ReturnType<typeof contextOf>): readonly ShopEvent[] {
  const body = {
    idNegozio: 'BG-02', idCassa: 1, numeroScontrino: String(one.number).padStart(4, '0'), dataOra: `${one.day}/11/2026 ${clockOf(one)}:${String(one.cents % 60).padStart(2, '0')}`,
    totale: euro(one.cents), tipoDocumento: one.kind,
  };
  return send({ provider: 'pos', body, context }).events;
}

function filed(documents: readonly Document[], context: ReturnType<typeof contextOf>): readonly ShopEvent[] {
  const rows = documents.map((one) => `${one.day}/11/2026;${clockOf(one)};1;${String(one.number)};${euro(one.cents)};${one.kind}`);
  const outcome = send({ provider: 'batch', body: ['Data;Ora;Cassa;Scontrino;Totale;Tipo', ...rows].join('\n'), headers: { 'content-type': 'text/csv', store: 'bergamo' }, context });
  assert.deepEqual(outcome.refusals, []);
  return outcome.events;
}

/** Sales of two nights; some are voided, some given back. No two documents of a kind share number and minute. */
const days: fc.Arbitrary<readonly Document[]> = fc.array(fc.record({
  number: fc.integer({ min: 1, max: 4 }), day: fc.constantFrom('21' as const, '22' as const), minute: fc.integer({ min: 0, max: 700 }), cents: fc.integer({ min: 1, max: 9_999 }),
  then: fc.constantFrom('nothing' as const, 'nothing' as const, 'Reso' as const, 'Annullo' as const), after: fc.integer({ min: 0, max: 30 }),
}), { minLength: 1, maxLength: 8 }).map((sales) => {
  const documents = sales.flatMap(({ then, after, ...sale }): Document[] => [
    { ...sale, kind: 'Vendita' }, ...(then === 'nothing' ? [] : [{ ...sale, minute: sale.minute + after, kind: then }]),
  ]);
  return [...new Map(documents.map((one) => [`${one.kind} ${String(one.number)} ${one.day} ${clockOf(one)}`, one])).values()];
});

interface Delivery {
  readonly by: 'push' | 'file';
  readonly of: readonly Document[];
  readonly cutoff: number;
}

/** Every document once at least, by one way or the other, with whatever end of the day is set just then. */
const deliveries = (documents: readonly Document[]): fc.Arbitrary<readonly Delivery[]> => fc.array(fc.record({
  by: fc.constantFrom('push' as const, 'file' as const), of: fc.subarray([...documents], { minLength: 1 }), cutoff: fc.constantFrom(0, 120, 240),
}), { minLength: 1, maxLength: 6 }).chain((some) => {
  const missing = documents.filter((one) => !some.some(({ of }) => of.includes(one)));
  const all = missing.length === 0 ? some : [...some, { by: 'file' as const, of: missing, cutoff: 0 }];
  return fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 });
});

async function deliver(store: Store, { by, of, cutoff }: Delivery): Promise<void> {
  const context = contextOf({}, cutoff);
  const events = by === 'file' ? filed(of, context) : of.flatMap((one) => pushed(one, context));
  const fold = { now: NOW, currency: 'EUR', calendar: new Calendar(new LocalClock('Europe/Rome'), cutoff), graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
  await foldEvents(store, events, fold);
}

/** What counts of each fact, and the numbers of both days. Seconds are only in what was pushed. */
async function outcomeIn(store: Store): Promise<unknown> {
  const facts = (await scanAll(store, prefixRange('f/'))).map(({ key, value }) => {
    const { fact } = decodeFact(textOf(value) ?? '');
    return [key, statusOf(fact), fact.voidState, fact.values[4]];
  });
  const totals = [];
  for (const day of [21, 22]) {
    const { revenue, orders, refunds } = await numbersAt(store, '1d', { at: Date.UTC(2026, 10, day, 11) });
    totals.push([revenue ?? 0, orders ?? 0, refunds ?? 0]);
  }
  return { facts, totals };
}

/** By the rules, from the documents alone. */
function totalsOf(documents: readonly Document[]): unknown {
  const at = ({ day, minute }: Document): number => Number(day) * 1_440 + minute;
  const sales = documents.filter(({ kind }) => kind === 'Vendita');
  // A void takes the latest document of its number, be it a return; of the same minute, the receipt.
  const voidable = [...sales, ...documents.filter(({ kind }) => kind === 'Reso')];
  const voided = new Set<Document>();
  const alone: Document[] = [];
  for (const one of documents.filter(({ kind }) => kind === 'Annullo')) {
    const meant = voidable.filter((each) => {
      const ago = at(one) - at(each);
      return each.number === one.number && ago >= 0 && ago <= 1_440 && (each.cents === one.cents || each.day === one.day || ago <= 720);
    });
    const latest = meant.reduce<Document | undefined>((best, each) => (best === undefined || at(each) > at(best) ? each : best), undefined);
    if (latest === undefined) alone.push(one);
    else voided.add(latest);
  }
  return (['21', '22'] as const).map((day) => {
    const sum = (list: readonly Document[]): number => list.filter((one) => one.day === day).reduce((total, { cents }) => total + cents, 0);
    const count = (list: readonly Document[]): number => list.filter((one) => one.day === day).length;
    const valid = sales.filter((sale) => !voided.has(sale));
    const returns = documents.filter((one) => one.kind === 'Reso' && !voided.has(one));
    return [(sum(valid) - sum(alone) - sum(returns)) / 100, count(valid) - count(alone), sum(returns) / 100];
  });
}

describe('a day of receipts', () => {
  it('is the same by push and file, in any parts and order, again, with any end of the day', async () => {
    await fc.assert(fc.asyncProperty(days.chain((documents) => fc.tuple(fc.constant(documents), deliveries(documents), deliveries(documents))), async ([documents, one, other]) => {
      const outcomes = [];
      for (const way of [one, other]) {
        const store = await memoryStore();
        for (const delivery of way) await deliver(store, delivery);
        outcomes.push(await outcomeIn(store));
        await store.close();
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
      assert.deepEqual((outcomes[0] as { totals: unknown }).totals, totalsOf(documents));
    }), { numRuns: 60 });
  });
});
