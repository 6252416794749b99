/**
 * `TimelineError` is what is wrong with a timeline file: line, field, broken rule and value; the command line says it in its own language.
 */

/** `RULES` that a file can break; `form` and `yaml` are explained further in `said`. */
export const RULES = {
  yaml: 'is no YAML',
  form: 'is refused',
  type: 'has the wrong shape',
  unknown: 'is not known here',
  missing: 'is missing',
  twice: 'is there twice',
  time: 'must be a time like 09:15, 09:15:30, +1 02:00 or 2026-11-23 09:15',
  gap: 'does not exist on that day: the clock is put forward',
  duration: 'must be a duration like 90s, 5m, 2h or 1d',
  series: 'must be like every 5m from 09:00 to 12:00, with at most 20000 events',
  event: 'must begin with a type of event, acknowledge, silence, retire or restart',
  word: 'is not understood here',
  number: 'must be a number like 120, 12,50, 10% or 8m',
  whole: 'must be a whole number',
  window: 'must be a known window',
  kpi: 'is the name of no KPI',
  rule: 'is the name of no rule',
  state: 'must be inactive, pending, firing, resolved or noData',
  value: 'must say = and a value, ~ and a value, = null, or absent',
  order: 'must be later',
} as const;

export type DiagnosticRule = keyof typeof RULES;

/** `SourcePlace` is where something stands in the file: `line` counts from 1, `field` is what a reader would call it. */
export interface SourcePlace {
  readonly line: number;
  readonly field: string;
}

export class TimelineError extends Error {
  readonly line: number;
  readonly field: string;
  readonly rule: DiagnosticRule;
  readonly value: string | undefined;
  readonly said: string | undefined;

  constructor({ line, field }: SourcePlace, rule: DiagnosticRule, value?: string, said?: string) {
    const shown = value === undefined ? '' : ` (${JSON.stringify(value)})`;
    super(`line ${String(line)}: ${field}: ${RULES[rule]}${said === undefined ? '' : `: ${said}`}${shown}`);
    this.name = 'TimelineError';
    this.line = line;
    this.field = field;
    this.rule = rule;
    this.value = value;
    this.said = said;
  }
}
