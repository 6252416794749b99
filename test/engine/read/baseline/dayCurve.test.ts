/** How a day usually fills up, and where today will end: what past Sundays say, and what they must not say. */
import assert from 'node:assert/strict';
import { type DayCurve, DayCurves } from '../../../../engine/read/baseline/dayCurve.js';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { KPIS } from '../../../../engine/kpi/builtinKpis.js';
import { DAY, HOUR, MINUTE } from '../../../../engine/base/time.js';
import type { Store } from '../../../../engine/store/store.js';
import { event, NOW } from '../../../support/events.js';
import { calendar, memoryStore, receive, shop } from '../../../support/shopStore.js';

let sold = 0;

function sale(week: number, offsetMs: number, amount: string, data: object = {}): ShopEvent {
  sold += 1;
  return event({ subject: `s/${String(sold)}`, time: new Date(NOW - 7 * DAY * week + offsetMs).toISOString(), data: { amount, ...data } }, NOW + HOUR);
}

async function shopWith(...events: ShopEvent[]): Promise<Store> {
  const store = await memoryStore();
  await receive(store, events);
  return store;
}

interface Asked {
  readonly name?: string;
  readonly store?: string;
  readonly channel?: string;
  readonly soFar?: number | null;
  readonly now?: number;
  readonly holiday?: (at: number) => string | undefined;
}

function curve(of: Store, { name = 'revenue', store = '_', channel = '_', soFar = 100, now = NOW, holiday = () => undefined }: Asked = {}): Promise<DayCurve> {
  const kpi = KPIS.find((each) => each.name === name);
  assert.ok(kpi !== undefined);
  return new DayCurves(of, shop, holiday).today({ kpi, group: { store, channel }, soFar }, now);
}

/** In four past weeks: a quarter, a third, a half and four fifths of 1,200 before the hour of now, the rest three hours later. */
const SHARES = [300, 400, 600, 960];
const fourWeeks = (): Promise<Store> => shopWith(...SHARES.flatMap((before, index) => [
  sale(index + 1, -3 * HOUR, `${String(before)}.00`), sale(index + 1, 3 * HOUR, `${String(1_200 - before)}.00`),
]));

describe('curve of the day', () => {
  it('has a point at each full hour, the ends included, of what had usually come in by then', async () => {
    const { usual, days } = await curve(await fourWeeks());
    const { start, end } = calendar.windowAt('1d', NOW);
    assert.deepEqual([usual[0], usual.at(-1), usual.length, days], [{ at: start, value: 0 }, { at: end, value: 1_200 }, 25, 4]);
    const at = (time: number): number | undefined => usual.findLast((point) => point.at <= time)?.value;
    assert.deepEqual([at(NOW - 3 * HOUR), at(NOW), at(NOW + 3 * HOUR), at(NOW + 4 * HOUR)], [0, 500, 500, 1_200]);
  });

  it('projects so far by the share that was reached by now: the median, the greatest and the least', async () => {
    const store = await fourWeeks();
    assert.deepEqual((await curve(store)).projection, { value: 240, least: 125, most: 400 });
    assert.deepEqual((await curve(store, { soFar: 0 })).projection, { value: 0, least: 0, most: 0 });
    assert.equal((await curve(store, { soFar: null })).projection, undefined);
  });

  it('counts the hour of now by its minutes', async () => {
    const store = await shopWith(...[1, 2, 3, 4].flatMap((week) => [sale(week, 10 * MINUTE, '100.00'), sale(week, 3 * HOUR, '100.00')]));
    assert.deepEqual((await curve(store, { now: NOW + 30 * MINUTE })).projection, { value: 400, least: 400, most: 400 });
  });

  it('projects nothing under four days, nor while one of them had nothing by this time', async () => {
    const three = await shopWith(...[1, 2, 3].map((week) => sale(week, -HOUR, '10.00')));
    assert.deepEqual([(await curve(three)).days, (await curve(three)).projection], [3, undefined]);
    const late = await shopWith(...[1, 2, 3].map((week) => sale(week, -HOUR, '10.00')), sale(4, 2 * HOUR, '10.00'));
    assert.deepEqual([(await curve(late)).days, (await curve(late)).projection], [4, undefined]);
  });

  it('leaves holidays out, and goes further back instead', async () => {
    const store = await shopWith(...[1, 2, 3, 4, 5].map((week) => sale(week, -HOUR, `${String(week)}00.00`)));
    const holiday = (at: number): string | undefined => (at > NOW - 8 * DAY && at < NOW - 6 * DAY ? 'Ognissanti' : undefined);
    assert.equal((await curve(store, { holiday })).usual.at(-1)?.value, 350);
    assert.equal((await curve(store)).usual.at(-1)?.value, 250);
  });

  it('is of one store or channel, and empty where there was none', async () => {
    const store = await shopWith(sale(1, -HOUR, '10.00', { store: 'roma' }), sale(1, -HOUR, '4.00', { channel: 'online' }), sale(2, -HOUR, '6.00', { channel: 'online' }));
    const last = async (asked: Asked): Promise<unknown> => { const { usual, days } = await curve(store, asked); return [usual.at(-1)?.value, days]; };
    assert.deepEqual(await last({ store: 'roma' }), [10, 1]);
    assert.deepEqual(await last({ channel: 'online' }), [5, 2]);
    assert.deepEqual(await last({ store: 'torino' }), [undefined, 0]);
    assert.deepEqual(await last({ name: 'footfall' }), [undefined, 0]);
    assert.deepEqual(await curve(await memoryStore()), { days: 0, usual: [] });
  });

  it('is of numbers that add up through the day only', async () => {
    const store = await fourWeeks();
    for (const name of ['average_ticket', 'conversion', 'oldest_open_order', 'open_quotes']) assert.equal((await curve(store, { name })).days, 0, name);
    assert.equal((await curve(store, { name: 'orders' })).usual.at(-1)?.value, 2);
  });
});
