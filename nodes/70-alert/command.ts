/**
 * What came in: numbers to watch, or a word from the dashboard about an alert?
 */
import type { AlertRule } from '../../engine/alertRule.js';
import { ALL, type KpiValue } from '../../engine/kpi.js';
import { parseInstant } from '../../engine/time.js';
import type { Happening } from './desk.js';

export type Understood =
  | { readonly outcome: 'happenings'; readonly happenings: readonly Happening[] }
  | { readonly outcome: 'refused'; readonly reason: string };

/** `{acknowledge: rule, store}`, `{silence: rule, store, until}`, one KPI value or many. Values that no rule is about are none of ours. */
export function understand(payload: unknown, rules: readonly AlertRule[]): Understood {
  if (isCommand(payload)) return readCommand(payload, rules);
  const values: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  if (!values.every(isKpiValue)) return { outcome: 'refused', reason: 'kpi.malformed' };
  return { outcome: 'happenings', happenings: values.flatMap((value) => happeningsOf(value, rules)) };
}

interface Command {
  readonly acknowledge?: unknown;
  readonly silence?: unknown;
  readonly store?: unknown;
  readonly until?: unknown;
}

function isCommand(payload: unknown): payload is Command {
  return typeof payload === 'object' && payload !== null && ('acknowledge' in payload || 'silence' in payload);
}

function readCommand({ acknowledge, silence, store = ALL, until }: Command, rules: readonly AlertRule[]): Understood {
  const rule = rules.find(({ name }) => name === (acknowledge ?? silence));
  if (rule === undefined || typeof store !== 'string' || (rule.group === 'all') !== (store === ALL)) return { outcome: 'refused', reason: 'command.unknown' };
  if (acknowledge !== undefined) return { outcome: 'happenings', happenings: [{ rule, store, input: { kind: 'acknowledge' } }] };
  const instant = typeof until === 'string' ? parseInstant(until) : undefined;
  if (instant === undefined) return { outcome: 'refused', reason: 'command.until' };
  return { outcome: 'happenings', happenings: [{ rule, store, input: { kind: 'silence', until: instant } }] };
}

function isKpiValue(value: unknown): value is KpiValue {
  const { name, window, store, channel, value: number } = (value ?? {}) as Partial<KpiValue>;
  const isWhole = typeof name === 'string' && typeof store === 'string' && typeof channel === 'string' && (number === null || typeof number === 'number');
  return isWhole && typeof window === 'object' && parseInstant(window.start) !== undefined && parseInstant(window.end) !== undefined;
}

function happeningsOf(value: KpiValue, rules: readonly AlertRule[]): Happening[] {
  const { name, window, store, channel, status, unit, value: number } = value;
  return rules
    .filter((rule) => rule.kpi === name && rule.size === window.size && rule.channel === channel && (rule.group === 'all') === (store === ALL))
    .map((rule) => {
      const span = { start: parseInstant(window.start) ?? 0, end: parseInstant(window.end) ?? 0 };
      return { rule, store, input: { kind: 'value', observation: { ...span, value: number, unit, status } } };
    });
}
