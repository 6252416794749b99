/** What is open is read again when something opens or closes, and at most once a second else: a timeline of sales and readings. */
import assert from 'node:assert/strict';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { snapshotOnce } from '../../../engine/read/openFacts.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import type { Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));

type Step =
  | readonly [at: number, who: 'ours' | 'theirs', subject: string, status: 'open' | 'completed' | 'cancelled']
  /** `others`: by way of a store object that nothing was added up with. */
  | readonly [at: number, reads: 'reads' | 'others', open: number, scans: number];

/** Milliseconds from the start; how many orders are open, and how often the index of sales was scanned until then. */
const TIMELINES: readonly (readonly [string, readonly Step[]])[] = [
  ['what opens and closes here is seen at once', [
    [0, 'ours', '1', 'open'], [1, 'reads', 1, 1], [2, 'ours', '2', 'open'], [3, 'reads', 2, 2], [4, 'ours', '1', 'completed'], [5, 'reads', 1, 3],
    [6, 'ours', '2', 'cancelled'], [7, 'reads', 0, 4],
  ]],
  ['sales that were never open cost no reading', [
    [0, 'ours', '1', 'open'], [1, 'reads', 1, 1], [2, 'ours', '2', 'completed'], [3, 'reads', 1, 1], [4, 'ours', '3', 'completed'], [500, 'reads', 1, 1],
  ]],
  ['what another process does is seen within a second', [
    [0, 'ours', '1', 'open'], [1, 'reads', 1, 1], [2, 'theirs', '2', 'open'], [900, 'reads', 1, 1], [1_001, 'reads', 2, 2],
  ]],
  ['who adds nothing up reads what is there', [
    [0, 'ours', '1', 'open'], [1, 'others', 1, 1], [2, 'ours', '2', 'open'], [3, 'others', 2, 2], [4, 'others', 2, 3],
  ]],
  ['an order of yesterday leaves by itself', [[0, 'ours', '1', 'open'], [86_399_500, 'reads', 1, 1], [86_400_001, 'reads', 0, 1]]],
];

describe('what is open', () => {
  for (const [title, steps] of TIMELINES) {
    it(title, async () => {
      const store = await openLevelStore({ memory: true }, { now: () => NOW });
      let scans = 0;
      const way = (): Store => ({
        reads: 'near', read: (keys) => store.read(keys), commit: (changes, durability) => store.commit(changes, durability), close: () => store.close(),
        scan: (range, limit) => {
          if (range.gte.startsWith('q/sale/')) scans += 1;
          return store.scan(range, limit);
        },
      });
      const ways = { ours: way(), theirs: way(), others: way() };
      for (const [at, what, ...rest] of steps) {
        const now = NOW + at;
        if (what === 'ours' || what === 'theirs') {
          const [subject, status] = rest as [string, 'open' | 'completed' | 'cancelled'];
          const context = { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(ways[what], MEASURES)) };
          const sale = event({ subject, time: new Date(NOW).toISOString(), sequence: new Date(now).toISOString(), data: { amount: '10.00', status, openedAt: new Date(NOW).toISOString() } }, now);
          await foldEvents(ways[what], [sale], context);
        } else {
          const { orders } = await snapshotOnce(what === 'reads' ? ways.ours : ways.others, now)();
          assert.deepEqual([at, orders.length, scans], [at, ...rest]);
        }
      }
      await store.close();
    });
  }
});
