/**
 * `evaluate` is what a KPI value does to an alert: beyond the threshold long enough fires it, back at the recovery ends it, a correction may
 * take it back.
 *
 * Finished windows are counted in windows: `for` 2h with windows of one hour are two breached windows in a row. Live values are counted by
 * the clock. Rules are about the present: the window that is filling and the one that has just ended. Of those before, history that is
 * loaded or comes late, only a correction of what was fired counts.
 */
import { type Hours, inProportion, isEvaluated, nextOpen, projected } from './activeTime.js';
import { type AlertRule, isBreached, isRecovered } from './rule.js';
import { ALL, type KpiValue, labelOf } from '../read/kpiValue.js';
import { type AlertState, enter, type LastSample, type Moved, type KpiSample, stay } from './state.js';
import { DAY, MINUTE, parseInstant } from '../base/time.js';

const MAX_RUN = 64;
/** The end of a short window is emitted after the allowed lateness, at times by whoever takes over for a worker that died. */
const LEAST_REACH_MS = 10 * MINUTE;

/** `EvalContext` is the moment: `hours` are those that the rule heeds, `opening` the shop's, for a pace is one of open hours in any case. */
export interface EvalContext {
  readonly now: number;
  readonly hours: Hours;
  readonly opening: Hours;
}

/** `isAbout` says whether a rule is about that KPI value. A window of adaptive size is `auto`, whatever its length. */
export function isAbout({ kpi, size, channel, group }: AlertRule, value: KpiValue): boolean {
  return kpi === value.name && size === labelOf(value) && channel === value.channel && (group === 'all') === (value.store === ALL);
}

export function sampleOf({ window, value, unit, count, revision, status, updatedAt, previous }: KpiValue): KpiSample {
  const span = { start: parseInstant(window.start) ?? 0, end: parseInstant(window.end) ?? 0 };
  // Values of a user's own flow may say less than they should.
  const former = previous === undefined ? {} : { previous: previous.value };
  return { ...span, value, unit, count, revision, status, ...former, updatedAt: typeof updatedAt === 'string' ? parseInstant(updatedAt) : undefined };
}

export function observe(rule: AlertRule, before: AlertState, sample: KpiSample, context: EvalContext): Moved {
  const { now } = context;
  if (!isPresent(sample, now)) return evaluatePast(rule, before, sample, context);
  const state = seen(before, sample, now);
  const hasNewFact = state.lastSeenAt > before.lastSeenAt;
  const isAsked = sample.status !== 'live' || rule.evaluate !== 'finished';
  const isWaited = !hasNewFact && isWaiting(before, openingOf(sample, context));
  const moved = isAsked && !isWaited ? evaluateSample(rule, state, sample, context) : stay(state);
  return hasNewFact && moved.state.state === 'noData' ? enter({ ...moved.state, run: [] }, 'inactive', 'data', now) : moved;
}

/**
 * `isWaiting`: people were notified since the shop opened that nothing is received, so a zero says nothing new. What stopped before that
 * opening was another day's: each day has its own zeros.
 */
export function isWaiting({ state, since }: AlertState, openedAt: number | undefined): boolean {
  return state === 'noData' && since >= (openedAt ?? -Infinity);
}

/** When the shop opened for what is in the window. */
function openingOf({ start, end, status }: KpiSample, { now, opening }: EvalContext): number | undefined {
  if (status === 'live') return opening.openedAt(now);
  const first = nextOpen(opening, start);
  return first < end ? opening.openedAt(first) : undefined;
}

/** The window that holds the present, or the last one, until the next is over. */
function isPresent({ start, end, emittedAt }: KpiSample, now: number): boolean {
  return (emittedAt ?? now) < end + Math.max(end - start, LEAST_REACH_MS);
}

/**
 * When the newest fact was stored. A value is emitted again at each window, restart and reconnection; a fact is behind it where it differs
 * from what was seen of its window or, of another window, where it is more than the zero of those that were there before.
 */
function seen(before: AlertState, { start, value, count, revision, updatedAt }: KpiSample, now: number): AlertState {
  const { newest, lastSeenAt } = before;
  const hasFact = newest?.start === start ? count !== newest.count || value !== newest.value : count > 0;
  const at = hasFact && revision !== 0 ? Math.max(lastSeenAt, Math.min(now, updatedAt ?? now)) : lastSeenAt;
  if (at === lastSeenAt) return before;
  const { retiredAt: _back, ...state } = before;
  return { ...state, lastSeenAt: at };
}

function evaluateSample(rule: AlertRule, before: AlertState, sample: KpiSample, context: EvalContext): Moved {
  const { value, start, status } = sample;
  const { now, hours } = context;
  if (value === null) return stay(before);
  if (!isEvaluated(rule, sample, status, now, hours)) return closed(kept(rule, before, sample), now);
  const compared = inProportion(rule, value, sample, hours);
  const isTakenBack = status === 'corrected' && hasFiredIn(rule, before, start) && !isBreached(rule.when, compared);
  if (start < (before.newest?.start ?? -Infinity)) return isTakenBack ? takeBack(rule, withCorrection(before, sample), start, now) : stay(before);
  const state = withSample(rule, before, sample, compared, hours);
  if (isTakenBack) return takeBackNewest(rule, withCorrection(state, sample), compared, now);
  return status === 'live' && rule.evaluate === 'projected' ? reconsider(rule, state, context) : evaluate(rule, state, compared, context);
}

/** A value that comes while the shop is closed is what it opens with, though nothing else comes. */
function kept({ evaluate: moment }: AlertRule, before: AlertState, sample: KpiSample): AlertState {
  const isNewest = sample.status === 'live' && sample.start >= (before.newest?.start ?? -Infinity);
  return isNewest && moment !== 'finished' ? { ...before, newest: lastSampleOf(sample) } : before;
}

/** What fired for a window long past is taken back by a correction, or shown with the figure it has now. */
function evaluatePast(rule: AlertRule, before: AlertState, sample: KpiSample, { now, hours }: EvalContext): Moved {
  const { start, value, status } = sample;
  if (value === null || status !== 'corrected') return stay(before);
  const compared = inProportion(rule, value, sample, hours);
  const isNewest = before.newest?.start === start;
  const state = isNewest ? { ...before, newest: lastSampleOf(sample) } : before;
  if (!hasFiredIn(rule, before, start) || isBreached(rule.when, compared)) return stay(state);
  const corrected = withCorrection(state, sample);
  return isNewest ? takeBackNewest(rule, corrected, compared, now) : takeBack(rule, corrected, start, now);
}

function hasFiredIn({ evaluate: moment }: AlertRule, { run, breachedIn }: AlertState, start: number): boolean {
  return moment === 'finished' ? run.includes(start) : run.length > 0 && breachedIn === start;
}

/** `reconsider` is what the newest window, still filling, comes to as time passes and the shop opens. */
export function reconsider(rule: AlertRule, before: AlertState, context: EvalContext): Moved {
  const { newest } = before;
  const { now, hours, opening } = context;
  if (newest === undefined || newest.value === null || newest.end <= now || !isEvaluated(rule, newest, 'live', now, hours)) return stay(before);
  if (rule.evaluate === 'live') return before.restored === undefined ? evaluate(rule, before, newest.value, context) : stay(before);
  const value = projected(newest.value, newest, now, opening);
  if (value === undefined) return stay(before);
  const compared = inProportion(rule, value, newest, hours);
  return evaluate(rule, { ...before, newest: { ...newest, projected: compared } }, compared, context);
}

/** `closed` is closing time: what was only pending begins anew at the opening; what fires stays as it is. */
export function closed(before: AlertState, now: number): Moved {
  return before.state === 'pending' ? enter({ ...before, run: [] }, 'inactive', 'closing', now) : stay(before);
}

/** `isLongEnough`: finished windows have lasted from the first start to the last end, live values until now. */
export function isLongEnough(rule: AlertRule, { run, newest }: Pick<AlertState, 'run' | 'newest'>, now: number): boolean {
  const [first] = run;
  if (first === undefined) return false;
  if (rule.evaluate !== 'finished') return now - first >= rule.forMs;
  const last = newest === undefined ? 0 : newest.end - newest.start;
  const lasted = (run.at(-1) ?? first) + last - first;
  // A day is a day, though it has 23 or 25 hours.
  return (rule.size === '1d' ? Math.round(lasted / DAY) * DAY : lasted) >= rule.forMs;
}

/** A window that nobody emitted, or that is not evaluated, lies between two: they are not in a row. */
function withSample(rule: AlertRule, before: AlertState, sample: KpiSample, compared: number, hours: Hours): AlertState {
  const { restored: _confirmed, ...state } = before;
  const isPartial = compared !== sample.value;
  const hasGap = rule.evaluate === 'finished' && before.state !== 'firing' && sample.start > (before.newest?.end ?? sample.start);
  const newest = { ...lastSampleOf(sample), ...(isPartial ? { projected: compared, openMs: hours.openMs(sample) } : {}) };
  return { ...state, newest, ...(hasGap ? { run: [] } : {}) };
}

function lastSampleOf({ start, end, value, unit, count, absentSources }: KpiSample): LastSample {
  return { start, end, value, unit, count, ...(absentSources === undefined ? {} : { absentSources }) };
}

function evaluate(rule: AlertRule, before: AlertState, value: number, context: EvalContext): Moved {
  const { now } = context;
  if (before.state === 'firing') return evaluateFiring(rule, before, value, context);
  if (!isBreached(rule.when, value)) {
    const quiet = { ...before, run: [] };
    if (before.state === 'pending') return enter(quiet, 'inactive', 'recovery', now);
    return before.state === 'noData' ? enter(quiet, 'inactive', 'data', now) : stay(quiet);
  }
  const state = breached(rule, before, context);
  if (isLongEnough(rule, state, now)) return enter(state, 'firing', 'threshold', now);
  return before.state === 'pending' ? stay(state) : enter(state, 'pending', 'threshold', now);
}

function evaluateFiring(rule: AlertRule, before: AlertState, value: number, context: EvalContext): Moved {
  const { clearedAt = context.now, correction: _former, ...firing } = before;
  if (isBreached(rule.when, value)) return stay(breached(rule, firing, context));
  if (!isRecovered(rule.when, value)) return stay(firing);
  const isOver = context.hours.openMs({ start: clearedAt, end: context.now }) >= rule.keepFiringForMs;
  const cleared = withUndone(rule, firing);
  return isOver ? recovered(cleared, context.now) : stay({ ...cleared, clearedAt });
}

/** `recovered` is over, by what came later or because what it fired for was taken back. */
export function recovered(before: AlertState, now: number): Moved {
  return enter({ ...before, run: [] }, 'resolved', before.correction === undefined ? 'recovery' : 'correction', now);
}

/** What a correction says of a window. */
function withCorrection(state: AlertState, { start, end, value, unit, count, previous }: KpiSample): AlertState {
  const breach = state.breach?.start === start ? state.breach : undefined;
  const before = breach === undefined ? previous : breach.value;
  const by = breach !== undefined && count < breach.count ? 'void' : 'correction';
  return { ...state, correction: { start, end, value, unit, by, ...(before === undefined ? {} : { before }) } };
}

/** KPIs of what is open: it is closed without anybody correcting anything. Of numbers of the user's own nobody knows. */
const CORRECTED_ONLY = new Set([
  'revenue', 'gross_revenue', 'net_sales', 'gross_sales', 'refunds', 'returns', 'orders', 'average_ticket', 'discounts', 'taxes', 'tips', 'shipping',
  'gift_cards_sold', 'units', 'units_per_order', 'voids', 'waste', 'footfall', 'covers', 'average_per_cover', 'service_time', 'service_time_outliers',
  'support_time',
]);

/**
 * Within one window facts only come. Where there are fewer than when it fired, one was voided; where there are as many and the value is smaller, one
 * was corrected.
 */
function withUndone({ kpi }: AlertRule, state: AlertState): AlertState {
  const { breach, newest } = state;
  if (breach === undefined || newest === undefined || breach.start !== newest.start || !CORRECTED_ONLY.has(kpi)) return state;
  const { start, end, value, unit, count } = newest;
  if (count > breach.count || (count === breach.count && (value ?? 0) >= (breach.value ?? 0))) return state;
  return { ...state, correction: { start, end, value, unit, before: breach.value, by: count < breach.count ? 'void' : 'correction' } };
}

/** A correction says that an older window was not breached after all: only those after it count. */
function takeBack(rule: AlertRule, before: AlertState, start: number, now: number): Moved {
  const run = rule.evaluate === 'finished' ? before.run.slice(before.run.indexOf(start) + 1) : [];
  const state = { ...before, run };
  if (before.state === 'pending' && run.length === 0) return enter(state, 'inactive', 'correction', now);
  if (before.state !== 'firing' || isLongEnough(rule, state, now)) return stay(state);
  return enter(state, 'resolved', 'correction', now);
}

/** The same of the newest window: what fired before it stays until it has recovered. */
function takeBackNewest(rule: AlertRule, before: AlertState, value: number, now: number): Moved {
  const run = before.run.slice(0, -1);
  const ended = { ...before, run: [] };
  if (before.state === 'pending') return enter(ended, 'inactive', 'correction', now);
  if (before.state !== 'firing') return stay(ended);
  const goesOn = isLongEnough(rule, { ...before, run }, now) && !isRecovered(rule.when, value);
  return goesOn ? stay({ ...before, run }) : enter(ended, 'resolved', 'correction', now);
}

/** The state with the newest window in its run. A live breach that began before the shop opened begins with the opening. */
function breached(rule: AlertRule, former: AlertState, { now, hours }: EvalContext): AlertState {
  const { run, newest } = former;
  const at = newest?.start ?? now;
  const state = newest === undefined ? former : { ...former, breach: { start: newest.start, end: newest.end, value: newest.value, count: newest.count } };
  if (rule.evaluate !== 'finished') {
    const [began] = run;
    const isEarlier = began !== undefined && began >= (hours.openedAt(now) ?? began);
    return { ...state, run: isEarlier ? run : [now], breachedIn: at };
  }
  if (run.includes(at)) return state;
  return { ...state, run: run.length < MAX_RUN ? [...run, at] : [...run.slice(0, 1), ...run.slice(2), at] };
}
