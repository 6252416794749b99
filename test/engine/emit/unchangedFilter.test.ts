/** What has changed: a table of what follows what, and that nothing is remembered for ever. */
import assert from 'node:assert/strict';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { UnchangedFilter } from '../../../engine/emit/unchangedFilter.js';
import { MINUTE } from '../../../engine/base/time.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const value = (change: Partial<KpiValue> = {}): KpiValue => ({
  name: 'revenue', window: { size: '1h', start: '2026-11-22T11:00:00.000Z', end: '2026-11-22T12:00:00.000Z' }, store: '_', channel: '_',
  value: 10, unit: 'EUR', count: 1, status: 'live', revision: 1, updatedAt: '2026-11-22T11:15:00.000Z', ...change,
});

describe('unchanged filter', () => {
  const rows: [what: string, writers: 'one' | 'many', change: Partial<KpiValue>, afterMs: number, outcome: 'passes' | 'holdsBack'][] = [
    ['the same again', 'one', {}, 0, 'holdsBack'],
    ['another revision that says the same', 'one', { revision: 2 }, 0, 'holdsBack'],
    ['another revision that says the same, where others emit too', 'many', { revision: 2 }, 0, 'passes'],
    ['another value', 'one', { value: 11 }, 0, 'passes'],
    ['the same value from more facts', 'one', { count: 2 }, 0, 'passes'],
    ['that it is final', 'one', { status: 'final' }, 0, 'passes'],
    ['another number', 'one', { name: 'orders' }, 0, 'passes'],
    ['another store', 'one', { store: 'milano' }, 0, 'passes'],
    ['the next window', 'one', { window: { size: '1h', start: '2026-11-22T12:00:00.000Z', end: '2026-11-22T13:00:00.000Z' } }, 0, 'passes'],
    ['what is usual by now, a moment later', 'one', { comparison: { value: 12, days: 4 } }, 5 * MINUTE - 1, 'holdsBack'],
    ['what is usual by now, after five minutes', 'one', { comparison: { value: 12, days: 4 } }, 5 * MINUTE, 'passes'],
  ];
  for (const [what, writers, change, afterMs, outcome] of rows) {
    it(`${outcome === 'passes' ? 'passes' : 'holds back'} ${what}`, () => {
      const filter = new UnchangedFilter(writers);
      assert.equal(filter.onlyChanged([value()], NOW).length, 1);
      assert.equal(filter.onlyChanged([value(change)], NOW + afterMs).length, outcome === 'passes' ? 1 : 0);
    });
  }

  it('forgets the values that were emitted longest ago', () => {
    const filter = new UnchangedFilter('one');
    filter.onlyChanged([value()], NOW);
    filter.onlyChanged(Array.from({ length: 19_999 }, (_each, index) => value({ store: `s${String(index)}` })), NOW);
    assert.equal(filter.revisionOf(value()), 1);
    filter.onlyChanged([value({ store: 'one more' })], NOW);
    assert.equal(filter.revisionOf(value()), undefined);
    assert.equal(filter.revisionOf(value({ store: 's0' })), 1);
  });
});
