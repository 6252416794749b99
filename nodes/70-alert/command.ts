/**
 * `understand` distinguishes what comes in: numbers to watch, a command from the dashboard about an alert, or the question for the list.
 */
import type { AlertRule, Rule } from '../../engine/alert/rule.js';
import { isAbout, sampleOf } from '../../engine/alert/evaluate.js';
import { ALL, type KpiValue } from '../../engine/read/kpiValue.js';
import { parseInstant } from '../../engine/base/time.js';
import type { OutputReason } from '../../engine/base/errorTable/index.js';
import type { AlertInput } from './evaluator.js';

export type Understood =
  | { readonly outcome: 'inputs'; readonly inputs: readonly AlertInput[] }
  | { readonly outcome: 'list'; readonly limit: number }
  | { readonly outcome: 'refused'; readonly reason: OutputReason };

const LIST = 100;
const MAX_LIST = 1_000;

/**
 * `{acknowledge: rule, store}`, `{silence: rule, store, until}`, `{retire: rule, store}`, `{list: true}`, one KPI value or many. Values that
 * no rule is about are none of ours.
 */
export function understand(payload: unknown, rules: readonly Rule[]): Understood {
  if (isCommand(payload)) return 'list' in payload ? readList(payload.list) : readCommand(payload, rules);
  const values: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  const rulesByKpi = new Map<string, AlertRule[]>();
  for (const rule of rules) if (rule.kind !== 'absence') rulesByKpi.set(rule.kpi, [...rulesByKpi.get(rule.kpi) ?? [], rule]);
  const inputs: AlertInput[] = [];
  for (const value of values) {
    if (!isKpiValue(value)) return { outcome: 'refused', reason: 'kpi.malformed' };
    // Nearly all that is emitted is what no rule asks for.
    const concerned = rulesByKpi.get(value.name);
    if (concerned === undefined) continue;
    if (!isTimed(value)) return { outcome: 'refused', reason: 'kpi.malformed' };
    inputs.push(...inputsOf(value, concerned));
  }
  return { outcome: 'inputs', inputs };
}

const COMMANDS = ['acknowledge', 'silence', 'retire', 'list'] as const;

type Command = Readonly<Partial<Record<(typeof COMMANDS)[number] | 'store' | 'until', unknown>>>;

/** `isCommand`: an object that has one of the commands' names. */
export function isCommand(payload: unknown): payload is Command {
  return typeof payload === 'object' && payload !== null && COMMANDS.some((command) => command in payload);
}

/** `true`, or how many changes are wanted. */
function readList(list: unknown): Understood {
  if (list === true) return { outcome: 'list', limit: LIST };
  const isNumber = typeof list === 'number' && Number.isInteger(list) && list >= 0 && list <= MAX_LIST;
  return isNumber ? { outcome: 'list', limit: list } : { outcome: 'refused', reason: 'command.list' };
}

function readCommand({ acknowledge, silence, retire, store = ALL, until }: Command, rules: readonly Rule[]): Understood {
  const rule = rules.find(({ name }) => name === (acknowledge ?? retire ?? silence));
  if (rule === undefined || typeof store !== 'string' || !mayBeAbout(rule, store)) return { outcome: 'refused', reason: 'command.unknown' };
  if (acknowledge !== undefined) return { outcome: 'inputs', inputs: [{ rule, store, input: { kind: 'acknowledge' } }] };
  if (retire !== undefined) return { outcome: 'inputs', inputs: [{ rule, store, input: { kind: 'retire' } }] };
  const instant = typeof until === 'string' ? parseInstant(until) : undefined;
  if (instant === undefined) return { outcome: 'refused', reason: 'command.until' };
  return { outcome: 'inputs', inputs: [{ rule, store, input: { kind: 'silence', until: instant } }] };
}

/** Of a rule about sources, `store` is the source, encoded as in its notices. */
function mayBeAbout(rule: Rule, store: string): boolean {
  if (rule.kind === 'absence') return store !== ALL && store !== '' && !/[/+#]/.test(store);
  return (rule.group === 'all') === (store === ALL);
}

function isKpiValue(value: unknown): value is KpiValue {
  const { name, window, store, channel, value: number } = (value ?? {}) as Partial<KpiValue>;
  const isWhole = typeof name === 'string' && typeof store === 'string' && typeof channel === 'string' && (number === null || typeof number === 'number');
  return isWhole && typeof window?.start === 'string' && typeof window.end === 'string';
}

function isTimed({ window }: KpiValue): boolean {
  return parseInstant(window.start) !== undefined && parseInstant(window.end) !== undefined;
}

function inputsOf(value: KpiValue, rules: readonly AlertRule[]): AlertInput[] {
  const concerned = rules.filter((rule) => isAbout(rule, value));
  if (concerned.length === 0) return [];
  const input = { kind: 'value' as const, sample: sampleOf(value) };
  return concerned.map((rule) => ({ rule, store: value.store, input }));
}
