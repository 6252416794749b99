/** Which size is chosen for an hour: a table of what is expected, and what must hold whatever is expected. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chooseSize, expectedPerHour, median, neededBy, NEEDED } from '../../../../engine/read/adaptive/windowSize.js';
import { KPIS } from '../../../../engine/kpi/builtinKpis.js';
import { CHOICES, type ChosenSize } from '../../../../engine/kpi/kpi.js';

const MINUTES = { '5m': 5, '15m': 15, '1h': 60 } as const;
const sizes = fc.constantFrom(...CHOICES);
const rates = fc.double({ min: 0, max: 5_000, noNaN: true });

describe('choosing the size of a window', () => {
  const rows: [perHour: number, needed: number, former: ChosenSize | undefined, size: ChosenSize, reason: string, expected: number][] = [
    [360, 30, undefined, '5m', 'enough', 30],
    [359, 30, undefined, '15m', 'enough', 89.8],
    [120, 30, undefined, '15m', 'enough', 30],
    [119, 30, undefined, '1h', 'enough', 119],
    [29, 30, undefined, '1h', 'tooFew', 29],
    [0, 30, undefined, '1h', 'tooFew', 0],
    [400, 100, undefined, '15m', 'enough', 100],
    // Missed by less than a quarter: kept; by more: longer.
    [280, 30, '5m', '5m', 'kept', 23.3],
    [269, 30, '5m', '15m', 'enough', 67.3],
    [80, 30, '5m', '1h', 'enough', 80],
    [20, 30, '5m', '1h', 'tooFew', 20],
    [95, 30, '15m', '15m', 'kept', 23.8],
    // Exceeded by less than a quarter: kept; by more: shorter.
    [400, 30, '15m', '15m', 'kept', 100],
    [450, 30, '15m', '5m', 'enough', 37.5],
    [400, 30, '1h', '15m', 'enough', 100],
    [130, 30, '1h', '1h', 'kept', 130],
    [900, 30, '1h', '5m', 'enough', 75],
  ];
  for (const [perHour, needed, former, size, reason, expected] of rows) {
    it(`${String(perHour)} an hour, ${String(needed)} needed, after ${former ?? 'nothing'}: ${size}, ${reason}`, () => {
      assert.deepEqual(chooseSize(perHour, needed, former), { size, reason, expected, needed });
    });
  }

  it('expects the median of the same hours of the last weeks, else of the last hours, else nothing', () => {
    assert.equal(expectedPerHour([10, 40, 20, 1_000], [7]), 30);
    assert.equal(expectedPerHour([0], [7, 9, 8]), 0);
    assert.equal(expectedPerHour([], [7, 9, 8]), 8);
    assert.equal(expectedPerHour([], []), 0);
    assert.equal(median([]), undefined);
  });

  it('needs more facts for what has a denominator or a rank', () => {
    const needed = Object.fromEntries(KPIS.map((kpi) => [kpi.name, neededBy(kpi, NEEDED)]));
    assert.deepEqual([needed['revenue'], needed['orders'], needed['conversion'], needed['average_ticket'], needed['service_time_p90']], [30, 30, 100, 100, 100]);
  });

  it('changes only where the need is missed, or would be exceeded, by a quarter', () => {
    fc.assert(fc.property(rates, fc.integer({ min: 1, max: 500 }), sizes, (perHour, needed, former) => {
      const { size } = chooseSize(perHour, needed, former);
      const before = (perHour * MINUTES[former]) / 60;
      const after = (perHour * MINUTES[size]) / 60;
      if (MINUTES[size] > MINUTES[former]) assert.ok(before < 0.75 * needed);
      if (MINUTES[size] < MINUTES[former]) assert.ok(after >= 1.25 * needed);
      // The next hour like this one changes nothing more.
      assert.equal(chooseSize(perHour, needed, size).size, size);
    }));
  });

  it('never misses the need by a quarter while a longer window would meet it', () => {
    fc.assert(fc.property(rates, fc.integer({ min: 1, max: 500 }), fc.option(sizes, { nil: undefined }), (perHour, needed, former) => {
      const { size, reason } = chooseSize(perHour, needed, former);
      if ((perHour * MINUTES[size]) / 60 < 0.75 * needed) assert.deepEqual([size, reason], ['1h', 'tooFew']);
    }));
  });
});
