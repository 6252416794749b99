/**
 * When is someone told? Prometheus' alert machine as a function of (rule, state, what happened, now).
 *
 * `inactive → pending (for) → firing → (keepFiringFor) → resolved`, and `noData`. A correction may take back what fired. A rule on opening
 * hours is neither evaluated nor repeated while the shop is closed: what fires stays, what is pending begins anew.
 */
import { ALWAYS, dueAt, type Hours, nextOpen } from './activeTime.js';
import { type Clockwork, closed, isLongEnough, observe, reconsider } from './evaluate.js';
import type { AlertRule, AbsenceRule, Rule } from './rule.js';
import {
  acknowledged, type AlertState, enter, isActive, type Moved, type Observation, repeatAt, silenced, stay, isRepeatDue, type Transition,
} from './state.js';
import type { SourceReading } from './absence.js';
import { MINUTE } from '../base/time.js';

export {
  type AlertState, type ChangeCause, initialState, isActive, type Observation, restoredState, type LastSample, type StateName, type Transition,
} from './state.js';

export type Input =
  | { readonly kind: 'value'; readonly observation: Observation }
  | { readonly kind: 'source'; readonly hearing: SourceReading }
  | { readonly kind: 'tick' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'silence'; readonly until: number };

/** `wakeAt`: call again then with a tick, unless something else happens before. */
export interface StepResult {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
  readonly wakeAt: number | undefined;
}

/** `opening`: the shop's hours; without them it is always open. */
export function step(rule: Rule, before: AlertState, input: Input, now: number, opening: Hours = ALWAYS): StepResult {
  const clock = { now, opening, hours: hoursOf(rule, opening) };
  const moved = react(rule, before, input, clock);
  const isTold = moved.transitions.some(({ audience }) => audience === 'tell') && isActive(moved.state);
  const state = isTold ? { ...moved.state, toldAt: now } : moved.state;
  return { state, transitions: moved.transitions, wakeAt: nextWake(rule, state, now, opening) };
}

/** When time alone will change something; `undefined`: never. */
export function nextWake(rule: Rule, state: AlertState, now: number, opening: Hours = ALWAYS): number | undefined {
  const hours = hoursOf(rule, opening);
  const times = isActive(state) ? [nextOpen(hours, repeatAt(rule.repeatMs, state) ?? Infinity)] : [];
  if (rule.kind !== 'mute') times.push(...wakesOf(rule, state, { now, opening, hours }));
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}

function wakesOf(rule: AlertRule, state: AlertState, { now, hours, opening }: Clockwork): number[] {
  const times: number[] = [];
  if (state.state === 'firing' && state.clearedAt !== undefined) times.push(dueAt(hours, state.clearedAt, rule.keepFiringForMs, now));
  if (!isActive(state) && rule.noDataMs > 0) times.push(dueAt(hours, state.heardAt, rule.noDataMs, now));
  // A pace changes as time passes.
  if (rule.evaluate === 'projected' && (state.newest?.end ?? now) > now) times.push(nextOpen(opening, (Math.floor(now / MINUTE) + 1) * MINUTE));
  return [...times, firesAt(rule, state)];
}

/** When a live breach will have lasted for long enough. */
function firesAt(rule: AlertRule, { state, run: [began = Infinity], restored }: AlertState): number {
  return state === 'pending' && rule.evaluate !== 'finished' && restored === undefined ? began + rule.forMs : Infinity;
}

function react(rule: Rule, before: AlertState, input: Input, clock: Clockwork): Moved {
  if (input.kind === 'value') return rule.kind === 'mute' ? stay(before) : observe(rule, before, input.observation, clock);
  if (input.kind === 'source') return rule.kind === 'mute' ? hear(before, input.hearing, clock.now) : stay(before);
  if (input.kind === 'tick') return rule.kind === 'mute' ? tickMute(rule, before, clock) : tick(rule, before, clock);
  const state = input.kind === 'acknowledge' ? acknowledged(before, clock.now) : silenced(before, input.until, clock.now);
  return state === before ? stay(before) : { state, transitions: [{ to: state.state, cause: 'command', audience: 'quiet' }] };
}

/** A source that is heard again is well again; while it is silent, only time to come makes it mute. */
function hear(before: AlertState, hearing: SourceReading, now: number): Moved {
  if (hearing.state === 'mute') {
    const { usual, heardAt: heardAt } = hearing;
    return before.state === 'noData' ? stay(before) : enter({ ...before, silence: { usual, heardAt: heardAt } }, 'noData', 'mute', now);
  }
  if (before.state !== 'noData' || hearing.heardAt <= (before.silence?.heardAt ?? -Infinity)) return stay(before);
  return enter(before, 'resolved', 'data', now);
}

function tickMute(rule: AbsenceRule, before: AlertState, { now, hours }: Clockwork): Moved {
  return isActive(before) && hours.isOpen(now) ? isRepeatDue(rule.repeatMs, before, now) : stay(before);
}

function tick(rule: AlertRule, before: AlertState, clock: Clockwork): Moved {
  const { now, hours } = clock;
  if (!hours.isOpen(now)) return rule.evaluate === 'finished' ? stay(before) : closed(before, now);
  const moved = rule.evaluate === 'projected' && before.state !== 'noData' ? reconsider(rule, before, clock) : stay(before);
  return moved.transitions.length > 0 ? moved : passTime(rule, sinceOpening(rule, moved.state, clock), clock);
}

function passTime(rule: AlertRule, before: AlertState, { now, hours }: Clockwork): Moved {
  const { state, clearedAt, restored, heardAt } = before;
  const silentMs = hours.openMs({ start: heardAt, end: now });
  if (state === 'pending' && restored === undefined && isLongEnough(rule, before, now)) return enter(before, 'firing', 'threshold', now);
  if (state === 'firing' && clearedAt !== undefined && hours.openMs({ start: clearedAt, end: now }) >= rule.keepFiringForMs) {
    return enter({ ...before, run: [] }, 'resolved', 'recovery', now);
  }
  if (isActive(before)) return isRepeatDue(rule.repeatMs, before, now);
  return rule.noDataMs > 0 && silentMs >= rule.noDataMs ? enter({ ...before, run: [] }, 'noData', 'noData', now) : stay(before);
}

/** A breach that was already there when the shop opened counts from the opening. */
function sinceOpening(rule: AlertRule, before: AlertState, { now, hours }: Clockwork): AlertState {
  const [began] = before.run;
  const openedAt = hours.openedAt(now) ?? now;
  if (before.state !== 'pending' || rule.evaluate === 'finished' || began === undefined || began >= openedAt) return before;
  return { ...before, run: [openedAt] };
}

function hoursOf(rule: Rule, opening: Hours): Hours {
  return rule.hours === 'opening' ? opening : ALWAYS;
}
