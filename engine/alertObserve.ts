/**
 * What does a KPI value do to an alert? Beyond the threshold long enough fires it, back at the recovery ends it, a correction may take it back.
 *
 * Finished windows are counted in windows: `for` 2h with windows of one hour are three breached windows in a row. Live values are counted
 * by the clock.
 */
import { type Hours, isJudged, projected } from './alertHours.js';
import { type AlertRule, isBreached, isRecovered } from './alertRule.js';
import type { KpiStatus } from './kpi.js';
import { type AlertState, enter, type Moved, type Observation, type Seen, stay } from './alertState.js';

const MAX_RUN = 64;

/** `hours` are those that the rule heeds, `opening` the shop's: a pace is one of open hours in any case. */
export interface Clockwork {
  readonly now: number;
  readonly hours: Hours;
  readonly opening: Hours;
}

export function observe(rule: AlertRule, before: AlertState, seen: Observation, clock: Clockwork): Moved {
  const { value, start, status } = seen;
  if (value === null || !isEvaluated(rule, status)) return stay(before);
  if (!isJudged(rule, seen, status, clock.now, clock.hours)) return closed({ ...before, heardAt: clock.now }, clock.now);
  const isTakenBack = isCorrection(rule, status) && before.run.includes(start) && !isBreached(rule.when, value);
  if (start < (before.newest?.start ?? -Infinity)) return isTakenBack ? takeBack(rule, before, start, clock.now) : stay(before);
  const state = heard(rule, before, seen, clock.now);
  if (isTakenBack) return takeBackNewest(rule, state, value, clock.now);
  return isPace(rule, status) ? reconsider(rule, state, clock) : evaluate(rule, state, value, clock);
}

function isEvaluated({ evaluate: moment }: AlertRule, status: KpiStatus): boolean {
  return status !== 'live' || moment !== 'finished';
}

function isCorrection({ evaluate: moment }: AlertRule, status: KpiStatus): boolean {
  return status === 'corrected' && moment === 'finished';
}

function isPace({ evaluate: moment }: AlertRule, status: KpiStatus): boolean {
  return status === 'live' && moment === 'projected';
}

/** What the newest window, still filling, comes to as time passes. */
export function reconsider(rule: AlertRule, before: AlertState, clock: Clockwork): Moved {
  const { newest } = before;
  if (newest === undefined || newest.value === null || newest.end <= clock.now) return stay(before);
  const value = projected(newest.value, newest, clock.now, clock.opening);
  if (value === undefined) return stay(before);
  return evaluate(rule, { ...before, newest: { ...newest, projected: value } }, value, clock);
}

/** Closing time: what was only pending begins anew at the opening; what fires stays as it is. */
export function closed(before: AlertState, now: number): Moved {
  return before.state === 'pending' ? enter({ ...before, run: [] }, 'inactive', 'closing', now) : stay(before);
}

export function isLongEnough(rule: AlertRule, { run }: AlertState, now: number): boolean {
  return lengthOf(rule.evaluate !== 'finished' && run.length > 0 ? [...run, now] : run) >= rule.forMs;
}

/** A window nobody heard of, or nobody judges, lies between two: they are not in a row. */
function heard(rule: AlertRule, before: AlertState, { start, end, value, unit }: Seen, now: number): AlertState {
  const { restored: _confirmed, ...state } = before;
  const hasGap = rule.evaluate === 'finished' && before.state !== 'firing' && start > (before.newest?.end ?? start);
  return { ...state, heardAt: now, newest: { start, end, value, unit }, ...(hasGap ? { run: [] } : {}) };
}

function evaluate(rule: AlertRule, before: AlertState, value: number, clock: Clockwork): Moved {
  const { now } = clock;
  if (before.state === 'firing') return evaluateFiring(rule, before, value, clock);
  if (!isBreached(rule.when, value)) {
    const quiet = { ...before, run: [] };
    if (before.state === 'pending') return enter(quiet, 'inactive', 'recovery', now);
    return before.state === 'noData' ? enter(quiet, 'inactive', 'data', now) : stay(quiet);
  }
  const state = { ...before, run: extended(rule, before, clock) };
  if (isLongEnough(rule, state, now)) return enter(state, 'firing', 'threshold', now);
  return before.state === 'pending' ? stay(state) : enter(state, 'pending', 'threshold', now);
}

function evaluateFiring(rule: AlertRule, before: AlertState, value: number, clock: Clockwork): Moved {
  const { clearedAt = clock.now, ...firing } = before;
  if (isBreached(rule.when, value)) return stay({ ...firing, run: extended(rule, before, clock) });
  if (!isRecovered(rule.when, value)) return stay(firing);
  if (clock.hours.openMs({ start: clearedAt, end: clock.now }) >= rule.keepFiringForMs) return enter({ ...firing, run: [] }, 'resolved', 'recovery', clock.now);
  return stay({ ...firing, clearedAt });
}

/** A correction says that an older window of the run was not breached after all: only those after it count. */
function takeBack(rule: AlertRule, before: AlertState, start: number, now: number): Moved {
  const state = { ...before, run: before.run.slice(before.run.indexOf(start) + 1) };
  if (before.state !== 'firing' || lengthOf(state.run) >= rule.forMs) return stay(state);
  return enter(state, 'resolved', 'correction', now);
}

/** The same of the newest window: what fired before it stands until it has recovered. */
function takeBackNewest(rule: AlertRule, before: AlertState, value: number, now: number): Moved {
  const run = before.run.slice(0, -1);
  const ended = { ...before, run: [] };
  if (before.state === 'pending') return enter(ended, 'inactive', 'correction', now);
  if (before.state !== 'firing') return stay(ended);
  const stands = lengthOf(run) >= rule.forMs && !isRecovered(rule.when, value);
  return stands ? stay({ ...before, run }) : enter(ended, 'resolved', 'correction', now);
}

/** A live breach that began before the shop opened begins with the opening. */
function extended(rule: AlertRule, { run, newest }: AlertState, { now, hours }: Clockwork): readonly number[] {
  if (rule.evaluate !== 'finished') {
    const [began] = run;
    return began === undefined || began < (hours.openedAt(now) ?? began) ? [now] : run;
  }
  const at = newest?.start ?? now;
  if (run.includes(at)) return run;
  return run.length < MAX_RUN ? [...run, at] : [...run.slice(0, 1), ...run.slice(2), at];
}

/** From the first start to the last; nothing is shorter than any `for`. */
function lengthOf(run: readonly number[]): number {
  const [first] = run;
  return first === undefined ? -Infinity : (run.at(-1) ?? first) - first;
}
