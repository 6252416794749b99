/** What may be asked, what is refused by which rule, and what a spreadsheet gets. */
import assert from 'node:assert/strict';
import type { KpiValue } from '../../../engine/read/kpiValue.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { parseQuestion, toCsv } from '../../../engine/query/kpiQuery.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { NOW } from '../../support/events.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));

describe('questions', () => {
  const answered: [what: string, raw: Record<string, unknown>, starts: string[]][] = [
    ['nothing: the current hour', {}, ['2026-11-22T12:00:00.000Z']],
    ['a window that touches the range', { window: '1h', from: '2026-11-22T09:59:59Z', to: '2026-11-22T11:00:00Z' }, ['2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z']],
    ['a plus that became a space', { window: '1h', from: '2026-11-22T11:00:00 01:00', to: '2026-11-22T10:30:00Z' }, ['2026-11-22T10:00:00.000Z']],
    ['only from: up to now', { window: '1h', from: '2026-11-22T11:00:00Z' }, ['2026-11-22T11:00:00.000Z', '2026-11-22T12:00:00.000Z']],
    ['only to: the window before', { window: '1d', to: '2026-11-21T23:00:00Z' }, ['2026-11-20T23:00:00.000Z']],
  ];
  for (const [what, raw, starts] of answered) {
    it(`answer ${what}`, () => {
      const parsed = parseQuestion(raw, KPIS, calendar, NOW);
      assert.ok(parsed.outcome === 'question', JSON.stringify(parsed));
      assert.deepEqual(parsed.question.spans.map(({ start }) => new Date(start).toISOString()), starts);
    });
  }

  const stores = [{ id: 'milano', aliases: ['MI-01'] }, { id: 'mi-1', aliases: ['MILANO', 'loc\u00e0l'] }];
  const asked: [store: string, meant: string | undefined][] = [
    ['MI-01', 'milano'], ['mi-01', 'milano'], ['milano', 'milano'], ['Milano', 'mi-1'], ['LOCA\u0300L', 'mi-1'], ['roma', 'roma'], ['MI-1', 'MI-1'], ['_', undefined],
  ];
  for (const [store, meant] of asked) {
    it(`of the store "${store}" are of ${String(meant)}`, () => {
      const parsed = parseQuestion({ store }, KPIS, calendar, NOW, stores);
      assert.ok(parsed.outcome === 'question');
      assert.equal(parsed.question.store, meant);
    });
  }

  const refused: [raw: Record<string, unknown>, path: string, rule: string][] = [
    [{ window: '2h' }, 'window', 'enum'],
    [{ name: 'revenue,profit' }, 'name', 'unknown'],
    [{ from: 'yesterday' }, 'from', 'instant'],
    [{ to: '2026-02-30T00:00:00Z' }, 'to', 'instant'],
    [{ from: '2026-11-22T10:00:00Z', to: '2026-11-22T10:00:00Z' }, 'to', 'order'],
    [{ window: '5m', from: '2025-11-22T10:00:00Z' }, 'from', 'range'],
    [{ group: 'till' }, 'group', 'enum'],
    [{ store: 'a/b' }, 'store', 'pattern'],
    [{ store: ['a', 'b'] }, 'store', 'type'],
  ];
  for (const [raw, path, rule] of refused) {
    it(`refuse ${JSON.stringify(raw)}`, () => {
      const parsed = parseQuestion(raw, KPIS, calendar, NOW);
      assert.ok(parsed.outcome === 'refused' && parsed.refusals.some((refusal) => refusal.path === path && refusal.rule === rule), JSON.stringify(parsed));
    });
  }
});

describe('CSV', () => {
  it('quotes, keeps unknown empty and disarms formulas', () => {
    const row: KpiValue = {
      name: 'revenue', window: { size: '1h', start: '2026-11-22T09:00:00.000Z', end: '2026-11-22T10:00:00.000Z' },
      store: '=cmd', channel: 'a,"b"', value: null, unit: 'EUR', count: 0, status: 'live', revision: 1, updatedAt: '2026-11-22T09:10:00.000Z',
    };
    assert.equal(
      toCsv([row, { ...row, store: 'milano', channel: '_', value: 1234.5, shift: 'cena', comparison: { value: 980.5, days: 4 } }]),
      'name,window,start,end,store,channel,value,unit,count,status,revision,updatedAt,shift,usual,usualDays\r\n'
        + 'revenue,1h,2026-11-22T09:00:00.000Z,2026-11-22T10:00:00.000Z,\'=cmd,"a,""b""",,EUR,0,live,1,2026-11-22T09:10:00.000Z,,,\r\n'
        + 'revenue,1h,2026-11-22T09:00:00.000Z,2026-11-22T10:00:00.000Z,milano,_,1234.50,EUR,0,live,1,2026-11-22T09:10:00.000Z,cena,980.50,4\r\n',
    );
  });
});
