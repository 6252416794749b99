/**
 * When is someone told? Prometheus' alert machine as a function of (rule, state, what happened, now).
 *
 * `inactive → pending (for) → firing → (keepFiringFor) → resolved`, and `noData`. A correction may take back what fired.
 * Finished windows are counted in windows: `for` 2h with windows of one hour are three breached windows in a row. Live
 * values are counted by the clock.
 */
import { type AlertRule, isBreached, isRecovered } from './alertRule.js';
import type { KpiStatus } from './kpi.js';

/** The newest window that was looked at. */
export interface Seen {
  readonly start: number;
  readonly end: number;
  readonly value: number | null;
  readonly unit: string;
}

/** A KPI value of the rule's window size and group; instants in epoch ms. */
export interface Observation extends Seen {
  readonly status: KpiStatus;
}

export type StateName = 'inactive' | 'pending' | 'firing' | 'resolved' | 'noData';

export interface AlertState {
  readonly state: StateName;
  readonly since: number;
  /** Starts of the breached windows in a row (`finished`), or the instant the breach began (`live`). Empty: not breached. */
  readonly run: readonly number[];
  readonly heardAt: number;
  readonly newest?: Seen;
  /** Firing, but recovered since then. */
  readonly clearedAt?: number;
  /** When someone was last told that it fires. */
  readonly toldAt?: number;
  readonly acknowledgedAt?: number;
  readonly silencedUntil?: number;
  /** Restored after a restart and not confirmed by a value yet: time alone must not fire it. */
  readonly restored?: true;
}

export type Input =
  | { readonly kind: 'value'; readonly observation: Observation }
  | { readonly kind: 'tick' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'silence'; readonly until: number };

export type Cause = 'threshold' | 'recovery' | 'correction' | 'repeat' | 'noData' | 'data' | 'command';

/** `tell`: someone has to hear of it. Otherwise only the shown state changes, for the reason given. */
export interface Transition {
  readonly to: StateName;
  readonly cause: Cause;
  readonly audience: 'tell' | 'pending' | 'silenced' | 'quiet';
}

/** `wakeAt`: call again then with a tick, unless something else happens before. */
export interface Step {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
  readonly wakeAt: number | undefined;
}

const MAX_RUN = 64;

export function initialState(now: number): AlertState {
  return { state: 'inactive', since: now, run: [], heardAt: now };
}

/** A state read back after a restart: nothing is told again, and silence begins to count now. */
export function restoredState(state: AlertState, now: number): AlertState {
  return { ...state, heardAt: now, ...(state.state === 'pending' ? { restored: true } : {}) };
}

export function step(rule: AlertRule, before: AlertState, input: Input, now: number): Step {
  const moved = react(rule, before, input, now);
  const state = moved.transitions.some(({ to, audience }) => audience === 'tell' && to === 'firing') ? { ...moved.state, toldAt: now } : moved.state;
  return { state, transitions: moved.transitions, wakeAt: nextWake(rule, state) };
}

/** When time alone will change something; `undefined`: never. */
export function nextWake(rule: AlertRule, state: AlertState): number | undefined {
  const times: number[] = [];
  const [began] = state.run;
  if (state.state === 'pending' && rule.evaluate === 'live' && began !== undefined && state.restored === undefined) times.push(began + rule.forMs);
  if (state.state === 'firing' && state.clearedAt !== undefined) times.push(state.clearedAt + rule.keepFiringForMs);
  if (state.state === 'firing') times.push(repeatAt(rule, state) ?? Infinity);
  else if (rule.noDataMs > 0 && state.state !== 'noData') times.push(state.heardAt + rule.noDataMs);
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}

type Moved = Omit<Step, 'wakeAt'>;

function react(rule: AlertRule, before: AlertState, input: Input, now: number): Moved {
  if (input.kind === 'value') return observe(rule, before, input.observation, now);
  if (input.kind === 'tick') return tick(rule, before, now);
  const state = input.kind === 'acknowledge' ? acknowledged(before, now) : silenced(before, input.until, now);
  return state === before ? stay(before) : { state, transitions: [{ to: state.state, cause: 'command', audience: 'quiet' }] };
}

function acknowledged(before: AlertState, now: number): AlertState {
  return before.state === 'firing' && before.acknowledgedAt === undefined ? { ...before, acknowledgedAt: now } : before;
}

/** An instant that is over ends the silence. */
function silenced(before: AlertState, until: number, now: number): AlertState {
  const { silencedUntil: _former, ...state } = before;
  return until > now ? { ...state, silencedUntil: until } : state;
}

function observe(rule: AlertRule, before: AlertState, seen: Observation, now: number): Moved {
  const { value, start, status } = seen;
  if (value === null || (status === 'live' && rule.evaluate === 'finished')) return stay(before);
  const newest = before.newest?.start ?? -Infinity;
  const isTakenBack = status === 'corrected' && rule.evaluate === 'finished' && before.run.includes(start) && !isBreached(rule.when, value);
  if (start < newest) return isTakenBack ? takeBack(rule, before, start, now) : stay(before);
  const state = heard(rule, before, seen, now);
  return isTakenBack ? takeBackNewest(rule, state, value, now) : evaluate(rule, state, value, now);
}

/** A window nobody heard of lies between two: they are not in a row. */
function heard(rule: AlertRule, before: AlertState, { start, end, value, unit }: Observation, now: number): AlertState {
  const { restored: _confirmed, ...state } = before;
  const hasGap = rule.evaluate === 'finished' && before.state !== 'firing' && start > (before.newest?.end ?? start);
  return { ...state, heardAt: now, newest: { start, end, value, unit }, ...(hasGap ? { run: [] } : {}) };
}

function evaluate(rule: AlertRule, before: AlertState, value: number, now: number): Moved {
  if (before.state === 'firing') return evaluateFiring(rule, before, value, now);
  if (!isBreached(rule.when, value)) {
    const quiet = { ...before, run: [] };
    if (before.state === 'pending') return enter(quiet, 'inactive', 'recovery', now);
    return before.state === 'noData' ? enter(quiet, 'inactive', 'data', now) : stay(quiet);
  }
  const state = { ...before, run: extended(rule, before, now) };
  if (isLongEnough(rule, state, now)) return enter(state, 'firing', 'threshold', now);
  return before.state === 'pending' ? stay(state) : enter(state, 'pending', 'threshold', now);
}

function evaluateFiring(rule: AlertRule, before: AlertState, value: number, now: number): Moved {
  const { clearedAt = now, ...firing } = before;
  if (isBreached(rule.when, value)) return stay({ ...firing, run: extended(rule, before, now) });
  if (!isRecovered(rule.when, value)) return stay(firing);
  if (now - clearedAt >= rule.keepFiringForMs) return enter({ ...firing, run: [] }, 'resolved', 'recovery', now);
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

function tick(rule: AlertRule, before: AlertState, now: number): Moved {
  const { state, clearedAt, restored } = before;
  if (state === 'pending' && restored === undefined && isLongEnough(rule, before, now)) return enter(before, 'firing', 'threshold', now);
  if (state === 'firing') {
    if (clearedAt !== undefined && now - clearedAt >= rule.keepFiringForMs) return enter({ ...before, run: [] }, 'resolved', 'recovery', now);
    return tellAgain(rule, before, now);
  }
  if (rule.noDataMs > 0 && state !== 'noData' && now - before.heardAt >= rule.noDataMs) return enter({ ...before, run: [] }, 'noData', 'noData', now);
  return stay(before);
}

/** A firing that a silence kept back is told when the silence ends; one that was told is repeated. */
function tellAgain(rule: AlertRule, before: AlertState, now: number): Moved {
  const dueAt = repeatAt(rule, before);
  if (dueAt === undefined || dueAt > now) return stay(before);
  const cause = before.toldAt === undefined ? 'threshold' : 'repeat';
  return { state: before, transitions: [{ to: 'firing', cause, audience: 'tell' }] };
}

/** Enters a state; being acknowledged, told and cleared belong to one firing. */
function enter(before: AlertState, to: StateName, cause: Cause, now: number): Moved {
  const { clearedAt: _c, toldAt, acknowledgedAt: _a, ...kept } = before;
  const audience = audienceOf(before, to, toldAt, now);
  return { state: { ...kept, state: to, since: now }, transitions: [{ to, cause, audience }] };
}

/** Nobody is told of the end of what nobody was told of. */
function audienceOf(before: AlertState, to: StateName, toldAt: number | undefined, now: number): Transition['audience'] {
  if (to === 'pending' || to === 'inactive') return to === 'pending' ? 'pending' : 'quiet';
  const isSilenced = before.silencedUntil !== undefined && before.silencedUntil > now;
  return isSilenced || (to === 'resolved' && toldAt === undefined) ? 'silenced' : 'tell';
}

function stay(state: AlertState): Moved {
  return { state, transitions: [] };
}

function extended(rule: AlertRule, { run, newest }: AlertState, now: number): readonly number[] {
  const at = rule.evaluate === 'live' ? now : (newest?.start ?? now);
  if (run.includes(at) || (rule.evaluate === 'live' && run.length > 0)) return run;
  return run.length < MAX_RUN ? [...run, at] : [...run.slice(0, 1), ...run.slice(2), at];
}

function isLongEnough(rule: AlertRule, { run }: AlertState, now: number): boolean {
  return lengthOf(rule.evaluate === 'live' && run.length > 0 ? [...run, now] : run) >= rule.forMs;
}

/** From the first start to the last; nothing is shorter than any `for`. */
function lengthOf(run: readonly number[]): number {
  const [first] = run;
  return first === undefined ? -Infinity : (run.at(-1) ?? first) - first;
}

function repeatAt(rule: AlertRule, { toldAt, acknowledgedAt, silencedUntil }: AlertState): number | undefined {
  if (acknowledgedAt !== undefined) return undefined;
  if (toldAt === undefined) return silencedUntil ?? 0;
  return rule.repeatMs === 0 ? undefined : Math.max(toldAt + rule.repeatMs, silencedUntil ?? 0);
}
