/** The alert's state machine as timelines: at a minute, something happens, and this follows. */
import assert from 'node:assert/strict';
import { type AlertState, initialState, restoredState, type KpiSample } from '../../../engine/alert/state.js';
import { type Input, step } from '../../../engine/alert/stateMachine.js';
import type { AlertRule } from '../../../engine/alert/rule.js';
import type { Adaptive, KpiStatus, KpiValue } from '../../../engine/read/kpiValue.js';
import { isAbout } from '../../../engine/alert/evaluate.js';
import { HOUR, MINUTE } from '../../../engine/base/time.js';

const low: AlertRule = {
  name: 'low revenue', kpi: 'revenue', size: '1h', channel: '_', group: 'all', evaluate: 'finished',
  when: { op: 'below', threshold: 500, recovery: 550 }, forMs: 0, keepFiringForMs: 0, repeatMs: 0, noDataMs: 0,
};
const open: AlertRule = { ...low, name: 'open orders', kpi: 'incomplete_orders', size: '1d', evaluate: 'live', when: { op: 'above', threshold: 5, recovery: 3 } };

/** Revenue of a quarter of an hour that is far above what it ever comes to. */
const sold: AlertRule = { ...low, name: 'sold', size: '15m', evaluate: 'live', when: { op: 'above', threshold: 1_000, recovery: 1_000 } };

/** `[minute, what happens, "from>to cause audience" of each transition, next wake in minutes]`. A gap in the list: nothing follows. */
type Line = [minute: number, input: Step, transitions: string[], wakeAt?: number];

/** Values rest on facts; the newest was stored when the value was emitted, unless the line says when. */
type Step = Exclude<Input, { kind: 'value' }> | 'restart' | { readonly kind: 'value'; readonly sample: Omit<KpiSample, 'updatedAt'>; readonly storedAt?: number };

/** The value of the hour that begins at `hour` o'clock. */
const hourly = (hour: number, value: number | null, status: KpiStatus = 'final'): Step =>
  ({ kind: 'value', sample: { start: hour * HOUR, end: (hour + 1) * HOUR, value, unit: 'EUR', count: 3, revision: 3, status } });
/** A live value of the running day. */
const live = (value: number | null, status: KpiStatus = 'live', day = 0): Step =>
  ({ kind: 'value', sample: { start: day * 24 * HOUR, end: (day + 1) * 24 * HOUR, value, unit: 'count', count: 3, revision: 3, status } });
/** A quarter of an hour: what was sold in it by then, the last of it stored at that minute; zero, emitted for the groups that were there before. */
const quarter = (start: number, value: number, storedAt: number, status: KpiStatus = 'live'): Step =>
  ({ kind: 'value', sample: { start: start * MINUTE, end: (start + 15) * MINUTE, value, unit: 'EUR', count: value / 10, revision: value / 10, status }, storedAt });
const zero = (start: number, status: KpiStatus = 'live'): Step => quarter(start, 0, start, status);
const tick: Step = { kind: 'tick' };
const acknowledge: Step = { kind: 'acknowledge' };
const silence = (minute: number): Step => ({ kind: 'silence', until: minute * MINUTE });

const hour = (start: number): Omit<KpiSample, 'value' | 'count' | 'revision' | 'updatedAt'> => ({ start: start * HOUR, end: (start + 1) * HOUR, unit: 'EUR', status: 'final' });

const fires = 'firing threshold people';
const resolves = 'resolved recovery people';

const timelines: Record<string, { rule: AlertRule; lines: Line[] }> = {
  'fires on the first finished window beyond the threshold, once': {
    rule: low,
    lines: [[60, hourly(0, 500), []], [120, hourly(1, 499.99), [fires]], [180, hourly(2, 100), []], [181, hourly(2, 100), []]],
  },
  'ignores live values of a rule on finished windows': { rule: low, lines: [[10, hourly(0, 0, 'live'), []], [61, hourly(0, 600), []]] },
  'resolves only at the recovery threshold': {
    rule: low,
    lines: [[60, hourly(0, 480), [fires]], [120, hourly(1, 520), []], [180, hourly(2, 549.99), []], [240, hourly(3, 550), [resolves]], [300, hourly(4, 540), []]],
  },
  'fires again after it has resolved': { rule: low, lines: [[60, hourly(0, 1), [fires]], [120, hourly(1, 600), [resolves]], [180, hourly(2, 1), [fires]]] },
  'takes an unknown value for no knowledge': { rule: low, lines: [[60, hourly(0, 1), [fires]], [120, hourly(1, null), []], [180, hourly(2, 600), [resolves]]] },
  'judges each window once, whatever the order': { rule: low, lines: [[180, hourly(2, 600), []], [181, hourly(1, 1), []], [182, hourly(0, 1, 'corrected'), []]] },
  'fires outside a band': {
    rule: { ...low, when: { op: 'outside', low: 10, high: 20 } },
    lines: [[60, hourly(0, 10), []], [120, hourly(1, 20.01), [fires]], [180, hourly(2, 9), []], [240, hourly(3, 20), [resolves]]],
  },

  'waits for `for` in windows in a row': {
    rule: { ...low, forMs: 2 * HOUR },
    lines: [
      [60, hourly(0, 1), ['pending threshold pending']], [90, tick, []], [120, hourly(1, 1), [fires]], [180, hourly(2, 1), []],
      [240, hourly(3, 600), [resolves]],
    ],
  },
  'starts counting anew after a good window': {
    rule: { ...low, forMs: 2 * HOUR },
    lines: [
      [60, hourly(0, 1), ['pending threshold pending']], [120, hourly(1, 520), ['inactive recovery quiet']],
      [180, hourly(2, 1), ['pending threshold pending']], [240, hourly(3, 1), [fires]],
    ],
  },
  'does not count over windows it never received': {
    rule: { ...low, forMs: 2 * HOUR },
    lines: [[60, hourly(0, 1), ['pending threshold pending']], [600, hourly(9, 1), []], [660, hourly(10, 1), [fires]]],
  },
  'keeps firing for a while after recovery': {
    rule: { ...low, keepFiringForMs: 90 * MINUTE },
    lines: [[60, hourly(0, 1), [fires]], [120, hourly(1, 600), [], 210], [180, hourly(2, 1), []], [240, hourly(3, 600), [], 330], [330, tick, [resolves]]],
  },

  'takes a firing back by a correction, even inside the hysteresis': {
    rule: low,
    lines: [[60, hourly(0, 480), [fires]], [70, hourly(0, 510, 'corrected'), ['resolved correction people']]],
  },
  'fires by a correction': { rule: low, lines: [[60, hourly(0, 510), []], [70, hourly(0, 480, 'corrected'), [fires]]] },
  'keeps firing where a correction changes nothing of it': {
    rule: low,
    lines: [[60, hourly(0, 480), [fires]], [70, hourly(0, 470, 'corrected'), []], [120, hourly(1, 480), []], [130, hourly(0, 600, 'corrected'), []]],
  },
  'keeps firing where an earlier window stands and the newest is in between': {
    rule: low,
    lines: [[60, hourly(0, 480), [fires]], [120, hourly(1, 480), []], [130, hourly(1, 520, 'corrected'), []], [131, hourly(0, 600, 'corrected'), ['resolved correction people']]],
  },
  'takes back a `for` that an older window no longer carries, and counts on with what is left': {
    rule: { ...low, forMs: 3 * HOUR },
    lines: [
      [60, hourly(0, 1), ['pending threshold pending']], [120, hourly(1, 1), []], [180, hourly(2, 1), [fires]],
      [190, hourly(0, 600, 'corrected'), ['resolved correction people']], [240, hourly(3, 1), [fires]],
    ],
  },
  'takes back a pending one': {
    rule: { ...low, forMs: 2 * HOUR },
    lines: [[60, hourly(0, 1), ['pending threshold pending']], [70, hourly(0, 600, 'corrected'), ['inactive correction quiet']]],
  },
  'lets a correction of a recovered window run through `keepFiringFor`': {
    rule: { ...low, keepFiringForMs: HOUR },
    lines: [[60, hourly(0, 1), [fires]], [120, hourly(1, 600), [], 180], [130, hourly(1, 610, 'corrected'), [], 180], [180, tick, [resolves]]],
  },

  'counts live values by the clock and wakes for it': {
    rule: { ...open, forMs: 10 * MINUTE },
    lines: [
      [0, live(5), []], [1, live(6), ['pending threshold pending'], 11], [5, live(7), [], 11], [10, tick, [], 11], [11, tick, [fires]],
      [20, live(4), []], [30, live(3), [resolves]],
    ],
  },
  'lets a pending live value go': { rule: { ...open, forMs: 10 * MINUTE }, lines: [[1, live(6), ['pending threshold pending'], 11], [5, live(5), ['inactive recovery quiet']]] },
  'follows a live rule into the next window': { rule: open, lines: [[1, live(9), [fires]], [1_441, live(0, 'live', 1), [resolves]], [1_442, live(9, 'final'), []]] },

  'repeats while it fires, not after an acknowledgement': {
    rule: { ...low, repeatMs: 2 * HOUR },
    lines: [
      [60, hourly(0, 1), [fires], 180], [120, hourly(1, 1), [], 180], [180, tick, ['firing repeat people'], 300],
      [200, acknowledge, ['firing command quiet']], [300, tick, []], [310, acknowledge, []], [360, hourly(5, 600), [resolves]],
      [420, hourly(6, 1), [fires], 540],
    ],
  },
  'acknowledges only what fires': { rule: low, lines: [[60, hourly(0, 600), []], [61, acknowledge, []]] },
  'keeps quiet while silenced, and says at its end what still fires': {
    rule: low,
    lines: [[10, silence(200), ['inactive command quiet']], [60, hourly(0, 1), ['firing threshold silenced'], 200], [120, tick, [], 200], [200, tick, [fires]]],
  },
  'does not notify the end of what was never notified': {
    rule: low,
    lines: [[10, silence(200), ['inactive command quiet']], [60, hourly(0, 1), ['firing threshold silenced'], 200], [120, hourly(1, 600), ['resolved recovery silenced']]],
  },
  'holds repeats back until the silence ends': {
    rule: { ...low, repeatMs: HOUR },
    lines: [[60, hourly(0, 1), [fires], 120], [100, silence(150), ['firing command quiet'], 150], [150, tick, ['firing repeat people'], 210]],
  },
  'ends a silence early': {
    rule: low,
    lines: [[10, silence(200), ['inactive command quiet']], [60, hourly(0, 1), ['firing threshold silenced'], 200], [70, silence(0), ['firing command quiet'], 0], [70, tick, [fires]]],
  },

  'says that nothing is received, and receives again': {
    rule: { ...low, noDataMs: 3 * HOUR },
    lines: [
      [60, hourly(0, 600), [], 240], [120, hourly(1, 600), [], 300], [300, tick, ['noData noData people']], [301, tick, []],
      [600, hourly(9, 600), ['inactive data quiet'], 780],
    ],
  },
  'fires straight out of silence of the source': {
    rule: { ...low, noDataMs: HOUR },
    lines: [[60, hourly(0, 600), [], 120], [120, tick, ['noData noData people']], [180, hourly(2, 1), [fires]], [900, tick, []]],
  },
  'takes a zero that is only emitted for no data, whatever window it is about': {
    rule: { ...sold, noDataMs: HOUR },
    lines: [
      [1, quarter(0, 10, 1), [], 61], [15, zero(15), [], 61], [30, zero(30, 'final'), [], 61], [31, quarter(0, 10, 1), [], 61],
      [61, tick, ['noData noData people']], [75, zero(75), []], [90, quarter(90, 10, 90), ['inactive data quiet'], 150],
    ],
  },
  'takes the end of a window with nothing new in it for no data': {
    rule: { ...sold, noDataMs: HOUR }, lines: [[1, quarter(0, 10, 1), [], 61], [15, quarter(0, 10, 1, 'final'), [], 61], [61, tick, ['noData noData people']]],
  },
  'receives the live values of a window that it judges when it is over': {
    rule: { ...low, noDataMs: 2 * HOUR },
    lines: [[60, hourly(0, 600), [], 180], [170, quarter(165, 10, 170), [], 290], [290, tick, ['noData noData people']], [300, quarter(300, 10, 300), ['inactive data quiet'], 420]],
  },
  'receives that a sale was taken back, though nothing is left': {
    rule: { ...sold, noDataMs: HOUR },
    lines: [[1, quarter(0, 10, 1), [], 61], [5, { kind: 'value', sample: { start: 0, end: 15 * MINUTE, value: 0, unit: 'EUR', count: 0, revision: 2, status: 'live' } }, [], 65]],
  },
  'says nothing of zero revenue while nothing is received': {
    rule: { ...low, noDataMs: HOUR },
    lines: [[60, hourly(0, 600), [], 120], [120, tick, ['noData noData people']], [121, { kind: 'value', sample: { ...hour(1), value: 0, count: 0, revision: 0 } }, []], [180, hourly(2, 1), [fires]]],
  },
  'remembers over a restart since when nothing is received': {
    rule: { ...sold, noDataMs: HOUR },
    lines: [[1, quarter(0, 10, 1), [], 61], [61, tick, ['noData noData people']], [90, 'restart', []], [91, quarter(75, 10, 80), ['inactive data quiet']]],
  },

  'judges no window long past: history is no change': {
    rule: low,
    lines: [[6_000, hourly(40, 1), []], [6_001, hourly(41, 1, 'corrected'), []], [6_002, hourly(99, 600), []], [6_003, hourly(42, 1, 'corrected'), []]],
  },
  'fires no live rule by a day long past': { rule: open, lines: [[10_000, live(9, 'final', 2), []], [10_001, live(9, 'corrected', 3), []], [10_002, live(9, 'live', 6), [fires]]] },
  'judges the last window until the next one is over': {
    rule: low, lines: [[119, hourly(0, 1), [fires]], [240, hourly(2, 600), []], [299, hourly(3, 600), [resolves]]],
  },
  'takes back by a correction what an old window fired, and fires nothing by one': {
    rule: low,
    lines: [[60, hourly(0, 480), [fires]], [6_000, hourly(0, 470, 'corrected'), []], [6_001, hourly(0, 510, 'corrected'), ['resolved correction people']], [6_002, hourly(0, 1, 'corrected'), []]],
  },
  'is ended by a void in the window that it fired for': { rule: sold, lines: [[1, quarter(0, 1_200, 1), [fires]], [2, quarter(0, 1_300, 2), []], [3, quarter(0, 900, 3), ['resolved correction people']]] },
  'is ended by a void, and goes on for a while': {
    rule: { ...sold, keepFiringForMs: 2 * MINUTE }, lines: [[1, quarter(0, 1_200, 1), [fires]], [3, quarter(0, 900, 3), [], 5], [5, tick, ['resolved correction people']]],
  },
  'is ended by what the next window comes to, after a void that was not enough': {
    rule: sold, lines: [[1, quarter(0, 1_400, 1), [fires]], [2, quarter(0, 1_200, 2), []], [15, quarter(15, 10, 15), [resolves]]],
  },
  'is ended by orders that were completed, which corrects nothing': { rule: open, lines: [[1, live(9), [fires]], [2, live(2), [resolves]]] },
  'takes back a live one too': { rule: open, lines: [[1, live(9), [fires]], [5_000, live(8, 'corrected'), []], [5_001, live(2, 'corrected'), ['resolved correction people']]] },

  'notifies nothing again after a restart': {
    rule: { ...low, repeatMs: 5 * HOUR },
    lines: [[60, hourly(0, 1), [fires], 360], [90, 'restart', [], 360], [91, hourly(0, 1), [], 360], [360, tick, ['firing repeat people'], 660]],
  },
  'does not fire by the time that passed while it was off': {
    rule: { ...open, forMs: 10 * MINUTE },
    lines: [[1, live(6), ['pending threshold pending'], 11], [500, 'restart', []], [501, tick, []], [502, live(6), [fires]]],
  },
};

describe('alert machine', () => {
  for (const [title, { rule, lines }] of Object.entries(timelines)) {
    it(title, () => {
      let state: AlertState = initialState(0);
      for (const [minute, input, expected, wake] of lines) {
        if (input === 'restart') state = restoredState(JSON.parse(JSON.stringify(state)) as AlertState, minute * MINUTE);
        const { state: after, transitions, wakeAt } = step(rule, state, inputOf(input, minute), minute * MINUTE);
        const happened = transitions.map(({ to, cause, audience }) => `${to} ${cause} ${audience}`);
        assert.deepEqual(happened, expected, `at minute ${String(minute)}`);
        if (rule.noDataMs === 0 || wake !== undefined) assert.equal(wakeAt === undefined ? undefined : wakeAt / MINUTE, wake, `wake at minute ${String(minute)}`);
        state = after;
      }
    });
  }

  it('keeps a long run bounded and still knows how long it lasts', () => {
    let state = initialState(0);
    for (let hour = 0; hour < 400; hour++) state = step({ ...low, forMs: 300 * HOUR }, state, inputOf(hourly(hour, 1), hour * 60), hour * HOUR).state;
    assert.ok(state.run.length <= 64);
    assert.equal(state.state, 'firing');
    assert.equal(state.since, 299 * HOUR);
  });
});

describe('what a rule is about', () => {
  const adaptive: Adaptive = { size: '1h', reason: 'tooFew', expected: 1, needed: 30 };
  const value: KpiValue = {
    name: 'revenue', window: { size: '1h', start: '2026-11-23T09:00:00.000Z', end: '2026-11-23T10:00:00.000Z' }, store: '_', channel: '_', value: 1,
    unit: 'EUR', count: 1, status: 'final', revision: 1, updatedAt: '2026-11-23T09:10:00.000Z',
  };
  const cases: [title: string, rule: Partial<AlertRule>, value: Partial<KpiValue>, expected: boolean][] = [
    ['its KPI, size, channel and group', {}, {}, true],
    ['no other KPI', {}, { name: 'orders' }, false],
    ['no store where it is about all', {}, { store: 'milano' }, false],
    ['each store where it is about stores', { group: 'store' }, { store: 'milano' }, true],
    ['windows of a chosen size, whatever it is', { size: 'auto' }, { adaptive }, true],
    ['no other windows then', { size: 'auto' }, {}, false],
    ['no window that was chosen where it is about hours', {}, { adaptive }, false],
  ];
  for (const [title, rule, part, expected] of cases) it(title, () => { assert.equal(isAbout({ ...low, ...rule }, { ...value, ...part }), expected); });
});

function inputOf(input: Step, minute: number): Input {
  if (input === 'restart') return { kind: 'tick' };
  return input.kind === 'value' ? { kind: 'value', sample: { ...input.sample, updatedAt: (input.storedAt ?? minute) * MINUTE } } : input;
}
