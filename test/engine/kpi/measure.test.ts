/** What does one fact add? Conditions and values, row by row. */
import assert from 'node:assert/strict';
import type { EventData } from '../../../engine/event/event.js';
import { mergeEvent } from '../../../engine/fact/fact.js';
import { contributionsOf } from '../../../engine/kpi/contribution.js';
import type { Condition, Term } from '../../../engine/kpi/measure.js';
import { event } from '../../support/events.js';

const minutes = (length: number): Partial<EventData> => ({ openedAt: '2026-11-22T10:00:00Z', closedAt: new Date(Date.UTC(2026, 10, 22, 10, length)).toISOString() });

function added(data: Partial<EventData>, term: Omit<Term, 'type'>): Record<string, number> {
  const fact = mergeEvent(undefined, event({ data }), 'EUR');
  const found = contributionsOf(fact, [{ name: 'm', terms: [{ type: 'sale', ...term }] }]).filter(({ field }) => field !== '=sale');
  return Object.fromEntries(found.map(({ field, value }) => [field, value]));
}

describe('a measure', () => {
  const values: [data: Partial<EventData>, value: Term['value'], sum: number | undefined][] = [
    [{ x_covers: 4 }, { field: 'x_covers' }, 4_000],
    [{ x_covers: 2.5 }, { field: 'x_covers' }, 2_500],
    [{ x_covers: -0.0001 }, { field: 'x_covers' }, 0],
    [{ x_covers: '4' }, { field: 'x_covers' }, undefined],
    [{ x_covers: true }, { field: 'x_covers' }, undefined],
    [{ x_covers: 1e7 }, { field: 'x_covers' }, 1e10],
    [{ x_covers: 1e7 + 1 }, { field: 'x_covers' }, undefined],
    [{}, { field: 'x_covers' }, undefined],
    [{}, 'one', 1],
    [{}, 'quantity', 1_000],
    [{ quantity: 0.25 }, 'quantity', 250],
    [{}, 'amount', 1_000],
    [{}, 'duration', undefined],
    [minutes(20), 'duration', 1_200_000],
  ];
  for (const [data, value, sum] of values) {
    it(`adds ${JSON.stringify(value)} of ${JSON.stringify(data)}: ${String(sum)}`, () => {
      const expected = sum === undefined ? {} : sum === 0 ? { 'm#': 1 } : { 'm#': 1, m: sum };
      assert.deepEqual(added(data, { value }), expected);
    });
  }

  const conditions: [data: Partial<EventData>, condition: Condition, meets: 'meets' | 'fails'][] = [
    [minutes(20), { field: 'duration', op: 'above', value: 1_199_999 }, 'meets'],
    [minutes(20), { field: 'duration', op: 'above', value: 1_200_000 }, 'fails'],
    [minutes(20), { field: 'duration', op: 'atMost', value: 1_200_000 }, 'meets'],
    [minutes(20), { field: 'duration', op: 'atMost', value: 1_199_999 }, 'fails'],
    [minutes(20), { field: 'duration', op: 'above', value: '0' }, 'fails'],
    [{}, { field: 'duration', op: 'atMost', value: 1 }, 'fails'],
    [{}, { field: 'duration', op: 'unknown' }, 'meets'],
    [{ x_covers: 4 }, { field: 'x_covers', op: 'above', value: 3 }, 'meets'],
    [{}, { field: 'channel', op: 'is', value: 'pos' }, 'meets'],
    [{}, { field: 'status', op: 'isNot', value: 'open' }, 'meets'],
    [{ payment: 'card' }, { field: 'payment', op: 'in', value: ['cash', 'card'] }, 'meets'],
    [{ payment: 'card' }, { field: 'payment', op: 'in', value: 'card' }, 'fails'],
    [{ campaign: { medium: 'Paid Social' } }, { field: 'social', op: 'is', value: true }, 'meets'],
    [{ campaign: { source: 'newsletter' } }, { field: 'social', op: 'is', value: false }, 'meets'],
  ];
  for (const [data, condition, meets] of conditions) {
    it(`${JSON.stringify(data)} ${meets} ${JSON.stringify(condition)}`, () => {
      assert.deepEqual(added(data, { value: 'one', where: [condition] }), meets === 'meets' ? { m: 1, 'm#': 1 } : {});
    });
  }
});
