/**
 * `Hours` are when a rule is active. Here stands which windows it evaluates in them, and what a window will come to at this pace.
 */
import type { AlertRule } from './rule.js';
import type { KpiStatus } from '../read/kpiValue.js';
import { isSliding, type Span } from '../calendar/windowAssigner.js';

/** `Hours` say when the shop is open; `Opening` is one. Instants are epoch ms. */
export interface Hours {
  isOpen(at: number): boolean;
  /** Start of the open span that holds `at`. */
  openedAt(at: number): number | undefined;
  nextOpening(at: number): number | undefined;
  openMs(span: Span): number;
}

export const ALWAYS: Hours = {
  isOpen: () => true,
  openedAt: () => 0,
  nextOpening: () => undefined,
  openMs: ({ start, end }) => Math.max(0, end - start),
};

/** Before this part of a window's open time is over, its pace says nothing. */
const LEAST_PACE = 0.25;

/**
 * `isEvaluated` says whether a value counts. A day or a shift counts where any of it is open; a shorter window only where all of it is, or
 * any of it where the rule compares in proportion: half an hour of trade is no hour. A live value counts while the shop is open; below a
 * threshold a sliding window must not reach back into closed hours either.
 */
export function isEvaluated(rule: AlertRule, span: Span, status: KpiStatus, now: number, hours: Hours): boolean {
  if (status === 'live' && !hours.isOpen(now)) return false;
  if (status !== 'live' || rule.evaluate === 'projected') return isOpenEnough(rule, span, hours);
  const past = { start: span.start, end: Math.min(span.end, now) };
  return !isSliding(rule.size) || rule.when.op === 'above' || hours.openMs(past) >= past.end - past.start;
}

function isOpenEnough({ size, partial }: AlertRule, span: Span, hours: Hours): boolean {
  const open = hours.openMs(span);
  return size === '1d' || size === 'shift' || partial === 'proportion' ? open > 0 : open >= span.end - span.start;
}

/** `inProportion` is what a window would have come to had it been open for the whole of it, where the rule compares so. */
export function inProportion({ partial }: AlertRule, value: number, span: Span, hours: Hours): number {
  const open = partial === 'proportion' ? hours.openMs(span) : 0;
  return open === 0 ? value : (value * (span.end - span.start)) / open;
}

/** `projected` is the value so far, extrapolated over the open time of the window; `undefined` while it is too early to say. */
export function projected(value: number, span: Span, now: number, hours: Hours): number | undefined {
  const whole = hours.openMs(span);
  const past = hours.openMs({ start: span.start, end: Math.min(span.end, now) });
  return whole === 0 || past < whole * LEAST_PACE ? undefined : (value * whole) / past;
}

/** `nextOpen` is the first open instant from `at` on; never stays never. */
export function nextOpen(hours: Hours, at: number): number {
  if (at === Infinity) return at;
  return hours.isOpen(at) ? at : (hours.nextOpening(at) ?? Infinity);
}

/** `dueAt` is when that much open time will have passed since `since`, as seen from `now`; in closed hours, at the opening. */
export function dueAt(hours: Hours, since: number, lengthMs: number, now: number): number {
  const left = lengthMs - hours.openMs({ start: since, end: now });
  return hours.isOpen(now) ? now + Math.max(0, left) : (hours.nextOpening(now) ?? Infinity);
}
