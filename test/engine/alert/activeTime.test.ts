/** Alerts that heed opening hours, and those that forecast, as timelines of a shop open from 9 to 13 and from 15 to 19. */
import assert from 'node:assert/strict';
import { type AlertState, initialState, restoredState } from '../../../engine/alert/state.js';
import { type Input, step } from '../../../engine/alert/stateMachine.js';
import type { Hours } from '../../../engine/alert/activeTime.js';
import type { AlertRule } from '../../../engine/alert/rule.js';
import type { KpiStatus } from '../../../engine/read/kpiValue.js';
import { DAY, HOUR, MINUTE } from '../../../engine/base/time.js';

const OPEN = [[9, 13], [15, 19]].map(([from = 0, to = 0]) => ({ start: from * HOUR, end: to * HOUR }));

/** Every day the same. */
const hours: Hours = {
  openedAt: (at) => OPEN.map(({ start, end }) => ({ start: start + dayOf(at), end: end + dayOf(at) })).find(({ start, end }) => start <= at && at < end)?.start,
  isOpen: (at) => hours.openedAt(at) !== undefined,
  nextOpening: (at) => [dayOf(at), dayOf(at) + DAY].flatMap((day) => OPEN.map(({ start }) => start + day)).find((start) => start > at),
  openMs({ start, end }) {
    let sum = 0;
    for (let day = dayOf(start); day < end; day += DAY) for (const span of OPEN) sum += Math.max(0, Math.min(end, span.end + day) - Math.max(start, span.start + day));
    return sum;
  },
};
function dayOf(at: number): number {
  return Math.floor(at / DAY) * DAY;
}

const low: AlertRule = {
  name: 'low', kpi: 'revenue', size: '1h', channel: '_', group: 'all', evaluate: 'finished', hours: 'opening',
  when: { op: 'below', threshold: 500, recovery: 550 }, forMs: 0, keepFiringForMs: 0, repeatMs: 0, noDataMs: 0,
};
const { hours: _hours, ...anytime } = low;
const open: AlertRule = { ...low, name: 'open', kpi: 'incomplete_orders', size: '1d', evaluate: 'live', when: { op: 'above', threshold: 5, recovery: 3 } };
const pace: AlertRule = { ...low, name: 'pace', evaluate: 'projected' };

/** `[time of day (of day 1: 33:10 …), what happens, transitions that follow, when it wakes]`. */
type Line = [at: string, input: Input | 'restart', transitions: string[], wakeAt?: string];

const tick: Input = { kind: 'tick' };
const value = (start: string, end: string, amount: number, status: KpiStatus = 'final'): Input => (
  { kind: 'value', sample: { start: ms(start), end: ms(end), value: amount, unit: 'EUR', count: 3, revision: 3, updatedAt: undefined, status } });
const hourly = (hour: number, amount: number, status: KpiStatus = 'final'): Input => value(`${String(hour)}:00`, `${String(hour + 1)}:00`, amount, status);
const live = (amount: number): Input => value('0:00', '24:00', amount, 'live');
const fires = 'firing threshold people';
const waits = 'pending threshold pending';

const timelines: Record<string, { rule: AlertRule; lines: Line[] }> = {
  'judges no hour in which the shop was closed for any part': {
    rule: low, lines: [['9:00', hourly(8, 0), []], ['10:00', hourly(9, 100), [fires]], ['14:00', hourly(13, 0), []], ['16:00', hourly(15, 600), ['resolved recovery people']], ['20:00', hourly(19, 0), []]],
  },
  'judges the last open hour although the shop has closed meanwhile': { rule: low, lines: [['13:00', hourly(12, 1), [fires]]] },
  'judges by day and by night where it is not asked to heed the hours': { rule: anytime, lines: [['9:00', hourly(8, 0), [fires]], ['14:00', hourly(13, 900), ['resolved recovery people']]] },
  'judges a day of which any part was open': { rule: { ...low, size: '1d' }, lines: [['24:00', value('0:00', '24:00', 10), [fires]]] },
  'is not resolved by closing time, nor repeated until the opening': {
    rule: { ...low, repeatMs: 2 * HOUR },
    lines: [['12:00', hourly(11, 1), [fires], '15:00'], ['14:00', tick, []], ['14:00', hourly(13, 900), [], '15:00'], ['15:00', tick, ['firing repeat people'], '17:00'],
      ['17:00', tick, ['firing repeat people'], '33:00'], ['26:00', tick, [], '33:00'], ['33:00', tick, ['firing repeat people'], '35:00']],
  },
  'is taken back by a correction also while closed': { rule: low, lines: [['13:00', hourly(12, 1), [fires]], ['22:00', hourly(12, 900, 'corrected'), ['resolved correction people']]] },
  'counts `for` anew after the break, in windows': {
    rule: { ...low, forMs: 2 * HOUR },
    lines: [['13:00', hourly(12, 1), [waits]], ['14:00', hourly(13, 0), ['inactive closing quiet']], ['16:00', hourly(15, 1), [waits]], ['17:00', hourly(16, 1), [fires]]],
  },
  'counts `for` anew after the break, by the clock': {
    rule: { ...open, forMs: 30 * MINUTE },
    lines: [['12:45', live(9), [waits], '13:15'], ['13:15', tick, ['inactive closing quiet']], ['14:00', live(12), []], ['15:05', live(9), [waits], '15:35'], ['15:35', tick, [fires]]],
  },
  'begins with the opening what was there before it': {
    rule: { ...open, forMs: 3 * HOUR },
    lines: [['12:30', live(9), [waits], '15:30'], ['15:30', tick, [], '18:00'], ['18:00', tick, [fires]]],
  },
  'lets `keepFiringFor` pass in open hours only': {
    rule: { ...open, keepFiringForMs: HOUR },
    lines: [['12:00', live(9), [fires]], ['12:30', live(1), [], '13:30'], ['13:30', tick, [], '15:00'], ['15:00', tick, [], '15:30'], ['15:30', tick, ['resolved recovery people']]],
  },
  'counts silence in open hours only': {
    rule: { ...open, noDataMs: 2 * HOUR },
    lines: [['12:00', live(1), [], '14:00'], ['14:00', tick, [], '15:00'], ['15:00', tick, [], '16:00'], ['16:00', tick, ['noData noData people']]],
  },
  'compares a sliding window that reaches back into closed hours with upper thresholds only': {
    rule: { ...low, size: 'last-1h', evaluate: 'live' },
    lines: [['9:30', value('8:31', '9:31', 1, 'live'), []], ['10:00', value('9:00', '10:00', 1, 'live'), [fires]]],
  },
  'takes a sliding count for what it is as soon as the shop opens': { rule: { ...open, size: 'last-1h' }, lines: [['9:01', value('8:02', '9:02', 9, 'live'), [fires]]] },

  'says nothing of the pace in the first quarter of a window': { rule: pace, lines: [['10:14', hourly(10, 1, 'live'), [], '10:15'], ['10:15', tick, [fires], '10:16']] },
  'follows the pace as time passes without a sale': {
    rule: pace, lines: [['10:15', hourly(10, 300, 'live'), [], '10:16'], ['10:30', tick, [], '10:31'], ['10:36', tick, [], '10:37'], ['10:37', tick, [fires], '10:38'],
      ['10:45', hourly(10, 420, 'live'), ['resolved recovery people'], '10:46']],
  },
  'measures the pace in open hours': {
    rule: { ...pace, size: '1d' },
    lines: [['9:30', live(0), [], '9:31'], ['10:59', live(200), [], '11:00'], ['11:00', tick, [], '11:01'], ['13:00', live(240), [], '15:00'], ['15:00', tick, [fires]]],
  },
  'judges the finished window itself in the end': { rule: pace, lines: [['10:10', hourly(10, 10, 'live'), [], '10:11'], ['11:00', hourly(10, 400), [fires]]] },
  'remembers over a restart what it has notified, and goes on forecasting': {
    rule: pace, lines: [['10:20', hourly(10, 1, 'live'), [fires], '10:21'], ['10:22', 'restart', [], '10:23'], ['10:23', hourly(10, 900, 'live'), ['resolved recovery people'], '10:24']],
  },
};

describe('alerts in opening hours', () => {
  for (const [title, { rule, lines }] of Object.entries(timelines)) {
    it(title, () => {
      let state: AlertState = initialState(0);
      for (const [at, input, expected, wake] of lines) {
        const now = ms(at);
        if (input === 'restart') state = restoredState(JSON.parse(JSON.stringify(state)) as AlertState, now);
        const { state: after, transitions, wakeAt } = step(rule, state, input === 'restart' ? tick : input, now, hours);
        assert.deepEqual(transitions.map(({ to, cause, audience }) => `${to} ${cause} ${audience}`), expected, `at ${at}`);
        if (wake !== undefined) assert.equal(wakeAt === undefined ? undefined : wakeAt / MINUTE, ms(wake) / MINUTE, `wake at ${at}`);
        state = after;
      }
    });
  }

  it('never asks to be woken at once, again and again', () => {
    for (const rule of [low, open, pace, { ...open, noDataMs: HOUR, repeatMs: 90 * MINUTE, keepFiringForMs: 20 * MINUTE, forMs: 70 * MINUTE }]) {
      let state = initialState(0);
      let now = 9 * HOUR;
      for (const amount of [9, 1, 700, 2, 8]) state = step(rule, state, live(amount), now += 61 * MINUTE, hours).state;
      for (let turn = 0; turn < 500; turn++) {
        const { state: after, wakeAt } = step(rule, state, tick, now, hours);
        if (wakeAt === undefined) break;
        assert.ok(wakeAt > now, `${rule.name} at ${String(now / HOUR)}`);
        [state, now] = [after, wakeAt];
      }
    }
  });
});

/** "33:10" is ten past nine of the next day. */
function ms(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * HOUR + minute * MINUTE;
}
