/**
 * How do the alerts stand at an instant of a timeline? The alert machine, fed with the values that were told, and woken when it asks for it.
 */
import { type AlertState, initialState, type Input, restoredState, step, type Transition } from '../alert.js';
import type { Rule } from '../alertRule.js';
import { isAbout, observationOf } from '../alertValue.js';
import type { Hours } from '../alertHours.js';
import { ALL, type KpiValue } from '../kpi.js';
import type { RuleNews } from './timeline.js';

/** A change that people were told of. */
export interface Told {
  readonly at: number;
  readonly rule: string;
  readonly store: string;
  readonly transition: Transition;
}

interface Standing {
  readonly rule: Rule;
  readonly store: string;
  readonly state: AlertState;
  readonly wakeAt: number | undefined;
}

export class Watch {
  readonly #rules: readonly Rule[];
  readonly #opening: Hours;
  readonly #standing = new Map<string, Standing>();
  readonly #told: Told[] = [];

  constructor(rules: readonly Rule[], opening: Hours) {
    this.#rules = rules;
    this.#opening = opening;
  }

  /** All that was told so far, in order. */
  get told(): readonly Told[] {
    return this.#told;
  }

  /** `store`: of a rule about sources, the source; `_` is the one it names. */
  stateOf(rule: string, store: string): AlertState | undefined {
    return this.#standing.get(`${rule}/${this.#placeOf(rule, store)}`)?.state;
  }

  hear(values: readonly KpiValue[], now: number): void {
    for (const value of values) {
      const observation = observationOf(value);
      for (const rule of this.#rules) {
        if (rule.kind !== 'mute' && isAbout(rule, value)) this.#step(rule, value.store, { kind: 'value', observation }, now);
      }
    }
  }

  apply(news: readonly RuleNews[], now: number): void {
    for (const { rule, store, input } of news) this.#step(rule, store, input, now);
  }

  command(rule: string, store: string, input: Input, now: number): void {
    const found = this.#rules.find(({ name }) => name === rule);
    if (found !== undefined) this.#step(found, this.#placeOf(rule, store), input, now);
  }

  /** When time alone will change something. */
  wakeAt(): number {
    return Math.min(...[...this.#standing.values()].map(({ wakeAt }) => wakeAt ?? Infinity));
  }

  tick(now: number): void {
    for (const { rule, store, wakeAt } of [...this.#standing.values()]) {
      if (wakeAt !== undefined && wakeAt <= now) this.#step(rule, store, { kind: 'tick' }, now);
    }
  }

  /** What a restart leaves of the states: what was stored. */
  restart(now: number): void {
    for (const [key, standing] of this.#standing) {
      const stored = JSON.parse(JSON.stringify(standing.state)) as AlertState;
      this.#standing.set(key, { ...standing, state: restoredState(stored, now) });
    }
    for (const { rule, store } of [...this.#standing.values()]) this.#step(rule, store, { kind: 'tick' }, now);
  }

  #placeOf(name: string, store: string): string {
    const rule = this.#rules.find((one) => one.name === name);
    if (rule?.kind !== 'mute') return rule?.group === 'all' ? ALL : store;
    return encodeURIComponent(store === ALL ? rule.source ?? ALL : store);
  }

  #step(rule: Rule, store: string, input: Input, now: number): void {
    const key = `${rule.name}/${store}`;
    const { state, transitions, wakeAt } = step(rule, this.#standing.get(key)?.state ?? initialState(now), input, now, this.#opening);
    // Asked for again at the same instant, time would stand still.
    this.#standing.set(key, { rule, store, state, wakeAt: wakeAt === undefined || input.kind !== 'tick' ? wakeAt : Math.max(wakeAt, now + 1) });
    const place = rule.kind === 'mute' ? decodeURIComponent(store) : store;
    for (const transition of transitions) if (transition.audience === 'tell') this.#told.push({ at: now, rule: rule.name, store: place, transition });
  }
}
