/**
 * Which number would you like to see? A KPI of the user's own, as the window node's form edits it, made into a measure.
 */
import { ConfigError } from './errors.js';
import { EVENT_TYPES } from './event.schema.js';
import type { EventType } from './event.js';
import type { Kpi, Part } from './kpi.js';
import type { Condition, Measure, Term } from './measure.js';
import { KPIS } from './presets.js';

/** One row of the form: "`show` of `value` over the `type`s where all conditions hold". */
export interface CustomKpi {
  readonly name: string;
  readonly type: EventType;
  readonly value: Term['value'];
  readonly show: 'sum' | 'count' | 'average';
  readonly where: readonly Condition[];
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const VALUES = ['one', 'amount', 'quantity', 'duration'] as const;
const SHOWS = ['sum', 'count', 'average'] as const;
const OPS = ['is', 'isNot', 'known', 'unknown'] as const;
const FIELD = /^(store|channel|status|payment|social|source|campaign\.(source|medium|name)|x_[A-Za-z0-9_]{1,60})$/;

/** Reads the form's rows; throws `ConfigError` that names row, field and value. */
export function readCustomKpis(saved: unknown): CustomKpi[] {
  if (saved === undefined) return [];
  if (!Array.isArray(saved) || saved.length > 50) throw new ConfigError('kpis', 'must be a list of at most 50', saved);
  const names = new Set(KPIS.map(({ name }) => name));
  return saved.map((row: unknown, index) => {
    const kpi = readRow(asRow(row, `kpis[${String(index)}]`), `kpis[${String(index)}]`);
    if (names.has(kpi.name)) throw new ConfigError(`kpis[${String(index)}].name`, 'is taken', kpi.name);
    names.add(kpi.name);
    return kpi;
  });
}

/** The measure a custom KPI adds up, kept under a name no preset has. */
export function measureOf({ name, type, value, where }: CustomKpi): Measure {
  return { name: `u_${name}`, terms: [{ type, value, where }], ...(value === 'duration' ? { spread: true } : {}) };
}

/** The KPI that reads it. */
export function kpiOf({ name, type, value, show }: CustomKpi): Kpi {
  const types = [type];
  const measure = `u_${name}`;
  const sum: Part = { measure, of: value === 'quantity' ? 'quantity' : 'sum' };
  const count: Part = { measure, of: 'count' };
  if (show === 'count' || value === 'one') return { name, unit: 'count', types, top: [count] };
  const unit = value === 'amount' ? 'money' : value === 'duration' ? 'seconds' : 'count';
  return show === 'average' ? { name, unit, types, top: [sum], bottom: [count] } : { name, unit, types, top: [sum] };
}

function readRow(row: Record<string, unknown>, path: string): CustomKpi {
  return {
    name: checked(row['name'], `${path}.name`, 'must be lower-case letters, digits and _', (text) => NAME.test(text)),
    type: oneOf(row['type'], `${path}.type`, EVENT_TYPES),
    value: oneOf(row['value'], `${path}.value`, VALUES),
    show: oneOf(row['show'], `${path}.show`, SHOWS),
    where: readConditions(row['where'], `${path}.where`),
  };
}

function readConditions(saved: unknown, path: string): Condition[] {
  if (saved === undefined) return [];
  if (!Array.isArray(saved) || saved.length > 10) throw new ConfigError(path, 'must be a list of at most 10', saved);
  return saved.map((saidRow: unknown, index) => {
    const at = `${path}[${String(index)}]`;
    const row = asRow(saidRow, at);
    const field = checked(row['field'], `${at}.field`, 'must be a field of the event', (text) => FIELD.test(text));
    const op = oneOf(row['op'], `${at}.op`, OPS);
    if (op === 'known' || op === 'unknown') return { field, op };
    const value = checked(row['value'], `${at}.value`, 'must not be empty', (text) => text !== '');
    return { field, op, value: field === 'social' ? value === 'true' : value };
  });
}

function asRow(saved: unknown, field: string): Record<string, unknown> {
  if (typeof saved !== 'object' || saved === null) throw new ConfigError(field, 'must be an object', saved);
  return saved as Record<string, unknown>;
}

function oneOf<T extends string>(saved: unknown, field: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === saved);
  if (found === undefined) throw new ConfigError(field, `must be one of ${allowed.join(', ')}`, saved);
  return found;
}

function checked(saved: unknown, field: string, rule: string, holds: (text: string) => boolean): string {
  if (typeof saved !== 'string' || !holds(saved)) throw new ConfigError(field, rule, saved);
  return saved;
}
