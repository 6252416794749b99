/**
 * How does one alert stand, and who has heard of it? Its state, the ways into another, and the telling that goes with each.
 */
import type { KpiStatus } from '../read/kpiValue.js';
import type { Absence } from './absence.js';
import type { Rule } from './rule.js';

/** The newest window that was looked at. */
export interface LastSample {
  readonly start: number;
  readonly end: number;
  readonly value: number | null;
  readonly unit: string;
  /** How many facts it rests on. */
  readonly count: number;
  /** What it would come to at this pace, where that is what was judged. */
  readonly projected?: number;
}

/** A KPI value of the rule's window size and group; instants in epoch ms. */
export interface Observation extends LastSample {
  readonly status: KpiStatus;
  /** How often its window changed; 0: no fact is behind it, it is only told. */
  readonly revision: number;
  /** When its window changed last; `undefined`: that was not said, so just now. */
  readonly updatedAt: number | undefined;
  /** When it was told, where that was earlier. */
  readonly toldAt?: number;
}

export type StateName = 'inactive' | 'pending' | 'firing' | 'resolved' | 'noData';

export interface AlertState {
  readonly state: StateName;
  readonly since: number;
  /** Starts of the breached windows in a row (`finished`), or the instant the breach began (otherwise). Empty: not breached. */
  readonly run: readonly number[];
  /** When the newest fact was stored that a value rested on. */
  readonly heardAt: number;
  readonly newest?: LastSample;
  /** Of a source: what made it mute. */
  readonly silence?: Absence;
  /** Firing, but recovered since then. */
  readonly clearedAt?: number;
  /** When someone was last told that it fires, or that nothing is heard. */
  readonly toldAt?: number;
  readonly acknowledgedAt?: number;
  readonly silencedUntil?: number;
  /** Restored after a restart and not confirmed by a value yet: time alone must not fire it. */
  readonly restored?: true;
}

export type ChangeCause = 'threshold' | 'recovery' | 'correction' | 'repeat' | 'noData' | 'data' | 'command' | 'mute' | 'closing';

/** `tell`: someone has to hear of it. Otherwise only the shown state changes, for the reason given. */
export interface Transition {
  readonly to: StateName;
  readonly cause: ChangeCause;
  readonly audience: 'tell' | 'pending' | 'silenced' | 'quiet';
}

export interface Moved {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
}

export function initialState(now: number): AlertState {
  return { state: 'inactive', since: now, run: [], heardAt: now };
}

/** A state read back after a restart: nothing is told again, and a silence that was not noticed yet begins to count now. */
export function restoredState(state: AlertState, now: number): AlertState {
  return { ...state, ...(state.state === 'noData' ? {} : { heardAt: now }), ...(state.state === 'pending' ? { restored: true } : {}) };
}

/** Something is wrong, and someone should look. */
export function isActive({ state }: AlertState): boolean {
  return state === 'firing' || state === 'noData';
}

/** Enters a state; being acknowledged, told and cleared belong to one firing. */
export function enter(before: AlertState, to: StateName, cause: ChangeCause, now: number): Moved {
  const { clearedAt: _c, toldAt, acknowledgedAt: _a, ...kept } = before;
  const audience = audienceOf(before, to, toldAt, now);
  return { state: { ...kept, state: to, since: now }, transitions: [{ to, cause, audience }] };
}

export function stay(state: AlertState): Moved {
  return { state, transitions: [] };
}

/** What a silence kept back is told when the silence ends; what was told is repeated. */
export function isRepeatDue(repeatMs: number, before: AlertState, now: number): Moved {
  const at = repeatAt(repeatMs, before);
  if (at === undefined || at > now) return stay(before);
  const first: ChangeCause = before.state === 'firing' ? 'threshold' : before.silence === undefined ? 'noData' : 'mute';
  return { state: before, transitions: [{ to: before.state, cause: before.toldAt === undefined ? first : 'repeat', audience: 'tell' }] };
}

/** When a standing alert is told (again); `undefined`: no more. */
export function repeatAt(repeatMs: number, { toldAt, acknowledgedAt, silencedUntil }: AlertState): number | undefined {
  if (acknowledgedAt !== undefined) return undefined;
  if (toldAt === undefined) return silencedUntil ?? 0;
  return repeatMs === 0 ? undefined : Math.max(toldAt + repeatMs, silencedUntil ?? 0);
}

export function acknowledged(before: AlertState, now: number): AlertState {
  return isActive(before) && before.acknowledgedAt === undefined ? { ...before, acknowledgedAt: now } : before;
}

/** An instant that is over ends the silence. */
export function silenced(before: AlertState, until: number, now: number): AlertState {
  const { silencedUntil: former, ...state } = before;
  if (until > now) return former === until ? before : { ...state, silencedUntil: until };
  return former === undefined ? before : state;
}

/** Nobody is told of the end of what nobody was told of. */
function audienceOf(before: AlertState, to: StateName, toldAt: number | undefined, now: number): Transition['audience'] {
  if (to === 'pending' || to === 'inactive') return to === 'pending' ? 'pending' : 'quiet';
  const isSilenced = before.silencedUntil !== undefined && before.silencedUntil > now;
  return isSilenced || (to === 'resolved' && toldAt === undefined) ? 'silenced' : 'tell';
}

export interface ActiveAlert {
  readonly rule: Rule;
  readonly store: string;
  readonly state: AlertState;
}
