/**
 * `AlertState` is how one alert stands and who was notified of it; here are the ways into another state, and the notification that goes
 * with each.
 */
import type { KpiStatus } from '../read/kpiValue.js';
import type { Absence } from './absence.js';
import type { Rule } from './rule.js';

/** `LastSample` is the newest window that was evaluated. */
export interface LastSample {
  readonly start: number;
  readonly end: number;
  readonly value: number | null;
  readonly unit: string;
  /** How many facts it rests on. */
  readonly count: number;
  /** What was compared, where that was not the value: what it would come to at this pace, or in proportion to its open time. */
  readonly projected?: number;
  /** Open time of a window that was compared in proportion to it. */
  readonly openMs?: number;
  /** Sources from which nothing came in the window, where nothing is in it. */
  readonly absentSources?: readonly string[];
}

/** `BreachedWindow` is the newest window in which a rule was breached, as it was then. */
export type BreachedWindow = Pick<LastSample, 'start' | 'end' | 'value' | 'count'>;

/**
 * `Correction` is what a window was taken to be before (absent: nobody knows any more), and what it is now. `void`: fewer facts are in it than when it fired.
 */
export interface Correction extends Pick<LastSample, 'start' | 'end' | 'value' | 'unit'> {
  readonly before?: number | null;
  readonly by: 'void' | 'correction';
}

/** `KpiSample` is a KPI value of the rule's window size and group; instants in epoch ms. */
export interface KpiSample extends LastSample {
  readonly status: KpiStatus;
  /** How often its window changed; 0: no fact is behind it, it is only emitted. */
  readonly revision: number;
  /** When its window changed last; `undefined`: unknown, so just now. */
  readonly updatedAt: number | undefined;
  /** What was emitted of the window before it was corrected. */
  readonly previous?: number | null;
  /** When it was emitted, where that was earlier. */
  readonly emittedAt?: number;
}

export type StateName = 'inactive' | 'pending' | 'firing' | 'resolved' | 'noData';

export interface AlertState {
  readonly state: StateName;
  readonly since: number;
  /** Starts of the breached windows in a row (`finished`), or the instant the breach began (otherwise). Empty: not breached. */
  readonly run: readonly number[];
  /** Start of the newest breached window, where the run is an instant. */
  readonly breachedIn?: number;
  readonly breach?: BreachedWindow;
  /** Why it is over, where it was not by what came later. */
  readonly correction?: Correction;
  /** When the newest fact was stored that a value rested on. */
  readonly lastSeenAt: number;
  readonly newest?: LastSample;
  /** Of a source: why it is absent. */
  readonly absence?: Absence;
  /** Firing, but recovered since then. */
  readonly clearedAt?: number;
  /** When someone was last notified that it fires, or that nothing is received. */
  readonly notifiedAt?: number;
  readonly acknowledgedAt?: number;
  readonly silencedUntil?: number;
  /** What was last seen before is waited for no more. */
  readonly retiredAt?: number;
  /** Restored after a restart and not confirmed by a value yet: time alone must not fire it. */
  readonly restored?: true;
}

/** `history`: nothing is expected any more. `retired`: the owner has taken the source away. */
export type ChangeCause =
  | 'threshold' | 'recovery' | 'correction' | 'repeat' | 'noData' | 'data' | 'command' | 'closing' | 'history' | 'retired'
  | 'mute'; // vocabulary-ok: on the wire

/** `people`: someone has to be notified. Otherwise only the shown state changes, for the reason given. */
export interface Transition {
  readonly to: StateName;
  readonly cause: ChangeCause;
  readonly audience: 'people' | 'pending' | 'silenced' | 'quiet';
}

export interface Moved {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
}

/** `ActiveAlert` is an alert with its rule and its place: a store, `_` for all, or an encoded source. */
export interface ActiveAlert {
  readonly rule: Rule;
  readonly store: string;
  readonly state: AlertState;
}

export function initialState(now: number): AlertState {
  return { state: 'inactive', since: now, run: [], lastSeenAt: now };
}

/** `restoredState` is one read back after a restart: nothing is notified again, and an absence that was not noticed yet begins to count now. */
export function restoredState(state: AlertState, now: number): AlertState {
  return { ...state, ...(state.state === 'noData' ? {} : { lastSeenAt: now }), ...(state.state === 'pending' ? { restored: true } : {}) };
}

/** `isActive`: something is wrong, silenced or not. */
export function isActive({ state }: AlertState): boolean {
  return state === 'firing' || state === 'noData';
}

/** `enter` changes the state; being acknowledged, notified and cleared belong to one firing. */
export function enter(before: AlertState, to: StateName, cause: ChangeCause, now: number): Moved {
  const { clearedAt: _c, notifiedAt, acknowledgedAt: _a, correction, ...kept } = before;
  const audience = audienceOf(before, to, notifiedAt, now);
  const why = cause === 'correction' && correction !== undefined ? { correction } : {};
  return { state: { ...kept, ...why, state: to, since: now }, transitions: [{ to, cause, audience }] };
}

export function stay(state: AlertState): Moved {
  return { state, transitions: [] };
}

/** `repeatDue` notifies of what a silence kept back when the silence ends, and repeats what people were notified of. */
export function repeatDue(repeatMs: number, before: AlertState, now: number): Moved {
  const at = repeatAt(repeatMs, before);
  if (at === undefined || at > now) return stay(before);
  return { state: before, transitions: [{ to: before.state, cause: before.notifiedAt === undefined ? firstCause(before) : 'repeat', audience: 'people' }] };
}

function firstCause({ state, absence }: AlertState): ChangeCause {
  if (state === 'firing') return 'threshold';
  return absence === undefined ? 'noData' : 'mute'; // vocabulary-ok
}

/** `repeatAt` is when people are notified (again) of an active alert; `undefined`: no more. */
export function repeatAt(repeatMs: number, { notifiedAt, acknowledgedAt, silencedUntil }: AlertState): number | undefined {
  if (acknowledgedAt !== undefined) return undefined;
  if (notifiedAt === undefined) return silencedUntil ?? 0;
  return repeatMs === 0 ? undefined : Math.max(notifiedAt + repeatMs, silencedUntil ?? 0);
}

export function acknowledged(before: AlertState, now: number): AlertState {
  return isActive(before) && before.acknowledgedAt === undefined ? { ...before, acknowledgedAt: now } : before;
}

/** `silenced` until then; an instant that is over ends the silence. */
export function silenced(before: AlertState, until: number, now: number): AlertState {
  const { silencedUntil: former, ...state } = before;
  if (until > now) return former === until ? before : { ...state, silencedUntil: until };
  return former === undefined ? before : state;
}

/** Nobody is notified of the end of what nobody was notified of. */
function audienceOf(before: AlertState, to: StateName, notifiedAt: number | undefined, now: number): Transition['audience'] {
  if (to === 'pending' || to === 'inactive') return to === 'pending' ? 'pending' : 'quiet';
  const isSilenced = before.silencedUntil !== undefined && before.silencedUntil > now;
  return isSilenced || (to === 'resolved' && notifiedAt === undefined) ? 'silenced' : 'people';
}
