/**
 * What does the shop want to be told about? The rows of the form, parsed once.
 */
import type { AlertRule, Threshold } from '../../engine/alertRule.js';
import { ConfigError } from '../../engine/errors.js';
import { LABEL } from '../../engine/event.schema.js';
import { ALL } from '../../engine/kpi.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../engine/time.js';
import { isSliding, isWindowSize, type WindowSize } from '../../engine/window.js';
import { atVersion } from '../form.js';
import type { Saved } from '../runtime.js';

export const VERSION = 1;

export interface AlertConfig {
  readonly store: unknown;
  readonly shop: unknown;
  /** Absent: states are not published. */
  readonly broker?: unknown;
  /** Absent: as Node-RED is set, else Italian. */
  readonly language?: 'it' | 'en';
  readonly rules: readonly AlertRule[];
}

type Row = Readonly<Record<string, unknown>>;

/** Brings a form saved by a former release to the present version. */
export function upgrade(saved: Saved): Saved {
  return atVersion(saved, VERSION);
}

export function readConfig(raw: Saved): AlertConfig {
  const saved = upgrade(raw);
  const rows = saved['rules'] ?? [];
  if (!Array.isArray(rows)) throw new ConfigError('rules', 'must be a list', rows);
  const rules = rows.map((row) => readRule((row ?? {}) as Row));
  const twice = rules.find(({ name }, index) => rules.findIndex((rule) => rule.name === name) !== index);
  if (twice !== undefined) throw new ConfigError('rules', 'must have different names', twice.name);
  const language = saved['language'] ?? '';
  if (language !== '' && language !== 'it' && language !== 'en') throw new ConfigError('language', 'must be it or en', language);
  return {
    store: saved['store'], shop: saved['shop'], rules,
    ...(saved['broker'] === undefined || saved['broker'] === '' ? {} : { broker: saved['broker'] }),
    ...(language === '' ? {} : { language }),
  };
}

/** "10m" → 600000; empty is 0. Units s, m, h, d. */
export function readDuration(value: unknown, field: string): number {
  const text = textOf(value);
  if (text === '' || text === '0') return 0;
  const parts = /^(\d{1,6})\s*([smhd])$/.exec(text);
  if (parts === null) throw new ConfigError(field, 'must be a duration like 90s, 10m, 2h or 1d', value);
  return Number(parts[1]) * (UNIT_MS[parts[2] ?? ''] ?? 0);
}

/** "500", "12,5", "10%" (a ratio) or "8m" (seconds). */
export function readLevel(value: unknown, field: string): number {
  const parts = /^(-?\d{1,12}(?:[.,]\d{1,6})?)\s*(%|[smhd])?$/.exec(textOf(value));
  if (parts === null) throw new ConfigError(field, 'must be a number like 500, 12,5, 10% or 8m', value);
  const number = Number(parts[1]?.replace(',', '.'));
  if (parts[2] === undefined) return number;
  return parts[2] === '%' ? number / 100 : (number * (UNIT_MS[parts[2]] ?? 0)) / SECOND;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

function readRule(row: Row): AlertRule {
  const name = textOf(row['name']);
  if (!LABEL.test(name)) throw new ConfigError('rules', 'must have names of 1 to 64 characters without / + #', name);
  const field = (part: string): string => `rules.${name}.${part}`;
  const kpi = textOf(row['kpi']);
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(kpi)) throw new ConfigError(field('kpi'), 'must be the name of a KPI', kpi);
  const size = readSize(row['size'] ?? '1h', field('size'));
  const when = readThreshold(row, field);
  const channel = textOf(row['channel']);
  if (channel !== '' && channel !== ALL && !LABEL.test(channel)) throw new ConfigError(field('channel'), 'must be a channel or empty', channel);
  return {
    name, kpi, size, when,
    channel: channel === '' ? ALL : channel,
    group: readGroup(row['group'] ?? 'all', field('group')),
    evaluate: readEvaluation(row['live'], size, when, field('live')),
    forMs: readDuration(row['for'], field('for')),
    keepFiringForMs: readDuration(row['keepFiringFor'], field('keepFiringFor')),
    repeatMs: readDuration(row['repeat'], field('repeat')),
    noDataMs: readDuration(row['noData'], field('noData')),
  };
}

function readSize(value: unknown, field: string): WindowSize {
  if (typeof value !== 'string' || !isWindowSize(value)) throw new ConfigError(field, 'must be a known window', value);
  return value;
}

function readGroup(value: unknown, field: string): AlertRule['group'] {
  if (value !== 'store' && value !== 'all') throw new ConfigError(field, 'must be store or all', value);
  return value;
}

function readThreshold(row: Row, field: (part: string) => string): Threshold {
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

/** A sliding window is never finished; a filling one is always below its threshold at first. */
function readEvaluation(live: unknown, size: WindowSize, when: Threshold, field: string): AlertRule['evaluate'] {
  if (isSliding(size)) return 'live';
  if (live !== true) return 'finished';
  if (when.op !== 'above') throw new ConfigError(field, 'must be off for a lower threshold: a window begins at zero', live);
  return 'live';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}
