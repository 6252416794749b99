import { cleanName } from '../base/name.js';
import { ConfigError } from '../base/errors.js';
import { EVENT_TYPES } from '../event/schema.js';
import type { EventType } from '../event/event.js';
import { isLineValue } from './lineTerm.js';
import type { Condition, LineCondition, Measure, Term } from './measure.js';
import { kpisWithOwn, RESERVED_NAMES } from './builtinKpis.js';
import { MINUTE } from '../base/time.js';
import { isAdditive, type Kpi, type Part } from './kpi.js';

/** One row of the form: "`show` of `value` over the `type`s where all conditions hold"; a sum may be divided by another number, `per`. */
export interface CustomKpi {
  readonly name: string;
  readonly type: EventType;
  /** As the form says it: a value of a measure, or the name of an `x_` field. */
  readonly value: 'one' | 'amount' | 'quantity' | 'discount' | 'duration' | `x_${string}`;
  readonly show: 'sum' | 'count' | 'average' | 'per';
  readonly per?: string;
  readonly where: readonly FormCondition[];
}

/** A condition as the form says it: values as text, durations in minutes. */
export interface FormCondition {
  readonly field: string;
  readonly op: Exclude<Condition['op'], 'in' | 'notIn'>;
  readonly value?: string;
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const VALUES = ['one', 'amount', 'quantity', 'discount', 'duration'] as const;
const SHOWS = ['sum', 'count', 'average', 'per'] as const;
const OPS = ['is', 'isNot', 'known', 'unknown', 'above', 'atMost'] as const;
const EXTRA = /^x_[A-Za-z0-9_]{1,60}$/;
const FIELD = /^(store|channel|status|payment|social|source|product|category|campaign\.(source|medium|name)|x_[A-Za-z0-9_]{1,60})$/;
/** Fields that hold clean names (see `cleanName`). */
const NAMES = /^(store|channel|product|category|campaign\.(source|medium|name))$/;
/** Fields that are compared with a number, and how many of the measures' units are one of the form's: minutes, pieces. */
const UNITS: Readonly<Record<string, number>> = { duration: MINUTE, quantity: 1_000 };

/** Reads the form's rows; throws `ConfigError` that names row, field and value. */
export function readCustomKpis(saved: unknown): CustomKpi[] {
  if (saved === undefined) return [];
  if (!Array.isArray(saved) || saved.length > 50) throw new ConfigError('kpis', 'must be a list of at most 50', saved);
  const names = new Set(RESERVED_NAMES);
  const rows = saved.map((row: unknown, index) => {
    const kpi = readRow(asRow(row, `kpis[${String(index)}]`), `kpis[${String(index)}]`);
    if (names.has(kpi.name)) throw new ConfigError(`kpis[${String(index)}].name`, 'is taken', kpi.name);
    names.add(kpi.name);
    return kpi;
  });
  rows.forEach((row, index) => { refuseDivisor(row, rows, `kpis[${String(index)}].per`); });
  return rows;
}

/** The measure a custom KPI adds up, kept under a name no preset has. */
export function measureOf({ name, type, value, where }: CustomKpi): Measure {
  // Who asks for one source by name asks for it also where another one is the system of record.
  const from = where.some(({ field, op }) => field === 'source' && op === 'is') ? { from: 'any' } as const : {};
  const lines = where.flatMap(lineConditions);
  const ofFact = where.filter(({ field }) => !isOfLine(field)).map(conditionOf);
  const term: Term = { type, value: termValue(value), where: ofFact, ...(lines.length === 0 ? {} : { lines }), ...from };
  return { name: `u_${name}`, terms: [term], ...(value === 'duration' ? { spread: true } : {}) };
}

/** The KPIs that read these rows. */
export function kpisOf(rows: readonly CustomKpi[]): Kpi[] {
  return rows.map((row) => (row.show === 'per' ? quotientOf(row, rows) : kpiOf(row)));
}

/** The KPI that reads one row by itself. */
export function kpiOf({ name, type, value, show }: CustomKpi): Kpi {
  const types = [type];
  const measure = `u_${name}`;
  const count: Part = { measure, of: 'count' };
  if (show === 'count' || value === 'one') return { name, unit: 'count', types, top: [count] };
  const isMoney = value === 'amount' || value === 'discount';
  const sum: Part = { measure, of: isMoney || value === 'duration' ? 'sum' : 'quantity' };
  const unit = isMoney ? 'money' : value === 'duration' ? 'seconds' : 'count';
  return show === 'average' ? { name, unit, types, top: [sum], bottom: [count] } : { name, unit, types, top: [sum] };
}

function quotientOf(row: CustomKpi, rows: readonly CustomKpi[]): Kpi {
  const { unit, types, top } = kpiOf({ ...row, show: 'sum' });
  const divisor = divisorsOf(rows).find(({ name }) => name === row.per);
  if (divisor === undefined) throw new TypeError(`nothing to divide by: ${row.name}`);
  // Money per piece is money, seconds per piece are seconds; anything over its own kind is a plain ratio.
  const quotient = divisor.unit === unit || unit === 'count' ? 'ratio' : unit;
  return { name: row.name, unit: quotient, types: [...new Set([...types, ...divisor.types])], top, bottom: divisor.top };
}

/** Numbers that another may be divided by: what adds up, and is there in every window. */
function divisorsOf(rows: readonly CustomKpi[]): Kpi[] {
  return kpisWithOwn(rows.filter(({ show }) => show !== 'per').map(kpiOf)).filter((kpi) => isAdditive(kpi) && kpi.open === undefined);
}

function refuseDivisor({ name, show, per }: CustomKpi, rows: readonly CustomKpi[], path: string): void {
  if (show !== 'per') return;
  if (per === name) throw new ConfigError(path, 'must be another number', per);
  if (!divisorsOf(rows).some((kpi) => kpi.name === per)) throw new ConfigError(path, 'must name a number that adds up', per);
}

function termValue(value: CustomKpi['value']): Term['value'] {
  return isExtra(value) ? { field: value } : value;
}

function isExtra(value: string): value is `x_${string}` {
  return EXTRA.test(value);
}

function readRow(row: Record<string, unknown>, path: string): CustomKpi {
  const show = oneOf(row['show'], `${path}.show`, SHOWS);
  const where = readConditions(row['where'], `${path}.where`);
  refuseContradictions(where, `${path}.where`);
  const value = typeof row['value'] === 'string' && isExtra(row['value']) ? row['value'] : oneOf(row['value'], `${path}.value`, VALUES);
  if (where.some(({ field }) => isOfLine(field)) && !isLineValue(value)) {
    throw new ConfigError(`${path}.value`, 'must be one, amount, quantity or discount where a product or category is named', value);
  }
  return {
    name: checked(row['name'], `${path}.name`, 'must be lower-case letters, digits and _', (text) => NAME.test(text)),
    type: oneOf(row['type'], `${path}.type`, EVENT_TYPES),
    value,
    show,
    ...(show === 'per' ? { per: checked(row['per'], `${path}.per`, 'must name a number that adds up', (text) => text !== '') } : {}),
    where,
  };
}

function readConditions(saved: unknown, path: string): FormCondition[] {
  if (saved === undefined) return [];
  if (!Array.isArray(saved) || saved.length > 10) throw new ConfigError(path, 'must be a list of at most 10', saved);
  return saved.map((row: unknown, index) => readCondition(asRow(row, `${path}[${String(index)}]`), `${path}[${String(index)}]`));
}

function readCondition(row: Record<string, unknown>, path: string): FormCondition {
  const op = oneOf(row['op'], `${path}.op`, OPS);
  if (op === 'above' || op === 'atMost') return readBound(row, op, path);
  const field = checked(row['field'], `${path}.field`, 'must be a field of the event', (text) => FIELD.test(text));
  if ((op === 'known' || op === 'unknown') && isOfLine(field)) throw new ConfigError(`${path}.op`, `must be is or isNot of a ${field}`, op);
  if (op === 'known' || op === 'unknown') return { field, op };
  const value = checked(row['value'], `${path}.value`, 'must not be empty', (text) => cleanName(text) !== '');
  return { field, op, value: NAMES.test(field) ? cleanName(value) : value };
}

function readBound(row: Record<string, unknown>, op: 'above' | 'atMost', path: string): FormCondition {
  const field = checked(row['field'], `${path}.field`, 'must be duration, quantity or an x_ field', (text) => EXTRA.test(text) || Object.hasOwn(UNITS, text));
  const value = checked(row['value'], `${path}.value`, 'must be a number', (text) => text.trim() !== '' && Number.isFinite(Number(text)));
  return { field, op, value };
}

/** Fields of lines: an article by its number or name, and a category. */
function isOfLine(field: string): field is 'product' | 'category' {
  return field === 'product' || field === 'category';
}

function lineConditions({ field, op, value = '' }: FormCondition): LineCondition[] {
  return isOfLine(field) && (op === 'is' || op === 'isNot') ? [{ field, op, value }] : [];
}

function conditionOf({ field, op, value }: FormCondition): Condition {
  // By this name, because stored facts were added up by conditions on a field `source` that no fact has.
  if (field === 'source') return { field: 'sender', op, ...(value === undefined ? {} : { value }) };
  if (value === undefined) return { field, op };
  if (op === 'above' || op === 'atMost') return { field, op, value: Number(value) * (UNITS[field] ?? 1) };
  if (isExtra(field)) return extraCondition(field, op, value);
  return { field, op, value: field === 'social' ? value === 'true' : value };
}

/** Texts are clean since the intake cleans them; facts of former releases hold them as they were sent. */
function extraCondition(field: string, op: FormCondition['op'], value: string): Condition {
  const clean = cleanName(value);
  const [only = value, ...others] = new Set([clean, clean.normalize('NFD'), value]);
  return others.length === 0 ? { field, op, value: only } : { field, op: op === 'isNot' ? 'notIn' : 'in', value: [only, ...others] };
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

/** Throws `ConfigError` that names the second of two conditions that exclude each other. */
export function refuseContradictions(conditions: readonly FormCondition[], path: string): void {
  conditions.forEach((condition, index) => {
    const other = conditions.slice(0, index).find((earlier) => earlier.field === condition.field && excludes(earlier, condition));
    if (other !== undefined) throw new ConfigError(`${path}[${String(index)}]`, `contradicts "${worded(other)}"`, worded(condition));
  });
}

/** Of two conditions on one field. */
function excludes(a: FormCondition, b: FormCondition): boolean {
  return excludesOneWay(a, b) || excludesOneWay(b, a);
}

function excludesOneWay(a: FormCondition, b: FormCondition): boolean {
  const isSame = a.value === b.value;
  switch (`${a.op} ${b.op}`) {
    case 'is unknown':
    case 'unknown known':
    case 'unknown above':
    case 'unknown atMost': return true;
    case 'is is': return !isSame;
    case 'is isNot': return isSame;
    case 'above atMost': return Number(b.value) <= Number(a.value);
    default: return false;
  }
}

/** As it is typed in the form. */
export function worded({ field, op, value }: FormCondition): string {
  return [field, op, ...(value === undefined ? [] : [value])].join(' ');
}
