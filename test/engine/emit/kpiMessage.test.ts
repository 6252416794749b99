/** Which number is the newer one, and what is a number at all? */
import assert from 'node:assert/strict';
import { decodeKpiMessage, encodeKpiMessages, StaleGuard } from '../../../engine/emit/kpiMessage.js';
import type { KpiValue } from '../../../engine/read/kpiValue.js';

const value: KpiValue = {
  name: 'revenue', window: { size: '1h', start: '2026-11-22T09:00:00.000Z', end: '2026-11-22T10:00:00.000Z' }, store: '_', channel: 'pos',
  value: 12.5, unit: 'EUR', count: 2, status: 'live', revision: 5, updatedAt: '2026-11-22T09:10:00.000Z',
};
const TOPIC = 'bottega/shop/kpi/revenue/1h/_/pos';

describe('stale guard', () => {
  const next = { window: { ...value.window, start: '2026-11-22T10:00:00.000Z' } };
  const cases: [what: string, steps: [afterMs: number, change: Partial<KpiValue>, expected: string][]][] = [
    ['a higher revision is newer', [[0, {}, 'newer'], [1, { revision: 6 }, 'newer']]],
    ['the same again is no older', [[0, {}, 'newer'], [1, {}, 'newer']]],
    ['a lower revision was overtaken', [[0, {}, 'newer'], [9_999, { revision: 4 }, 'overtaken'], [0, { revision: 5 }, 'newer']]],
    ['what is live was overtaken by the end', [[0, { status: 'final' }, 'newer'], [1, {}, 'overtaken'], [1, { status: 'corrected' }, 'newer'], [1, { status: 'final' }, 'overtaken']]],
    ['a store that began anew is believed in the end', [[0, {}, 'newer'], [10_000, { revision: 0 }, 'newer'], [1, { revision: 1 }, 'newer']]],
    ['each window, store and number for itself', [[0, {}, 'newer'], [1, { ...next, revision: 0 }, 'newer'], [1, { store: 'roma', revision: 0 }, 'newer'], [1, { name: 'orders', revision: 0 }, 'newer']]],
  ];
  for (const [what, steps] of cases) {
    it(what, () => {
      const guard = new StaleGuard();
      let now = 0;
      for (const [after, change, expected] of steps) assert.equal(guard.accept({ ...value, ...change }, now += after), expected, JSON.stringify(change));
    });
  }
});

describe('a published number', () => {
  it('is read as it was written', () => {
    for (const change of [{}, { value: null }, { status: 'corrected', revision: 0 }]) {
      assert.deepEqual(decodeKpiMessage(TOPIC, JSON.stringify({ ...value, ...change })), { ...value, ...change });
    }
  });

  it('is written like its JSON, whatever its group shares with others of the same number', () => {
    const comparison = { value: 11, days: 4 };
    const adaptive = { size: '1h' as const, reason: 'enough' as const, expected: 40, needed: 30 };
    const changes: Partial<KpiValue>[] = [
      {}, { channel: '_' }, { store: 'a "b"', comparison }, { store: 'roma', count: 3 }, { channel: '_', adaptive }, { channel: '_', comparison, adaptive },
      { unknown: 'untold', coverage: 0, value: null }, { unknown: 'impossible', value: null }, { store: 'roma' }, { name: 'orders', unit: 'count' },
      { window: { ...value.window, size: '1d' }, shift: 'sera' }, { status: 'corrected', previous: { value: 1, revision: 4 } }, { revision: 6 }, { status: 'final' },
    ];
    const values = changes.map((change) => ({ ...value, ...change }));
    assert.deepEqual(encodeKpiMessages(values).map((text) => JSON.parse(text) as unknown), values);
  });

  it('of a window whose size was chosen has a topic of its own', () => {
    const chosen = { ...value, adaptive: { size: '1h', reason: 'enough', expected: 40, needed: 30 } };
    assert.deepEqual(decodeKpiMessage('bottega/shop/kpi/revenue/auto/_/pos', JSON.stringify(chosen)), chosen);
    assert.equal(decodeKpiMessage(TOPIC, JSON.stringify(chosen)), undefined);
    const guard = new StaleGuard();
    assert.deepEqual([guard.accept({ ...value, revision: 9 }, 0), guard.accept(chosen as KpiValue, 1)], ['newer', 'newer']);
  });

  const bad: object[] = [
    { value: '12.5' }, { value: undefined }, { count: null }, { status: 'done' }, { status: 'toString' }, { revision: 1.5 }, { revision: '5' }, { updatedAt: 'now' }, { unit: 7 }, { name: 'orders' },
    { store: 'roma' }, { channel: undefined }, { window: undefined }, { window: { ...value.window, size: '2h' } }, { window: { ...value.window, end: '' } },
  ];
  for (const change of bad) {
    it(`is none with ${JSON.stringify(change)}`, () => { assert.equal(decodeKpiMessage(TOPIC, JSON.stringify({ ...value, ...change })), undefined); });
  }
  it('is none where it is too long, or nested too deep for nodes to copy', () => {
    for (const field of [`"${'a'.repeat(2_000)}"`, `${'['.repeat(1_000)}${']'.repeat(1_000)}`]) {
      assert.equal(decodeKpiMessage(TOPIC, JSON.stringify(value).replace('{', `{"own":${field},`)), undefined);
    }
  });

  for (const text of ['', '{', 'null', '7', '[]', '"x"']) it(`is none: ${text}`, () => { assert.equal(decodeKpiMessage(TOPIC, text), undefined); });
});
