/** A past day is read seldom, and yet history that is being loaded is seen within a minute or two. */
import assert from 'node:assert/strict';
import { SliceHistory } from '../../../engine/read/sliceHistory.js';
import { HOUR, MINUTE } from '../../../engine/base/time.js';
import type { Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { calendar, memoryStore, receive } from '../../support/shopStore.js';

const THEN = NOW - 7 * 24 * HOUR;

async function countedStore(): Promise<{ store: Store; scans: () => number }> {
  const store = await memoryStore();
  let scans = 0;
  const counted: Store = {
    read: (keys) => store.read(keys), commit: (changes, durability) => store.commit(changes, durability), close: () => store.close(),
    scan: (range, limit) => { scans += 1; return store.scan(range, limit); },
  };
  return { store: counted, scans: () => scans };
}

function sale(id: string): ReturnType<typeof event> {
  return event({ subject: id, time: new Date(THEN).toISOString(), data: { amount: '10.00' } }, NOW);
}

describe('history of days', () => {
  it('is read again after a minute, then each time half as often, at least once an hour', async () => {
    const { store, scans } = await countedStore();
    await receive(store, [sale('a')]);
    const history = new SliceHistory(store, calendar);
    const before = scans();
    const readAt: number[] = [];
    for (let minute = 0, known = before; minute <= 300; minute++) {
      await history.day(THEN, NOW + minute * MINUTE);
      if (scans() > known) readAt.push(minute);
      known = scans();
    }
    assert.deepEqual(readAt, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('shows what was loaded meanwhile: of an empty day, and of one that goes on changing', async () => {
    const { store } = await countedStore();
    const history = new SliceHistory(store, calendar);
    const revisions = async (minute: number): Promise<number | undefined> => (await history.day(THEN, NOW + minute * MINUTE))?.revisions;
    assert.equal(await revisions(0), undefined);
    await receive(store, [sale('a')]);
    assert.deepEqual([await revisions(0.5), await revisions(1)], [undefined, 1]);
    await receive(store, [sale('b'), sale('c')]);
    assert.deepEqual([await revisions(1.5), await revisions(2)], [1, 2]);
  });

  it('is read anew where the clock was set back', async () => {
    const { store } = await countedStore();
    const history = new SliceHistory(store, calendar);
    assert.equal(await history.day(THEN, NOW + HOUR), undefined);
    await receive(store, [sale('a')]);
    assert.notEqual(await history.day(THEN, NOW), undefined);
  });
});
