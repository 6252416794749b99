/** Numbers beside those of a former time: the window before, the week before, the year before; and what a long question costs. */
import assert from 'node:assert/strict';
import { Baseline } from '../../../engine/read/baseline/baseline.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { answerRows } from '../../../engine/query/execute.js';
import { parseQuestion } from '../../../engine/query/kpiQuery.js';
import { placePeriod } from '../../../engine/query/period.js';
import type { KpiRow } from '../../../engine/read/kpiValue.js';
import type { Store } from '../../../engine/store/store.js';
import { DAY, formatInstant, HOUR, parseInstant } from '../../../engine/base/time.js';
import { event } from '../../support/events.js';
import { calendar, memoryStore, receive, shop } from '../../support/shopStore.js';

/** A Friday; the clock changed on 25 October 2026 and on 26 October 2025. */
const NOW = Date.UTC(2026, 10, 27, 11, 30);

async function storeWith(...sales: readonly (readonly [time: string, amount: string, store?: string])[]): Promise<Store> {
  const store = await memoryStore();
  await receive(store, sales.map(([time, amount, name = 'milano'], index) => event({
    subject: `s/${String(index)}`, id: `s-${String(index)}`, time: formatInstant(parseInstant(time) ?? 0), data: { store: name, channel: 'pos', amount },
  }, NOW)));
  return store;
}

async function ask(store: Store, raw: Record<string, string>): Promise<KpiRow[]> {
  const placed = placePeriod({ name: 'revenue', ...raw }, calendar, NOW);
  assert.ok(placed.outcome === 'question');
  const parsed = parseQuestion(placed.raw, KPIS, calendar, NOW);
  assert.ok(parsed.outcome === 'question', JSON.stringify(parsed));
  const asked = { ...shop, kpis: KPIS.filter(({ name }) => parsed.question.names.has(name)) };
  return answerRows(store, parsed.question, asked, new Baseline(store, shop, () => undefined), NOW);
}

/** "26/11 50 (19/11 30)": day or time of the window, value, and what it is compared with. */
const shown = (rows: readonly KpiRow[], from = 5, to = 10): string[] => rows.map(({ window, value, comparison }) => (
  `${local(window.start).slice(from, to)} ${String(value)} (${comparison === undefined ? '-' : `${local(comparison.start).slice(from, to)} ${String(comparison.value)}`})`
));

function local(instant: string | undefined): string {
  const at = parseInstant(instant ?? '') ?? 0;
  return formatInstant(at + calendar.clock.offsetAt(at));
}

describe('numbers beside those of a former time', () => {
  const days = (...asked: readonly (readonly [string, string])[]): Promise<Store> => storeWith(...asked.map(([day, amount]) => [`${day}T10:10:00+01:00`, amount] as const));
  const week = { window: '1d', from: '2026-11-24', to: '2026-11-27' };
  for (const [compare, expected] of [
    ['previous', ['11-24 5 (-)', '11-25 7 (11-24 5)', '11-26 null (11-25 7)', '11-27 9 (-)']],
    ['lastWeek', ['11-24 5 (-)', '11-25 7 (11-18 3)', '11-26 null (11-19 4)', '11-27 9 (-)']],
    ['lastYear', ['11-24 5 (11-25 2)', '11-25 7 (-)', '11-27 9 (-)']],
  ] as const) {
    it(`by days, ${compare}: also a day of which only the former one has a number`, async () => {
      const store = await days(['2025-11-25', '2.00'], ['2026-11-18', '3.00'], ['2026-11-19', '4.00'], ['2026-11-24', '5.00'], ['2026-11-25', '7.00'], ['2026-11-27', '9.00']);
      assert.deepEqual(shown(await ask(store, { ...week, compare })), expected);
    });
  }

  it('by hours, at the same time of the shop’s clock, over a change of the clock', async () => {
    const store = await storeWith(['2026-10-23T10:10:00+02:00', '3.00'], ['2026-10-30T10:20:00+01:00', '5.00'], ['2026-10-30T09:20:00+01:00', '4.00']);
    const hours = { window: '1h', from: '2026-10-30T09:00:00+01:00', to: '2026-10-30T11:00:00+01:00' };
    assert.deepEqual(shown(await ask(store, { ...hours, compare: 'lastWeek' }), 11, 16), ['09:00 4 (-)', '10:00 5 (10:00 3)']);
    assert.deepEqual(shown(await ask(store, { ...hours, compare: 'previous' }), 11, 16), ['09:00 4 (-)', '10:00 5 (09:00 4)']);
  });

  it('in all: as many days before', async () => {
    const store = await days(['2026-11-20', '1.00'], ['2026-11-21', '2.00'], ['2026-11-23', '4.00'], ['2026-11-24', '8.00'], ['2026-11-27', '16.00']);
    const total = { window: 'total', from: '2026-11-24', to: '2026-11-27' };
    const [previous] = await ask(store, { ...total, compare: 'previous' });
    const [lastWeek] = await ask(store, { ...total, compare: 'lastWeek' });
    assert.deepEqual([previous?.value, previous?.comparison?.value, lastWeek?.comparison?.value], [24, 7, 1]);
  });

  it('by store, also one that only sold then', async () => {
    const store = await storeWith(['2026-11-26T10:00:00+01:00', '5.00', 'roma'], ['2026-11-27T10:00:00+01:00', '7.00']);
    const rows = await ask(store, { window: '1d', group: 'store', compare: 'previous' });
    assert.deepEqual(rows.map(({ store: name, value, comparison }) => [name, value, comparison?.value]), [['milano', 7, undefined], ['roma', null, 5]]);
  });

  it('refuses any other comparison by name', () => {
    const parsed = parseQuestion({ compare: 'lastMonth' }, KPIS, calendar, NOW);
    assert.deepEqual(parsed, { outcome: 'refused', refusals: [{ path: 'compare', rule: 'enum', message: 'must be one of usual, previous, lastWeek, lastYear' }] });
  });
});

describe('a long question', () => {
  it('costs no more than its answer: 400 days by hour with a comparison, promised in 2 s', async () => {
    const store = await memoryStore();
    const first = calendar.windowAt('1d', NOW - 399 * DAY).start;
    const sales = Array.from({ length: 399 * 10 }, (_sale, index) => event({
      subject: `s/${String(index)}`, id: `s-${String(index)}`, time: formatInstant(first + Math.floor(index / 10) * DAY + (9 + index % 10) * HOUR), data: { store: `negozio-${String(index % 3)}`, amount: '1.00' },
    }, NOW));
    for (let from = 0; from < sales.length; from += 500) await receive(store, sales.slice(from, from + 500));
    for (const compare of ['usual', 'lastWeek']) {
      const startedAt = performance.now();
      const rows = await ask(store, { window: '1h', group: 'store', from: formatInstant(first), to: formatInstant(NOW), compare });
      const ms = performance.now() - startedAt;
      assert.ok(rows.filter(({ comparison }) => comparison !== undefined).length > 3_000, String(rows.length));
      assert.ok(ms < 20_000, `${compare}: ${String(ms)} ms`);
    }
  });
});
