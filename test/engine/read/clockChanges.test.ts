/** The nights in which the clocks change, while their minutes are kept: every number of every window size, against sums by other means. */
import assert from 'node:assert/strict';
import { foldEvents, openGenerations } from '../../../engine/aggregate/applyEvents.js';
import { LocalClock } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import { MEASURES } from '../../../engine/kpi/builtinKpis.js';
import { readRows } from '../../../engine/read/windowReader.js';
import { chanceOf } from '../../../launcher/simulator/chance.js';
import { answeredOf, batchOf, type BatchSize, differences, type Month } from '../../support/batch.js';
import { event } from '../../support/events.js';
import { memoryStore, shop } from '../../support/shopStore.js';
import { DAY, HOUR, MINUTE, Wall } from '../../support/wall.js';

const CUTOFF_HOURS = 4;
const calendar = new Calendar(new LocalClock('Europe/Rome'), CUTOFF_HOURS * 60);
const wall = new Wall('Europe/Rome');
const GROUPS = [false, true].flatMap((store) => [false, true].map((channel) => ({ store, channel })));

/** A sale every few minutes from the evening before until noon, two shops and two channels. */
function salesFrom(start: number, seed: number): Month['sales'] {
  const chance = chanceOf(seed);
  return Array.from({ length: 400 }, (): Month['sales'][number] => {
    const cents = chance.between(1, 9_000);
    return {
      at: start + chance.between(0, 16 * 60) * MINUTE, store: chance.pick([['milano', 1], ['roma', 1]]), channel: chance.pick([['pos', 2], ['online', 1]]),
      cents, paid: [{ means: 'card', cents }], status: chance.pick([['completed', 8], ['voided', 1], ['open', 1]]), tax: Math.round((cents * 22) / 122),
    };
  });
}

describe('a night in which the clocks change', () => {
  const nights: readonly (readonly [what: string, evening: string])[] = [
    ['an hour comes twice', '2026-10-24T18:00:00Z'], ['an hour is left out', '2027-03-27T18:00:00Z'], ['an hour is left out, the year before', '2026-03-28T18:00:00Z'],
  ];
  for (const [index, [what, evening]] of nights.entries()) {
    for (const size of ['5m', '15m', '1h', '1d'] as const satisfies readonly BatchSize[]) {
      it(`${what}: every number per ${size}`, async () => {
        const start = Date.parse(evening);
        const now = start + 30 * HOUR;
        const sales = salesFrom(start, index);
        const store = await memoryStore(() => now);
        const context = { now, currency: 'EUR', calendar, graceMs: 5_000, ...(await openGenerations(store, MEASURES)) };
        await foldEvents(store, sales.map(({ at, cents, tax = 0, status, store: name, channel }, serial) => event({
          subject: `order/${String(serial)}`, time: new Date(at).toISOString(),
          data: { store: name, channel, status, payment: 'card', amount: decimal(cents), taxes: [{ rate: '22', amount: decimal(tax) }] },
        }, now)), context);
        const spans = calendar.windowsBetween(size, start - DAY, now, 10_000);
        const rows = (await Promise.all(GROUPS.map((group) => readRows(store, { size, spans, group }, { ...shop, calendar }, now)))).flat();
        const month: Month = { sales, refunds: [], annulments: [], payments: [], visits: [], wastes: [], leads: [] };
        const expected = batchOf(month, size, { zone: 'Europe/Rome', cutoffHours: CUTOFF_HOURS, incompleteAfterMs: 0, askedAt: now });
        assert.deepEqual(differences(expected, answeredOf(rows)), []);
        assert.ok(expected.length > 50);
        assert.ok(sales.some(({ at }) => wall.offsetAt(at) !== wall.offsetAt(start)));
      });
    }
  }
});

function decimal(cents: number): string {
  return (cents / 100).toFixed(2);
}
