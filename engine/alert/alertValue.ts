/**
 * Which rules does a KPI value speak to, and what does it tell them?
 */
import type { AlertRule } from './rule.js';
import type { Observation } from './state.js';
import { ALL, type KpiValue, labelOf } from '../read/kpiValue.js';
import { parseInstant } from '../base/time.js';

/** A window whose size was chosen is `auto`, whatever its length: a rule about hours does not hear of it. */
export function isAbout({ kpi, size, channel, group }: AlertRule, value: KpiValue): boolean {
  return kpi === value.name && size === labelOf(value) && channel === value.channel && (group === 'all') === (value.store === ALL);
}

export function observationOf({ window, value, unit, count, revision, status, updatedAt }: KpiValue): Observation {
  const span = { start: parseInstant(window.start) ?? 0, end: parseInstant(window.end) ?? 0 };
  // Values of a user's own flow may say less than they should.
  return { ...span, value, unit, count, revision, status, updatedAt: typeof updatedAt === 'string' ? parseInstant(updatedAt) : undefined };
}
