/** The form of a table, and what it reads for a viewer's choice. */
import assert from 'node:assert/strict';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { MAX_COLUMNS, readConfig } from '../../../nodes/89-ui-table/config.js';
import { type TableData, tableView } from '../../../nodes/89-ui-table/view.js';
import type { Reading } from '../../../nodes/shared/widget/widget.js';
import { names } from '../../support/testNodeRed.js';
import { FACTS, rowOf } from '../../support/widgetStates.js';

const saved = { id: 't', type: 'ui-bottega-table', version: 1, group: 'g', shop: 'shop', store: 'store', broker: 'broker' };
/** Wednesday, 2 December 2026, 12:30 in Rome. */
const NOW = Date.UTC(2026, 11, 2, 11, 30);
const calendar = new Calendar(new LocalClock('Europe/Rome'), 0);
const at = (day: number, hour = 0): number => Date.UTC(2026, 11, day, hour - 1);

/** Answers each question with the rows of the windows that lie in it, and notes it. */
function reading(sales: readonly number[], asked: unknown[] = []): Reading {
  const long = (question: Readonly<Record<string, unknown>>): Promise<object[]> => {
    asked.push(question);
    const [from, to] = [Date.parse(String(question['from'])), Date.parse(String(question['to']))];
    const inside = sales.filter((sale) => sale >= from && sale < to);
    const total = (fields: object): object => rowOf({ name: 'revenue', value: inside.length * 10, count: inside.length, ...fields });
    if (question['window'] === 'total') return Promise.resolve(question['group'] === undefined ? [total({})] : [total({ channel: '_' }), total({ channel: 'pos' })]);
    const size = question['window'] as '1h' | '1d';
    return Promise.resolve(inside.map((sale) => rowOf({ name: 'revenue', value: 10, count: 1, window: { size, start: new Date(calendar.windowAt(size, sale).start).toISOString(), end: '' } })));
  };
  const reader = { facts: (name: string) => Promise.resolve(name === 'revenue' ? FACTS : undefined), long };
  return { reader, shop: { calendar, opening: { hoursAt: () => undefined } }, since: 0, now: NOW } as unknown as Reading;
}

const read = (fields: object, sales: readonly number[], choice = {}, asked: unknown[] = []): Promise<TableData> => (
  tableView(readConfig({ ...saved, kpis: ['revenue', 'gone'], ...fields }), choice).read(reading(sales, asked)) as Promise<TableData>
);

describe('form of a table', () => {
  it('reads what was saved, with defaults', () => {
    const { kpis, by, period } = readConfig(saved);
    assert.deepEqual([kpis, by, period], [['revenue', 'orders', 'average_ticket'], 'auto', 'today']);
    assert.deepEqual(readConfig({ ...saved, kpis: ['orders', 'orders'] }).kpis, ['orders']);
  });
  const many = Array.from({ length: MAX_COLUMNS + 1 }, (_, index) => `a${String(index)}`);
  for (const [field, fields] of [['kpis', { kpis: [] }], ['kpis', { kpis: 'revenue' }], ['kpis', { kpis: ['A'] }], ['kpis', { kpis: many }], ['by', { by: 'month' }], ['period', { period: '1y' }], ['version', { version: 2 }]] as const) {
    it(`refuses ${JSON.stringify(fields).slice(0, 40)} by name`, () => { assert.throws(() => readConfig({ ...saved, ...fields }), names(field)); });
  }
});

describe('rows of a table', () => {
  it('are the hours of one day, from the first in which something came to the last', async () => {
    const { by, rows, total, columns } = await read({}, [at(2, 9), at(2, 11)]);
    assert.deepEqual([by, rows.map(({ span, cells }) => [(span?.start ?? 0) - at(2), ...cells]), total], [
      'hour', [[9 * 3_600_000, 10, null], [10 * 3_600_000, 0, null], [11 * 3_600_000, 10, null]], [20, null],
    ]);
    assert.deepEqual(columns.map(({ facts }) => facts?.name), ['revenue', undefined]);
  });

  it('are none where nothing came', async () => { assert.deepEqual((await read({}, [])).rows, []); });

  it('are the days of several, without those to come; many hours are days, too', async () => {
    for (const by of ['auto', 'day', 'hour']) {
      const table = await read({ by }, [at(1, 9)], { from: '2026-11-20', to: '2026-12-05' });
      assert.deepEqual([table.by, table.rows.length, table.rows.at(-1)?.span?.start], ['day', 13, at(2)], by);
    }
  });

  it('are weeks from Monday to Sunday, each asked for as one', async () => {
    const asked: { window: string }[] = [];
    const { rows } = await read({ by: 'week' }, [], { from: '2026-11-21', to: '2026-12-02' }, asked);
    assert.deepEqual(rows.map(({ span }) => [span?.start, span?.end]), [[at(-9), at(-7)], [at(-7), at(0)], [at(0), at(3)]]);
    assert.deepEqual([...new Set(asked.map(({ window }) => window))], ['total']);
  });

  it('are channels by their own total', async () => {
    const { rows } = await read({ by: 'channel' }, [at(2, 9)]);
    assert.deepEqual(rows, [{ key: 'pos', cells: [10, null] }]);
  });

  it('are moved by what goes on, and by nothing else', () => {
    const topics = (choice: object): number => tableView(readConfig(saved), choice as never).topics.length;
    assert.deepEqual([topics({}), topics({ period: 'yesterday' })], [3, 0]);
  });
});
