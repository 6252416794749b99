/** Open windows in memory: the same sums as the store's, whenever it was read and however late a change was received. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type GroupRows, groupOf, sumGroups } from '../../../engine/read/rollup.js';
import { OpenWindowState } from '../../../engine/read/openWindowState.js';
import { type SliceChange, sliceRange } from '../../../engine/aggregate/slice.js';
import { scanAll } from '../../../engine/store/store.js';
import type { Entry, Store } from '../../../engine/store/store.js';
import { HOUR } from '../../../engine/base/time.js';
import { sliceLevel } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';
import { calendar, receive, memoryStore } from '../../support/shopStore.js';
import { versions } from '../../support/versions.js';

const SIZES = ['15m', '1h', '1d'] as const;

function slicesOf(store: Store, size: (typeof SIZES)[number]): Promise<Entry[]> {
  return scanAll(store, sliceRange(sliceLevel(size), calendar.windowAt(size, NOW - 1)));
}

/** By group, without the sums that are zero. */
function shown(rows: GroupRows): Record<string, unknown> {
  const nonZero = [...rows.values()].map((row) => [groupOf(row), Object.fromEntries(Object.entries(row.sums).filter(([, sum]) => sum !== 0).sort())] as const);
  return Object.fromEntries(nonZero.filter(([, sums]) => Object.keys(sums).length > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the sums of open windows', () => {
  it('are those of the store, whatever is read and received in between', async () => {
    const steps = fc.array(fc.oneof(
      fc.array(versions, { minLength: 1, maxLength: 4 }).map((events) => ({ what: 'receive' as const, events })),
      fc.constant({ what: 'read' as const }), fc.constant({ what: 'learn' as const }), fc.constant({ what: 'refresh' as const }),
    ), { minLength: 1, maxLength: 20 });
    await fc.assert(fc.asyncProperty(steps, async (said) => {
      const store = await memoryStore();
      const live = new OpenWindowState();
      let unlearned: SliceChange[] = [];
      const read = (): Promise<unknown> => Promise.all(SIZES.map((size) => live.rows(size, calendar.windowAt(size, NOW - 1), () => slicesOf(store, size))));
      for (const step of said) {
        if (step.what === 'receive') unlearned.push(...(await receive(store, step.events)));
        else if (step.what === 'read') await read();
        else if (step.what === 'refresh') for (const size of SIZES) live.refresh(size, calendar.windowAt(size, NOW - 1), await slicesOf(store, size));
        else {
          live.learn(unlearned.reverse());
          unlearned = [];
        }
      }
      live.learn(unlearned);
      for (const size of SIZES) {
        const span = calendar.windowAt(size, NOW - 1);
        assert.deepEqual(shown(await live.rows(size, span, () => slicesOf(store, size))), shown(sumGroups(await slicesOf(store, size), span)));
      }
    }), { numRuns: 60 });
  });

  it('are read once, and once more after they could not be read or changes came without totals', async () => {
    const store = await memoryStore();
    const live = new OpenWindowState();
    const span = calendar.windowAt('1h', NOW);
    let reads = 0;
    const rows = (): Promise<GroupRows> => live.rows('1h', span, () => {
      reads += 1;
      return reads === 1 ? Promise.reject(new Error('away')) : scanAll(store, sliceRange('hour', span));
    });
    await assert.rejects(rows(), /away/);
    assert.equal((await rows()).size, 0);
    const changes = await receive(store, [event({ time: new Date(NOW).toISOString() })]);
    live.learn(changes);
    assert.equal((await rows()).size, 4);
    assert.equal(reads, 2);
    live.learn(changes.map(({ totals: _totals, ...change }) => change));
    await rows();
    assert.equal(reads, 3);
    live.forget(NOW + HOUR);
    await rows();
    assert.equal(reads, 4);
  });

  it('are the very same for groups of the same store and channel, until there is another', async () => {
    const store = await memoryStore();
    const live = new OpenWindowState();
    const span = calendar.windowAt('1h', NOW);
    const groupsBySums = async (): Promise<string[][]> => {
      const rows = await live.rows('1h', span, () => scanAll(store, sliceRange('hour', span)));
      const groups = new Map<object, string[]>();
      for (const [name, { sums }] of rows) groups.set(sums, [...groups.get(sums) ?? [], name].sort());
      return [...groups.values()];
    };
    const sell = async (subject: string, data: { store: string; channel: string }): Promise<void> => {
      live.learn(await receive(store, [event({ subject, time: new Date(NOW).toISOString(), data: { amount: '10.00', ...data } })]));
    };
    await sell('1', { store: 'milano', channel: 'pos' });
    assert.deepEqual(await groupsBySums(), [['_/_', '_/pos', 'milano/_', 'milano/pos']]);
    await sell('2', { store: 'roma', channel: 'pos' });
    assert.deepEqual(await groupsBySums(), [['milano/_', 'milano/pos'], ['_/_'], ['_/pos'], ['roma/_', 'roma/pos']]);
  });
});
