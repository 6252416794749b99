/**
 * `evaluateRule` brings one alert up to date: a rule, its state so far, and KPI values, by a function that keeps nothing.
 */
import type { Hours } from '../alert/activeTime.js';
import { isAbout, sampleOf } from '../alert/evaluate.js';
import type { AlertRule } from '../alert/rule.js';
import { type AlertState, initialState, type Transition } from '../alert/state.js';
import { type StepResult, step } from '../alert/stateMachine.js';
import type { KpiValue } from '../read/kpiValue.js';

/** `RuleOptions` are an `AlertRule` whose usual choices may be left out: on all channels and stores, on live values, at once, and once. */
export type RuleOptions = Pick<AlertRule, 'name' | 'kpi' | 'size' | 'when'> & Partial<AlertRule>;

/** `ruleOf` completes a rule. */
export function ruleOf(options: RuleOptions): AlertRule {
  return { channel: '_', group: 'all', evaluate: 'live', forMs: 0, keepFiringForMs: 0, repeatMs: 0, noDataMs: 0, ...options };
}

/**
 * `evaluateRule` steps through the values the rule is about, in order of their windows, and then to `now` (epoch ms). `before` is the `state` of the
 * last call, as it was or from JSON; absent: there was none. Of its transitions those for `people` are to be notified. `wakeAt`: call again then, if
 * there is no new value before; `opening`: the shop's hours, without which it is always open. With `group: 'store'`, call it once per store with that
 * store's values and state.
 */
export function evaluateRule(rule: AlertRule, before: AlertState | undefined, values: readonly KpiValue[], now: number, opening?: Hours): StepResult {
  const transitions: Transition[] = [];
  let state = before ?? initialState(now);
  const samples = values.filter((value) => isAbout(rule, value)).map(sampleOf).sort((a, b) => a.start - b.start);
  for (const sample of samples) {
    const stepped = step(rule, state, { kind: 'value', sample }, now, opening);
    state = stepped.state;
    transitions.push(...stepped.transitions);
  }
  const ticked = step(rule, state, { kind: 'tick' }, now, opening);
  return { ...ticked, transitions: [...transitions, ...ticked.transitions] };
}
