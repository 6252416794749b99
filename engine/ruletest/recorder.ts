/**
 * `Recorder` keeps the alerts of a timeline: the alert machine, fed with the values that were emitted, and woken when it asks for it.
 */
import { type ActiveAlert, type AlertState, initialState, restoredState, type Transition } from '../alert/state.js';
import { type Input, step } from '../alert/stateMachine.js';
import type { Rule } from '../alert/rule.js';
import { isAbout, sampleOf } from '../alert/evaluate.js';
import type { Hours } from '../alert/activeTime.js';
import { ALL, type KpiValue } from '../read/kpiValue.js';
import type { RuleChange } from './parse.js';

/** `RecordedMessage` is a change that people were notified of. */
export interface RecordedMessage {
  readonly at: number;
  readonly rule: string;
  readonly store: string;
  readonly transition: Transition;
}

interface RecordedAlert extends ActiveAlert {
  readonly wakeAt: number | undefined;
}

export class Recorder {
  readonly #rules: readonly Rule[];
  readonly #opening: Hours;
  readonly #active = new Map<string, RecordedAlert>();
  readonly #messages: RecordedMessage[] = [];

  constructor(rules: readonly Rule[], opening: Hours) {
    this.#rules = rules;
    this.#opening = opening;
  }

  /** All notices so far, in order. */
  get messages(): readonly RecordedMessage[] {
    return this.#messages;
  }

  /** `store`: of a rule about sources, the source; `_` is the one it names. */
  stateOf(rule: string, store: string): AlertState | undefined {
    return this.#active.get(`${rule}/${this.#placeOf(rule, store)}`)?.state;
  }

  record(values: readonly KpiValue[], now: number): void {
    for (const value of [...values].sort((a, b) => (a.window.start < b.window.start ? -1 : 1))) {
      const sample = sampleOf(value);
      for (const rule of this.#rules) {
        if (rule.kind !== 'absence' && isAbout(rule, value)) this.#step(rule, value.store, { kind: 'value', sample }, now);
      }
    }
  }

  alerts(): readonly ActiveAlert[] {
    return [...this.#active.values()];
  }

  apply(inputs: readonly RuleChange[], now: number): void {
    for (const { rule, store, input } of inputs) this.#step(rule, store, input, now);
  }

  command(rule: string, store: string, input: Input, now: number): void {
    const found = this.#rules.find(({ name }) => name === rule);
    if (found !== undefined) this.#step(found, this.#placeOf(rule, store), input, now);
  }

  /** When time alone will change something. */
  wakeAt(): number {
    return Math.min(...[...this.#active.values()].map(({ wakeAt }) => wakeAt ?? Infinity));
  }

  tick(now: number): void {
    for (const { rule, store, wakeAt } of [...this.#active.values()]) {
      if (wakeAt !== undefined && wakeAt <= now) this.#step(rule, store, { kind: 'tick' }, now);
    }
  }

  /** What a restart leaves of the states: what was stored. */
  restart(now: number): void {
    for (const [key, alert] of this.#active) {
      const stored = JSON.parse(JSON.stringify(alert.state)) as AlertState;
      this.#active.set(key, { ...alert, state: restoredState(stored, now) });
    }
    for (const { rule, store } of [...this.#active.values()]) this.#step(rule, store, { kind: 'tick' }, now);
  }

  #placeOf(name: string, store: string): string {
    const rule = this.#rules.find((one) => one.name === name);
    if (rule?.kind !== 'absence') return rule?.group === 'all' ? ALL : store;
    return encodeURIComponent(store === ALL ? rule.source ?? ALL : store);
  }

  #step(rule: Rule, store: string, input: Input, now: number): void {
    const key = `${rule.name}/${store}`;
    const { state, transitions, wakeAt } = step(rule, this.#active.get(key)?.state ?? initialState(now), input, now, this.#opening);
    // Asked for again at the same instant, time would stand still.
    this.#active.set(key, { rule, store, state, wakeAt: wakeAt === undefined || input.kind !== 'tick' ? wakeAt : Math.max(wakeAt, now + 1) });
    const place = rule.kind === 'absence' ? decodeURIComponent(store) : store;
    for (const transition of transitions) if (transition.audience === 'people') this.#messages.push({ at: now, rule: rule.name, store: place, transition });
  }
}
