/**
 * What does a KPI value do to an alert? Beyond the threshold long enough fires it, back at the recovery ends it, a correction may take it back.
 *
 * Finished windows are counted in windows: `for` 2h with windows of one hour are three breached windows in a row. Live values are counted
 * by the clock. Rules are about the present: the window that is filling and the one that has just ended. Of those before, history that is
 * loaded or comes late, only a correction of what was fired counts.
 */
import { type Hours, isJudged, projected } from './activeTime.js';
import { type AlertRule, isBreached, isRecovered } from './rule.js';
import type { KpiStatus } from '../read/kpiValue.js';
import { type AlertState, enter, type Moved, type Observation, type LastSample, stay } from './state.js';
import { MINUTE } from '../base/time.js';

const MAX_RUN = 64;
/** The end of a short window is told after the grace, at times by whoever takes over for a worker that died. */
const LEAST_REACH_MS = 10 * MINUTE;

/** `hours` are those that the rule heeds, `opening` the shop's: a pace is one of open hours in any case. */
export interface Clockwork {
  readonly now: number;
  readonly hours: Hours;
  readonly opening: Hours;
}

export function observe(rule: AlertRule, before: AlertState, seen: Observation, clock: Clockwork): Moved {
  const { now } = clock;
  if (!isPresent(seen, now)) return lookBack(rule, before, seen, now);
  const state = { ...before, heardAt: heardAt(before, seen, now) };
  const isNews = state.heardAt > before.heardAt;
  // While nothing is heard, a zero that is only told is no zero.
  const isSaid = seen.value !== null && isEvaluated(rule, seen.status) && (isNews || before.state !== 'noData');
  const moved = isSaid ? judge(rule, state, seen, clock) : stay(state);
  return isNews && moved.state.state === 'noData' ? enter({ ...moved.state, run: [] }, 'inactive', 'data', now) : moved;
}

/** The window that holds the present, or the last one, until the next is over. */
function isPresent({ start, end, toldAt }: Observation, now: number): boolean {
  return (toldAt ?? now) < end + Math.max(end - start, LEAST_REACH_MS);
}

/**
 * When the newest fact was stored. A value is told again at each window, restart and reconnection; a fact is behind it where it differs from
 * what was seen of its window or, of another window, where it is more than the zero of those that were there before.
 */
function heardAt({ heardAt: before, newest }: AlertState, { start, value, count, revision, updatedAt }: Observation, now: number): number {
  const hasFact = newest?.start === start ? count !== newest.count || value !== newest.value : count > 0;
  return hasFact && revision !== 0 ? Math.max(before, Math.min(now, updatedAt ?? now)) : before;
}

function judge(rule: AlertRule, before: AlertState, seen: Observation, clock: Clockwork): Moved {
  const { value, start, status } = seen;
  if (value === null) return stay(before);
  if (!isJudged(rule, seen, status, clock.now, clock.hours)) return closed(before, clock.now);
  const isTakenBack = isCorrection(rule, status) && before.run.includes(start) && !isBreached(rule.when, value);
  if (start < (before.newest?.start ?? -Infinity)) return isTakenBack ? takeBack(rule, before, start, clock.now) : stay(before);
  const state = heard(rule, before, seen);
  if (isTakenBack) return takeBackNewest(rule, state, value, clock.now);
  return isPace(rule, status) ? reconsider(rule, state, clock) : evaluate(rule, state, value, clock);
}

/** What fired for a window long past is taken back by a correction, or said with the figure it has now. */
function lookBack(rule: AlertRule, before: AlertState, seen: Observation, now: number): Moved {
  const { start, value, status } = seen;
  if (value === null || status !== 'corrected') return stay(before);
  const isNewest = before.newest?.start === start;
  const state = isNewest ? { ...before, newest: seenOf(seen) } : before;
  const hasFired = rule.evaluate === 'finished' ? before.run.includes(start) : isNewest;
  if (!hasFired || isBreached(rule.when, value)) return stay(state);
  return isNewest ? takeBackNewest(rule, state, value, now) : takeBack(rule, state, start, now);
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
function heard(rule: AlertRule, before: AlertState, seen: Observation): AlertState {
  const { restored: _confirmed, ...state } = before;
  const { start } = seen;
  const hasGap = rule.evaluate === 'finished' && before.state !== 'firing' && start > (before.newest?.end ?? start);
  return { ...state, newest: seenOf(seen), ...(hasGap ? { run: [] } : {}) };
}

function seenOf({ start, end, value, unit, count }: Observation): LastSample {
  return { start, end, value, unit, count };
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
