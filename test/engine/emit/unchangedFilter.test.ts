/** What is news: a table of what follows what, and that nothing is remembered for ever. */
import assert from 'node:assert/strict';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { UnchangedFilter } from '../../../engine/emit/unchangedFilter.js';
import { MINUTE } from '../../../engine/base/time.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const value = (change: Partial<KpiValue> = {}): KpiValue => ({
  name: 'revenue', window: { size: '1h', start: '2026-11-22T11:00:00.000Z', end: '2026-11-22T12:00:00.000Z' }, store: '_', channel: '_',
  value: 10, unit: 'EUR', count: 1, status: 'live', revision: 1, updatedAt: '2026-11-22T11:15:00.000Z', ...change,
});

describe('news', () => {
  const rows: [what: string, writers: 'one' | 'many', change: Partial<KpiValue>, afterMs: number, isNews: boolean][] = [
    ['the same again', 'one', {}, 0, false],
    ['another revision that says the same', 'one', { revision: 2 }, 0, false],
    ['another revision that says the same, where others tell too', 'many', { revision: 2 }, 0, true],
    ['another value', 'one', { value: 11 }, 0, true],
    ['the same value from more facts', 'one', { count: 2 }, 0, true],
    ['that it is final', 'one', { status: 'final' }, 0, true],
    ['another number', 'one', { name: 'orders' }, 0, true],
    ['another store', 'one', { store: 'milano' }, 0, true],
    ['the next window', 'one', { window: { size: '1h', start: '2026-11-22T12:00:00.000Z', end: '2026-11-22T13:00:00.000Z' } }, 0, true],
    ['what is usual by now, a moment later', 'one', { comparison: { value: 12, days: 4 } }, 5 * MINUTE - 1, false],
    ['what is usual by now, after five minutes', 'one', { comparison: { value: 12, days: 4 } }, 5 * MINUTE, true],
  ];
  for (const [what, writers, change, afterMs, isNews] of rows) {
    it(`${isNews ? 'is' : 'is not'} ${what}`, () => {
      const news = new UnchangedFilter(writers);
      assert.equal(news.onlyChanged([value()], NOW).length, 1);
      assert.equal(news.onlyChanged([value(change)], NOW + afterMs).length, isNews ? 1 : 0);
    });
  }

  it('forgets the numbers that were told longest ago', () => {
    const news = new UnchangedFilter('one');
    news.onlyChanged([value()], NOW);
    news.onlyChanged(Array.from({ length: 19_999 }, (_each, index) => value({ store: `s${String(index)}` })), NOW);
    assert.equal(news.revisionOf(value()), 1);
    news.onlyChanged([value({ store: 'one more' })], NOW);
    assert.equal(news.revisionOf(value()), undefined);
    assert.equal(news.revisionOf(value({ store: 's0' })), 1);
  });
});
