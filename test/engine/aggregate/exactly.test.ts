/** Sums that would leave the exact integers: one event too many is reported, whatever comes with it, and the others are counted. */
import assert from 'node:assert/strict';
import type { ShopEvent } from '../../../engine/event/event.js';
import { foldExactly } from '../../../engine/aggregate/exactly.js';
import { openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { readRows } from '../../../engine/read/windowReader.js';
import { KPIS, MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { sliceKey } from '../../../engine/aggregate/slice.js';
import { openLevelStore } from '../../../engine/store/level/levelStore.js';
import { HOUR, LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { event, NOW } from '../../support/events.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const START = NOW - (NOW % HOUR);
const sale = (subject: string, amount: string, data = {}): ShopEvent => event({ subject, time: new Date(NOW).toISOString(), data: { amount, ...data } }, NOW);

describe('a sum at the end of the exact integers', () => {
  /** What still fits into this hour, in cents, and the sales that come together. */
  const cases: [left: number, amounts: string[], inexact: string[]][] = [
    [10_000, ['10.00', '20.00'], []],
    [1_000, ['10.00', '0.01'], ['0.01']],
    [1_000, ['60.00', '5.00', '1.00'], ['60.00']],
    [1_000, ['5.00', '60.00', '1.00', '70.00', '4.00'], ['60.00', '70.00']],
    [0, ['0.01'], ['0.01']],
  ];
  for (const [left, amounts, inexact] of cases) {
    it(`with ${String(left)} cents left takes of ${amounts.join(', ')} all but ${inexact.join(', ') || 'none'}`, async () => {
      const store = await openLevelStore({ memory: true }, { now: () => NOW });
      const context = { now: NOW, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
      const before = Number.MAX_SAFE_INTEGER - left;
      await store.commit([{ key: sliceKey('hour', START, 'milano', 'pos'), add: { sales: before } }]);
      const events = amounts.map((amount, index) => sale(String(index), amount, { store: 'milano', channel: 'pos' }));
      const elsewhere = sale('elsewhere', '7.00', { store: 'roma', channel: 'pos' });
      const folded = await foldExactly(store, [...events, elsewhere], context);
      assert.deepEqual([...folded.inexact].map(({ data }) => data.amount), inexact);
      const question = { size: '1h' as const, spans: [{ start: START, end: START + HOUR }], store: 'roma', group: { store: false, channel: false } };
      const [row] = (await readRows(store, question, { calendar, currency: 'EUR', graceMs: 5_000, kpis: KPIS }, NOW)).filter(({ name }) => name === 'revenue');
      assert.equal(row?.value, 7);
      const again = await foldExactly(store, events.filter((one) => !folded.inexact.has(one)), context);
      assert.deepEqual([again.unchanged, again.inexact.size], [amounts.length - inexact.length, 0]);
    });
  }
});
