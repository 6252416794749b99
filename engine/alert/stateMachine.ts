/**
 * `step` is Prometheus' alert machine as a function of (rule, state, input, now).
 *
 * `inactive → pending (for) → firing → (keepFiringFor) → resolved`, and `noData`. A correction may take back what fired. A rule on opening
 * hours is neither evaluated nor repeated while the shop is closed: what fires stays, what is pending begins anew.
 */
import { ALWAYS, dueAt, type Hours, nextOpen } from './activeTime.js';
import { closed, type EvalContext, isLongEnough, isWaiting, observe, reconsider, recovered } from './evaluate.js';
import type { AlertRule, Rule } from './rule.js';
import {
  acknowledged, type AlertState, enter, isActive, type Moved, repeatAt, repeatDue, type KpiSample, silenced, stay, type Transition,
} from './state.js';
import type { SourceReading } from './absence.js';
import { DAY, MINUTE } from '../base/time.js';

/** What has not come for so long after it was missed is waited for no more. */
const LONGEST_WAIT_MS = 14 * DAY;

export type Input =
  | { readonly kind: 'value'; readonly sample: KpiSample }
  | { readonly kind: 'source'; readonly reading: SourceReading }
  | { readonly kind: 'tick' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'silence'; readonly until: number }
  | { readonly kind: 'retire' };

/** `wakeAt`: step again then with a tick, unless something else comes before. */
export interface StepResult {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
  readonly wakeAt: number | undefined;
}

/** `step` answers the next state. `opening`: the shop's hours; without them it is always open. */
export function step(rule: Rule, before: AlertState, input: Input, now: number, opening: Hours = ALWAYS): StepResult {
  const context = { now, opening, hours: hoursOf(rule, opening) };
  const moved = react(rule, before, input, context);
  const isNotified = moved.transitions.some(({ audience }) => audience === 'people') && isActive(moved.state);
  const state = isNotified ? { ...moved.state, notifiedAt: now } : moved.state;
  return { state, transitions: moved.transitions, wakeAt: nextWake(rule, state, now, opening) };
}

/** `nextWake` is when time alone will change something; `undefined`: never. */
export function nextWake(rule: Rule, state: AlertState, now: number, opening: Hours = ALWAYS): number | undefined {
  const hours = hoursOf(rule, opening);
  const times = isActive(state) ? [nextOpen(hours, repeatAt(rule.repeatMs, state) ?? Infinity)] : [];
  if (rule.kind !== 'absence') times.push(...wakesOf(rule, state, { now, opening, hours }));
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}

function wakesOf(rule: AlertRule, state: AlertState, { now, hours, opening }: EvalContext): number[] {
  const times: number[] = [];
  if (state.state === 'firing' && state.clearedAt !== undefined) times.push(dueAt(hours, state.clearedAt, rule.keepFiringForMs, now));
  if (isMissable(rule, state)) times.push(dueAt(hours, state.lastSeenAt, rule.noDataMs, now));
  if (state.state === 'noData') times.push(nextOpen(hours, Math.max(now, state.lastSeenAt + rule.noDataMs + LONGEST_WAIT_MS)));
  if ((state.newest?.end ?? now) > now) times.push(valueChangesAt(rule, { now, hours, opening }));
  return [...times, firesAt(rule, state)];
}

/** When the value of a window that is still open says something else without a new event. */
function valueChangesAt({ evaluate }: AlertRule, { now, hours, opening }: EvalContext): number {
  // A pace changes as time passes.
  if (evaluate === 'projected') return nextOpen(opening, (Math.floor(now / MINUTE) + 1) * MINUTE);
  // A live value that came while the shop was closed counts from the opening on.
  return evaluate === 'live' && !hours.isOpen(now) ? nextOpen(hours, now) : Infinity;
}

/** When a live breach will have lasted for long enough. */
function firesAt(rule: AlertRule, { state, run: [began = Infinity], restored }: AlertState): number {
  return state === 'pending' && rule.evaluate !== 'finished' && restored === undefined ? began + rule.forMs : Infinity;
}

function react(rule: Rule, before: AlertState, input: Input, context: EvalContext): Moved {
  const { now } = context;
  switch (input.kind) {
    case 'value': return rule.kind === 'absence' ? stay(before) : observe(rule, before, input.sample, context);
    case 'source': return rule.kind === 'absence' ? readSource(before, input.reading, now) : stay(before);
    case 'tick': return tick(rule, before, context);
    case 'retire': return retire(before, now);
    case 'acknowledge': return commanded(before, acknowledged(before, now));
    case 'silence': return commanded(before, silenced(before, input.until, now));
  }
}

function commanded(before: AlertState, state: AlertState): Moved {
  return state === before ? stay(before) : { state, transitions: [{ to: state.state, cause: 'command', audience: 'quiet' }] };
}

/** The owner waits no more for what was last seen before now. That it is missed is over without a word: who said so knows. */
function retire(before: AlertState, now: number): Moved {
  const state = { ...before, retiredAt: now };
  if (before.state !== 'noData') return before.retiredAt === undefined ? commanded(before, state) : stay(before);
  return { state: enter(state, 'resolved', 'retired', now).state, transitions: [{ to: 'resolved', cause: 'retired', audience: 'quiet' }] };
}

/** A source that sends again is well again; while it is silent, only time to come makes it absent. */
function readSource(former: AlertState, reading: SourceReading, now: number): Moved {
  const { lastSeenAt } = reading;
  const { retiredAt, ...waited } = former;
  if (retiredAt !== undefined && lastSeenAt <= retiredAt) return stay(former);
  const before = retiredAt === undefined ? former : waited;
  if (reading.state === 'absent') {
    const absence = { usual: reading.usual, lastSeenAt };
    return before.state === 'noData' ? stay(before) : enter({ ...before, absence }, 'noData', 'mute', now); // vocabulary-ok
  }
  if (before.state !== 'noData') return stay(before);
  if (lastSeenAt > (before.absence?.lastSeenAt ?? -Infinity)) return enter(before, 'resolved', 'data', now);
  if (reading.state === 'removed') return enter(before, 'resolved', 'retired', now);
  return reading.state === 'unexplained' ? enter({ ...before, retiredAt: lastSeenAt }, 'resolved', 'history', now) : stay(before);
}

function tick(rule: Rule, before: AlertState, context: EvalContext): Moved {
  const { now, hours, opening } = context;
  if (rule.kind === 'absence') return isActive(before) && hours.isOpen(now) ? repeatDue(rule.repeatMs, before, now) : stay(before);
  if (!hours.isOpen(now)) return rule.evaluate === 'finished' ? stay(before) : closed(before, now);
  const isFilling = rule.evaluate !== 'finished' && !isWaiting(before, opening.openedAt(now));
  const state = sinceOpening(rule, before, context);
  const moved = isFilling ? reconsider(rule, state, context) : stay(state);
  return moved.transitions.length > 0 ? moved : passTime(rule, moved.state, context);
}

function passTime(rule: AlertRule, before: AlertState, { now, hours }: EvalContext): Moved {
  const { state, clearedAt, restored, lastSeenAt } = before;
  if (state === 'pending' && restored === undefined && isLongEnough(rule, before, now)) return enter(before, 'firing', 'threshold', now);
  if (state === 'firing' && clearedAt !== undefined && hours.openMs({ start: clearedAt, end: now }) >= rule.keepFiringForMs) {
    return recovered(before, now);
  }
  if (state === 'noData' && now >= lastSeenAt + rule.noDataMs + LONGEST_WAIT_MS) return enter({ ...before, retiredAt: lastSeenAt }, 'resolved', 'history', now);
  if (isActive(before)) return repeatDue(rule.repeatMs, before, now);
  const isMissed = isMissable(rule, before) && hours.openMs({ start: lastSeenAt, end: now }) >= rule.noDataMs;
  return isMissed ? enter({ ...before, run: [] }, 'noData', 'noData', now) : stay(before);
}

function isMissable({ noDataMs }: AlertRule, state: AlertState): boolean {
  return noDataMs > 0 && !isActive(state) && state.retiredAt === undefined;
}

/** A breach that was already there when the shop opened counts from the opening. */
function sinceOpening(rule: AlertRule, before: AlertState, { now, hours }: EvalContext): AlertState {
  const [began] = before.run;
  const openedAt = hours.openedAt(now) ?? now;
  if (before.state !== 'pending' || rule.evaluate === 'finished' || began === undefined || began >= openedAt) return before;
  return { ...before, run: [openedAt] };
}

function hoursOf(rule: Rule, opening: Hours): Hours {
  return rule.hours === 'opening' ? opening : ALWAYS;
}
