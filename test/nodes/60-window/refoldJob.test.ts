/** Bringing stored facts to new definitions: interrupted by the store, by another worker, or not at all. */
import assert from 'node:assert/strict';
import { foldEvents, isRefolded, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import type { FoldContext } from '../../../engine/aggregate/slice.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import type { Measure } from '../../../engine/kpi/measure.js';
import { countersOf, type Store } from '../../../engine/store/store.js';
import { RefoldJob } from '../../../nodes/60-window/refoldJob.js';
import { raisedWarnings } from '../../../nodes/shared/raisedWarnings.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';
import { memoryStore } from '../../support/shopStore.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const big: Measure = { name: 'u_big', terms: [{ type: 'sale', value: 'one' }] };
const small: Measure = { name: 'u_small', terms: [{ type: 'sale', value: 'amount' }] };
const order = (subject: string): ShopEvent => event({ subject, data: { amount: '10.00' } });

async function contextOf(store: Store, measures: readonly Measure[]): Promise<FoldContext> {
  return { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, history: true, ...(await openGenerations(store, measures)) };
}

async function sumsIn(store: Store): Promise<Record<string, number>> {
  return countersOf((await store.read(['h/1795345200/milano/pos']))[0]);
}

function until(holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => { holds().then((yes) => { if (yes) resolve(); else setTimeout(check, 5); }, reject); };
    check();
  });
}

describe('refolding', () => {
  it('goes on by itself after a fault of the store, and says how far it is', async () => {
    const store = await memoryStore();
    await foldEvents(store, [order('1'), order('2')], await contextOf(store, MEASURES));
    const context = await contextOf(store, [...MEASURES, big]);
    const warnings: string[] = [];
    let faults = 2;
    const shaky: Store = { ...asPlain(store), scan: (...args) => (faults-- > 0 ? Promise.reject(new Error('disk is away')) : store.scan(...args)) };
    const job = new RefoldJob({ store: shaky, warn: (text) => { warnings.push(text); }, context: () => Promise.resolve(context) });
    job.start();
    await until(() => Promise.resolve(warnings.length > 0));
    assert.match(raisedWarnings().map(({ cause, message }) => `${cause}: ${message}`).join(), /window\.refolding: .*disk is away/);
    await until(async () => (await sumsIn(store))['u_big#'] === 2);
    assert.equal(warnings.length, 2);
    await job.close();
    assert.deepEqual(raisedWarnings(), []);
  });

  it('is not begun again where all was done', async () => {
    const store = await memoryStore();
    const context = await contextOf(store, MEASURES);
    await store.commit([{ key: 'refolded', value: context.generation.id }]);
    assert.equal(await isRefolded(store, context.generation), true);
    const job = new RefoldJob({ store: { ...asPlain(store), scan: () => Promise.reject(new Error('scanned all facts')) }, warn: (text) => { throw new Error(text); }, context: () => Promise.resolve(context) });
    job.start();
    await job.close();
  });
});

describe('an old and a new worker', () => {
  it('count each its own numbers right, facts of the other included', async () => {
    const store = await memoryStore();
    const old = await contextOf(store, [...MEASURES, small]);
    await foldEvents(store, [order('1')], old);
    const fresh = await contextOf(store, [...MEASURES, big]);
    await foldEvents(store, [order('2')], fresh);
    // The old worker has never seen the new definitions.
    await foldEvents(store, [event({ subject: 'order/2', sequence: '2026-11-22T11:30:00Z', data: { amount: '12.00' } }), order('3')], old);
    await foldEvents(store, [event({ subject: '2', sequence: '2026-11-22T11:40:00Z', data: { amount: '15.00' } })], old);
    const sums = await sumsIn(store);
    assert.deepEqual([sums['sales'], sums['sales#'], sums['u_big#'], sums['u_small']], [4_700, 4, 0, 4_700]);
  });
});

function asPlain(store: Store): Store {
  return { read: (...args) => store.read(...args), commit: (...args) => store.commit(...args), scan: (...args) => store.scan(...args), close: () => store.close() };
}
