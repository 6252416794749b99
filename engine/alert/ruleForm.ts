/**
 * `readRules` reads what the shop wants to be notified of: each row of the form as the sentence it is; what contradicts itself is refused.
 */
import { cleanName } from '../base/name.js';
import { isChoosable } from '../read/adaptive/windowSize.js';
import { type AlertRule, type AbsenceRule, type Rule, type Threshold } from './rule.js';
import { ConfigError } from '../base/errors.js';
import { LABEL } from '../event/schema.js';
import { ALL } from '../read/kpiValue.js';
import { DAY, HOUR, MINUTE, SECOND } from '../base/time.js';
import { isSliding, isWindowSize } from '../calendar/windowAssigner.js';
import { type Kpi } from '../kpi/kpi.js';

export type RuleRow = Readonly<Record<string, unknown>>;

/** `KnownKpis` are those that somebody counts, by name; `undefined`: that is not known here, any name will do. */
export type KnownKpis = ReadonlyMap<string, Pick<Kpi, 'unit' | 'bottom' | 'percentile' | 'open'>> | undefined;

type Field = (part: string) => string;

/** `readRules` throws `ConfigError` with field, rule and value. */
export function readRules(rows: unknown, known?: KnownKpis): Rule[] {
  if (!Array.isArray(rows)) throw new ConfigError('rules', 'must be a list', rows);
  const rules = rows.map((row: unknown) => readRule((row ?? {}) as RuleRow, known));
  const twice = rules.find(({ name }, index) => rules.findIndex((rule) => rule.name === name) !== index);
  if (twice !== undefined) throw new ConfigError('rules', 'must have different names', twice.name);
  return rules;
}

export function readRule(row: RuleRow, known?: KnownKpis): Rule {
  const name = textOf(row['name']);
  if (!LABEL.test(name)) throw new ConfigError('rules', 'must have names of 1 to 64 characters without / + #', name);
  const field: Field = (part) => `rules.${name}.${part}`;
  const kind = row['kind'] ?? 'kpi';
  if (kind === 'mute') return readAbsenceRule(name, row, field); // vocabulary-ok: saved
  if (kind !== 'kpi') throw new ConfigError(field('kind'), 'must be kpi or mute', kind); // vocabulary-ok
  return readKpiRule(name, row, field, known);
}

/** `readDuration`: "10m" → 600000; empty is 0. Units s, m, h, d. */
export function readDuration(value: unknown, field: string, most: number, least = 0): number {
  const text = textOf(value);
  if (text === '' || text === '0') return 0;
  const parts = /^(\d{1,6})\s*([smhd])$/.exec(text);
  if (parts === null) throw new ConfigError(field, 'must be a duration like 90s, 10m, 2h or 1d', value);
  const length = Number(parts[1]) * (UNIT_MS[parts[2] ?? ''] ?? 0);
  if (length < least || length > most) throw new ConfigError(field, `must be from ${String(least / SECOND)} s to ${String(most / DAY)} d`, value);
  return length;
}

/** `readLevel`: "500", "12,5", "10%" (a ratio) or "8m" (seconds). */
export function readLevel(value: unknown, field: string): number {
  const [number, unit] = levelOf(value, field);
  if (unit === undefined) return number;
  return unit === '%' ? number / 100 : (number * (UNIT_MS[unit] ?? 0)) / SECOND;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };
const MAX_FOR_MS = 31 * DAY;
const MAX_KEEP_MS = 7 * DAY;

function levelOf(value: unknown, field: string): [number: number, unit: string | undefined] {
  const parts = /^(-?\d{1,12}(?:[.,]\d{1,6})?)\s*(%|[smhd])?$/.exec(textOf(value));
  if (parts === null) throw new ConfigError(field, 'must be a number like 500, 12,5, 10% or 8m', value);
  return [Number(parts[1]?.replace(',', '.')), parts[2]];
}

function readAbsenceRule(name: string, row: RuleRow, field: Field): AbsenceRule {
  const source = textOf(row['source']);
  if (source.length > 200) throw new ConfigError(field('source'), 'must be the name of a source, or empty for all', source);
  return { kind: 'absence', name, ...(source === '' ? {} : { source }), ...readHours(row, field), ...readRepeat(row, field) };
}

function readKpiRule(name: string, row: RuleRow, field: Field, known: KnownKpis): AlertRule {
  const kpi = readKpi(row, field, known);
  const size = readSize(row, field);
  const when = readThreshold(row, field);
  const definition = known?.get(kpi);
  if (definition !== undefined) checkUnits(row, definition.unit, field);
  if (size === 'auto' && definition !== undefined && !isChoosable(definition)) {
    throw new ConfigError(field('size'), 'must not be chosen: what is open now has no window', size);
  }
  return {
    name, kpi, size, when, ...readGroup(row, field),
    evaluate: readEvaluation(row, size, when, definition, field),
    forMs: readDuration(row['for'], field('for'), MAX_FOR_MS),
    keepFiringForMs: readDuration(row['keepFiringFor'], field('keepFiringFor'), MAX_KEEP_MS),
    noDataMs: readDuration(row['noData'], field('noData'), MAX_FOR_MS, MINUTE),
    ...readHours(row, field), ...readPartial(row, size, definition, field), ...readRepeat(row, field),
  };
}

/** Windows of which the shop is open only for a part, compared in proportion: of what grows with the time, and is judged in opening hours. */
function readPartial(row: RuleRow, size: AlertRule['size'], kpi: RuleDefinition | undefined, field: Field): Pick<AlertRule, 'partial'> {
  const partial = row['partial'] ?? '';
  if (partial === '') return {};
  const refuse = (rule: string): never => { throw new ConfigError(field('partial'), rule, partial); };
  if (partial !== 'proportion') return refuse('must be proportion or empty');
  if (row['hours'] !== 'opening') return refuse('must be of a rule in opening hours');
  if (size === '1d' || size === 'shift' || isSliding(size)) return refuse('must be of windows of an hour or less');
  if (kpi !== undefined && !isGrowing(kpi)) return refuse('must be of sums or counts: only they grow with the window');
  return { partial };
}

function readKpi(row: RuleRow, field: Field, known: KnownKpis): string {
  const kpi = textOf(row['kpi']);
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(kpi)) throw new ConfigError(field('kpi'), 'must be the name of a KPI', kpi);
  if (known !== undefined && !known.has(kpi)) throw new ConfigError(field('kpi'), 'must be a KPI that a window node counts', kpi);
  return kpi;
}

function readSize(row: RuleRow, field: Field): AlertRule['size'] {
  const size = row['size'] ?? '1h';
  if (size === 'auto') return size;
  if (typeof size !== 'string' || !isWindowSize(size)) throw new ConfigError(field('size'), 'must be a known window', size);
  return size;
}

function readGroup(row: RuleRow, field: Field): Pick<AlertRule, 'group' | 'channel'> {
  const channel = cleanName(textOf(row['channel']));
  if (channel !== '' && channel !== ALL && !LABEL.test(channel)) throw new ConfigError(field('channel'), 'must be a channel or empty', channel);
  const group = row['group'] ?? 'all';
  if (group !== 'store' && group !== 'all') throw new ConfigError(field('group'), 'must be store or all', group);
  return { group, channel: channel === '' ? ALL : channel };
}

function readRepeat(row: RuleRow, field: Field): { repeatMs: number } {
  return { repeatMs: readDuration(row['repeat'], field('repeat'), MAX_FOR_MS, MINUTE) };
}

function readHours(row: RuleRow, field: Field): { hours?: 'opening' } {
  const hours = row['hours'] ?? '';
  if (hours !== '' && hours !== 'opening') throw new ConfigError(field('hours'), 'must be opening or empty', hours);
  return hours === '' ? {} : { hours };
}

function readThreshold(row: RuleRow, field: Field): Threshold {
  const op = row['op'] ?? 'below';
  const threshold = readLevel(row['threshold'], field('threshold'));
  if (op === 'outside') {
    const high = readLevel(row['upper'], field('upper'));
    if (high <= threshold) throw new ConfigError(field('upper'), 'must be above the lower threshold', row['upper']);
    return { op, low: threshold, high };
  }
  if (op !== 'above' && op !== 'below') throw new ConfigError(field('op'), 'must be above, below or outside', op);
  const recovery = textOf(row['recovery']) === '' ? threshold : readLevel(row['recovery'], field('recovery'));
  if (op === 'above' ? recovery > threshold : recovery < threshold) {
    throw new ConfigError(field('recovery'), `must not be ${op} the threshold`, row['recovery']);
  }
  return { op, threshold, recovery };
}

/** A share in percent, a time with its unit: "10%" of euros, or 30 as a share, is a slip of the pen. */
function checkUnits(row: RuleRow, unit: Kpi['unit'], field: Field): void {
  for (const part of ['threshold', row['op'] === 'outside' ? 'upper' : 'recovery']) {
    const slip = textOf(row[part]) === '' ? undefined : slipOf(levelOf(row[part], field(part)), unit);
    if (slip !== undefined) throw new ConfigError(field(part), slip, row[part]);
  }
}

function slipOf([number, written]: readonly [number, string | undefined], unit: Kpi['unit']): string | undefined {
  if (written === '%') return unit === 'ratio' ? undefined : 'must not be a percentage: this KPI is none';
  if (written !== undefined) return unit === 'seconds' ? undefined : 'must not be a time: this KPI is none';
  return unit === 'ratio' && Math.abs(number) > 1 ? 'must be a percentage like 30%' : undefined;
}

/** A sliding window is never finished; a filling one is always below its threshold at first, but its pace is not. */
function readEvaluation(row: RuleRow, size: AlertRule['size'], when: Threshold, kpi: RuleDefinition | undefined, field: Field): AlertRule['evaluate'] {
  const moment = momentOf(row, field);
  const refuse = (rule: string): never => { throw new ConfigError(field('evaluate'), rule, moment); };
  if (moment === 'projected') {
    if (isSliding(size)) return refuse('must not be projected: a sliding window is always full');
    return kpi === undefined || isGrowing(kpi) ? moment : refuse('must not be projected: only sums and counts grow with the window');
  }
  if (isSliding(size)) return 'live';
  return moment === 'live' && when.op !== 'above' ? refuse('must be projected or finished: a window begins at zero') : moment;
}

type RuleDefinition = Pick<Kpi, 'bottom' | 'percentile' | 'open'>;

/** Sums and counts of what happened; neither ratios nor what is open now grow with the window. */
function isGrowing({ bottom, percentile, open }: RuleDefinition): boolean {
  return bottom === undefined && percentile === undefined && (open === undefined || open === 'young');
}

function momentOf(row: RuleRow, field: Field): AlertRule['evaluate'] {
  const moment = row['evaluate'] ?? (row['live'] === true ? 'live' : 'finished');
  if (moment === 'finished' || moment === 'live' || moment === 'projected') return moment;
  throw new ConfigError(field('evaluate'), 'must be finished, live or projected', moment);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}
