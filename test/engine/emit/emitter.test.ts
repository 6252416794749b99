/** Timelines of what is emitted: the first change at once, then at most every 100 ms, always the last; each end once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Baseline } from '../../../engine/read/baseline/baseline.js';
import type { ShopEvent } from '../../../engine/event/event.js';
import { finalizeWindows } from '../../../engine/emit/finalizer.js';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { KPIS, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { Emitter } from '../../../engine/emit/emitter.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { HOUR, LocalClock, MINUTE } from '../../../engine/base/time.js';
import { Calendar, type WindowSize } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const shopContext = { calendar, currency: 'EUR', graceMs: 5_000, kpis: KPIS };
const sale = (subject: string, time: number, data = {}): ShopEvent => event({ subject, time: new Date(time).toISOString(), data: { amount: '10.00', ...data } }, time);

const visit = (time: number): ShopEvent => event({ type: 'visit', subject: `v/${String(time)}`, time: new Date(time).toISOString() }, time);

class Shop {
  readonly publication: Emitter;
  readonly store: Store;

  private constructor(store: Store, sizes: readonly WindowSize[], writers: 'one' | 'many') {
    this.store = store;
    this.publication = new Emitter(store, shopContext, { sizes, intervalMs: 100, writers });
  }

  static async open(sizes: readonly WindowSize[], store?: Store, writers: 'one' | 'many' = 'one'): Promise<Shop> {
    return new Shop(store ?? (await openLevelStore({ memory: true }, { now: () => NOW })), sizes, writers);
  }

  async apply(now: number, ...events: ShopEvent[]): Promise<void> {
    const context = { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(this.store, MEASURES)) };
    const { slices } = await foldEvents(this.store, events, context);
    this.publication.onSlicesChanged(slices, now);
  }

  async close(now: number, sizes: readonly WindowSize[]): Promise<string[]> {
    const emitted: string[] = [];
    await finalizeWindows({ store: this.store, publication: this.publication, calendar, graceMs: 5_000 }, sizes, now, ({ values }) => { emitted.push(...revenues(values)); });
    return emitted;
  }
}

function revenues(values: readonly KpiValue[]): string[] {
  return values.filter(({ name, store, channel }) => name === 'revenue' && store === '_' && channel === '_').map(({ window, value, status }) => `${window.size} ${window.start.slice(11, 16)} ${String(value)} ${status}`);
}

describe('emitting values', () => {
  it('emits the first change at once, then at most every 100 ms, and always the last value', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW));
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW)), ['1h 12:00 10 live']);
    await shop.apply(NOW + 10, sale('2', NOW));
    await shop.apply(NOW + 20, sale('3', NOW));
    assert.equal(shop.publication.nextAt(), NOW + 100);
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 99)), []);
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 100)), ['1h 12:00 30 live']);
    assert.equal(shop.publication.nextAt(), undefined);
  });

  it('emits what moved after the clock was set back an hour', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW));
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + HOUR)), ['1h 12:00 10 live']);
    await shop.apply(NOW, sale('2', NOW));
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 10)), ['1h 12:00 20 live']);
  });

  it('lets one store wait for its own interval only', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW));
    await shop.publication.emitDue(NOW);
    await shop.apply(NOW + 10, sale('2', NOW, { store: 'roma' }));
    const stores = (await shop.publication.emitDue(NOW + 10)).filter(({ name, channel }) => name === 'revenue' && channel === '_').map(({ store }) => store);
    assert.deepEqual(stores, ['roma']);
  });

  it('does not repeat what a duplicate did not change', async () => {
    const shop = await Shop.open(['1h', '1d']);
    await shop.apply(NOW, sale('1', NOW));
    await shop.publication.emitDue(NOW);
    await shop.apply(NOW + 500, sale('1', NOW));
    assert.deepEqual(await shop.publication.emitDue(NOW + 500), []);
  });

  it('keeps what is due when the store fails', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW));
    await shop.store.close();
    await assert.rejects(shop.publication.emitDue(NOW), { code: 'store.closed' });
    assert.equal(shop.publication.size > 0, true);
  });

  it('slides', async () => {
    const shop = await Shop.open(['last-5m']);
    await shop.apply(NOW, sale('1', NOW - 6 * MINUTE), sale('2', NOW - 4 * MINUTE));
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW)), ['last-5m 11:56 10 live']);
    assert.deepEqual(revenues(await shop.publication.snapshot(NOW + 4 * MINUTE)), ['last-5m 12:00 0 live']);
  });

  it('begins a new window at zero, and an average at unknown, for those who were there before', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW - MINUTE));
    const values = (await shop.publication.snapshot(NOW)).filter(({ store, channel }) => store === '_' && channel === '_');
    const shown = Object.fromEntries(values.map(({ name, value }) => [name, value]));
    assert.deepEqual([shown['revenue'], shown['orders'], shown['average_ticket'], shown['footfall']], [0, 0, null, undefined]);
  });
});

describe('emitting each KPI by itself', () => {
  const visit = (subject: string): ShopEvent => event({ type: 'visit', subject, time: new Date(NOW).toISOString(), data: { quantity: 2 } }, NOW);
  const totals = (values: readonly KpiValue[]): string[] => values.filter(({ store, channel }) => store === '_' && channel === '_').map(({ name, value }) => `${name} ${String(value)}`);

  it('emits the first change of one at once, although another of the group was emitted a moment before', async () => {
    const shop = await Shop.open(['1h']);
    await shop.apply(NOW, sale('1', NOW));
    await shop.publication.emitDue(NOW);
    await shop.apply(NOW + 10, visit('v1'));
    assert.equal(shop.publication.nextAt(), NOW + 10);
    assert.deepEqual(totals(await shop.publication.emitDue(NOW + 10)), ['footfall 2']);
    await shop.apply(NOW + 20, visit('v2'));
    assert.equal(shop.publication.nextAt(), NOW + 100);
    assert.deepEqual(totals(await shop.publication.emitDue(NOW + 100)), ['conversion 0.25']);
    assert.equal(shop.publication.nextAt(), NOW + 110);
    assert.deepEqual(totals(await shop.publication.emitDue(NOW + 110)), ['footfall 4']);
    assert.equal(shop.publication.nextAt(), undefined);
  });

  it('never emits a value twice within the interval, and always its last value, whatever comes when', async () => {
    const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 150 }), what: fc.constantFrom('sale' as const, 'visit' as const, 'poll' as const) }), { minLength: 1, maxLength: 30 });
    await fc.assert(fc.asyncProperty(steps, async (said) => {
      const shop = await Shop.open(['1h']);
      const last = new Map<string, readonly [at: number, value: number | null]>();
      const poll = async (now: number): Promise<void> => {
        for (const { name, value, store, channel } of await shop.publication.emitDue(now)) {
          const key = `${name}/${store}/${channel}`;
          assert.ok(now - (last.get(key)?.[0] ?? -Infinity) >= 100, key);
          last.set(key, [now, value]);
        }
      };
      let now = NOW;
      for (const [index, { waitMs, what }] of said.entries()) {
        for (let due = shop.publication.nextAt(); due !== undefined && due <= now + waitMs; due = shop.publication.nextAt()) await poll(due);
        now += waitMs;
        if (what === 'poll') await poll(now);
        else await shop.apply(now, what === 'sale' ? sale(String(index), NOW) : visit(`v${String(index)}`));
      }
      for (let due = shop.publication.nextAt(); due !== undefined; due = shop.publication.nextAt()) await poll(due);
      const present = await shop.publication.readWithZeros('1h', calendar.windowAt('1h', NOW), now, 'live');
      for (const { name, value, store, channel } of present) assert.equal(last.get(`${name}/${store}/${channel}`)?.[1], value, name);
    }), { numRuns: 40 });
  });
});

describe('emitting corrections', () => {
  const before = (values: readonly KpiValue[], name = 'revenue'): unknown[] => values.filter((value) => value.name === name && value.store === '_' && value.channel === '_')
    .map(({ value, status, revision, previous }) => [value, status, revision, previous]);

  it('says what the number was, over several changes and by whichever worker made them', async () => {
    const one = await Shop.open(['1h'], undefined, 'many');
    const two = await Shop.open(['1h'], one.store, 'many');
    const late = NOW + 10 * MINUTE;
    await one.close(NOW - MINUTE, ['1h']);
    await one.apply(NOW - MINUTE, sale('1', NOW - 5 * MINUTE), sale('2', NOW - 4 * MINUTE));
    await one.close(NOW + 5_000, ['1h']);
    await two.apply(late, sale('1', NOW - 5 * MINUTE, { amount: '4.00', status: 'completed' }), sale('3', NOW - 2 * MINUTE));
    await two.apply(late, sale('4', NOW - MINUTE));
    assert.deepEqual(before(await two.publication.emitDue(late)), [[34, 'corrected', 3, { value: 20, revision: 1 }]]);
    await one.apply(late + 10, sale('5', NOW - MINUTE));
    const corrected = await one.publication.emitDue(late + 10);
    assert.deepEqual(before(corrected), [[44, 'corrected', 4, { value: 34, revision: 3 }]]);
    assert.deepEqual(before(corrected, 'average_ticket'), [[8.8, 'corrected', 4, { value: 8.5, revision: 3 }]]);
  });

  it('says that there was nothing: zero of a sum, unknown of an average', async () => {
    const shop = await Shop.open(['1h']);
    await shop.close(NOW - HOUR, ['1h']);
    await shop.apply(NOW - HOUR, sale('0', NOW - HOUR - 5 * MINUTE));
    await shop.publication.emitDue(NOW - HOUR);
    await shop.close(NOW + 5_000, ['1h']);
    await shop.apply(NOW + HOUR, sale('1', NOW - 5 * MINUTE));
    const values = await shop.publication.emitDue(NOW + HOUR);
    assert.deepEqual(before(values), [[10, 'corrected', 1, { value: 0, revision: 0 }]]);
    assert.deepEqual(before(values, 'average_ticket'), [[10, 'corrected', 1, { value: null, revision: 0 }]]);
  });

  it('corrects the numbers that changed, and no others', async () => {
    const shop = await Shop.open(['1h']);
    await shop.close(NOW - MINUTE, ['1h']);
    await shop.apply(NOW - MINUTE, sale('1', NOW - 5 * MINUTE), visit(NOW - 5 * MINUTE));
    await shop.close(NOW + 5_000, ['1h']);
    await shop.apply(NOW + MINUTE, visit(NOW - 4 * MINUTE));
    const values = await shop.publication.emitDue(NOW + MINUTE);
    assert.deepEqual(before(values, 'footfall'), [[2, 'corrected', 2, { value: 1, revision: 1 }]]);
    const all = await shop.publication.readWithZeros('1h', { start: NOW - HOUR, end: NOW }, NOW + MINUTE, 'final');
    assert.deepEqual(before(all), [[10, 'final', 2, undefined]]);
  });

  it('has final numbers without a previous one where history comes in of which nothing was emitted', async () => {
    const shop = await Shop.open(['1h']);
    await shop.close(NOW + 5_000, ['1h']);
    await shop.apply(NOW + MINUTE, sale('1', NOW - 3 * HOUR), sale('2', NOW - 25 * MINUTE));
    const values = await shop.publication.emitDue(NOW + MINUTE);
    assert.deepEqual(before(values), [[10, 'final', 1, undefined], [10, 'final', 1, undefined]]);
    await shop.apply(NOW + 2 * MINUTE, sale('3', NOW - 24 * MINUTE));
    assert.deepEqual(before(await shop.publication.emitDue(NOW + 2 * MINUTE)), [[20, 'final', 2, undefined]]);
  });

  it('has final numbers for a till that is new in a shop that is not, and corrects the whole shop', async () => {
    const shop = await Shop.open(['1h']);
    await shop.close(NOW - HOUR, ['1h']);
    await shop.apply(NOW - HOUR, sale('1', NOW - HOUR));
    await shop.close(NOW + 5_000, ['1h']);
    await shop.publication.emitDue(NOW + 6_000);
    await shop.apply(NOW + MINUTE, sale('2', NOW - 25 * MINUTE, { store: 'nuovo' }));
    const values = (await shop.publication.emitDue(NOW + MINUTE)).filter(({ name }) => name === 'revenue');
    assert.deepEqual(values.map(({ store, channel, value, status }) => `${store}/${channel} ${String(value)} ${status}`).sort(), [
      '_/_ 20 corrected', '_/pos 20 corrected', 'nuovo/_ 10 final', 'nuovo/pos 10 final',
    ]);
  });
});

describe('emitting the baseline', () => {
  it('stands beside the live hours and days, and goes on where nothing happens: every five minutes', async () => {
    const store = await openLevelStore({ memory: true }, { now: () => NOW });
    const publication = new Emitter(store, shopContext, { sizes: ['15m', '1h'], intervalMs: 100, comparison: new Baseline(store, shopContext, () => undefined) });
    const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
    await foldEvents(store, [sale('w', NOW - 7 * 24 * HOUR + MINUTE)], context);
    publication.onSlicesChanged((await foldEvents(store, [sale('1', NOW)], context)).slices, NOW);
    const usual = (values: readonly KpiValue[]): unknown[] => values.filter(({ name, store: at, channel }) => name === 'revenue' && at === '_' && channel === '_')
      .map(({ window: { size }, comparison }) => [size, comparison]);
    assert.deepEqual(usual(await publication.emitDue(NOW)), [['15m', undefined], ['1h', { value: 0, days: 1 }]]);
    const tick = async (minute: number): Promise<unknown[]> => usual(publication.onlyChanged(await publication.snapshot(NOW + minute * MINUTE), NOW + minute * MINUTE));
    assert.deepEqual(await tick(3), []);
    assert.deepEqual(await tick(6), [['1h', { value: 1, days: 1 }]]);
    assert.deepEqual(await tick(9), []);
  });
});

describe('emitting what time changes in a shop of very many groups', () => {
  const STORES = 70;
  const shown = (values: readonly KpiValue[], name = 'revenue'): string[] => values.filter((value) => value.name === name && value.channel === '_' && ['_', 's7'].includes(value.store))
    .map(({ store, value, window }) => `${store} ${window.start.slice(11, 16)} ${String(value)}`).sort();

  async function opened(): Promise<Shop> {
    const shop = await Shop.open(['1h']);
    const events = Array.from({ length: STORES }, (_each, store) => ['pos', 'online'].map((channel) => sale(`${String(store)}/${channel}`, NOW, { store: `s${String(store)}`, channel }))).flat();
    await shop.apply(NOW, ...events);
    await shop.publication.emitDue(NOW);
    await shop.publication.emitMinute(NOW);
    return shop;
  }
  it('is silent while nothing changes, and has each number of a window that begins', async () => {
    const shop = await opened();
    assert.deepEqual(await shop.publication.emitMinute(NOW + MINUTE), []);
    const next = await shop.publication.emitMinute(NOW + HOUR);
    assert.deepEqual(shown(next), ['_ 13:00 0', 's7 13:00 0']);
    assert.equal(next.filter(({ name }) => name === 'revenue').length, STORES * 3 + 3);
  });

  it('says what was stored by others, and how long orders are open', async () => {
    const shop = await opened();
    const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(shop.store, MEASURES)) };
    await foldEvents(shop.store, [sale('other', NOW, { store: 's7', channel: 'pos' })], context);
    assert.deepEqual(shown(await shop.publication.emitMinute(NOW + MINUTE)), [`_ 12:00 ${String(STORES * 20 + 10)}`, 's7 12:00 30']);
    await shop.apply(NOW + MINUTE, sale('open', NOW, { store: 's7', status: 'open', openedAt: new Date(NOW).toISOString() }));
    await shop.publication.emitDue(NOW + MINUTE);
    assert.deepEqual(shown(await shop.publication.emitMinute(NOW + 2 * MINUTE), 'oldest_open_order'), ['_ 12:00 120', 's7 12:00 120']);
  });
});

describe('emitting windows that are still to come', () => {
  it('waits for them: an order that will be late in the next hour does not turn the page', async () => {
    const shop = await Shop.open(['1h']);
    const opened = NOW + 40 * MINUTE;
    await shop.apply(opened, sale('1', opened, { status: 'open', openedAt: new Date(opened).toISOString() }));
    const starts = new Set((await shop.publication.emitDue(opened)).map(({ window }) => window.start.slice(11, 16)));
    assert.deepEqual([...starts], ['12:00']);
  });
});

describe('emitting values by two workers', () => {
  it('ends with the present value, whichever message arrives last', async () => {
    const one = await Shop.open(['1h'], undefined, 'many');
    const two = await Shop.open(['1h'], one.store, 'many');
    await one.apply(NOW, sale('1', NOW));
    const overtaken = await one.publication.emitDue(NOW);
    await two.apply(NOW + 10, sale('2', NOW));
    const newer = await two.publication.emitDue(NOW + 10);
    assert.deepEqual([revenues(overtaken), revenues(newer)], [['1h 12:00 10 live'], ['1h 12:00 20 live']]);
    two.publication.onPublished(newer, NOW + 10);
    one.publication.onPublished(overtaken, NOW + 10);
    assert.deepEqual(revenues(await two.publication.emitDue(NOW + 110)), []);
    const again = await one.publication.emitDue(NOW + 110);
    assert.deepEqual(revenues(again), ['1h 12:00 20 live']);
    one.publication.onPublished(again, NOW + 110);
    assert.deepEqual(await one.publication.emitDue(NOW + 300), []);
    assert.equal(one.publication.nextAt(), undefined);
  });

  it('emits a value that is back where this worker left it, after another emitted something else', async () => {
    const one = await Shop.open(['1h'], undefined, 'many');
    const two = await Shop.open(['1h'], one.store, 'many');
    await one.apply(NOW, sale('1', NOW));
    assert.deepEqual(revenues(await one.publication.emitDue(NOW)), ['1h 12:00 10 live']);
    await two.apply(NOW + 10, sale('2', NOW));
    assert.deepEqual(revenues(await two.publication.emitDue(NOW + 10)), ['1h 12:00 20 live']);
    await one.apply(NOW + 20, sale('2', NOW + 1, { amount: '0.00' }));
    assert.deepEqual(revenues(await one.publication.emitDue(NOW + 100)), ['1h 12:00 10 live']);
  });

  it('leaves the end of a window to whoever closes it', async () => {
    const shop = await Shop.open(['1h'], undefined, 'many');
    await shop.close(NOW - MINUTE, ['1h']);
    await shop.apply(NOW + 4_950, sale('1', NOW - MINUTE));
    const live = await shop.publication.emitDue(NOW + 4_960);
    assert.deepEqual(revenues(live), ['1h 11:00 10 live']);
    shop.publication.onPublished(live, NOW + 4_960);
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 5_060)), []);
    assert.deepEqual(await shop.close(NOW + 5_100, ['1h']), ['1h 11:00 10 final']);
    shop.publication.onPublished(live, NOW + 5_100);
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 5_200)), []);
    await shop.apply(NOW + 6_000, sale('2', NOW - MINUTE));
    assert.deepEqual(revenues(await shop.publication.emitDue(NOW + 6_000)), ['1h 11:00 20 corrected']);
  });
});

describe('closing windows', () => {
  it('emits each end once, after the grace, also over a restart and by two workers', async () => {
    const shop = await Shop.open(['15m', '1h']);
    await shop.close(NOW - MINUTE, ['15m', '1h']);
    await shop.apply(NOW - MINUTE, sale('1', NOW - MINUTE));
    assert.deepEqual(await shop.close(NOW + 4_999, ['15m', '1h']), []);
    const other = await Shop.open(['15m', '1h'], shop.store);
    const emitted = await Promise.all([shop.close(NOW + 5_000, ['15m', '1h']), other.close(NOW + 5_000, ['15m', '1h'])]);
    assert.deepEqual(emitted.flat().sort(), ['15m 11:45 10 final', '1h 11:00 10 final']);
    const restarted = await Shop.open(['15m', '1h'], shop.store);
    assert.deepEqual(await restarted.close(NOW + 6_000, ['15m', '1h']), []);
  });

  it('catches up what ended while nobody ran', async () => {
    const shop = await Shop.open(['15m']);
    await shop.close(NOW - HOUR, ['15m']);
    await shop.apply(NOW - HOUR, sale('1', NOW - HOUR), sale('2', NOW - HOUR + 4 * MINUTE));
    assert.deepEqual(await shop.close(NOW + 5_000, ['15m']), ['15m 11:45 0 final', '15m 11:30 0 final', '15m 11:15 0 final', '15m 11:00 20 final']);
  });

  it('emits an hour without sales as zero, on a day that had some', async () => {
    const shop = await Shop.open(['1h']);
    await shop.close(NOW - HOUR, ['1h']);
    await shop.apply(NOW - HOUR - MINUTE, sale('1', NOW - HOUR - MINUTE));
    assert.deepEqual(await shop.close(NOW + 5_000, ['1h']), ['1h 11:00 0 final', '1h 10:00 10 final']);
    assert.deepEqual(await (await Shop.open(['1h'])).close(NOW + 5_000, ['1h']), []);
  });

  it('says nothing about the time before the first sale of the day, even if that comes before the emitting', async () => {
    const shop = await Shop.open(['5m', '1h']);
    await shop.close(NOW - MINUTE, ['5m', '1h']);
    await shop.apply(NOW + 2_000, sale('1', NOW + 2_000));
    assert.deepEqual(await shop.close(NOW + 5_000, ['5m', '1h']), []);
    assert.deepEqual(await shop.close(NOW + 10 * MINUTE + 5_000, ['5m', '1h']), ['5m 12:05 0 final', '5m 12:00 10 final']);
  });

  it('catches up two days, the latest window first and a few at a time, and loses none', async () => {
    const shop = await Shop.open(['5m']);
    await shop.close(NOW - 48 * HOUR, ['5m']);
    await shop.apply(NOW - 47 * HOUR, sale('1', NOW - 47 * HOUR), sale('2', NOW - 26 * HOUR - MINUTE), sale('3', NOW - MINUTE));
    const emitted: string[][] = [];
    for (let turn = 0; turn < 12; turn += 1) emitted.push((await shop.close(NOW + 5_000 + turn, ['5m'])).filter((text) => !text.includes(' 0 final')));
    assert.deepEqual(emitted.flat(), ['5m 11:55 10 final', '5m 09:55 10 final', '5m 13:00 10 final']);
    assert.deepEqual(emitted.flatMap((some, turn) => (some.length > 0 ? [turn] : [])), [0, 5, 9]);
    assert.deepEqual(await (await Shop.open(['5m'], shop.store)).close(NOW + 20_000, ['5m']), []);
  });

  it('goes on with what is left after a restart, and emits what ends meanwhile first', async () => {
    const shop = await Shop.open(['5m']);
    await shop.close(NOW - 10 * HOUR, ['5m']);
    await shop.apply(NOW - 10 * HOUR, sale('1', NOW - 9 * HOUR));
    await shop.close(NOW + 5_000, ['5m']);
    const restarted = await Shop.open(['5m'], shop.store);
    await restarted.apply(NOW + 5 * MINUTE, sale('2', NOW + MINUTE));
    assert.deepEqual((await restarted.close(NOW + 5 * MINUTE + 5_000, ['5m'])), ['5m 12:00 10 final']);
    assert.ok((await restarted.close(NOW + 5 * MINUTE + 6_000, ['5m'])).includes('5m 03:00 10 final'));
  });

  it('emits again what a worker claimed and died on', async () => {
    const shop = await Shop.open(['15m']);
    await shop.close(NOW - MINUTE, ['15m']);
    await shop.apply(NOW - MINUTE, sale('1', NOW - MINUTE));
    const dying = finalizeWindows({ store: shop.store, publication: shop.publication, calendar, graceMs: 5_000 }, ['15m'], NOW + 5_000, () => { throw new Error('killed'); });
    await assert.rejects(dying, /killed/);
    assert.deepEqual(await shop.close(NOW + 6_000, ['15m']), []);
    assert.deepEqual(await shop.close(NOW + 35_001, ['15m']), ['15m 11:45 10 final']);
  });
});
